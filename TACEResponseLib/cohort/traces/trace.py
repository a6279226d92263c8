"""What is kept of a patient's images to know copies by: digests of voxels and coarse fingerprints.

Both are made of decoded voxels on the axes nearest to LPS, so that neither the format, nor its
compression, nor the order of axes makes another patient.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from TACEResponseLib.cohort.columns import LIVER, ROI
from TACEResponseLib.cohort.traces.fingerprint import fingerprint
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.orientation import voxels_to_lps_axes
from TACEResponseLib.imaging.volume import Voxels
from TACEResponseLib.patient.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Of one patient's images and masks; picklable, and small."""

    images: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each image's voxels, by column."""
    masks: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each mask's voxels, by column."""
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    """Coarse fingerprint of each image, by column; none of an image that hardly varies."""

    @property
    def digests(self) -> dict[str, str]:
        """Of images and masks, by column."""
        return {**self.images, **self.masks}


def trace_of(case: Case) -> Trace:
    """What copies of a case's images and masks would have too.

    Args:
        case: its files as they were read.
    """
    images, prints = {}, {}
    for sequence, volume in case.images.items():
        voxels = voxels_to_lps_axes(volume.voxels, volume.geometry)
        images[sequence.value] = _digest("image", voxels)
        if code := fingerprint(voxels):
            prints[sequence.value] = code
    masks = {
        column: _digest("mask", voxels_to_lps_axes(mask, geometry))
        for column, mask, geometry in _masks(case)
    }
    return Trace(images=images, masks=masks, fingerprints=prints)


def _masks(case: Case) -> Iterator[tuple[str, Voxels, Geometry]]:
    """Every mask with its column and grid."""
    if case.roi is not None and case.roi not in case.sequence_rois.values():
        yield ROI, case.roi.mask, case.roi.geometry
    for sequence, roi in case.sequence_rois.items():
        yield f"{ROI}_{sequence.value}", roi.mask, roi.geometry
    if case.liver is not None:
        yield LIVER, case.liver.mask, case.liver.geometry


def _digest(kind: str, voxels: Voxels) -> str:
    """Of the numbers, whatever type they were saved in."""
    packed = np.packbits(voxels) if voxels.dtype == np.bool_ else voxels.astype(np.float32)
    digest = hashlib.sha256(f"{kind} {voxels.shape} ".encode())
    digest.update(np.ascontiguousarray(packed).data)
    return digest.hexdigest()
