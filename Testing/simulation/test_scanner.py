import numpy as np
import pytest
from pydantic import ValidationError

from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.scanner import Scan, draw_scan, scan
from TACEResponseLib.simulation.settings import GridSettings, ScannerSettings

GRID = GridSettings(size_ijk=(80, 70, 30), spacing_mm=(1.5, 1.5, 3.0))
DEEP = np.full((1, 70, 80), 200.0, dtype=np.float32)


def protocol(**changes: float) -> Scan:
    """A perfect scanner, but for what is named."""
    perfect = {
        "offset_hu": 0.0,
        "scale": 1.0,
        "timing": 1.0,
        "noise_hu": 0.0,
        "noise_length_mm": 1.2,
        "blur_mm": 0.01,
        "slice_thickness_mm": 0.01,
    }
    return Scan(**{**perfect, **changes})


def phantom(value: float = 60.0) -> Canvas:
    canvas = Canvas(grid=GRID)
    canvas.hu[:] = value
    return canvas


def test_noise_in_the_middle_of_the_body_has_the_strength_asked_for():
    image = scan(phantom(), DEEP, protocol(noise_hu=12.0), np.random.default_rng(1))
    assert image.dtype == np.int16
    assert image.mean() == pytest.approx(60.0, abs=0.3)
    assert image.std() == pytest.approx(12.0, rel=0.03)


def test_noise_is_correlated_in_the_slice_and_not_across():
    image = scan(phantom(), DEEP, protocol(noise_hu=12.0), np.random.default_rng(1)) - 60.0
    beside = float((image[:, :, 1:] * image[:, :, :-1]).mean()) / 144
    across = float((image[1:] * image[:-1]).mean()) / 144
    # Neighbors at distance d under a Gaussian kernel of sd s: exp(-d^2 / 4 s^2), d = 1.25 s.
    assert beside == pytest.approx(np.exp(-(1.25**2) / 4), abs=0.03)
    assert across == pytest.approx(0.0, abs=0.02)


def test_blur_turns_an_edge_into_the_normal_distribution():
    canvas = phantom(0.0)
    canvas.hu[:, :, 40:] = 1000.0
    row = scan(canvas, DEEP, protocol(blur_mm=3.0), np.random.default_rng(0))[15, 35]
    step = np.diff(row.astype(float))
    spread = np.sqrt((step * (np.arange(79) - 39) ** 2).sum() / step.sum())
    assert spread * 1.5 == pytest.approx(3.0, rel=0.03)


def test_scale_and_offset_move_every_value():
    image = scan(phantom(50.0), DEEP, protocol(scale=1.1, offset_hu=-5), np.random.default_rng(0))
    assert (image == 50).all()


def test_values_stay_within_twelve_bits():
    low = scan(phantom(-1000.0), DEEP, protocol(offset_hu=-90), np.random.default_rng(0))
    high = scan(phantom(5000.0), DEEP, protocol(), np.random.default_rng(0))
    assert low.min() == -1024
    assert high.max() == 3071


def test_scanners_differ_within_their_ranges():
    rng = np.random.default_rng(8)
    drawn = [draw_scan(rng, ScannerSettings()) for _ in range(300)]
    assert all(7 <= s.noise_hu <= 15 and 2.5 <= s.slice_thickness_mm <= 5 for s in drawn)
    assert np.std([s.offset_hu for s in drawn]) == pytest.approx(2.0, rel=0.15)
    assert np.mean([s.timing for s in drawn]) == pytest.approx(1.0, abs=0.02)


def test_a_negative_spread_is_refused():
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        ScannerSettings(offset_hu_sd=-1)
