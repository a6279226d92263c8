"""DICOM segmentation objects (SEG), read by highdicom."""

from pathlib import Path
from typing import Any

import numpy as np

from TACEResponseLib.case_warning import CaseWarning
from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.segments import Segment

SEGMENTATION_STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"
LABELMAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"
HALF = 0.5


def read_dicom_seg(
    path: Path, where: str
) -> tuple[tuple[Segment, ...], Geometry, tuple[CaseWarning, ...]]:
    """Every segment of a DICOM SEG, on the grid of its own frames.

    Raises: InputError: another DICOM object, or frames that make no volume.
    """
    import highdicom
    import pydicom

    try:
        dataset = pydicom.dcmread(path)
    except Exception as error:  # pydicom raises many kinds on damaged files
        raise InputError(where, "must be a readable DICOM SEG", got="a damaged file",
                         remedy="export it again") from error  # fmt: skip
    if dataset.get("SOPClassUID") not in (SEGMENTATION_STORAGE, LABELMAP_STORAGE):
        raise InputError(where, "must be a DICOM segmentation (SEG)",
                         got="another DICOM object", names=(str(dataset.get("Modality", "")),),
                         remedy="export the ROI from 3D Slicer as SEG or label image")  # fmt: skip
    try:
        seg = highdicom.seg.Segmentation.from_dataset(dataset)
        volume = seg.get_volume(rescale_fractional=True)
    except Exception as error:  # highdicom raises many kinds on odd files
        raise InputError(where, "frames must make one regular volume",
                         got="odd frames", names=str(error).splitlines()[:1],
                         remedy="export the ROI as a label image") from error  # fmt: skip
    names = [str(seg.get_segment_description(n).segment_label) for n in seg.segment_numbers]
    masks = _masks(volume.array, len(names))
    warnings: tuple[CaseWarning, ...] = ()
    if dataset.get("SegmentationType") == "FRACTIONAL":
        warnings = (
            CaseWarning(
                code="fractional_segmentation",
                message="The ROI's file holds fractions; voxels of at least one half were used.",
            ),
        )
    segments = tuple(Segment(name=n, mask=m) for n, m in zip(names, masks, strict=True))
    return segments, _geometry(volume), warnings


def _masks(array: Any, count: int) -> list[Any]:
    """One mask a segment, from (K, J, I, segments)."""
    if array.ndim == 3:
        array = array[..., np.newaxis]
    return [np.asarray(array[..., n] >= HALF) for n in range(count)]


def _geometry(volume: Any) -> Geometry:
    """The grid of a highdicom volume: its axes are our k, j, i, its frame is LPS."""
    affine = np.asarray(volume.affine)
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    direction = (affine[:3, :3] / spacing)[:, ::-1]
    k, j, i = volume.spatial_shape
    return Geometry(
        size_ijk=(int(i), int(j), int(k)),
        spacing_mm=(float(spacing[2]), float(spacing[1]), float(spacing[0])),
        origin_lps=(float(affine[0, 3]), float(affine[1, 3]), float(affine[2, 3])),
        direction_lps=tuple(direction.ravel().tolist()),
    )
