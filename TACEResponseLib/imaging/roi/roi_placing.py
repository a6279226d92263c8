"""Does an ROI lie where it was drawn? Headers that were lost or belong to others are told."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.orientation import lps_axes_geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Volume

SAVE_WITH_GRID = "save it with the geometry of the image, for instance in 3D Slicer"
# Axes that differ by more than a tenth of a right angle are other axes.
SAME_AXIS_COSINE = 0.99
# Whatever the nearest voxel is, by this much it stays the nearest: headers are rounded.
SAME_VOXEL_TOLERANCE = 0.1


def check_roi_owner(images: Mapping[ImageSequence, Volume], rois: Sequence[Roi]) -> None:
    """Refuse an ROI that its own header gives to another patient, or to another frame.

    Raises: InputError: another patient's DICOM id than an image's; a frame of reference that no
        image has.
    """
    for roi in rois:
        where = roi.place
        patient, frame = roi.acquisition.patient_digest, roi.acquisition.frame_of_reference
        known = [v.acquisition for v in images.values()]
        people = {a.patient_digest for a in known} - {None}
        if patient and people and people != {patient}:
            raise InputError(
                where,
                "must be of the patient of the images",
                got="another patient's DICOM id",
                remedy="give the segmentation of this patient",
            )
        frames = {a.frame_of_reference for a in known} - {None}
        if frame and frames and frame not in frames:
            raise InputError(
                where,
                "must lie in the frame of reference of an image",
                got="another DICOM frame of reference",
                remedy="give the segmentation of this examination, or export the ROI "
                "as a label image after looking at it on the image",
            )


def lacks_grid(geometry: Geometry) -> bool:
    """Whether a header says what programs write that know no geometry: 1 mm from the origin."""
    no_axes = np.allclose(np.abs(geometry.direction), np.eye(3))
    return geometry.spacing_mm == (1.0, 1.0, 1.0) and not any(geometry.origin_lps) and no_axes


def steps_between(mine: Geometry, theirs: Geometry) -> tuple[int, int, int] | None:
    """By how many voxels one grid starts after another whose voxels it has; `None` if it has not.

    Segmentations are cut to the tumor, or begin at another corner, and stay voxel for voxel.

    Returns: along the other's axes, as they run in the patient (LPS).
    """
    upright, other = lps_axes_geometry(mine), lps_axes_geometry(theirs)
    ends = np.array(list(product(*[(0, n - 1) for n in upright.size_ijk])), dtype=float)
    place = other.to_index(upright.to_lps(ends))
    first = np.rint(place[0])
    if not np.abs(place - first - ends).max() < SAME_VOXEL_TOLERANCE:
        return None
    i, j, k = first.astype(int).tolist()
    return i, j, k


def grid_warnings(volume: Volume, sequence: ImageSequence) -> tuple[CaseWarning, ...]:
    """Say when an image's own grid looks lost: every millimeter depends on it."""
    if not lacks_grid(volume.geometry):
        return ()
    return (
        CaseWarning(
            code="geometry_missing",
            message=f"The header of {sequence.words} gives a spacing of 1 mm on each axis and no "
            "position, as files do that lost their geometry: check that its millimeters are real.",
        ),
    )


def check_mask_grid(roi: Roi, volume: Volume, sequence: ImageSequence) -> tuple[CaseWarning, ...]:
    """Tell of a mask of the image's size that lies on another grid.

    Raises: InputError: its header has no geometry at all, and the image's has; or only one of the
        two knows its place in the patient.
    """
    mine, theirs = roi.geometry, volume.geometry
    _check_both_placed(roi, volume, sequence)
    if mine.size_ijk != theirs.size_ijk or mine.same_grid(theirs):
        return ()
    if lacks_grid(mine) or (mine.spacing_mm == (1.0, 1.0, 1.0) and _unlike_spacing(mine, theirs)):
        raise InputError(
            roi.place,
            f"must have the geometry of {sequence.words}, whose size it has",
            got="a spacing of 1 mm on each axis"
            + ("" if any(mine.origin_lps) else " and no position"),
            remedy=SAVE_WITH_GRID,
        )
    if steps_between(mine, theirs) == (0, 0, 0):
        return ()  # the same voxels, maybe counted from another corner
    cosines = np.diag(mine.direction.T @ theirs.direction)
    axes = "".join(name for name, c in zip("ijk", cosines, strict=True) if c < SAME_AXIS_COSINE)
    apart = np.linalg.norm(mine.corners_lps() - theirs.corners_lps(), axis=1).max()
    shown = f"{apart:.{1 if apart >= 0.1 else 2}f}"
    turned = f" and axes that run otherwise ({', '.join(axes)})" if axes else ""
    organ = "tumor" if roi.kind == "roi" else "liver"
    return (
        CaseWarning(
            code=f"{roi.kind}_{'mirrored' if axes else 'shifted'}",
            message=f"{roi.title} has the size of {sequence.words} but corners up to "
            f"{shown} mm away{turned}: check that it lies on the {organ}.",
        ),
    )


def _check_both_placed(roi: Roi, volume: Volume, sequence: ImageSequence) -> None:
    """Two assumptions of different programs may differ by a mirror; one voxel grid can't."""
    known = {"mask": roi.acquisition.knows_position, "image": volume.acquisition.knows_position}
    if len(set(known.values())) == 1 or roi.geometry.same_grid(volume.geometry):
        return
    lacking, other = sorted(known, key=lambda name: known[name])
    raise InputError(
        roi.place,
        f"must know its place in the patient if {sequence.words} does, and only then",
        got=f"a position in the header of the {other} alone (the {lacking} has no qform and sform, "
        "or no space origin or offset)",
        remedy=f"save the {lacking} with the geometry of the {other}, for instance in 3D Slicer",
    )


def _unlike_spacing(mine: Geometry, theirs: Geometry) -> bool:
    """Whether the two differ in spacing, beyond rounding."""
    return not np.allclose(mine.spacing_mm, theirs.spacing_mm, rtol=1e-3)
