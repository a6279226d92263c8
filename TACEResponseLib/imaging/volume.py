"""Voxels with their geometry, and what is known of how they were acquired."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.terms import Modality
from TACEResponseLib.imaging.geometry import Geometry

if TYPE_CHECKING:
    import SimpleITK as sitk

Voxels = NDArray[Any]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """What the file says of the scan; of this, `written_acquisition` alone may be written."""

    modality: Modality | None = None
    description: str = ""
    """Series and protocol description, contrast agent: words that may name the phase."""
    has_contrast: bool | None = None
    """Whether a contrast agent is recorded; `None` where the format can't say."""
    patient_digest: str | None = None
    """Of the patient's DICOM id, salted anew in each process: it tells two patients apart while
    they are in memory, and is never written."""
    frame_of_reference: str | None = None
    study_date: str | None = None
    """YYYY-MM-DD; compared with the dates that were typed, and written to no result."""
    knows_position: bool = True
    """Whether the file says where in the patient it lies; an image and an ROI must agree in it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Volume:
    """A scalar image: voxels (K, J, I) on a grid."""

    voxels: Voxels
    geometry: Geometry
    source: str = "image"
    """What the user calls it (a file name), for refusals; never written."""
    acquisition: Acquisition = field(default_factory=Acquisition)

    def __post_init__(self) -> None:
        """Refuse voxels that don't fill the grid."""
        if self.voxels.shape != self.geometry.shape_kji:
            raise ValueError(
                f"voxels must have the grid's shape {self.geometry.shape_kji}, "
                f"got {self.voxels.shape} ({self.source})"
            )

    @classmethod
    def of(
        cls, image: "sitk.Image", source: str = "image", acquisition: Acquisition | None = None
    ) -> Self:
        """A SimpleITK image as a volume; the voxels are copied."""
        import SimpleITK as sitk

        return cls(
            voxels=sitk.GetArrayFromImage(image),
            geometry=Geometry.of(image),
            source=source,
            acquisition=acquisition or Acquisition(),
        )

    def to_sitk(self) -> "sitk.Image":
        """The same voxels and grid as a SimpleITK image; booleans become uint8."""
        import SimpleITK as sitk

        voxels = self.voxels
        if voxels.dtype == np.bool_:
            voxels = voxels.astype(np.uint8)
        return self.geometry.apply_to(sitk.GetImageFromArray(voxels))

    def with_voxels(self, voxels: Voxels) -> "Volume":
        """Other voxels on the same grid."""
        return replace(self, voxels=voxels)
