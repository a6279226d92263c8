"""Slices at one distance, each place once; where not, why, in words that say what to do."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.dicom_series.files import read_dataset
from TACEResponseLib.imaging.files.dicom_series.phases import (
    LEAST_EACH,
    PERIODS,
    element_at_places,
)
from TACEResponseLib.imaging.files.dicom_series.values import text
from TACEResponseLib.imaging.files.headers.files import shown_name
from TACEResponseLib.imaging.geometry import FloatArray

# Headers round positions; slices that differ from an even distance by less than this are even.
UNEVEN_MM = 0.1 + 1e-6
UNEVEN_SHARE = 0.05
# Half of the last digit, where positions are written to 0.1 mm.
HALF_DIGIT_MM = 0.05 + 1e-6
# Places nearer than this are one.
SAME_MM = 0.01
# More gaps than this share are no missing slices.
MOST_MISSING = 0.25
FOLDER = "in a folder of their own"
COPY_ALL = "copy the whole series again, or the missing slices into its folder"


def check_copies(slices: Sequence[Any], along: FloatArray, where: str) -> None:
    """Refuse files that are there twice.

    Args:
        slices: in their order, each with `header` and `path`.
        along: their places along the normal, mm.
        where: how messages call the series.
    Raises: InputError: names two that are one image.
    """
    near = np.flatnonzero(np.diff(along) < SAME_MM)
    copies = [n for n in near.tolist() if _are_copies(slices[n], slices[n + 1], where)]
    if copies:
        names = [shown_name(slices[copies[0] + more].path) for more in (0, 1)]
        raise InputError(
            where,
            "must have one slice a position",
            got=f"{len(copies)} slices twice, the first at {along[copies[0]]:.1f} mm",
            names=names,
            remedy="delete one of each two files that are copies",
        )


def check_once(slices: Sequence[Any], along: FloatArray, where: str) -> None:
    """Refuse several slices at one place.

    Args:
        slices: in their order, each with `header` and `path`.
        along: their places along the normal, mm.
        where: how messages call the series.
    Raises: InputError: says whether it is so all along, and what tells them apart.
    """
    parts = np.split(np.arange(len(along)), np.flatnonzero(np.diff(along) >= SAME_MM) + 1)
    groups = [[slices[n] for n in part] for part in parts]
    several = [(n, group) for n, group in enumerate(groups) if len(group) > 1]
    if not several:
        return
    first, group = several[0]
    place = f"{along[parts[first][0]]:.1f} mm"
    copies, remedy = f"{len(group)} at {place}", "delete those that are not of the series"
    if len(several) == len(groups):
        keyword = element_at_places([[s.header for s in group] for group in groups])
        apart = f", told apart by {keyword}" if keyword else ""
        copies = f"several at each, as {copies}"
        remedy = f"lay the files of one phase or reconstruction {FOLDER}{apart}"
    raise InputError(
        where,
        "must have one slice a position",
        got=copies,
        names=[shown_name(s.path) for s in group],
        remedy=remedy,
    )


def check_even(slices: Sequence[Any], along: FloatArray, where: str) -> None:
    """Refuse slices that are not at one distance.

    Args:
        slices: in their order, each with `header` and `path`.
        along: their places along the normal, mm.
        where: how messages call the series.
    Raises: InputError: says whether slices are missing, or those of two scans lie in turn.
    """
    gaps = np.diff(along)
    usual = float(np.median(gaps))
    limit = max(UNEVEN_MM, UNEVEN_SHARE * usual)
    apart = np.abs(gaps - usual)
    if float(apart.max()) <= limit or _even_but_for_rounding(slices, along):
        return
    if (alien := _alien(along)) is not None:
        raise InputError(
            where,
            "slices must be evenly spaced, all of one scan",
            got=f"one at {along[alien]:.2f} mm between those of a scan",
            names=[shown_name(slices[alien].path)],
            remedy="move that file away if it is of another scan",
        )
    worst = int(apart.argmax())
    worst_gap = f"{gaps[worst]:.2f} mm after {along[worst]:.1f} mm"
    why, remedy = _reason(along, gaps, usual, limit)
    raise InputError(
        where,
        f"slices must be evenly spaced ({usual:.4g} mm), all of one scan",
        got=worst_gap + why,
        names=[shown_name(slices[worst].path)],
        remedy=remedy,
    )


def _even_but_for_rounding(slices: Sequence[Any], along: FloatArray) -> bool:
    """Whether positions of one decimal are those of even slices.

    Along a slanting normal all three coordinates are rounded, each by up to half a digit.
    """
    words = [w for s in slices for w in text(s.header, "ImagePositionPatient").split("\\")]
    if any(len(w.partition(".")[2].rstrip("0")) > 1 or "e" in w.lower() for w in words):
        return False
    axes = np.array(text(slices[0].header, "ImageOrientationPatient").split("\\"), dtype=float)
    normal = np.cross(axes[:3], axes[3:])
    number = np.arange(len(along))
    apart = along - np.polyval(np.polyfit(number, along, 1), number)
    return float(np.ptp(apart)) <= 2 * HALF_DIGIT_MM * float(np.abs(normal).sum())


def _alien(along: FloatArray) -> int | None:
    """The one slice without which the others are evenly spaced, if it lies between them."""
    for n in np.argsort(np.diff(along), kind="stable")[:2].tolist():
        for alien in (n, n + 1):
            gaps = np.diff(np.delete(along, alien))
            even = len(gaps) >= LEAST_EACH and np.ptp(gaps) <= max(
                UNEVEN_MM, UNEVEN_SHARE * gaps[0]
            )
            if even and 0 < alien < len(along) - 1:
                return alien
    return None


def _reason(along: FloatArray, gaps: FloatArray, usual: float, limit: float) -> tuple[str, str]:
    """Why slices are not evenly spaced, and what to do about it."""
    lost, scans = _missing(gaps, usual, limit), _interleaved(along, gaps)
    odd = np.flatnonzero(np.abs(gaps - usual) > limit)
    # Where a scan reaches farther than another that lies in turn with it, gaps end the stack.
    ends = _at_ends(odd.tolist(), len(gaps))
    if lost and (not scans or (not ends and len(odd) < MOST_MISSING * len(gaps))):
        return f", as if {lost} were missing", COPY_ALL
    if lost and ends:
        return (
            f", as if {lost} were missing or {scans} phases lay in turn",
            f"{COPY_ALL}, or lay the files of one phase {FOLDER}",
        )
    if scans:
        return (
            f": {scans} scans or phases lie in turn, each evenly spaced",
            f"lay the files of one {FOLDER}",
        )
    return "", f"lay one evenly spaced stretch {FOLDER}, or resample, for instance in 3D Slicer"


def _at_ends(odd: Sequence[int], count: int) -> bool:
    """Whether odd gaps are the first, the last, or both, in a row."""
    rest = set(odd)
    low, high = 0, count - 1
    while low in rest:
        rest.discard(low)
        low += 1
    while high in rest:
        rest.discard(high)
        high -= 1
    return not rest


def _are_copies(one: Any, other: Any, where: str) -> bool:
    """Whether two files at one place hold the same pixels; ids may be one for all files."""
    datasets = [read_dataset(s.path, where, pixels=True) for s in (one, other)]
    pixels = [None if d is None else d.get("PixelData") for d in datasets]
    return pixels[0] is not None and pixels[0] == pixels[1]


def _missing(gaps: FloatArray, usual: float, limit: float) -> int:
    """How many slices are missing where each gap is the usual one or some of them; 0 if not."""
    times = np.round(gaps / usual)
    whole = (times >= 1).all() and float(np.abs(gaps - times * usual).max()) <= limit
    return int((times - 1).sum()) if whole else 0


def _interleaved(along: FloatArray, gaps: FloatArray) -> int:
    """How many evenly spaced scans together have all slices and overlap; 0 if there are none."""
    steps = [np.median(along[p:] - along[:-p]) for p in PERIODS if len(along) > p]
    for step in [*steps, gaps.max()]:
        left = list(range(len(along)))
        scans: list[list[int]] = []
        while left and len(scans) <= max(PERIODS):
            scans.append(_stretch(along, left, float(step)))
            taken = set(scans[-1])
            left = [n for n in left if n not in taken]
        fits = not left and len(scans) in PERIODS and min(map(len, scans)) >= LEAST_EACH
        if fits and _overlap(along, scans):
            return len(scans)
    return 0


def _stretch(along: FloatArray, left: list[int], step: float) -> list[int]:
    """Numbers of slices from the first on, a step apart, until one is missing."""
    limit = max(UNEVEN_MM, UNEVEN_SHARE * step)
    stretch = [left[0]]
    for n in left[1:]:
        if abs(along[n] - along[stretch[-1]] - step) <= limit:
            stretch.append(n)
    return stretch


def _overlap(along: FloatArray, scans: list[list[int]]) -> bool:
    """Whether they lie between each other, and not one after another."""
    ends = sorted((along[scan[0]], along[scan[-1]]) for scan in scans)
    return all(low[1] > high[0] for low, high in pairwise(ends))
