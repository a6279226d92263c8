"""The ways in which values are certainly not Hounsfield units, or can't be proved to be."""

from collections.abc import Callable
from dataclasses import dataclass

from TACEResponseLib.imaging.values.ct_look import (
    BETWEEN_LUNG_AND_FAT_HU,
    DARK_HU,
    LEAST_AIR_OR_FAT,
    TUMOR_MEAN_HU,
    Look,
)

# Rescale intercept of most scanners; a CT stored without it has its tumors near 1090.
OFFSET = 1024
# Organs without air and fat differ by less, vessels full of contrast included. Bone, which
# would widen the range, never comes without fat round it.
WIDEST_ORGAN_RANGE_HU = 500.0
# Noise alone spreads a CT wider.
NARROWEST_RANGE_HU = 20.0
# Of the dark voxels of a trunk most are air; where the field of view ends at the skin, lung
# leaves 2 % (a chest of the Soft-tissue-Sarcoma collection).
LEAST_AIR_OF_DARK = 0.01
# In a part of a chest all of the air may be bronchi; noise takes air with an offset of 100 there
# a tenth as often.
LEAST_AIR_OF_LUNG = 0.003
# Beside fat, lung lies as close as air that was divided; of that, none is where air belongs.
LEAST_AIR_OF_FATTY_LUNG = 0.001
# A tenth of HU: air at -100 and contrast at 30 lie closer together than fat and vessels.
NARROW_RANGE_HU = 200.0
DARKEST_TENTH_HU = -200.0
# A tenth of metal; where bone is in the image it is brighter.
BRIGHTEST_TENTH_HU = 400.0
# Fewer voxels are no group, but gas in the bowel or a few bones.
LEAST_GROUP = 0.05
# More than bone and lipiodol fill.
LEAST_AIR_ROUND_FAT = 0.2
# Medians of air and tissue lie 900 to 1,070 HU apart, of lung and tissue from 790 HU on, in real
# trunks, limbs and parts of them; of fat and tissue, or tissue and bone, 110 to 210.
LUNG_GAP_HU = (780.0, 890.0)
# Contrast draws lung and tissue further apart; air with an offset is darker than lung, or its
# tissue brighter than any.
BRIGHTEST_ORGAN_HU = 150.0
LUNG_HU, ENHANCED_LUNG_GAP_HU = (-870.0, -700.0), 940.0
# A rim of lung at the end of an image holds fewer voxels, and most of them are partly tissue.
LEAST_SHARE_OF_AIR = 0.2
LARGEST_GAP_HU = 1400.0
USUAL_GAP_HU = 1020.0
# Coils, stents and lipiodol fill less of a part of the liver, denser than bone is.
LEAST_DENSE = 0.03
# Where neither air nor lung has a rim, most that is darker than tissue is fat.
LEAST_FAT_IN_PLACE = 0.5
# Air that was brought to where lung or its rim lies, by dividing, is not so dark with its noise.
DARKER_THAN_DIVIDED_AIR_HU = -850.0
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
    sees_too_little: bool = False
    """Whether a small part of a sound CT may look so, and a larger one does not."""


def _is_scaled_up(look: Look) -> bool:
    """Air and tissue too far apart; what metal lies far from is neither air, nor so little."""
    groups = look.groups
    return (
        groups.gap > LARGEST_GAP_HU
        and groups.dark < DARK_HU[1]
        and 1 - groups.dark_share >= LEAST_GROUP
    )


def _is_wide_without_air(look: Look) -> bool:
    """No CT spans so much without fat, but where metal, lipiodol or bone lies in soft tissue."""
    is_wide = look.range_98 > WIDEST_ORGAN_RANGE_HU
    return not look.has_air_or_fat and is_wide and not look.is_soft_tissue


def _is_wrapped(look: Look) -> bool:
    """The range of unsigned numbers of 12 or 16 bits, and a bright group where air comes to lie."""
    tops = (top for top in WRAPS if look.low >= 0 and 0.98 * top < look.high < top)
    return any(look.groups.bright > top - 1100 for top in tops)


def _is_negated(look: Look) -> bool:
    """A bright group no brighter than air turned over, and a tumor among the dark.

    A tumor that is brighter than water was not turned over, unless it is fat; then bone and
    lipiodol may be what is bright, and only more than both is air.
    """
    groups, (low, high) = look.groups, AIR_NEGATED_HU
    least = LEAST_GROUP if look.roi_mean < 0 else LEAST_AIR_ROUND_FAT
    return (
        low < groups.bright <= groups.brightest < high
        and 1 - groups.dark_share >= least
        and look.tumor_is_plausible()
    )


def _is_tenth(look: Look) -> bool:
    """Air where fat should be, little contrast, and a tumor that is a tenth of one."""
    first, last = TUMOR_MEAN_HU
    return (
        look.has_air_or_fat
        and look.low >= DARKEST_TENTH_HU
        and look.high <= BRIGHTEST_TENTH_HU
        and look.range_98 < NARROW_RANGE_HU
        and first / 10 <= look.roi_mean <= last / 10
    )


def _has_air_elsewhere(look: Look) -> bool:
    """Dark voxels of which none is air, nor lung."""
    if look.groups.dark >= DARK_HU[1]:
        return False  # a little gas at most
    return look.groups.dark < DARKER_THAN_AIR_HU or (
        look.dark >= LEAST_AIR_OR_FAT
        and look.air_of_dark < LEAST_AIR_OF_LUNG
        and not _is_lung(look)
    )


def _is_lung(look: Look) -> bool:
    """Lung lies closer to tissue than air does; how close, contrast and fat tell."""
    groups, (low, high) = look.groups, LUNG_GAP_HU
    if LUNG_HU[0] < groups.dark < LUNG_HU[1] and groups.bright < BRIGHTEST_ORGAN_HU:
        high = ENHANCED_LUNG_GAP_HU
        low = 0.0 if look.air_of_dark >= LEAST_AIR_OF_FATTY_LUNG else low
    return groups.gap < high and (groups.gap > low or groups.dark_share < LEAST_SHARE_OF_AIR)


def _is_scaled_down(look: Look) -> bool:
    """A dark group between lung and fat, unless a window put it there, or lung ends there."""
    low, high = BETWEEN_LUNG_AND_FAT_HU
    groups = look.groups
    has_lung = DARKER_THAN_AIR_HU < look.low < DARKER_THAN_DIVIDED_AIR_HU
    is_between = low < groups.dark < high and groups.dark_share >= LEAST_GROUP
    return is_between and look.window[0] is None and not has_lung


def _has_fat_elsewhere(look: Look) -> bool:
    """Without air, fat alone tells the scale."""
    has_fat_alone = look.has_air_or_fat and look.dark < LEAST_AIR_OR_FAT
    return (
        has_fat_alone and look.darker_than_fat > 1 - LEAST_FAT_IN_PLACE and look.window[0] is None
    )


def _has_much_that_is_dense(look: Look) -> bool:
    """Bone as far from tissue as metal lies; metal is little."""
    groups = look.groups
    is_far = groups.gap > LARGEST_GAP_HU and groups.dark >= DARK_HU[1]
    return is_far and 1 - groups.dark_share >= LEAST_DENSE


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
        sees_too_little=True,
    ),
    Rule(
        name="wide_without_air",
        applies=_is_wide_without_air,
        says="looks like MR: a wide range, yet neither air nor fat",
        sees_too_little=True,
    ),
    Rule(
        name="negated",
        applies=_is_negated,
        says="looks like CT with the sign of its values changed, or like MR",
    ),
    Rule(
        name="scaled_up",
        applies=_is_scaled_up,
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
        name="fat_elsewhere",
        applies=_has_fat_elsewhere,
        says="what is dark in it is not fat near -100 HU, as if HU had been multiplied",
    ),
    Rule(
        name="dense",
        applies=_has_much_that_is_dense,
        says="much of it is denser than bone, as if HU had been multiplied, or of metal",
    ),
    Rule(
        name="tenth",
        applies=_is_tenth,
        says="it is dark enough for fat but spans little, as if HU had been divided by 10",
    ),
    Rule(
        name="scaled_down",
        applies=_is_scaled_down,
        says="many of its voxels are darker than fat and brighter than lung, as if HU had been "
        "divided",
    ),
)
