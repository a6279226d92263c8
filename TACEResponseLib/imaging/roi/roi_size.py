"""How large a tumor can be, and from where on the user is asked whether it is one."""

from collections.abc import Sequence

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past
from TACEResponseLib.imaging.roi.roi import Lesion
from TACEResponseLib.imaging.roi.roi_choice import LARGEST_ML, milliliters

# Tumors before TACE reach 1,450 mL (HCC-TACE-Seg); a whole liver has 900 mL or more. So from the
# first limit on an ROI may be either, and beyond the others it is no tumor.
CONFIRMED_ABOVE_ML = 500.0
LARGEST_MM = 250.0


def check_roi_size(
    lesions: Sequence[Lesion], where: str, *, is_meant: bool, remedy: str
) -> tuple[CaseWarning, ...]:
    """Refuse what is no tumor; say how large it is where it may be another organ.

    Args:
        lesions: of one ROI.
        where: how messages call it.
        is_meant: whether the user has said that an ROI as large is tumor.
        remedy: how to say it.
    Raises: InputError: beyond the limits, or larger than most tumors and nobody said it is one.
    """
    counted = [lesion for lesion in lesions if not lesion.is_speck]
    volume = sum(lesion.volume_ml for lesion in counted)
    longest = max((lesion.longest_axial_diameter_mm for lesion in counted), default=0.0)
    size = f"{milliliters(volume)}, {longest:.0f} mm across"
    if volume > LARGEST_ML or longest > LARGEST_MM:
        raise InputError(
            where,
            f"must hold tumor of at most {milliliters(LARGEST_ML)} and {LARGEST_MM:.0f} mm across",
            got=f"{milliliters(volume, LARGEST_ML)}, {past(longest, LARGEST_MM, '.0f')} mm across",
            remedy="choose the tumor alone, and check the size of the voxels",
        )
    if volume <= CONFIRMED_ABOVE_ML:
        return ()
    if not is_meant:
        raise InputError(
            where,
            f"may hold more than {milliliters(CONFIRMED_ABOVE_ML)} only if you say "
            "that all of it is tumor and none is liver",
            got=f"{milliliters(volume, CONFIRMED_ABOVE_ML)}, {longest:.0f} mm across",
            remedy=f"choose the tumor alone, or {remedy}",
        )
    return (
        CaseWarning(
            code="roi_large",
            message=f"The ROI holds {size}, larger than most tumors; it was said to be tumor "
            "alone.",
        ),
    )
