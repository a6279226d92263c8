import numpy as np
import pytest

from TACEResponseLib.simulation.anatomy import Anatomy, paint_anatomy
from TACEResponseLib.simulation.body import spine_y
from TACEResponseLib.simulation.settings import GridSettings

COARSE = GridSettings(size_ijk=(110, 85, 20), spacing_mm=(3.0, 3.0, 6.0))


@pytest.fixture(scope="module", params=[1, 2, 3])
def anatomy(request: pytest.FixtureRequest) -> Anatomy:
    return paint_anatomy(COARSE, 1.0, np.random.default_rng(request.param))


def hu_at(anatomy: Anatomy, x: float, y: float, z: float) -> float:
    """HU at a position, mm from the middle of the image."""
    canvas = anatomy.canvas
    axes = zip((canvas.x, canvas.y, canvas.z), (x, y, z), strict=True)
    i, j, k = (int(np.abs(axis.ravel() - position).argmin()) for axis, position in axes)
    return float(canvas.hu[k, j, i])


def test_air_surrounds_the_body_above_the_table(anatomy):
    canvas = anatomy.canvas
    outside = np.broadcast_to((anatomy.depth < -3) & (canvas.y < 40), canvas.shape)
    assert (canvas.hu[outside] == -1000).all()
    assert not (anatomy.depth[:, [0, -1], :] > 0).any()


def test_aorta_is_the_brightest_vessel_and_lies_before_the_spine(anatomy):
    assert hu_at(anatomy, 8.0, spine_y(anatomy.build) - 28, 9.0) == pytest.approx(315, abs=12)


def test_liver_has_the_brightness_of_liver_and_lies_on_the_right(anatomy):
    liver, canvas = anatomy.liver, anatomy.canvas
    deep = liver.distance < -8
    assert np.median(canvas.hu[liver.box][deep]) == pytest.approx(liver.hu, abs=3)
    share = canvas.inside(liver.distance)
    assert float((share * canvas.x[:, :, liver.box[2]]).sum() / share.sum()) < -30
    liters = float(share.sum()) * np.prod(COARSE.spacing_mm) / 1e6
    assert 0.8 < liters < 2.2


def test_lung_appears_above_the_diaphragm_only(anatomy):
    inside = np.broadcast_to(anatomy.room.cavity < -8, anatomy.canvas.shape)
    lung = inside & (anatomy.canvas.hu < -700) & (anatomy.canvas.hu > -930)
    share = lung.sum(axis=(1, 2)) / inside.sum(axis=(1, 2))
    assert share[-1] > 0.3
    assert share[:8].max() < 0.02


def test_ribs_and_spine_are_bone(anatomy):
    bone = anatomy.canvas.hu > 160
    back = np.broadcast_to(anatomy.canvas.y > spine_y(anatomy.build) - 15, bone.shape)
    assert 0.01 < bone[back].mean() < 0.3


def test_contrast_follows_the_timing_of_the_scan():
    early, late = (paint_anatomy(COARSE, timing, np.random.default_rng(1)) for timing in (0.8, 1.2))
    y = spine_y(early.build) - 28
    gain = hu_at(late, 8.0, y, 9.0) - hu_at(early, 8.0, y, 9.0)
    assert gain == pytest.approx(0.4 * 270, abs=6)


def test_an_image_too_small_for_a_body_is_refused():
    with pytest.raises(ValueError, match="size_ijk must be >= 2"):
        GridSettings(size_ijk=(110, 85, 1))
