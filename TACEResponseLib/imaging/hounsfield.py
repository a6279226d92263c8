"""Are these Hounsfield units? A model that was trained on HU says nonsense about anything else.

HU are fixed by physics: air is -1000, fat about -100, soft tissue 0 to 100. So a CT has voxels
far below zero wherever there is air or fat, and a tumor's mean lies near zero. Magnitude MR has
neither. A crop from the middle of an organ may have no fat; then nothing can be proved.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np

from TACEResponseLib.case_warning import CaseWarning
from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.volume import Mask, Volume
from TACEResponseLib.terms import ImageSequence

# Air, lung and fat; the lower bound leaves out the padding of -2000 that some scanners add.
AIR_OR_FAT_HU = (-1100, -50)
# Any section of a trunk or limb holds far more; ringing and subtraction in MR hold less.
LEAST_AIR_OR_FAT = 0.01
# The mean of a tumor, be it fatty, necrotic or strongly enhancing, lies well inside.
TUMOR_MEAN_HU = (-150.0, 300.0)
# Rescale intercept of most scanners; a CT stored without it has its tumors near 1090.
OFFSET = 1024
# Organs without air and fat differ by less, vessels full of contrast included. Bone, which
# would widen the range, never comes without fat round it.
WIDEST_ORGAN_RANGE_HU = 500.0
# Noise alone spreads a CT wider.
NARROWEST_RANGE_HU = 20.0
# A window piles up voxels at its limits; in HU not one voxel in a hundred has the lowest value.
LEAST_PILE = 0.01
# Lipiodol, calcification and clips: nothing else in a liver is so dense.
LIPIODOL_HU = 400
LIPIODOL_SHARE = 0.02
# Where air lies in HU, with the noise and calibration of any scanner.
AIR_HU = (-1060.0, -940.0)
# Darker than any tissue but lung, brighter than padding.
DARK_HU = (-1400.0, -500.0)
# Of the dark voxels of a trunk most are air; where the field of view ends at the skin, lung
# leaves 2 % (a chest of the Soft-tissue-Sarcoma collection).
LEAST_AIR_OF_DARK = 0.01
# A tenth of HU: air at -100 and contrast at 30 lie closer together than fat and vessels.
NARROW_RANGE_HU = 200.0
DARKEST_TENTH_HU = -200.0
# Enough voxels for shares of a percent, few enough to cost nothing on a large scan.
SAMPLE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The few numbers of an image by which HU are told from other scales."""

    low: float
    high: float
    range_98: float
    """From the 1st to the 99th percentile."""
    air_or_fat: float
    """Share of voxels within `AIR_OR_FAT_HU`."""
    pile: float
    """Share of voxels at the lowest or at the highest value."""
    roi_mean: float
    dark: float
    """Share of voxels within `DARK_HU`."""
    air_of_dark: float
    """Share of those within `AIR_HU`."""

    @classmethod
    def of(cls, volume: Volume, mask: Mask) -> "Look":
        """Look at an image; shares come from a regular sample of its voxels.

        Args:
            volume: any image.
            mask: the ROI on its grid; not empty.
        """
        step = ceil((volume.voxels.size / SAMPLE) ** (1 / 3))
        sample = volume.voxels[::step, ::step, ::step]
        low, high = float(volume.voxels.min()), float(volume.voxels.max())
        first, last = np.percentile(sample, (1, 99))
        dark = sample[(sample >= DARK_HU[0]) & (sample <= DARK_HU[1])]
        air = (dark >= AIR_HU[0]) & (dark <= AIR_HU[1])
        within = (sample >= AIR_OR_FAT_HU[0]) & (sample <= AIR_OR_FAT_HU[1])
        return cls(
            low=low,
            high=high,
            range_98=float(last - first),
            air_or_fat=float(within.mean()),
            pile=float(max((sample == low).mean(), (sample == high).mean())),
            roi_mean=float(volume.voxels[mask].mean(dtype=np.float64)),
            dark=dark.size / sample.size,
            air_of_dark=float(air.mean()) if dark.size else 0.0,
        )

    @property
    def has_air_or_fat(self) -> bool:
        """What proves a CT."""
        return self.air_or_fat >= LEAST_AIR_OR_FAT

    @property
    def fills_8_bits(self) -> bool:
        """Values of a picture: from 0 to 255, or within them and cut by a window."""
        inside = self.low >= 0 and self.high <= 255
        return inside and ((self.low, self.high) == (0, 255) or self.pile >= LEAST_PILE)

    def tumor_is_plausible(self, offset: float = 0.0) -> bool:
        """Whether the ROI's mean could be a tumor's, if the values are HU plus an offset."""
        return TUMOR_MEAN_HU[0] <= self.roi_mean - offset <= TUMOR_MEAN_HU[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way in which an image is certainly not HU, or can't be proved to be."""

    name: str
    applies: Callable[[Look], bool]
    says: str


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
        applies=lambda look: look.dark >= LEAST_AIR_OR_FAT and look.air_of_dark < LEAST_AIR_OF_DARK,
        says="its air does not lie near -1000 HU, as if an offset had been added",
    ),
    Rule(
        name="tenth",
        applies=lambda look: (
            look.has_air_or_fat and look.low >= DARKEST_TENTH_HU and look.range_98 < NARROW_RANGE_HU
        ),
        says="it is dark enough for fat but spans little, as if HU had been divided by 10",
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
    return (*_unverified(sequence, doubts), *_lipiodol(volume, sequence, mask))


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
