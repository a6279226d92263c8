from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from TACEResponseLib.simulation.anatomy import Anatomy, paint_anatomy
from TACEResponseLib.simulation.law import TumorLook
from TACEResponseLib.simulation.lesions import SATELLITE_GAP_MM, paint_lesions
from TACEResponseLib.simulation.scanner import Scan
from TACEResponseLib.simulation.settings import GridSettings, SimulationSettings, TumorSettings

COARSE = GridSettings(size_ijk=(110, 85, 20), spacing_mm=(3.0, 3.0, 6.0))
PLAIN = TumorLook(
    diameter_mm=50.0, enhancement_hu=40.0, rim_hu=0.0, necrosis_share=0.0, texture_hu=0.0
)


def settings(satellite_share: float) -> SimulationSettings:
    return SimulationSettings(
        grid=COARSE, reader_shift_mm=0, tumor=TumorSettings(satellite_share=satellite_share)
    )


def lesions(
    seed: int, *, timing: float = 1.0, satellite_share: float = 0.0, look: TumorLook = PLAIN
) -> tuple[Anatomy, np.ndarray]:
    """A patient with lesions, and the labels."""
    anatomy = paint_anatomy(COARSE, 1.0, np.random.default_rng(seed))
    protocol = Scan(
        offset_hu=0, scale=1, timing=timing, noise_hu=0, noise_length_mm=1, blur_mm=0.5,
        slice_thickness_mm=3,
    )  # fmt: skip
    labels = paint_lesions(
        anatomy, look, settings(satellite_share), protocol,
        np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2]),
    )  # fmt: skip
    return anatomy, labels


@pytest.mark.parametrize("timing", [0.8, 1.2])
def test_enhancement_follows_the_timing_of_the_scan(timing):
    anatomy, labels = lesions(3, timing=timing)
    deep = distance_transform_edt(labels == 1, sampling=(6, 3, 3)) > 6
    measured = anatomy.canvas.hu[deep].mean()
    assert measured == pytest.approx(anatomy.liver.hu + timing * 40, abs=0.5)


def test_no_tumor_grows_into_the_wall():
    huge = replace(PLAIN, diameter_mm=110.0)
    for seed in range(5):
        anatomy, labels = lesions(seed, look=huge)
        deepest = np.broadcast_to(anatomy.room.cavity, labels.shape)[labels > 0].max()
        assert -8 < deepest < -2


def test_a_satellite_keeps_its_distance_from_the_tumor():
    found = 0
    for seed in range(5):
        _, labels = lesions(seed, satellite_share=1.0)
        if (labels == 2).any():
            found += 1
            from_tumor = distance_transform_edt(labels != 1, sampling=(6, 3, 3))
            assert from_tumor[labels == 2].min() > SATELLITE_GAP_MM - 3
    assert found >= 3


def test_an_exact_reader_draws_what_was_painted():
    anatomy, labels = lesions(3)
    bright = np.abs(anatomy.canvas.hu - anatomy.liver.hu - 40) < 0.5
    tumor = labels == 1
    deep = distance_transform_edt(tumor, sampling=(6, 3, 3)) > 6
    assert bright[deep].all()


def test_a_share_of_satellites_above_one_is_refused():
    with pytest.raises(ValueError, match="less than or equal to 1"):
        settings(1.5)
