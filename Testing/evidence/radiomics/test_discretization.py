"""Gray levels: worked by hand, IBSI's rule, and the same whatever else the ROI holds."""

import numpy as np
import pytest

from TACEResponseLib.evidence.radiomics.discretization import features_of_class, gray_levels
from TACEResponseLib.evidence.radiomics.settings import ExtractionSettings
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.settings import MrZScore
from TACEResponseLib.imaging.volume import Volume


def test_levels_are_those_worked_out_by_hand() -> None:
    # Edges at -150, -125, -100, ...: the lower one belongs to the level, the upper to the next.
    values = [-1000, -150.5, -150, -126, -125, -100.5, -100, 0, 24, 25, 100]
    expected = [1, 1, 1, 1, 2, 2, 3, 7, 7, 8, 11]
    assert gray_levels(np.array(values), -150.0, 25.0).tolist() == expected
    # 0.1 of a standard deviation from -3.
    assert gray_levels(np.array([-3.0, -2.95, -2.9, 0.0, 0.05]), -3.0, 0.1).tolist() == [
        1,
        1,
        2,
        31,
        31,
    ]


def test_a_whole_number_keeps_its_level_when_interpolation_returns_it_a_little_off() -> None:
    edges = np.arange(-125.0, 500.0, 25.0)
    exact = gray_levels(edges, -150.0, 25.0)
    for off in (-1e-10, 1e-10, -1e-3, 1e-3):
        assert np.array_equal(gray_levels(edges + off, -150.0, 25.0), exact)
    single = (edges / 25 * 0.1).astype(np.float32)
    assert np.array_equal(gray_levels(single, -0.6, 0.1), exact)


def test_levels_rise_with_values_and_never_skip_the_width() -> None:
    values = np.sort(np.random.default_rng(0).uniform(-400, 400, 5000))
    levels = gray_levels(values, -150.0, 25.0)
    assert (np.diff(levels) >= 0).all()
    inside = values > -150
    lower_edge = -150 + 25 * (levels[inside] - 1)
    assert (values[inside] >= lower_edge - 0.03).all()
    assert (values[inside] < lower_edge + 25).all()
    assert (levels[~inside] == 1).all()


def line(values: list[int]) -> tuple[object, object]:
    """A column of voxels and an ROI of them all."""
    geometry = Geometry(
        size_ijk=(1, 1, len(values)),
        spacing_mm=(1, 1, 1),
        origin_lps=(0, 0, 0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    image = Volume(voxels=np.array(values, dtype=float).reshape(-1, 1, 1), geometry=geometry)
    return image.to_sitk(), image.with_voxels(np.ones(image.voxels.shape, bool)).to_sitk()


def test_texture_of_a_column_has_the_numbers_worked_out_by_hand() -> None:
    # Levels 3, 3, 5 from 0: pairs (3,3), (3,5), each both ways, 13 directions of which 1 has any.
    features = features_of_class(
        *line([20, 25, 40]), "glcm", ["JointAverage", "Autocorrelation"], 0.0, 10.0
    )
    assert features["JointAverage"] == pytest.approx((3 + 3 + 3 + 5) / 4)
    assert features["Autocorrelation"] == pytest.approx((9 + 9 + 15 + 15) / 4)
    # Run lengths: 2 of level 3, 1 of level 5; across the column each voxel is a run of its own.
    runs = features_of_class(*line([20, 25, 40]), "glszm", ["HighGrayLevelZoneEmphasis"], 0.0, 10.0)
    assert runs["HighGrayLevelZoneEmphasis"] == pytest.approx((9 + 25) / 2)
    # Uniformity and entropy are of the same levels: two thirds and one third.
    first = features_of_class(*line([20, 25, 40]), "firstorder", ["Entropy", "Mean"], 0.0, 10.0)
    assert first["Entropy"] == pytest.approx(-(2 / 3 * np.log2(2 / 3) + 1 / 3 * np.log2(1 / 3)))
    assert first["Mean"] == pytest.approx(85 / 3)


def test_values_below_the_bound_share_the_first_level() -> None:
    dark = features_of_class(*line([-900, -30, 5, 40]), "glcm", None, 0.0, 10.0)
    bound = features_of_class(*line([0, 0, 5, 40]), "glcm", None, 0.0, 10.0)
    assert dark == pytest.approx(bound)


def test_bounds_follow_the_unit_and_can_be_named() -> None:
    ct, mr = ExtractionSettings(name="ct"), ExtractionSettings(name="mr", intensity=MrZScore())
    assert (ct.lowest, ct.lowest_filtered) == (-150.0, -500.0)
    assert (mr.lowest, mr.lowest_filtered) == (-3.0, -10.0)
    assert mr.lowest_of("original") == -3.0
    assert mr.lowest_of("wavelet-LLL") == mr.lowest_of("log-sigma-1-0-mm-3D") == -10.0
    named = ExtractionSettings(name="mr", intensity=MrZScore(), lowest=-4.0)
    assert (named.lowest, named.lowest_filtered) == (-4.0, -10.0)
    # The record and the bundle hold them.
    assert mr.model_dump(mode="json")["lowest"] == -3.0
    assert ExtractionSettings.model_validate(mr.model_dump(mode="json")) == mr
