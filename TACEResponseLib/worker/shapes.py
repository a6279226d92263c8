"""What requests and answers hold: grids, images, segments, fields of a form, scores of a case."""

from collections.abc import Mapping
from dataclasses import dataclass

LARGEST_SIZE = 2**31
Three = tuple[float, float, float]
Nine = tuple[float, float, float, float, float, float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A `Geometry` on its way."""

    size_ijk: tuple[int, int, int]
    spacing_mm: Three
    origin_lps: Three
    direction_lps: Nine

    def __post_init__(self) -> None:
        """Refuse sizes that no array has."""
        if not all(1 <= size < LARGEST_SIZE for size in self.size_ijk):
            raise ValueError(f"size_ijk must be from 1 to below {LARGEST_SIZE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What may be told of an image's acquisition."""

    modality: str | None = None
    description: str = ""
    has_contrast: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedImage:
    """An image whose voxels lie in a file."""

    path: str
    geometry: Grid
    acquisition: Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedSegment:
    """A mask that lies in a file."""

    path: str
    geometry: Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A clinical value as it was typed."""

    text: str
    unit: str = ""


Form = Mapping[str, FormField]
"""Fields by the name of their variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Dates, treatment and stage as the user gave them; `None` is unknown."""

    image_date: str | None = None
    treatment_date: str | None = None
    planned_treatment: str | None = None
    is_first_treatment: bool | None = None
    bclc_stage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastScore:
    """One score in the history of a case."""

    time: str
    volume_ml: float
    probability: float
    interval: tuple[float, float]
    model: str

    def __post_init__(self) -> None:
        """Refuse what is no probability."""
        if not all(0 <= share <= 1 for share in (self.probability, *self.interval)):
            raise ValueError("probability and interval must lie in 0 to 1")
