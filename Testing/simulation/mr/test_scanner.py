import numpy as np
import pytest
from pydantic import ValidationError

from TACEResponseLib.simulation.mr.scanner import MrScan, acquire, draw_mr_scans, draw_timing
from TACEResponseLib.simulation.mr.settings import MrScannerSettings
from TACEResponseLib.simulation.mr.tissue import ARTERIAL, FAT, LIVER, MR_SEQUENCES, MrCanvas
from TACEResponseLib.simulation.settings import GridSettings

GRID = GridSettings(size_ijk=(60, 50, 20), spacing_mm=(2.0, 2.0, 5.0))
PLAIN = MrScannerSettings(bias_sd=0)


def scans(**changes: object) -> tuple[MrScan, ...]:
    """Perfect scans, but for what is named."""
    values = {"gain": 1.0, "noise": 0.0, "blur_mm": 0.01, "shift_mm": (0.0, 0.0, 0.0)} | changes
    return tuple(MrScan(**values) for _ in MR_SEQUENCES)


def phantom(value: float = 100.0) -> MrCanvas:
    canvas = MrCanvas(grid=GRID)
    canvas.signal[:] = value
    return canvas


def test_noise_where_there_is_no_signal_has_rayleighs_mean():
    # sd * sqrt(pi / 2), and sd * sqrt(2 - pi / 2) around it.
    image = acquire(phantom(0.0), scans(noise=4.0, gain=10.0), PLAIN, np.random.default_rng(1))[0]
    assert image.mean() == pytest.approx(40 * np.sqrt(np.pi / 2), rel=0.01)
    assert image.std() == pytest.approx(40 * np.sqrt(2 - np.pi / 2), rel=0.02)


def test_noise_on_strong_signal_is_normal_about_it():
    image = acquire(phantom(100.0), scans(noise=4.0, gain=10.0), PLAIN, np.random.default_rng(1))[2]
    assert image.mean() == pytest.approx(10 * np.sqrt(100**2 + 4**2), rel=0.002)
    assert image.std() == pytest.approx(40, rel=0.03)


def test_gain_multiplies_every_value():
    once, thrice = (
        acquire(phantom(), scans(gain=gain), PLAIN, np.random.default_rng(1))[0]
        for gain in (1.0, 3.0)
    )
    np.testing.assert_array_equal(thrice, 3 * once)


def test_the_coil_bends_signal_smoothly_and_by_the_share_asked_for():
    settings = MrScannerSettings(bias_sd=0.2, bias_length_mm=30)
    image = acquire(phantom(1000.0), scans(), settings, np.random.default_rng(2))[0] / 1000
    assert np.log(image).std() == pytest.approx(0.2, rel=0.3)
    assert np.abs(np.diff(image, axis=2)).max() < 0.1


def test_a_shift_moves_the_patient_to_the_left():
    canvas = phantom(0.0)
    canvas.signal[:, :, :, 20] = 100
    image = acquire(canvas, scans(shift_mm=(4.0, 0.0, 0.0)), PLAIN, np.random.default_rng(0))[0]
    assert (image[:, :, 22] == 100).all()
    assert (image[:, :, 20] == 0).all()


def test_the_arterial_phase_lies_still_and_the_others_move():
    drawn = [draw_mr_scans(np.random.default_rng(s), MrScannerSettings()) for s in range(200)]
    assert all(not any(of_patient[ARTERIAL].shift_mm) for of_patient in drawn)
    moved = [s.shift_mm for d in drawn for k, s in enumerate(d) if k != ARTERIAL]
    assert np.std(moved) == pytest.approx(1.0, rel=0.1)
    assert np.std(np.log([d[0].gain for d in drawn])) == pytest.approx(0.3, rel=0.15)
    timings = [draw_timing(np.random.default_rng(s), MrScannerSettings()) for s in range(300)]
    assert np.std(timings) == pytest.approx(0.08, rel=0.15)


def test_tissues_are_mixed_by_their_share_of_a_voxel():
    canvas = MrCanvas(grid=GRID)
    box = (slice(0, 2), slice(0, 3), slice(0, 4))
    canvas.blend(box, np.full((2, 3, 4), 1.0, dtype=np.float32), LIVER)
    canvas.blend(box, np.full((2, 3, 4), 0.25, dtype=np.float32), FAT)
    expected = 0.75 * np.array(LIVER) + 0.25 * np.array(FAT)
    np.testing.assert_allclose(canvas.signal[:, 1, 2, 3], expected, rtol=1e-6)
    assert (canvas.signal[:, 5] == 0).all()


def test_a_gain_of_nothing_is_refused():
    with pytest.raises(ValidationError, match="greater than 0"):
        MrScannerSettings(gain=0)
