"""Are these Hounsfield units? A model that was trained on HU says nonsense about anything else.

HU are fixed by physics: air is -1000, fat about -100, soft tissue 0 to 100. So a CT has voxels
far below zero wherever there is air or fat, and a tumor's mean lies near zero. Magnitude MR has
neither. A crop from the middle of an organ may have no fat; then nothing can be proved.
"""

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.values.ct_look import LEAST_AIR_OR_FAT, Look
from TACEResponseLib.imaging.values.hounsfield_rules import DOUBTS, LEAST_AIR_OF_DARK, REFUSALS
from TACEResponseLib.imaging.values.shares import portion
from TACEResponseLib.imaging.volume import Mask, Volume

# Lipiodol, calcification and clips: nothing else in a liver is so dense.
LIPIODOL_HU = 400
LIPIODOL_SHARE = 0.02
LARGER_PART = "give a larger part of it, with the fat round the organ, "


def check_hounsfield(
    volume: Volume, sequence: ImageSequence, where: str, mask: Mask
) -> tuple[CaseWarning, ...]:
    """Refuse what is certainly not CT in HU; warn where it can't be told.

    Args:
        volume: an image given as CT.
        sequence: what the user calls it.
        where: how messages call it.
        mask: the ROI on its grid; not empty.
    Raises: InputError: the file says MR, or a rule of `REFUSALS` applies.
    """
    if volume.acquisition.modality == "MR":
        raise InputError(
            where,
            "must be CT in Hounsfield units (HU)",
            got="an MR image",
            remedy="give the CT, or choose a bundle for MR",
        )
    look = Look.of(volume, mask)
    for rule in REFUSALS:
        if rule.applies(look):
            raise InputError(
                where,
                "must be CT in Hounsfield units (HU)",
                got=f"values {look.low:g} to {look.high:g}, ROI mean {look.roi_mean:.4g}: "
                f"{rule.says}",
                remedy="export the CT with its rescale slope and intercept applied, "
                f"{LARGER_PART if rule.sees_too_little else ''}or choose a bundle for MR",
            )
    doubts = [rule.says for rule in DOUBTS if rule.applies(look)]
    return (
        *_unverified(sequence, doubts),
        *_clipped(look.window, volume, sequence, mask),
        *_lipiodol(volume, sequence, mask),
    )


def _unverified(sequence: ImageSequence, doubts: list[str]) -> list[CaseWarning]:
    """Why HU can't be taken for granted."""
    if not doubts:
        return []
    return [
        CaseWarning(
            code="hu_unverified",
            message=f"That the values of {sequence.words} are Hounsfield units can't be verified: "
            f"{' and '.join(doubts)}.",
        )
    ]


def _clipped(
    window: tuple[float | None, float | None], volume: Volume, sequence: ImageSequence, mask: Mask
) -> list[CaseWarning]:
    """What a window cut off, and how much of the ROI lies at its limits."""
    low, high = window
    if low is None and high is None:
        return []
    inside = volume.voxels[mask]
    at_limits = float(np.isin(inside, [limit for limit in window if limit is not None]).mean())
    cut = (
        f"below {low:g} HU"
        if high is None
        else f"above {high:g} HU"
        if low is None
        else f"to {low:g} to {high:g} HU"
    )
    return [
        CaseWarning(
            code="hu_clipped",
            message=f"The values of {sequence.words} were clipped {cut}: {portion(at_limits)} of "
            "the ROI's voxels lie at these limits. Models are trained on values that are whole.",
        )
    ]


def _lipiodol(volume: Volume, sequence: ImageSequence, mask: Mask) -> list[CaseWarning]:
    """An ROI with more dense material than an untreated tumor has."""
    share = float((volume.voxels[mask] > LIPIODOL_HU).mean())
    if share <= LIPIODOL_SHARE:
        return []
    return [
        CaseWarning(
            code="suspected_lipiodol",
            message=f"{100 * share:.0f} % of the ROI is denser than {LIPIODOL_HU} HU in "
            f"{sequence.words}: lipiodol of an earlier treatment, or calcification? Models are "
            "trained on images before treatment.",
        )
    ]


def ct_like_warnings(volume: Volume, sequence: ImageSequence) -> tuple[CaseWarning, ...]:
    """Say when an image given as MR holds what only a CT holds: air at -1000."""
    look = Look.of(volume, np.ones_like(volume.voxels, dtype=np.bool_))
    if look.dark < LEAST_AIR_OR_FAT or look.air_of_dark < LEAST_AIR_OF_DARK:
        return ()
    return (
        CaseWarning(
            code="looks_like_ct",
            message=f"What was given as {sequence.words} has values ({look.low:g} to "
            f"{look.high:g}, with air at -1000) that look like CT in Hounsfield units.",
        ),
    )
