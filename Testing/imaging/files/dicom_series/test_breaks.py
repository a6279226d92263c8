"""Phases one after the other, and slices at each other's place, in a stack that is even."""

import random
from bisect import bisect_left
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.dicom_series.breaks import (
    longest_pause,
    slices_out_of_turn,
    stretches_begin,
)
from TACEResponseLib.imaging.files.dicom_series.values import seconds_of_day
from TACEResponseLib.imaging.files.reading import read_image
from Testing.imaging.dicom_slices import write_slice

COUNT = 20


def codes(folder: Path) -> set[str]:
    _, warnings = read_image(folder, ImageSequence.CT_ARTERIAL)
    return {w.code for w in warnings}


def written(folder: Path, **changes: list[object]) -> Path:
    """Twenty slices; of each element a value a slice."""
    folder.mkdir()
    for n in range(COUNT):
        more = {keyword: values[n] for keyword, values in changes.items()}
        write_slice(folder, n, 2.5 * n, **{"InstanceNumber": n + 1, **more})
    return folder


def times(later: range, pause_s: int) -> list[object]:
    return [f"1015{(n // 4 + pause_s * (n in later)):02d}.00" for n in range(COUNT)]


@pytest.mark.parametrize("keyword", ["AcquisitionTime", "AcquisitionDateTime"])
@pytest.mark.parametrize("later", [range(10, 20), range(3), range(8, 12)])
def test_a_stretch_measured_later_is_said(tmp_path: Path, keyword: str, later: range) -> None:
    shown = times(later, 30)
    if keyword == "AcquisitionDateTime":
        shown = [f"20240501{time}" for time in shown]
    assert "time_jumps" in codes(written(tmp_path / "s", **{keyword: shown}))


def test_one_sweep_is_not(tmp_path: Path) -> None:
    assert codes(written(tmp_path / "s", AcquisitionTime=times(range(0), 0))) == set()
    assert codes(written(tmp_path / "t", AcquisitionTime=times(range(10, 20), 5))) == set()


@pytest.mark.parametrize(
    ("keyword", "values", "code"),
    [
        ("AcquisitionNumber", [1] * 10 + [2] * 10, "time_jumps"),
        ("AcquisitionNumber", [1] * 8 + [2] * 4 + [3] * 8, "time_jumps"),
        ("KVP", [120] * 12 + [100] * 8, "time_jumps"),
        ("ContentTime", ["101500"] * 9 + ["101640"] * 11, "time_jumps"),
        ("InstanceNumber", [*range(1, 11), *range(1, 11)], "numbers_repeat"),
    ],
)
def test_halves_are_said_by_whatever_tells_them_apart(
    tmp_path: Path, keyword: str, values: list[object], code: str
) -> None:
    assert codes(written(tmp_path / "s", **{keyword: values})) == {code}


def test_what_changes_all_along_or_lacks_is_no_second_scan(tmp_path: Path) -> None:
    each: list[object] = [n // 2 for n in range(COUNT)]
    assert stretches_begin([str(n) for n in each]) == 0
    assert stretches_begin(["1"] * 20) == stretches_begin([""] * 10 + ["2"] * 10) == 0
    assert stretches_begin(["1"] * 18 + ["2"] * 2) == 0, "two slices are no scan"
    assert codes(written(tmp_path / "s", InstanceNumber=[1] * COUNT)) == set()


def test_slices_whose_numbers_changed_places_are_said(tmp_path: Path) -> None:
    numbers: list[object] = list(range(1, COUNT + 1))
    numbers[7], numbers[10] = numbers[10], numbers[7]
    folder = written(tmp_path / "s", InstanceNumber=numbers)
    _, (warning,) = read_image(folder, ImageSequence.CT_ARTERIAL)
    assert warning.code == "slices_out_of_turn"
    assert "slices 8, 11 of the CT" in warning.message


def test_a_pause_by_hand() -> None:
    assert longest_pause([0.0, 1.0, 2.0, 40.0, 41.0]) == (3, 38.0)
    assert longest_pause([0.0, 10.0, 20.0, 30.0, 40.0]) == (0, 0.0), "it halts at each slice"
    assert longest_pause([0.0, 0.0, 30.0, 30.0, 0.0]) == (2, 30.0), "two slices of another phase"
    assert longest_pause([86_399.0, 0.0, 1.0, 2.0]) == (0, 0.0), "midnight"
    assert longest_pause([0.0, None, 50.0]) == (0, 0.0)
    assert seconds_of_day("101555.25") == pytest.approx(10 * 3600 + 15 * 60 + 55.25)


@pytest.mark.parametrize("seed", range(20))
def test_what_stays_in_order_is_as_long_as_can_be(seed: int) -> None:
    """Against the length of a longest rising part by its textbook recurrence."""
    rng = random.Random(seed)
    numbers = list(range(1, 41))
    for _ in range(rng.randint(0, 2)):
        numbers.insert(rng.randrange(40), numbers.pop(rng.randrange(40)))
    ends: list[int] = []
    for number in numbers:
        place = bisect_left(ends, number)
        ends[place : place + 1] = [number]
    moved = slices_out_of_turn(numbers)
    assert len(moved) == len(numbers) - len(ends)
    rest = [n for place, n in enumerate(numbers) if place not in moved]
    assert rest == sorted(rest)
    assert len(slices_out_of_turn(numbers[::-1])) == len(moved), "counted down"


def test_numbers_at_random_or_in_two_runs_tell_nothing() -> None:
    shuffled = np.random.default_rng(1).permutation(60).tolist()
    assert slices_out_of_turn(shuffled) == ()
    assert slices_out_of_turn([*range(30, 60), *range(30)]) == ()
    assert slices_out_of_turn([1] * 20) == ()
    assert slices_out_of_turn(list(range(50, 0, -1))) == ()
