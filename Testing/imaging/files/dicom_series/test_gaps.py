"""Every second slice left out evenly: the series' own numbers tell, and it is said."""

from pathlib import Path

import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from Testing.imaging.dicom_slices import write_slice

CT, MR = ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2
AS_MR = {"Modality": "MR", "RescaleSlope": None, "RescaleIntercept": None}


def warning_text(folder: Path, by: int = 1, step: float = 5.0, **changes: object) -> str:
    """What is said of slices so far apart whose numbers go by so many."""
    for n in range(6):
        write_slice(folder, n, step * n, **({"InstanceNumber": 99 + by * n} | changes))
    is_mr = changes.get("Modality") == "MR"
    _, warnings = read_image(folder, MR if is_mr else CT)
    assert {w.code for w in warnings} <= {"slices_left_out"}
    return " ".join(w.message for w in warnings)


def test_thickness_below_the_distance_is_told(tmp_path: Path) -> None:
    words = warning_text(tmp_path, SliceThickness=2.5)
    assert words.startswith("The slices of the CT lie 5 mm apart, but they are 2.5 mm thick")


@pytest.mark.parametrize("by", [2, 3, -2])
def test_numbers_that_skip_are_told_in_ct(by: int, tmp_path: Path) -> None:
    words = warning_text(tmp_path, by=by, SliceThickness=5)
    assert f"their numbers go by {abs(by)} (InstanceNumber)" in words


@pytest.mark.parametrize("stated", [2.5, -2.5, 4.0, 9.0])
def test_a_stated_spacing_that_is_another_is_told(stated: float, tmp_path: Path) -> None:
    words = warning_text(tmp_path, SliceThickness=5, SpacingBetweenSlices=stated)
    assert f"{abs(stated):g} mm is stated (SpacingBetweenSlices)" in words


@pytest.mark.parametrize(
    "changes",
    [
        {"SliceThickness": 5},
        {"SliceThickness": 8},
        {"SliceThickness": None},
        {"SliceThickness": 4},
        {"SliceThickness": ""},
        {"SliceThickness": 0},
        {"SliceThickness": 5, "SpacingBetweenSlices": 5},
        {"SliceThickness": 5, "SpacingBetweenSlices": -5.01},
        {"SliceThickness": 4, "SpacingBetweenSlices": 1},
        {"SliceThickness": 5, "SpacingBetweenSlices": 0},
    ],
)
@pytest.mark.parametrize("by", [1, -1])
def test_a_whole_series_is_told_nothing(
    by: int, changes: dict[str, object], tmp_path: Path
) -> None:
    assert warning_text(tmp_path, by=by, **changes) == ""


@pytest.mark.parametrize(
    ("by", "thick", "says"),
    [
        (1, 4.0, ""),
        (1, 3.0, ""),
        (2, 5.0, ""),
        (1, 2.5, "2.5 mm thick"),
        (2, 3.0, "go by 2"),
        (2, None, "go by 2"),
    ],
)
def test_gaps_of_mr_are_told_where_they_are_as_wide_as_the_slices(
    by: int, thick: float | None, says: str, tmp_path: Path
) -> None:
    words = warning_text(tmp_path, by=by, SliceThickness=thick, **AS_MR)
    assert says in words
    assert bool(words) is bool(says)
    assert not words or words.endswith("if the gaps are not on purpose.")


def test_a_real_series_is_told_nothing_and_its_every_second_slice_is(
    shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "liver_ct" / "dicom"
    assert read_image(folder, CT)[1] == ()
    for path in sorted(folder.iterdir())[::2]:
        (tmp_path / path.name).symlink_to(path)
    (warning,) = read_image(tmp_path, CT)[1]
    assert "lie 4 mm apart, but their numbers go by 2" in warning.message
