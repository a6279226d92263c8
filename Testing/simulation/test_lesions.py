from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from TACEResponseLib.simulation.anatomy import Anatomy, paint_anatomy
from TACEResponseLib.simulation.law import TumorLook
from TACEResponseLib.simulation.lesions import SATELLITE_GAP_MM, grow_lesions, read_lesions
from TACEResponseLib.simulation.settings import GridSettings, TumorSettings
from TACEResponseLib.simulation.tumor import paint_tumor

COARSE = GridSettings(size_ijk=(110, 85, 20), spacing_mm=(3.0, 3.0, 6.0))
PLAIN = TumorLook(
    diameter_mm=50.0, enhancement_hu=40.0, rim_hu=0.0, necrosis_share=0.0, texture_hu=0.0
)


def lesions(
    seed: int, *, timing: float = 1.0, satellite_share: float = 0.0, look: TumorLook = PLAIN
) -> tuple[Anatomy, np.ndarray]:
    """A patient with lesions, and the labels."""
    anatomy = paint_anatomy(COARSE, 1.0, np.random.default_rng(seed))
    grown = grow_lesions(
        anatomy.canvas,
        anatomy.build,
        anatomy.liver,
        anatomy.room.cavity + 2,
        (look.diameter_mm, look.necrosis_share),
        TumorSettings(satellite_share=satellite_share),
        np.random.default_rng([seed, 1]),
    )
    for lesion in grown:
        paint_tumor(anatomy.canvas, lesion.parts, look, anatomy.liver, timing=timing)
    return anatomy, read_lesions(anatomy.canvas, grown, 0.0, np.random.default_rng([seed, 2]))


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
    n_satellites = 0
    for seed in range(5):
        _, labels = lesions(seed, satellite_share=1.0)
        if (labels == 2).any():
            n_satellites += 1
            from_tumor = distance_transform_edt(labels != 1, sampling=(6, 3, 3))
            assert from_tumor[labels == 2].min() > SATELLITE_GAP_MM - 3
    assert n_satellites >= 3


def test_an_exact_reader_draws_what_was_painted():
    anatomy, labels = lesions(3)
    bright = np.abs(anatomy.canvas.hu - anatomy.liver.hu - 40) < 0.5
    tumor = labels == 1
    deep = distance_transform_edt(tumor, sampling=(6, 3, 3)) > 6
    assert bright[deep].all()


def test_a_reader_of_a_shifted_image_draws_where_the_tumor_lies_on_it():
    anatomy = paint_anatomy(COARSE, 1.0, np.random.default_rng(3))
    grown = grow_lesions(
        anatomy.canvas,
        anatomy.build,
        anatomy.liver,
        anatomy.room.cavity + 2,
        (50.0, 0.0),
        TumorSettings(satellite_share=0),
        np.random.default_rng(4),
    )
    still, moved = (
        read_lesions(anatomy.canvas, grown, 0.0, np.random.default_rng(0), shift)
        for shift in ((0.0, 0.0, 0.0), (3.0, 0.0, 0.0))
    )
    # A whole voxel to the left.
    np.testing.assert_array_equal(moved[:, :, 1:], still[:, :, :-1])


def test_a_share_of_satellites_above_one_is_refused():
    with pytest.raises(ValueError, match="less than or equal to 1"):
        TumorSettings(satellite_share=1.5)
