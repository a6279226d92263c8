"""Does an evenly spaced series lack slices, as where every second one was left out?

Their places can't tell, since they are even; the slices' thickness, stated spacing and numbers can.
In MR gaps are left on purpose, though seldom as wide as the slices; in CT hardly ever.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.imaging.files.dicom_series.values import slice_numbers, text
from TACEResponseLib.imaging.files.headers.header import LARGEST_SHIFT_MM
from TACEResponseLib.imaging.files.headers.text import NUMBER
from TACEResponseLib.imaging.geometry import FloatArray

# Distance over thickness from which on something seems to be missing.
CT_GAP, MR_GAP = 1.5, 1.9
# Slices that touch have all of the patient between them, whatever their numbers.
TOUCHING = 1.1
# Stated spacings round.
SAME_SHARE = 0.05
LEAST_SLICES = 4
# Degrees; gantries tilt by 30.
STEEPEST = 90


def gap_warnings(headers: Sequence[Any], distance_mm: float) -> tuple[CaseWarning, ...]:
    """Say which of a series' own numbers disagree with how far its slices lie apart.

    Args:
        headers: of the slices, as they are stacked.
        distance_mm: between neighbors, by their positions.
    """
    is_ct = text(headers[0], "Modality") == "CT"
    thick, stated = (_length(headers[0], k) for k in ("SliceThickness", "SpacingBetweenSlices"))
    times = _counted_by(slice_numbers(headers))
    signs = []
    if times > 1 and (is_ct or not thick or distance_mm > TOUCHING * thick):
        signs.append(f"their numbers go by {times} (InstanceNumber)")
    if thick and distance_mm > (CT_GAP if is_ct else MR_GAP) * thick:
        signs.append(f"they are {thick:.4g} mm thick (SliceThickness)")
    # Some programs state the gap alone.
    fits = stated and any(_same(distance_mm, value) for value in (stated, stated + (thick or 0)))
    if stated and not fits:
        signs.append(f"{stated:.4g} mm is stated (SpacingBetweenSlices)")
    if not signs:
        return ()
    purpose = "" if is_ct else ", if the gaps are not on purpose"
    return (
        CaseWarning(
            code="slices_left_out",
            message=f"The slices of the {'CT' if is_ct else 'MR'} lie {distance_mm:.4g} mm apart, "
            f"but {' and '.join(signs)}: check that no slices between them were left "
            f"out{purpose}.",
        ),
    )


def tilt_warnings(
    header: Any, plane_normal: FloatArray, length_mm: float
) -> tuple[CaseWarning, ...]:
    """Say when a header gives a tilt that neither directions nor positions of the slices show.

    Args:
        header: of one slice.
        plane_normal: of the slices, LPS.
        length_mm: of the stack, which is upright.
    """
    shown = text(header, "GantryDetectorTilt")
    if not NUMBER.fullmatch(shown) or not 0 < abs(tilt := float(shown)) < STEEPEST:
        return ()
    seen = np.degrees(np.arccos(min(1.0, float(np.abs(plane_normal).max()))))
    if abs(seen - abs(tilt)) < 1 or np.tan(np.radians(abs(tilt))) * length_mm <= LARGEST_SHIFT_MM:
        return ()
    return (
        CaseWarning(
            code="gantry_tilt",
            message=f"The header gives a gantry tilt of {tilt:g} degrees, but by their positions "
            "the slices lie upright: check that the image is not sheared, unless the tilt was "
            "corrected.",
        ),
    )


def _length(header: Any, keyword: str) -> float | None:
    """A length above 0; backward spacings are stated below 0."""
    shown = text(header, keyword)
    if not NUMBER.fullmatch(shown):
        return None
    value = abs(float(shown))
    return value if 0 < value < np.inf else None


def _counted_by(numbers: Sequence[int] | None) -> int:
    """By how much each slice's number differs from the one before; 0 if it is not one number."""
    if numbers is None or len(numbers) < LEAST_SLICES:
        return 0
    steps = np.diff(numbers)
    return abs(int(steps[0])) if (steps == steps[0]).all() else 0


def _same(one: float, other: float) -> bool:
    """Whether two lengths are one, up to rounding."""
    return abs(one - other) <= SAME_SHARE * other
