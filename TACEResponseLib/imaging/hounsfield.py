"""Are these Hounsfield units? A model that was trained on HU says nonsense about anything else.

HU are fixed by physics: air is -1000, fat about -100, soft tissue 0 to 100. So a CT has voxels
far below zero wherever there is air or fat, and a tumor's mean lies near zero. Magnitude MR has
neither. A crop from the middle of an organ may have no fat; then nothing can be proved.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from TACEResponseLib.case_warning import CaseWarning
from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.ct_look import DARK_HU, LEAST_AIR_OR_FAT, TUMOR_MEAN_HU, Look
from TACEResponseLib.imaging.shares import percent
from TACEResponseLib.imaging.volume import Mask, Volume
from TACEResponseLib.terms import ImageSequence

# Rescale intercept of most scanners; a CT stored without it has its tumors near 1090.
OFFSET = 1024
# Organs without air and fat differ by less, vessels full of contrast included. Bone, which
# would widen the range, never comes without fat round it.
WIDEST_ORGAN_RANGE_HU = 500.0
# Noise alone spreads a CT wider.
NARROWEST_RANGE_HU = 20.0
# Lipiodol, calcification and clips: nothing else in a liver is so dense.
LIPIODOL_HU = 400
LIPIODOL_SHARE = 0.02
# Of the dark voxels of a trunk most are air; where the field of view ends at the skin, lung
# leaves 2 % (a chest of the Soft-tissue-Sarcoma collection).
LEAST_AIR_OF_DARK = 0.01
# A tenth of HU: air at -100 and contrast at 30 lie closer together than fat and vessels.
NARROW_RANGE_HU = 200.0
DARKEST_TENTH_HU = -200.0
# A tenth of metal; where bone is in the image it is brighter.
BRIGHTEST_TENTH_HU = 400.0
# Fewer voxels are no group, but gas in the bowel or a few bones.
LEAST_GROUP = 0.05
# Medians of air and tissue lie 900 to 1,070 HU apart, of lung and tissue from 790 HU on, in real
# trunks, limbs and parts of them; of fat and tissue, or tissue and bone, 110 to 210.
LUNG_GAP_HU = (780.0, 890.0)
# A rim of lung at the end of an image holds fewer voxels, and most of them are partly tissue.
LEAST_SHARE_OF_AIR = 0.2
LARGEST_GAP_HU = 1400.0
USUAL_GAP_HU = 1020.0
# Nothing lies there: lung is darker, fat is brighter.
BETWEEN_LUNG_AND_FAT_HU = (-550.0, -150.0)
# Beyond the air of any scanner; the median of real and simulated air is -1,021 at the lowest.
DARKER_THAN_AIR_HU = -1060.0
# Air or lung, if bright and dark are swapped. Where half of the bone is so dense, as in a femur's
# shaft, much of it is denser than air would be.
AIR_NEGATED_HU = (750.0, 1100.0)
# Negative values that were taken for unsigned ones: air comes to lie below such a power of 2.
WRAPS = (4096, 65536)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way in which an image is certainly not HU, or can't be proved to be."""

    name: str
    applies: Callable[[Look], bool]
    says: str


def _is_wrapped(look: Look) -> bool:
    """The range of unsigned numbers of 12 or 16 bits, and a bright group where air comes to lie."""
    tops = (top for top in WRAPS if look.low >= 0 and 0.98 * top < look.high < top)
    return any(look.groups.bright > top - 1100 for top in tops)


def _is_negated(look: Look) -> bool:
    """A bright group no brighter than air turned over, and a tumor among the dark."""
    groups, (low, high) = look.groups, AIR_NEGATED_HU
    return (
        low < groups.bright <= groups.brightest < high
        and 1 - groups.dark_share >= LEAST_GROUP
        and look.tumor_is_plausible()
    )


def _has_air_elsewhere(look: Look) -> bool:
    """Dark voxels of which none is air; lung alone lies closer to tissue than air does."""
    groups, (low, high) = look.groups, LUNG_GAP_HU
    is_lung = groups.gap < high and (groups.gap > low or groups.dark_share < LEAST_SHARE_OF_AIR)
    if groups.dark >= DARK_HU[1]:
        return False  # a little gas at most
    return groups.dark < DARKER_THAN_AIR_HU or (
        look.dark >= LEAST_AIR_OR_FAT and look.air_of_dark < LEAST_AIR_OF_DARK and not is_lung
    )


def _is_scaled_down(look: Look) -> bool:
    """A dark group between lung and fat, unless a window put it there."""
    low, high = BETWEEN_LUNG_AND_FAT_HU
    groups = look.groups
    return low < groups.dark < high and groups.dark_share >= LEAST_GROUP and look.window[0] is None


# The first that applies is what the user is told.
REFUSALS = (
    Rule(
        name="unit_scale",
        applies=lambda look: look.low >= 0 and look.high <= 1,
        says="looks scaled to 0..1",
    ),
    Rule(
        name="narrow",
        applies=lambda look: look.high - look.low < NARROWEST_RANGE_HU,
        says="looks standardized or scaled",
    ),
    Rule(name="8_bit", applies=lambda look: look.fills_8_bits, says="looks scaled to 0..255"),
    Rule(
        name="wrapped",
        applies=_is_wrapped,
        says="looks like CT whose negative values were taken for large ones",
    ),
    Rule(
        name="offset",
        applies=lambda look: not look.has_air_or_fat and look.tumor_is_plausible(OFFSET),
        says=f"looks like CT stored with an offset of {OFFSET}, or like MR",
    ),
    Rule(
        name="offset_twice",
        applies=lambda look: look.roi_mean < TUMOR_MEAN_HU[0],
        says=f"looks like CT with its intercept of -{OFFSET} applied twice, or an ROI in air",
    ),
    Rule(
        name="roi_not_tissue",
        applies=lambda look: not look.has_air_or_fat and not look.tumor_is_plausible(),
        says=f"looks like MR, or CT stored with an offset other than {OFFSET}",
    ),
    Rule(
        name="wide_without_air",
        applies=lambda look: not look.has_air_or_fat and look.range_98 > WIDEST_ORGAN_RANGE_HU,
        says="looks like MR: a wide range, yet neither air nor fat",
    ),
    Rule(
        name="negated",
        applies=_is_negated,
        says="looks like CT with the sign of its values changed, or like MR",
    ),
    Rule(
        name="scaled_up",
        applies=lambda look: look.groups.gap > LARGEST_GAP_HU,
        says="looks like CT whose values were multiplied: air and tissue lie "
        f"too far apart for {USUAL_GAP_HU:,.0f} HU",
    ),
)
DOUBTS = (
    Rule(
        name="no_air_or_fat",
        applies=lambda look: not look.has_air_or_fat,
        says="it shows neither air nor fat",
    ),
    Rule(
        name="dense_roi",
        applies=lambda look: look.roi_mean > TUMOR_MEAN_HU[1],
        says="its ROI is denser than an untreated tumor",
    ),
    Rule(
        name="air_elsewhere",
        applies=_has_air_elsewhere,
        says="its air does not lie near -1000 HU, as if an offset had been added",
    ),
    Rule(
        name="tenth",
        applies=lambda look: (
            look.has_air_or_fat
            and look.low >= DARKEST_TENTH_HU
            and look.high <= BRIGHTEST_TENTH_HU
            and look.range_98 < NARROW_RANGE_HU
        ),
        says="it is dark enough for fat but spans little, as if HU had been divided by 10",
    ),
    Rule(
        name="scaled_down",
        applies=_is_scaled_down,
        says="many of its voxels are darker than fat and brighter than lung, as if HU had been "
        "divided",
    ),
)


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
        raise InputError(where, "must be CT in Hounsfield units (HU)", got="an MR image",
                         remedy="give the CT, or choose a bundle for MR")  # fmt: skip
    look = Look.of(volume, mask)
    for rule in REFUSALS:
        if rule.applies(look):
            raise InputError(
                where,
                "must be CT in Hounsfield units (HU)",
                got=f"values {look.low:g} to {look.high:g}, ROI mean {look.roi_mean:.4g}: "
                f"{rule.says}",
                remedy="export the CT with its rescale slope and intercept applied, or choose a "
                "bundle for MR",
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
        f"below {low:g} HU" if high is None
        else f"above {high:g} HU" if low is None
        else f"to {low:g} to {high:g} HU"
    )  # fmt: skip
    return [
        CaseWarning(
            code="hu_clipped",
            message=f"The values of {sequence.words} were clipped {cut}: {percent(at_limits)} of "
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
