"""Slices that make no regular stack are refused by their real cause, with a way that works."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from Testing.imaging.dicom_slices import write_slice

CT, MR = ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2
NAMELESS = {"InstanceNumber": None}


def write_at(folder: Path, places: Sequence[float], **changes: object) -> None:
    """A slice at each place, in files that say nothing of their order."""
    folder.mkdir(exist_ok=True)
    for n, z in enumerate(places):
        write_slice(folder, n, float(z), **(NAMELESS | changes))


def scan(first: float, count: int, step: float = 2.5) -> list[float]:
    return [first + step * n for n in range(count)]


def moved(folder: Path, numbers: Sequence[int]) -> Path:
    """Some of the slices, by number, in a folder of their own."""
    target = folder.with_name("one")
    target.mkdir()
    for n in numbers:
        shutil.copy(folder / f"{99 - n:03d}.dcm", target)
    return target


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (scan(0.75, 8), r"\(2\.5 mm|2 scans or phases lie in turn, each evenly spaced"),
        (scan(2.5 / 3, 8), "2 scans or phases lie in turn"),
        (scan(1.25, 5), "as if 2 were missing or 2 phases lay in turn"),
        (scan(6.25, 7), "missing or 2 phases lay in turn"),
        (scan(-4.25, 8), "2 scans or phases lie in turn"),
    ],
    ids=["third", "exact third", "shorter", "further on", "before"],
)
def test_phases_in_turn_are_named_and_one_alone_is_read(
    second: list[float], says: str, tmp_path: Path
) -> None:
    write_at(tmp_path / "both", [*scan(0.0, 8), *second])
    with pytest.raises(InputError, match=says) as refused:
        read_image(tmp_path / "both", CT)
    assert re.search("lay the files of one( phase)? in a folder of their own$", str(refused.value))
    volume, _ = read_image(moved(tmp_path / "both", range(8)), CT)
    assert volume.geometry.spacing_mm[2] == 2.5


@pytest.mark.parametrize("step", [0.5, 0.625, 0.75, 1.25, 3.33])
@pytest.mark.parametrize("first", [0.0, -812.43])
def test_even_slices_whose_positions_are_rounded_to_a_tenth_are_even(
    step: float, first: float, tmp_path: Path
) -> None:
    write_at(tmp_path, [round(z, 1) for z in scan(first, 25, step)])
    volume, _ = read_image(tmp_path, CT)
    assert volume.geometry.spacing_mm[2] == pytest.approx(step, abs=0.1 / 24)


def test_slanting_slices_whose_positions_are_rounded_to_a_tenth_are_even(tmp_path: Path) -> None:
    """Three coordinates are rounded, so that steps along the normal differ by up to 0.17 mm."""
    row, column = np.array([2.0, -1.0, -1.0]) / 6**0.5, np.array([0.0, 1.0, -1.0]) / 2**0.5
    normal = np.cross(row, column)
    for n in range(20):
        place = [round(float(v), 1) for v in 1.25 * n * normal]
        write_slice(
            tmp_path,
            n,
            0.0,
            ImagePositionPatient=place,
            ImageOrientationPatient=[round(float(v), 6) for v in (*row, *column)],
            **NAMELESS,
        )
    volume, _ = read_image(tmp_path, CT)
    assert volume.geometry.spacing_mm[2] == pytest.approx(1.25, abs=0.01)


@pytest.mark.parametrize("second", [0.5, 0.8, 1.1, 1.4])
def test_rounding_is_no_excuse_for_two_phases_in_turn(second: float, tmp_path: Path) -> None:
    """2.5 mm apart each, written to a tenth; half way between them the second would be at 1.25."""
    write_at(tmp_path, [*scan(0.0, 12), *(round(z, 1) for z in scan(second, 12))])
    with pytest.raises(InputError, match="2 scans or phases lie in turn"):
        read_image(tmp_path, CT)


@pytest.mark.parametrize("lost", [(5,), (5, 6), (3, 11), (1,), (18,)])
def test_missing_slices_are_counted_and_the_whole_series_is_read(
    lost: tuple[int, ...], tmp_path: Path
) -> None:
    places = scan(0.0, 20)
    write_at(tmp_path / "a", [z for n, z in enumerate(places) if n not in lost])
    with pytest.raises(InputError, match=rf"as if {len(lost)} were missing.*copy the whole series"):
        read_image(tmp_path / "a", CT)
    write_at(tmp_path / "b", places)
    read_image(tmp_path / "b", CT)


def test_a_change_of_spacing_is_neither_phases_nor_missing_slices(tmp_path: Path) -> None:
    write_at(tmp_path / "a", [*scan(0.0, 8, 2.0), *scan(17.0, 8, 3.0)])
    with pytest.raises(
        InputError, match=r"mm after \d+.\d mm \(.*; lay one evenly spaced"
    ) as refused:
        read_image(tmp_path / "a", CT)
    assert "missing" not in str(refused.value)
    assert "phases" not in str(refused.value)
    read_image(moved(tmp_path / "a", range(8)), CT)


@pytest.mark.parametrize("place", [3.1, 0.4, 9.9])
def test_one_slice_of_another_scan_is_named(place: float, tmp_path: Path) -> None:
    write_at(tmp_path, [*scan(0.0, 8), place])
    with pytest.raises(InputError, match=rf"one at {place:.2f} mm .* \(091.dcm\); move that file"):
        read_image(tmp_path, CT)
    (tmp_path / "091.dcm").unlink()
    read_image(tmp_path, CT)


def test_a_file_that_is_there_twice_is_named_as_a_copy(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    write_at(folder, scan(0.0, 8))
    shutil.copy(folder / "096.dcm", folder / "copy of 096.dcm")
    with pytest.raises(
        InputError,
        match=r"1 slices twice, the first at 7.5 mm \(096.dcm, copy of "
        r"096.dcm\); delete one of each two",
    ):
        read_image(folder, CT)
    (folder / "copy of 096.dcm").unlink()
    read_image(folder, CT)


def test_a_series_that_was_copied_whole_is_named_as_copies(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    write_at(folder, scan(0.0, 8), InstanceNumber=None)
    for path in list(folder.iterdir()):
        shutil.copy(path, folder / f"c{path.name}")
    with pytest.raises(InputError, match="got 8 slices twice"):
        read_image(folder, CT)


def test_another_slice_at_one_place_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    write_at(folder, [*scan(0.0, 8), 5.0])
    with pytest.raises(InputError, match=r"got 2 at 5.0 mm \(09[17].dcm, 09[17].dcm\); delete"):
        read_image(folder, CT)


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ({"KVP": 120}, {"KVP": 80}, "KVP"),
        ({"KVP": 120}, {}, "KVP"),
        ({"EchoTime": 1.1}, {"EchoTime": 2.2}, "EchoTime"),
        ({"AcquisitionTime": "103000"}, {"AcquisitionTime": ""}, "AcquisitionTime"),
        ({"WindowCenter": 40}, {"WindowCenter": 50}, "WindowCenter"),
    ],
)
@pytest.mark.parametrize("order", ["in turn", "at random"])
def test_phases_at_the_same_places_are_told_apart(
    first: dict[str, object], second: dict[str, object], apart: str, order: str, tmp_path: Path
) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    draw = np.random.default_rng(3)
    for n in range(8):
        turn = bool(draw.integers(2)) if order == "at random" else False
        for k in (0, 1):
            changes = (first, second)[k ^ turn]
            write_slice(folder, 2 * n + k, 2.5 * n, **(NAMELESS | changes))
    with pytest.raises(InputError, match=f"(told apart by|got .*){apart}"):
        read_image(folder, CT)


def test_phases_at_the_same_places_that_nothing_tells_apart_are_refused(tmp_path: Path) -> None:
    write_at(tmp_path / "a", [*scan(0.0, 8), *scan(0.0, 8)])
    with pytest.raises(
        InputError, match=r"got several at each, as 2 at 0.0 mm \(09.*lay the files of"
    ):
        read_image(tmp_path / "a", CT)


def test_ten_thousand_uneven_slices_are_judged_in_little_time() -> None:
    """The places alone: in each of several steps each slice is asked once."""
    from types import SimpleNamespace

    from TACEResponseLib.imaging.files.dicom_series.evenness import check_even

    along = np.cumsum(np.random.default_rng(0).uniform(0.5, 3.0, 10_000))
    header = {"ImagePositionPatient": [0, 0, "0.125"]}
    slices = [SimpleNamespace(path=Path("a.dcm"), header=header)] * len(along)
    with pytest.raises(InputError, match="evenly spaced"):
        check_even(slices, along, "--image")
