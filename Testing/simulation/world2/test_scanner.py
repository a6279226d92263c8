"""The scanner of the second world: its noise has the kernel's spectrum."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.settings import GridSettings
from TACEResponseLib.simulation.world2.scanner import (
    Protocol,
    at_site,
    draw_protocol,
    kernel_noise,
    scan_canvas,
)
from TACEResponseLib.simulation.world2.settings import SpectrumSettings
from TACEResponseLib.simulation.world2.sites import SITES

PROTOCOL = Protocol(
    spacing_mm=(0.8, 0.8, 1.25),
    thickness_mm=1.25,
    offset_hu=0.0,
    scale=1.0,
    timing=1.0,
    noise_hu=20.0,
    peak_per_mm=0.2,
    rise=1.0,
    blur_mm=0.5,
)
CANVAS = Canvas(grid=GridSettings(size_ijk=(128, 128, 40), spacing_mm=(0.8, 0.8, 1.25)))


@pytest.fixture(scope="module")
def noise():
    return kernel_noise(CANVAS, PROTOCOL, np.random.default_rng(1))


def power_by_frequency(noise, spacing_mm):
    """Mean power of the slices in rings of .05 per mm."""
    power = (np.abs(np.fft.fft2(noise)) ** 2).mean(axis=0)
    f = np.fft.fftfreq(noise.shape[1], spacing_mm)
    ring = (np.hypot(f[:, None], f[None]) / 0.05).astype(int)
    return np.bincount(ring.ravel(), power.ravel()) / np.bincount(ring.ravel())


def test_noise_has_mean_0_and_standard_deviation_1(noise):
    assert noise.mean() == pytest.approx(0, abs=0.01)
    assert noise.std() == pytest.approx(1, abs=0.02)


def test_noise_power_follows_the_formula(noise):
    measured = power_by_frequency(noise, 0.8)[1:8]
    f = (np.arange(1, 8) + 0.5) * 0.05 / PROTOCOL.peak_per_mm
    expected = f * np.exp(-0.5 * f**2)
    np.testing.assert_allclose(measured / measured.sum(), expected / expected.sum(), rtol=0.12)


def test_noise_of_neighboring_slices_is_alike_only_as_far_as_they_overlap():
    thick = replace(PROTOCOL, thickness_mm=5.0)
    pairs = {}
    for name, protocol in (("thin", PROTOCOL), ("thick", thick)):
        field = kernel_noise(CANVAS, protocol, np.random.default_rng(2))
        pairs[name] = np.corrcoef(field[:-1].ravel(), field[1:].ravel())[0, 1]
    # Two Gaussians of standard deviation s, one slice apart: exp(-1 / (4 s^2)).
    sd = 5.0 / 2.3548 / 1.25
    assert pairs["thick"] == pytest.approx(np.exp(-1 / (4 * sd**2)), abs=0.05)
    assert pairs["thin"] < 0.35


def test_noise_of_an_empty_scan_has_the_strength_of_the_protocol():
    water = Canvas(grid=CANVAS.grid)
    water.hu[:] = 0
    middle = np.full((1, 128, 128), 90.0, dtype=np.float32)
    voxels = scan_canvas(water, middle, PROTOCOL, np.random.default_rng(3))
    assert voxels.std() == pytest.approx(20, rel=0.03)
    assert voxels.mean() == pytest.approx(0, abs=0.3)


def test_protocols_have_the_spacings_of_the_settings():
    settings = SpectrumSettings()
    rng = np.random.default_rng(4)
    drawn = [draw_protocol(rng, settings).spacing_mm for _ in range(2000)]
    in_plane, _, slices = zip(*drawn, strict=True)
    assert np.median(in_plane) == pytest.approx(settings.spacing_mm[2], abs=0.01)
    assert set(slices) <= set(settings.slice_mm)
    share = settings.slice_shares[settings.slice_mm.index(1.25)]
    assert np.mean(np.array(slices) == 1.25) == pytest.approx(share, abs=0.04)


def test_a_site_moves_the_scan_and_no_site_leaves_it():
    assert at_site(PROTOCOL, None) == PROTOCOL
    moved = at_site(PROTOCOL, SITES[3])
    assert moved.offset_hu == PROTOCOL.offset_hu + SITES[3].offset_hu
    assert moved.noise_hu == pytest.approx(20 * (1 + SITES[3].noise_share))


def test_shares_that_do_not_sum_to_1_are_refused():
    with pytest.raises(ValueError, match="slice_shares must sum to 1"):
        SpectrumSettings(slice_mm=(1.0, 2.0), slice_shares=(0.5, 0.4))
