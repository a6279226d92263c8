"""DICOM segmentation objects (SEG), read by highdicom."""

import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past, past_any
from TACEResponseLib.basics.vocabulary import vocabulary
from TACEResponseLib.imaging.files.dicom_seg_spacing import state_spacing
from TACEResponseLib.imaging.files.dicom_series.files import read_dataset
from TACEResponseLib.imaging.files.dicom_series.values import patient_digest, text, whole_number
from TACEResponseLib.imaging.files.headers.header import (
    LARGEST_SHIFT_MM,
    LARGEST_SPACING_MM,
    MOST_BYTES,
    MOST_VOXELS,
)
from TACEResponseLib.imaging.files.segments import Segment
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Acquisition

SEGMENTATION_STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"
LABELMAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"
NEEDED = (
    "NumberOfFrames",
    "Rows",
    "Columns",
    "SegmentationType",
    "SegmentSequence",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
    "PixelData",
)
HALF = 0.5
MOST_FRAMES = 100_000
SegmentsOnGrid = tuple[tuple[Segment, ...], Geometry, tuple[CaseWarning, ...]]


def read_dicom_seg(path: Path, where: str) -> SegmentsOnGrid:
    """Every segment of a DICOM SEG, on the grid of its own frames.

    Raises: InputError: another DICOM object, or frames that make no volume.
    """
    return read_identified_seg(path, where)[0]


def read_identified_seg(path: Path, where: str) -> tuple[SegmentsOnGrid, Acquisition]:
    """As `read_dicom_seg`, and whose it is: digest of the patient's id, frame of reference."""
    dataset = read_dataset(path, where, pixels=True)
    if dataset is None or text(dataset, "SOPClassUID") not in (
        SEGMENTATION_STORAGE,
        LABELMAP_STORAGE,
    ):
        absent = dataset is not None and not text(dataset, "SOPClassUID")
        kind = text(dataset, "Modality")[:16] if dataset is not None else ""
        raise InputError(
            where,
            "must be a DICOM segmentation (SEG), by its SOPClassUID",
            got="none" if absent else "another DICOM object",
            names=(kind,) if kind else (),
            remedy=f"export the {vocabulary().mask} from 3D Slicer as SEG or label image",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd ids, which are not used
            _check_elements(dataset, where)
            _check_size(dataset, path, where)
            segments = _segments_of(dataset, where)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # pydicom and highdicom raise many kinds on odd files
        raise InputError(
            where,
            "frames must make one regular volume",
            got="odd frames",
            names=(_reason(error),),
            remedy=f"export the {vocabulary().mask} as a label image",
        ) from error
    return segments, Acquisition(
        patient_digest=patient_digest(dataset),
        frame_of_reference=text(dataset, "FrameOfReferenceUID") or None,
    )


def _check_elements(dataset: Any, where: str) -> None:
    """Refuse an object that lacks an element from which voxels or segments are known."""
    fractional = text(dataset, "SegmentationType") == "FRACTIONAL"
    needed = (*NEEDED, "MaximumFractionalValue") if fractional else NEEDED
    if absent := [keyword for keyword in needed if not dataset.get(keyword)]:
        raise InputError(
            where,
            f"must have {absent[0]}",
            got="nothing",
            remedy=f"export the {vocabulary().mask} as a label image",
        )


def _check_size(dataset: Any, path: Path, where: str) -> None:
    """Refuse sizes that no segmentation has, before anything is allocated."""
    file = SimpleNamespace(header=dataset, path=path)
    frames, rows, columns = (
        whole_number(file, name, where) for name in ("NumberOfFrames", "Rows", "Columns")
    )
    if min(frames, rows, columns) < 1 or frames > MOST_FRAMES:
        raise InputError(
            where,
            f"must have 1 to {MOST_FRAMES:,} frames with rows and columns",
            got=f"{frames} of {rows} x {columns}",
            remedy=f"export the {vocabulary().mask} as a label image",
        )
    if frames * rows * columns > MOST_BYTES:
        raise InputError(
            where,
            f"must hold at most {MOST_BYTES:,} pixels",
            got=f"{frames} x {rows} x {columns}",
            remedy=f"export the {vocabulary().organ}'s segment alone",
        )


def _segments_of(dataset: Any, where: str) -> SegmentsOnGrid:
    """Segments, grid and remarks."""
    import highdicom

    apart = state_spacing(dataset, where)
    seg = highdicom.seg.Segmentation.from_dataset(dataset)
    grid = seg.get_volume_geometry()
    if grid is None:
        raise ValueError("positions that make no regular volume")
    _check_grid(grid, len(seg.segment_numbers), where)
    _check_values(dataset, where)
    try:
        volume = seg.get_volume(rescale_fractional=True)
    except MemoryError as error:
        raise InputError(
            where,
            "must fit into memory",
            got=" x ".join(map(str, grid.shape)),
            remedy=f"export the {vocabulary().organ}'s segment alone",
        ) from error
    geometry = _geometry(volume)
    _check_frames(dataset, geometry, where)
    names = [str(seg.get_segment_description(n).segment_label) for n in seg.segment_numbers]
    masks = _masks(volume.array, len(names))
    _check_pixels(dataset, list(seg.segment_numbers), masks, where)
    segments = tuple(Segment(name=n, mask=m) for n, m in zip(names, masks, strict=True))
    remarks: tuple[CaseWarning, ...] = ()
    if text(dataset, "SegmentationType") == "FRACTIONAL":
        remarks = (
            CaseWarning(
                code="fractional_segmentation",
                message=f"The {vocabulary().mask}'s file holds fractions; voxels of at least one "
                "half were used.",
            ),
        )
    return segments, geometry, (*apart, *remarks)


def _check_grid(grid: Any, segments: int, where: str) -> None:
    """Refuse what frames far apart would make of a small file."""
    shape = [int(n) for n in grid.spatial_shape]
    voxels = shape[0] * shape[1] * shape[2]
    if voxels > MOST_VOXELS or voxels * max(segments, 1) > MOST_BYTES:
        raise InputError(
            where,
            f"must span at most {MOST_VOXELS:,} voxels",
            got=" x ".join(map(str, shape)) + f", {segments} segments",
            remedy=f"export the {vocabulary().organ}'s segment alone",
        )
    spacing = [float(s) for s in grid.spacing]
    if not all(0 < s <= LARGEST_SPACING_MM for s in spacing):
        raise InputError(
            where,
            f"spacing must be > 0 and <= {LARGEST_SPACING_MM:g} mm",
            got=past_any(spacing, (0, LARGEST_SPACING_MM), ".4g") + " mm",
            remedy=f"export the {vocabulary().mask} as a label image",
        )


def _check_values(dataset: Any, where: str) -> None:
    """Refuse pixels that are not of the kind of segmentation that the header says."""
    kind, largest = text(dataset, "SegmentationType"), int(np.max(dataset.pixel_array))
    if kind == "BINARY" and largest > 1:
        raise InputError(
            where,
            "must hold 0 and 1, being BINARY (SegmentationType)",
            got=f"values up to {largest}",
            remedy=f"export the {vocabulary().mask} as a label image",
        )
    if kind != "FRACTIONAL":
        return
    most = int(dataset.MaximumFractionalValue)
    if largest > most:
        raise InputError(
            where,
            f"must hold fractions of {most} (MaximumFractionalValue)",
            got=f"values up to {largest}",
            remedy=f"export the {vocabulary().mask} as a label image",
        )
    if 0 < largest < HALF * most:
        raise InputError(
            where,
            f"its fractions must reach one half somewhere, as the {vocabulary().organ} does",
            got=f"at most {past(largest / most, HALF, '.2g')}",
            remedy="threshold it yourself and export a label image",
        )


def _check_frames(dataset: Any, geometry: Geometry, where: str) -> None:
    """The last step: each frame lies on the grid, by its own header."""
    places = [
        [float(v) for v in item.PlanePositionSequence[0].ImagePositionPatient]
        for item in dataset.get("PerFrameFunctionalGroupsSequence", ())
        if "PlanePositionSequence" in item
    ]
    if not places:
        return
    k = np.round(geometry.to_index(places)[:, 2])
    regular = geometry.to_lps(np.stack([np.zeros_like(k), np.zeros_like(k), k], axis=1))
    apart = float(np.linalg.norm(regular - places, axis=1).max())
    if not apart <= LARGEST_SHIFT_MM:
        raise InputError(
            where,
            f"each frame must lie within {LARGEST_SHIFT_MM:g} mm of a regular grid",
            got=f"{past(apart, LARGEST_SHIFT_MM, '.2g')} mm apart",
            remedy=f"export the {vocabulary().mask} as a label image",
        )


def _check_pixels(dataset: Any, numbers: list[int], masks: list[Any], where: str) -> None:
    """The last step too: as many voxels are marked as pixels are in the frames."""
    pixels = np.asarray(dataset.pixel_array)
    if text(dataset, "SOPClassUID") == LABELMAP_STORAGE:
        marked = np.isin(pixels, numbers)
    elif text(dataset, "SegmentationType") == "FRACTIONAL":
        marked = pixels / float(dataset.MaximumFractionalValue) >= HALF
    else:
        marked = pixels > 0
    marked_pixels, read_pixels = int(marked.sum()), sum(int(mask.sum()) for mask in masks)
    if marked_pixels != read_pixels:
        raise InputError(
            where,
            "must mark as many voxels as its frames have pixels",
            got=f"{read_pixels} of {marked_pixels} (two frames at one place?)",
            remedy=f"export the {vocabulary().mask} as a label image",
        )


def _reason(error: Exception) -> str:
    """The first words of what highdicom says."""
    words = str(error).splitlines()
    return words[0][:80] if words else "odd frames"


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
