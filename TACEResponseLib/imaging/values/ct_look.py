"""The few numbers of an image by which Hounsfield units are told from other scales.

Air is -1000 HU, lung about -850, fat about -100 and soft tissue 0 to 100. An image with air or lung
falls into two groups of voxels, whose medians lie about 1,000 apart, whatever the patient; so the
distance of the two tells the scale, and their place the offset.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np

from TACEResponseLib.imaging.geometry import FloatArray
from TACEResponseLib.imaging.volume import Mask, Volume, Voxels

# Air, lung and fat; the lower bound leaves out the padding of -2000 that some scanners add.
AIR_OR_FAT_HU = (-1100, -50)
# Any section of a trunk or limb holds far more; ringing and subtraction in MR hold less.
LEAST_AIR_OR_FAT = 0.01
# The mean of a tumor, be it fatty, necrotic or strongly enhancing, lies well inside.
TUMOR_MEAN_HU = (-150.0, 300.0)
# A window piles up voxels at its limits; in HU not one voxel in a hundred has the lowest value.
LEAST_PILE = 0.01
# Bone beyond a window is less than that; not one voxel in 10,000 has a CT's highest value.
LEAST_HIGH_PILE = 0.0005
# Of a small part of an image, one voxel is a large share; fewer than these pile up by chance.
LEAST_PILED = 10
# Water with a CT's noise is not darker, magnitude MR is never; partly fat is.
DARKER_THAN_WATER_HU = -20.0
# A little fat in the seams of an organ.
LEAST_DARKER_THAN_WATER = 0.0002
# Nothing lies there: lung is darker, fat is brighter.
BETWEEN_LUNG_AND_FAT_HU = (-550.0, -150.0)
# Without its darkest tenth and the brightest fifth, which bone, metal or lipiodol may fill.
BULK_PERCENTILES = (10, 80)
# Fat to enhanced vessels; any organ alone spans less.
WIDEST_BULK_HU = 300.0
# Air and padding pile up below, metal above (12 bits end at 3071); a window's limits lie between.
WINDOW_LIMITS_HU = (-900.0, 2000.0)
# Where air lies in HU, with the noise and calibration of any scanner.
AIR_HU = (-1060.0, -940.0)
# The median of what is not air, from much fat to much contrast.
TISSUE_HU = (-150.0, 200.0)
# Darker than any tissue but lung, brighter than padding.
DARK_HU = (-1400.0, -500.0)
# Where most of what is dark is air, what is darker still is padding.
AIR_BESIDE_PADDING = 0.5
# Otsu's histogram reaches from the first to the last value but for one in a thousand.
OTSU_PERCENTILES, OTSU_BINS = (0.1, 99.9), 256
# Nothing to part; such a span can't be divided by.
SMALLEST_HALF_SPAN = 1e-12
# Enough voxels for shares of a percent, few enough to cost nothing on a large scan.
SAMPLE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The dark and the bright voxels of an image, parted where their variance is least (Otsu)."""

    dark: float
    """Median of the dark ones."""
    bright: float
    brightest: float
    """95th percentile of the bright ones."""
    dark_share: float

    @property
    def gap(self) -> float:
        """Distance of the medians; about 1,000 in HU between air and tissue."""
        return self.bright - self.dark


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Range, shares and groups of an image, and the mean of its ROI."""

    low: float
    high: float
    range_98: float
    """From the 1st to the 99th percentile."""
    bulk: float
    """Range of most voxels, whatever the brightest are."""
    air_or_fat: float
    """Share of voxels within `AIR_OR_FAT_HU`."""
    darker_than_water: float
    """Share of voxels below `DARKER_THAN_WATER_HU`."""
    darker_than_fat: float
    """Share of what is darker than tissue that no fat is, nor lung."""
    roi_mean: float
    dark: float
    """Share of voxels within `DARK_HU`."""
    air_of_dark: float
    """Share of those within `AIR_HU`."""
    high_pile: float
    """Share of voxels at the highest value."""
    low_pile: float
    groups: Groups

    @classmethod
    def of(cls, volume: Volume, mask: Mask) -> "Look":
        """Look at an image; shares come from a regular sample of its voxels.

        Args:
            volume: any image.
            mask: the ROI on its grid; not empty.
        """
        sample = _sample(volume.voxels)
        low, high = float(volume.voxels.min()), float(volume.voxels.max())
        first, last, bulk_first, bulk_last = np.percentile(sample, (1, 99, *BULK_PERCENTILES))
        dark = sample[(sample >= DARK_HU[0]) & (sample <= DARK_HU[1])]
        air = (dark >= AIR_HU[0]) & (dark <= AIR_HU[1])
        within = (sample >= AIR_OR_FAT_HU[0]) & (sample <= AIR_OR_FAT_HU[1])
        return cls(
            low=low,
            high=high,
            range_98=float(last - first),
            bulk=float(bulk_last - bulk_first),
            air_or_fat=float(within.mean()),
            darker_than_water=float((sample < DARKER_THAN_WATER_HU).mean()),
            darker_than_fat=_darker_than_fat(sample),
            roi_mean=float(volume.voxels[mask].mean(dtype=np.float64)),
            dark=dark.size / sample.size,
            air_of_dark=float(air.mean()) if dark.size else 0.0,
            high_pile=_pile(sample, high),
            low_pile=_pile(sample, low),
            groups=_groups(sample),
        )

    @property
    def pile(self) -> float:
        """Share of voxels at the lowest or at the highest value."""
        return max(self.low_pile, self.high_pile)

    @property
    def window(self) -> tuple[float | None, float | None]:
        """Limits at which values were cut; `None` where they were not."""
        lowest, highest = WINDOW_LIMITS_HU
        return (
            self.low if self.low > lowest and self.low_pile >= LEAST_PILE else None,
            self.high if self.high < highest and self.high_pile >= LEAST_HIGH_PILE else None,
        )

    @property
    def has_air_or_fat(self) -> bool:
        """What proves a CT."""
        return self.air_or_fat >= LEAST_AIR_OR_FAT

    @property
    def is_soft_tissue(self) -> bool:
        """Whether most of it spans no more than organs do, and some is partly fat."""
        return self.bulk < WIDEST_BULK_HU and self.darker_than_water >= LEAST_DARKER_THAN_WATER

    @property
    def fills_8_bits(self) -> bool:
        """Values of a picture: from 0 to 255, or within them and cut by a window."""
        inside = self.low >= 0 and self.high <= 255
        return inside and ((self.low, self.high) == (0, 255) or self.pile >= LEAST_PILE)

    def tumor_is_plausible(self, offset: float = 0.0) -> bool:
        """Whether the ROI's mean could be a tumor's, if the values are HU plus an offset."""
        return TUMOR_MEAN_HU[0] <= self.roi_mean - offset <= TUMOR_MEAN_HU[1]


def has_air_and_tissue(voxels: Voxels) -> bool:
    """Whether an image falls into air or lung and tissue, each where its HU lie."""
    groups = _groups(_sample(voxels))
    return DARK_HU[0] < groups.dark < DARK_HU[1] and TISSUE_HU[0] < groups.bright < TISSUE_HU[1]


def _sample(voxels: Voxels) -> Voxels:
    """A regular grid of the voxels, the same part along each axis."""
    step = ceil((voxels.size / SAMPLE) ** (1 / 3))
    return voxels[::step, ::step, ::step]


def _darker_than_fat(sample: Voxels) -> float:
    """Of the voxels from lung to tissue, the share that is darker than fat; 0 without any."""
    (low, high), tissue = BETWEEN_LUNG_AND_FAT_HU, AIR_OR_FAT_HU[1]
    both = int(np.count_nonzero((sample > low) & (sample <= tissue)))
    darker = int(np.count_nonzero((sample > low) & (sample < high)))
    return darker / both if both else 0.0


def _pile(sample: Voxels, limit: float) -> float:
    """Share of voxels at a limit; none where they are too few to tell."""
    count = int(np.count_nonzero(sample == limit))
    return count / sample.size if count >= LEAST_PILED else 0.0


def _groups(sample: Voxels) -> Groups:
    """Two groups, whatever the image; padding is none of them."""
    values = _without_padding(sample).astype(np.float64)
    low, high = np.percentile(values, OTSU_PERCENTILES).tolist()
    # Halves, since the ends of double precision lie further apart than a number can say.
    half = high / 2 - low / 2
    if half <= SMALLEST_HALF_SPAN:
        middle = float(np.median(values))
        return Groups(dark=middle, bright=middle, brightest=middle, dark_share=1.0)
    bins = ((np.clip(values, low, high) / 2 - low / 2) / half * (OTSU_BINS - 1)).astype(np.int64)
    is_dark = bins <= _otsu(np.bincount(bins, minlength=OTSU_BINS).astype(np.float64))
    dark, bright = values[is_dark], values[~is_dark]
    middle, top = np.percentile(bright, (50, 95)).tolist()
    return Groups(
        dark=float(np.median(dark)),
        bright=middle,
        brightest=top,
        dark_share=float(is_dark.mean()),
    )


def _without_padding(sample: Voxels) -> Voxels:
    """Without what is darker than air; where there is no air, without a pile of such a value."""
    dark = sample[(sample >= DARK_HU[0]) & (sample <= DARK_HU[1])]
    air = np.count_nonzero((dark >= AIR_HU[0]) & (dark <= AIR_HU[1]))
    has_air = dark.size >= LEAST_AIR_OR_FAT * sample.size and air >= AIR_BESIDE_PADDING * dark.size
    low = sample.min()
    kept = sample >= DARK_HU[0] if has_air else (sample > low) | (low >= AIR_OR_FAT_HU[0])
    return np.asarray(sample[kept] if kept.any() else sample.ravel())


def _otsu(counts: FloatArray) -> int:
    """The last bin of the dark group; the first and the last bin hold voxels, so both groups do."""
    below, sums = np.cumsum(counts), np.cumsum(counts * np.arange(counts.size))
    above = below[-1] - below
    between = (sums[-1] * below / below[-1] - sums) ** 2
    parted = (below > 0) & (above > 0)
    return int(np.argmax(np.where(parted, between / np.maximum(below * above, 1.0), 0.0)))
