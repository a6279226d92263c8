"""How far the slices of a DICOM SEG lie apart, where it does not state it.

The frames alone can't tell: a SEG holds those slices that were drawn on, so that contours on every
second slice look like slices of twice the distance, and one slice has no distance at all.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.vocabulary import vocabulary
from TACEResponseLib.imaging.files.dicom_series.values import text
from TACEResponseLib.imaging.files.headers.text import NUMBER
from TACEResponseLib.imaging.geometry import FloatArray

STATED, THICKNESS = "SpacingBetweenSlices", "SliceThickness"
SAME_MM = 0.01
# Of a distance, to be so many times the thickness.
ROUNDING = 0.02


def state_spacing(dataset: Any, where: str) -> tuple[CaseWarning, ...]:
    """Let the thickness be the distance where frames lie some times as far apart, and say so.

    Args:
        dataset: of a SEG; it gets the distance of its slices where it needs one.
        where: how messages call the ROI.
    Raises: InputError: one slice of which nothing says how thick it is.
    """
    measures = _of_frames(dataset, "PixelMeasuresSequence")
    if not measures or any(_length(item, STATED) for item in measures):
        return ()
    thick = {_length(item, THICKNESS) for item in measures}
    thickness = thick.pop() if len(thick) == 1 else None
    gaps = np.diff(_places(dataset))
    if gaps.size and (thickness is None or not _some_times(gaps, thickness)):
        return ()
    if thickness is None:
        raise InputError(
            where,
            f"must give {STATED} or {THICKNESS}, being drawn on one slice",
            got="neither",
            remedy=f"export the {vocabulary().mask} as a label image",
        )
    for item in measures:
        setattr(item, STATED, thickness)
    if not gaps.size:
        return ()
    return (
        CaseWarning(
            code="roi_frames_apart",
            message=f"The frames of the {vocabulary().mask}'s file lie {gaps.min():.4g} mm apart "
            f"but are {thickness:.4g} mm thick ({THICKNESS}), and {STATED} is not stated: taken "
            "for drawn "
            f"on every {_ordinal(round(gaps.min() / thickness))} slice, with nothing between. "
            f"Fill the slices between, or export the {vocabulary().mask} as a label image.",
        ),
    )


def _of_frames(dataset: Any, keyword: str) -> list[Any]:
    """The first item of a sequence in the groups of all frames and in those of each."""
    groups = [*dataset.SharedFunctionalGroupsSequence, *dataset.PerFrameFunctionalGroupsSequence]
    return [group[keyword][0] for group in groups if group.get(keyword)]


def _length(item: Any, keyword: str) -> float | None:
    """A finite length above 0; backward spacings are stated below 0."""
    shown = text(item, keyword)
    value = abs(float(shown)) if NUMBER.fullmatch(shown) else 0.0
    return value if 0 < value < np.inf else None


def _places(dataset: Any) -> FloatArray:
    """Where frames lie along their normal, each place once; odd ones are refused where read."""
    axes = _numbers(_of_frames(dataset, "PlaneOrientationSequence"), "ImageOrientationPatient", 6)
    where = _numbers(_of_frames(dataset, "PlanePositionSequence"), "ImagePositionPatient", 3)
    if not len(axes) or not len(where):
        return np.zeros(1)
    along = np.sort(where @ np.cross(axes[0, :3], axes[0, 3:]))
    return along[np.concatenate([[True], np.diff(along) > SAME_MM])]


def _numbers(items: Sequence[Any], keyword: str, count: int) -> FloatArray:
    """(n, count) of what those items hold that hold numbers."""
    words = [text(item, keyword).split("\\") for item in items]
    sound = [w for w in words if len(w) == count and all(NUMBER.fullmatch(v) for v in w)]
    return np.array(sound, dtype=float).reshape(-1, count)


def _some_times(gaps: FloatArray, thickness: float) -> bool:
    """Whether all gaps are at least twice the thickness, in whole numbers."""
    times = np.round(gaps / thickness)
    return bool((times >= 2).all() and (np.abs(gaps - times * thickness) <= ROUNDING * gaps).all())


def _ordinal(number: int) -> str:
    """As it is said."""
    return {2: "second", 3: "third"}.get(number, f"{number}th")
