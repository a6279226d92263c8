"""Slicer's segmentation files (.seg.nrrd): labels in layers, names in the header."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.headers.header import MOST_BYTES
from TACEResponseLib.imaging.files.headers.reading import read_file
from TACEResponseLib.imaging.files.segments import Segment
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Voxels

KEY = re.compile(r"Segment(\d{1,5})_(ID|Name|LabelValue|Layer)", re.ASCII)
MOST_SEGMENTS = 4096


def read_seg_nrrd(
    path: Path, where: str
) -> tuple[tuple[Segment, ...], Geometry, tuple[CaseWarning, ...]]:
    """Every segment of a Slicer segmentation.

    Each has an id, a name, a label value and a layer; layers are the components of the voxels, so
    that segments may overlap. What a file does not say follows Slicer's own rules: without a
    name the id is the name, without a layer (Slicer 4.10 and before) the segment's number is its
    layer, without a label value it is 1.
    Source: Slicer, Docs/developer_guide/modules/segmentations.md, "NRRD", and
    vtkMRMLSegmentationStorageNode::ReadBinaryLabelmapRepresentation.
    """
    image = read_file(path, where, as_stored=True, layers_allowed=True)
    words = image.header.words
    voxels = image.voxels
    layers = voxels[..., np.newaxis] if voxels.ndim == 3 else voxels
    numbers = {int(match[1]) for key in words if (match := KEY.fullmatch(key))}
    if not numbers:
        raise InputError(
            where,
            "must hold Slicer's segments",
            got="no segment names in its header",
            remedy="rename a plain label image to end in .nrrd",
        )
    if len(numbers) > MOST_SEGMENTS or len(numbers) * layers[..., 0].size > MOST_BYTES:
        raise InputError(
            where,
            f"must hold at most {MOST_SEGMENTS} segments and {MOST_BYTES:,} voxels of them",
            got=f"{len(numbers)} segments of {layers[..., 0].size:,} voxels",
            remedy="delete those that are not needed",
        )
    segments = tuple(_segment(number, words, layers, where) for number in sorted(numbers))
    return segments, image.geometry, ()


def _segment(
    number: int,
    words: Mapping[str, str],
    layers: Voxels,
    where: str,
) -> Segment:
    """One segment by its number in the header."""
    label = _number(words, number, "LabelValue", 1, where)
    layer = _number(words, number, "Layer", number, where)
    if not 0 <= layer < layers.shape[-1]:
        raise InputError(
            where,
            f"segment {number} must lie in a layer of the file",
            got=f"layer {layer} of {layers.shape[-1]}",
            remedy="save the segmentation again",
        )
    if label == 0:
        raise InputError(
            where,
            f"segment {number} must have a label other than the background's",
            got="0",
            remedy="save the segmentation again",
        )
    identity = words.get(f"Segment{number}_ID") or f"Segment_{number + 1}"
    name = words.get(f"Segment{number}_Name") or identity
    return Segment(name=name, mask=np.asarray(layers[..., layer] == label))


def _number(words: Mapping[str, str], number: int, field: str, absent: int, where: str) -> int:
    """One whole number of a segment."""
    text = words.get(f"Segment{number}_{field}")
    if text is None:
        return absent
    if not re.fullmatch(r"-?\d{1,9}", text.strip(), re.ASCII):
        raise InputError(
            where,
            f"Segment{number}_{field} must be a whole number",
            got=repr(text[:40]),
            remedy="save the segmentation again",
        )
    return int(text)
