"""Sizes of the union of all lesions: known for a box, and the same from a table's features."""

import math

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.clinical.measures import SHAPE, measure_roi, measures_of_features
from TACEResponseLib.evidence.radiomics.extraction import extract_features
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Volume

ALL = (
    "log_volume_ml",
    "n_lesions",
    "longest_axial_diameter_mm",
    "longest_diameter_mm",
    "sphericity",
    "surface_to_volume_per_mm",
    "elongation",
    "flatness",
)


@pytest.fixture(scope="module")
def two_boxes() -> Roi:
    """10 x 10 x 5 voxels under label 1, 5 x 10 x 5 under label 2, and a speck; 2 x 2 x 4 mm."""
    labels = np.zeros((16, 40, 48), dtype=np.uint8)
    labels[4:9, 10:20, 10:20] = 1
    labels[4:9, 10:20, 30:35] = 2
    labels[14, 38, 46] = 2
    geometry = Geometry(
        size_ijk=(48, 40, 16),
        spacing_mm=(2.0, 2.0, 4.0),
        origin_lps=(0, 0, 0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    return Roi(labels=labels, geometry=geometry, names=((1, "a"), (2, "b")))


def test_volume_is_counted_over_every_lesion(two_boxes: Roi) -> None:
    measures = measure_roi(two_boxes, ["log_volume_ml", "n_lesions"])
    # (500 + 250 + 1) voxels of 16 mm3.
    assert measures == {"log_volume_ml": pytest.approx(math.log10(751 * 0.016)), "n_lesions": 2}


def test_the_diameter_spans_all_lesions_of_a_slice(two_boxes: Roi) -> None:
    measures = measure_roi(two_boxes, ["longest_axial_diameter_mm"])["longest_axial_diameter_mm"]
    # From x = 10 to 34 and y = 10 to 19 voxels; the mesh runs half a voxel outside along one axis.
    assert math.hypot(48, 18) < measures < math.hypot(50, 20)


def test_a_ball_is_nearly_a_sphere() -> None:
    k, j, i = np.indices((41, 41, 41))
    ball = ((k - 20) ** 2 + (j - 20) ** 2 + (i - 20) ** 2 < 15**2).astype(np.uint8)
    geometry = Geometry(
        size_ijk=(41, 41, 41),
        spacing_mm=(1.0, 1.0, 1.0),
        origin_lps=(0, 0, 0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    measures = measure_roi(Roi(labels=ball, geometry=geometry, names=((1, "ball"),)), ALL)
    assert 10 ** measures["log_volume_ml"] == pytest.approx(
        4 / 3 * math.pi * 15**3 / 1000, rel=0.02
    )
    # The steps of voxels add to the surface, whatever their size.
    assert measures["sphericity"] == pytest.approx(1, abs=0.1)
    assert measures["elongation"] == pytest.approx(1, abs=0.01)
    assert measures["flatness"] == pytest.approx(1, abs=0.01)


def test_a_table_s_features_give_the_same_measures(two_boxes: Roi) -> None:
    image = Volume(
        voxels=np.full(two_boxes.labels.shape, 60, np.int16), geometry=two_boxes.geometry
    )
    features = extract_features(image, two_boxes.mask, SHAPE)
    expected = [name for name in ALL if name != "n_lesions"]
    measured = measure_roi(two_boxes, expected)
    assert measures_of_features(features, expected) == pytest.approx(measured, rel=1e-12)


@pytest.mark.parametrize("features", [{}, {"original_shape_VoxelVolume": 0.0}])
def test_without_the_feature_there_is_no_measure(features: dict[str, float]) -> None:
    assert measures_of_features(features, ["log_volume_ml"]) is None


def test_an_empty_roi_is_refused(two_boxes: Roi) -> None:
    empty = Roi(labels=np.zeros_like(two_boxes.labels), geometry=two_boxes.geometry, names=())
    with pytest.raises(InputError, match="must mark the tumor"):
        measure_roi(empty, ["log_volume_ml"])
