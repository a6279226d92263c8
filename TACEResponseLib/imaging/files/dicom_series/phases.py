"""Do the slices of several phases or reconstructions lie between each other?

Two phases half a slice apart make an evenly spaced stack of which nothing is wrong but that every
second slice shows another moment. Whatever a header holds may tell: then its values repeat with
each second (third, fourth) slice, or jump back and forth, which within one scan nothing does. What
varies along a scan (tube current, position) neither repeats nor jumps; slices of MR may be taken
in passes, so that times and numbers of acquisition jump within one scan.
"""

import warnings
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from TACEResponseLib.imaging.files.dicom_series.values import (
    comparable,
    element_text,
    slice_numbers,
    text,
)
from TACEResponseLib.imaging.geometry import FloatArray

# How many scans may lie between each other; more have never been seen.
PERIODS = (2, 3, 4)
# A pattern in fewer slices of each scan may be chance.
LEAST_EACH = 3
LEAST_NUMBERS = 8
# No value in a file has these.
SEVERAL, UNSURE = "\0several", "\0unsure"
# They follow the place of a slice, or are each slice's own.
OWN = frozenset(
    {
        "SOPInstanceUID",
        "InstanceNumber",
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "SliceLocation",
        "SmallestImagePixelValue",
        "LargestImagePixelValue",
    }
)
# They follow the body, in small whole numbers, which may flicker for some slices.
VARYING = frozenset(
    {
        "XRayTubeCurrent",
        "XRayTubeCurrentInuA",
        "Exposure",
        "ExposureInuAs",
        "ExposureTime",
        "ExposureTimeInuS",
        "CTDIvol",
    }
)
LEAST_VARYING = 12
# Numbers that can be subtracted; NaN is no number either.
LARGEST = 1e30
TIMES = frozenset({"TM", "DT"})
TIME_KEYWORDS = ("AcquisitionTime", "ContentTime", "AcquisitionDateTime")
# What tells the passes of one MR apart, and where it says that it is 2D; in dynamic 3D the second
# is the time of a phase.
PASS, PASS_2D = ("AcquisitionNumber",), ("AcquisitionNumber", "TriggerTime")
ROUNDED = frozenset({"DS", "FD", "FL"})
NUMBERS = frozenset({"DS", "IS", "FD", "FL", "US", "SS", "UL", "SL"})


def telling_element(headers: Sequence[Any]) -> str | None:
    """The name of the first element whose values are in turn those of several scans.

    Args:
        headers: of the slices, as they are stacked.
    """
    passes, of_passes = taken_in_passes(headers[0]), pass_keywords(headers[0])
    for tag in sorted({tag for header in headers[:4] for tag in header.keys()}):  # noqa: SIM118
        keyword, kind = _name(tag)
        if not tag.element or keyword in OWN or keyword in of_passes:
            continue
        if passes and (kind in TIMES or tag.is_private):
            continue
        if keyword in VARYING and len(headers) < LEAST_VARYING:
            continue
        if _repeats(headers, tag) and _differ(headers, keyword, kind):
            return keyword or f"{tag}"
        if kind in NUMBERS and not passes and _jumps(headers, keyword):
            return keyword
    if not passes and numbers_in_turn(slice_numbers(headers)):
        return "InstanceNumber"
    return None


def element_at_places(groups: Sequence[Sequence[Any]]) -> str | None:
    """The name of an element by which several slices at each place are of several scans.

    Args:
        groups: headers of the slices at each place.
    """
    for tag in sorted({tag for header in groups[0] for tag in header.keys()}):  # noqa: SIM118
        keyword, _ = _name(tag)
        if not tag.element or keyword in OWN:
            continue
        values = [sorted(_raw(h, tag) for h in group) for group in groups]
        if len(set(values[0])) > 1 and all(v == values[0] for v in values):
            return keyword or f"{tag}"
        lacking = {sum(not v for v in group) for group in values}
        if lacking.isdisjoint({0, len(values[0])}) and len(lacking) == 1:
            return keyword or f"{tag}"
    return None


def taken_in_passes(header: Any) -> bool:
    """Whether times and numbers of one scan may jump: MR, unless it says that it is 3D."""
    return text(header, "Modality") != "CT" and text(header, "MRAcquisitionType") != "3D"


def pass_keywords(header: Any) -> tuple[str, ...]:
    """What may be in turn that of several passes of one MR."""
    if not taken_in_passes(header):
        return ()
    return PASS_2D if text(header, "MRAcquisitionType") == "2D" else PASS


def runs(values: Sequence[object]) -> int:
    """Stretches of equal neighbors."""
    return bool(values) + sum(a != b for a, b in pairwise(values))


def numbers_in_turn(numbers: Sequence[int] | None) -> bool:
    """Whether numbers count several scans at once: 1 41 2 42 ..., 1 80 2 79 ..., 1 1 2 2 ...

    A scan that counts down, from any number or in steps does not, nor one numbered at random.
    """
    if numbers is None:
        return False
    return any(_counts_apart(np.array(numbers), period) for period in PERIODS)


def _counts_apart(numbers: FloatArray, period: int) -> bool:
    """Each of several stretches is counted in order, their slices together are not."""
    if len(numbers) < period * LEAST_EACH or _in_order(numbers):
        return False
    parts = [numbers[first::period] for first in range(period)]
    if not all(_in_order(part) for part in parts):
        return False
    steps = [np.diff(part) for part in parts]
    if all((step == step[0]).all() and abs(step[0]) < period for step in steps):
        return True
    ends = sorted((part.min(), part.max()) for part in parts)
    apart = all(low[1] < high[0] for low, high in pairwise(ends))
    return apart and len(numbers) >= LEAST_NUMBERS


def _in_order(numbers: FloatArray) -> bool:
    """Up or down all the way."""
    steps = np.diff(numbers)
    return bool((steps > 0).all() or (steps < 0).all())


def _name(tag: Any) -> tuple[str, str]:
    """DICOM's name of an element and its kind of value; empty for a private one."""
    from pydicom.datadict import dictionary_VR, keyword_for_tag

    try:
        return keyword_for_tag(tag), dictionary_VR(tag)
    except KeyError:
        return "", ""


def _repeats(headers: Sequence[Any], tag: Any) -> bool:
    """Whether values, or having one at all, repeat with each second, third or fourth slice."""
    return any(_repeats_with(period, headers, tag) for period in PERIODS)


def _repeats_with(period: int, headers: Sequence[Any], tag: Any) -> bool:
    """Each part of the slices has one value of its own, or one part has none and another has.

    A slice that lacks what its part has doesn't matter.
    """
    if len(headers) < period * LEAST_EACH:
        return False
    begin = {_value_of(headers[first::period][:LEAST_EACH], tag) for first in range(period)}
    if len(begin) < 2 or (SEVERAL in begin and "" not in begin):
        return False
    values = {_value_of(headers[first::period], tag) for first in range(period)}
    return len(values) > 1 and not values & {UNSURE} and ("" in values or SEVERAL not in values)


def _value_of(part: Sequence[Any], tag: Any) -> str:
    """The value that a part of the slices has, or `SEVERAL`; empty if it has none."""
    known = [value for h in part if (value := _raw(h, tag))]
    if not known:
        return ""
    if len(known) < max(LEAST_EACH - 1, len(part) - 1):
        return UNSURE
    return known[0] if all(value == known[0] for value in known) else SEVERAL


def _raw(header: Any, tag: Any) -> str:
    """A value as it stands in the file; empty for an absent one."""
    try:
        value = header.get_item(tag).value
        if isinstance(value, bytes):
            return value.decode("latin-1").lstrip(" ").rstrip(" \0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd values in sequences
            return element_text(value)
    except Exception:  # noqa: BLE001  # absent, or pydicom's many kinds on odd values
        return ""


def _differ(headers: Sequence[Any], keyword: str, kind: str) -> bool:
    """Whether values differ by more than how they are written."""
    if kind not in ROUNDED:
        return True
    return len({comparable(text(h, keyword)) for h in headers}) > 1


def _jumps(headers: Sequence[Any], keyword: str) -> bool:
    """Whether each number is nearer to the next but one than any is to its neighbor."""
    return len(headers) >= LEAST_NUMBERS and all(
        numbers is not None and np.abs(np.diff(numbers)).min() > _farthest(numbers)
        for numbers in (_numbers(part, keyword) for part in (headers[:LEAST_NUMBERS], headers))
    )


def _farthest(numbers: FloatArray) -> float:
    return float(np.abs(numbers[2:] - numbers[:-2]).max())


def _numbers(headers: Sequence[Any], keyword: str) -> FloatArray | None:
    """One finite number a slice; `None` where a slice has none or several."""
    try:
        numbers = np.array([float(text(h, keyword)) for h in headers])
    except ValueError:
        return None
    return numbers if (np.abs(numbers) < LARGEST).all() else None
