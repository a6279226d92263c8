"""Does a CT series change its moment on the way, or does a slice stand at another's place?

Two phases one after the other in one series make an evenly spaced stack; so does a block of
slices of another phase. One sweep of a CT takes some seconds, and its times run on: a pause that a
phase could begin after is seen in them. Slices that have changed places are seen in their numbers.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.imaging.files.dicom_series.values import seconds_of_day, slice_numbers, text

# Slices of one CT sweep follow each other; phases are at least half a minute apart.
LEAST_PAUSE_S = 8.0
# Of the moment when a slice was measured; reconstruction may pause for its own reasons.
MEASURED = ("AcquisitionTime", "AcquisitionDateTime")
# A slow scanner that halts at each slice or turn pauses everywhere.
MOST_PAUSES = 3
DAY_S = 86_400.0
# The moment of the picture; in files that lost the others.
CONTENT = ("ContentTime",)
# They may differ between scans that were stacked, and hardly ever within one.
CONSTANT_IN_A_SWEEP = ("AcquisitionNumber", "KVP")
LEAST_STRETCH = 3
LEAST_SLICES = 8
# More slices out of turn than this share are no few that changed places.
MOST_MOVED = 0.1


def break_warnings(headers: Sequence[Any]) -> tuple[CaseWarning, ...]:
    """Say where along a CT the time of measurement jumps, and which slices are out of turn.

    Args:
        headers: of the slices, as they are stacked.
    """
    if text(headers[0], "Modality") != "CT":
        return ()
    return (*_change_warnings(headers), *_place_warnings(headers))


def longest_pause(times: Sequence[float | None]) -> tuple[int, float]:
    """The slice before which time jumps, and by how many seconds; 0 where it runs on or lacks."""
    if len(times) < 2 or any(t is None for t in times):
        return 0, 0.0
    steps = np.abs(np.diff(np.array(times, dtype=float)))
    steps = np.minimum(steps, DAY_S - steps)
    if not 0 < np.count_nonzero(steps >= LEAST_PAUSE_S) <= MOST_PAUSES:
        return 0, 0.0
    return int(steps.argmax()) + 1, float(steps.max())


def slices_out_of_turn(numbers: Sequence[int]) -> tuple[int, ...]:
    """Which of a stack's slices (0, 1, ...) break an order that all others keep; none if many do.

    Args:
        numbers: InstanceNumber of each slice, each one's own.
    """
    if len(numbers) < LEAST_SLICES or len(set(numbers)) < len(numbers):
        return ()
    turned = [-number for number in numbers]
    kept = max(_longest_rise(numbers), _longest_rise(turned), key=len)
    moved = tuple(sorted(set(range(len(numbers))) - set(kept)))
    return moved if len(moved) <= max(2, MOST_MOVED * len(numbers)) else ()


def _longest_rise(numbers: Sequence[int]) -> list[int]:
    """Places of a longest rising part of numbers, by patience sorting."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for place, number in enumerate(numbers):
        pile = bisect_left(ends, number)
        before.append(last[pile - 1] if pile else None)
        ends[pile : pile + 1], last[pile : pile + 1] = [number], [place]
    places: list[int] = []
    place_before: int | None = last[-1]
    while place_before is not None:
        places.append(place_before)
        place_before = before[place_before]
    return places[::-1]


def stretches_begin(values: Sequence[str]) -> int:
    """The slice at which a second stretch of equal values begins; 0 for one, or for many."""
    starts = [n for n in range(1, len(values)) if values[n] != values[n - 1]]
    ends = [0, *starts, len(values)]
    are_scans = all(values) and min(np.diff(ends), default=0) >= LEAST_STRETCH
    return starts[0] if 0 < len(starts) <= MOST_PAUSES and are_scans else 0


def _change_warnings(headers: Sequence[Any]) -> tuple[CaseWarning, ...]:
    """A pause in the times, or a second way of measuring from some slice on."""
    pauses = _pause_warnings(headers)
    if pauses:
        return pauses
    for keyword in CONSTANT_IN_A_SWEEP:
        place = stretches_begin([text(h, keyword) for h in headers])
        if place:
            return (
                CaseWarning(
                    code="time_jumps",
                    message=f"From slice {place + 1} of the CT on {keyword} is another, as if two "
                    "phases were stacked: check that all slices are of one phase.",
                ),
            )
    return ()


def _pause_warnings(headers: Sequence[Any]) -> tuple[CaseWarning, ...]:
    """A pause in the times of measurement, or of the content where those lack."""
    has_measured = any(text(h, keyword) for h in headers for keyword in MEASURED)
    for keyword in MEASURED if has_measured else CONTENT:
        place, pause = longest_pause([seconds_of_day(text(h, keyword)) for h in headers])
        if pause >= LEAST_PAUSE_S:
            return (
                CaseWarning(
                    code="time_jumps",
                    message=f"Between slices {place} and {place + 1} of the CT the time "
                    f"({keyword}) jumps by {pause:.0f} s, as if two phases were "
                    "stacked: check that all slices are of one phase.",
                ),
            )
    return ()


def _place_warnings(headers: Sequence[Any]) -> tuple[CaseWarning, ...]:
    """Slices whose numbers are out of turn."""
    numbers = slice_numbers(headers)
    if numbers is None:
        return ()
    if 1 < len(set(numbers)) < len(numbers):
        return (
            CaseWarning(
                code="numbers_repeat",
                message=f"{len(numbers) - len(set(numbers))} slices of the CT have the number of "
                "another (InstanceNumber), as if two phases were stacked: check that all slices "
                "are of one phase.",
            ),
        )
    moved = slices_out_of_turn(numbers)
    if not moved:
        return ()
    plural = len(moved) > 1
    named = ", ".join(str(place + 1) for place in moved[:4])
    more = " and others" if len(moved) > 4 else ""
    return (
        CaseWarning(
            code="slices_out_of_turn",
            message=f"By the numbers (InstanceNumber) slice{'s' * plural} {named}{more} of the CT "
            f"stand{'s' * (not plural)} at another's place; slices were stacked by position: look "
            "at the image from the side.",
        ),
    )
