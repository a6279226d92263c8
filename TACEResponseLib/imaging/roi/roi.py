"""A region that somebody drew: the tumor, a label a lesion; or the liver round it."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind, option
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Acquisition, Mask, Volume, Voxels

MM3_PER_ML = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Roi:
    """Labels (K, J, I) of the tumor or the liver, 0 outside, on the grid they were drawn on."""

    labels: Voxels
    """Unsigned integers, one value a segment of the file."""
    geometry: Geometry
    names: tuple[tuple[int, str], ...]
    """(label, name) of each segment in use, ascending by label."""
    """Names stand in refusals alone, and are never written."""
    source: str = "ROI"
    acquisition: Acquisition = field(default_factory=Acquisition)
    """Whose it is, where the file says so; compared with the images and kept nowhere."""
    kind: Literal["roi", "liver"] = "roi"
    """The tumor, or the liver that it is compared with."""

    def __post_init__(self) -> None:
        """Refuse labels that don't fill the grid."""
        if self.labels.shape != self.geometry.shape_kji:
            raise ValueError(f"labels must have the shape {self.geometry.shape_kji}")

    @property
    def place(self) -> str:
        """How messages call it."""
        if self.kind == "roi":
            return Subject(SubjectKind.ROI, self.source)
        return f"{option(self.kind)} {self.source}".rstrip()

    @property
    def title(self) -> str:
        """How remarks begin that speak of it."""
        return "The ROI" if self.kind == "roi" else "The liver mask"

    @property
    def volume_ml(self) -> float:
        """Of all that is marked, specks too."""
        return float(np.count_nonzero(self.labels)) * self.geometry.voxel_volume_mm3 / MM3_PER_ML

    @property
    def mask(self) -> Mask:
        """Every voxel of any lesion."""
        return np.asarray(self.labels > 0)

    def as_volume(self) -> Volume:
        """The labels as an image."""
        return Volume(voxels=self.labels, geometry=self.geometry, source=self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """One connected piece of one label, measured on the grid it was drawn on.

    The diameter is of the whole lesion, not mRECIST's viable diameter.
    """

    index: int
    """From 1, by descending largest axial area."""
    label: int
    """Of the ROI's segment that it lies in; segments' names may name the patient."""
    volume_ml: float
    longest_axial_diameter_mm: float
    largest_axial_area_mm2: float
    center_lps: tuple[float, float, float]
    """Center of mass, mm."""
    is_speck: bool
    """Too small to be a lesion; listed, never scored."""
