"""Slicer's segmentation files (.seg.nrrd): labels in layers, names in the header."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from TACEResponseLib.case_warning import CaseWarning
from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.reading import read_file
from TACEResponseLib.imaging.segments import Segment

if TYPE_CHECKING:
    import SimpleITK as sitk


def read_seg_nrrd(
    path: Path, where: str
) -> tuple[tuple[Segment, ...], Geometry, tuple[CaseWarning, ...]]:
    """Every segment of a Slicer segmentation.

    Each has a name, a label value and a layer; layers are the components of the voxels, so that
    segments may overlap. Source: Slicer, Docs/developer_guide/modules/segmentations.md, "NRRD".
    """
    import SimpleITK as sitk

    image = read_file(path, where, vector_allowed=True)
    voxels = sitk.GetArrayViewFromImage(image)
    layers = voxels[..., np.newaxis] if voxels.ndim == 3 else voxels
    segments = []
    number = 0
    while image.HasMetaDataKey(f"Segment{number}_Name"):
        label = int(_header(image, number, "LabelValue", "1"))
        layer = int(_header(image, number, "Layer", "0"))
        if not 0 <= layer < layers.shape[-1]:
            raise InputError(where, f"segment {number} must lie in a layer of the file",
                             got=f"layer {layer} of {layers.shape[-1]}",
                             remedy="save the segmentation again")  # fmt: skip
        name = _header(image, number, "Name", f"Segment {number + 1}")
        segments.append(Segment(name=name, mask=np.asarray(layers[..., layer] == label)))
        number += 1
    if not segments:
        raise InputError(where, "must hold Slicer's segments", got="no segment names in its header",
                         remedy="rename a plain label image to end in .nrrd")  # fmt: skip
    return tuple(segments), Geometry.of(image), ()


def _header(image: "sitk.Image", number: int, field: str, absent: str) -> str:
    """One header field of a segment."""
    key = f"Segment{number}_{field}"
    return str(image.GetMetaData(key)) if image.HasMetaDataKey(key) else absent
