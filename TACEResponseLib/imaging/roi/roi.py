"""The region of interest: one label image, a label a lesion as the user drew them."""

from dataclasses import dataclass, field

import numpy as np

from TACEResponseLib.basics.subject import Subject, SubjectKind
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Acquisition, Mask, Volume, Voxels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Roi:
    """Tumor labels (K, J, I), 0 outside, on the grid they were drawn on."""

    labels: Voxels
    """Unsigned integers, one value a segment of the file."""
    geometry: Geometry
    names: tuple[tuple[int, str], ...]
    """(label, name) of each segment in use, ascending by label."""
    """Names stand in refusals alone, and are never written."""
    source: str = "ROI"
    acquisition: Acquisition = field(default_factory=Acquisition)
    """Whose it is, where the file says so; compared with the images and kept nowhere."""

    def __post_init__(self) -> None:
        """Refuse labels that don't fill the grid."""
        if self.labels.shape != self.geometry.shape_kji:
            raise ValueError(f"labels must have the shape {self.geometry.shape_kji}")

    @property
    def place(self) -> str:
        """How messages call it."""
        return Subject(SubjectKind.ROI, self.source)

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
