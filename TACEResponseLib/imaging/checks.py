"""The rules that an image, an ROI and their fit must meet; called by the case's constructor."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past_any
from TACEResponseLib.basics.subject import image_subject
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.box import marked_box
from TACEResponseLib.imaging.files.headers.agreement import FINITE_REMEDY
from TACEResponseLib.imaging.grid_words import grid_difference
from TACEResponseLib.imaging.one_image import are_one_image
from TACEResponseLib.imaging.phase import phase_warnings
from TACEResponseLib.imaging.roi.roi import Lesion, Roi
from TACEResponseLib.imaging.roi.roi_content import content_warnings
from TACEResponseLib.imaging.roi.roi_cut import cut_roi_warnings
from TACEResponseLib.imaging.roi.roi_placing import check_mask_grid, grid_warnings, steps_between
from TACEResponseLib.imaging.values.comb import comb_warnings
from TACEResponseLib.imaging.values.hounsfield import check_hounsfield, ct_like_warnings
from TACEResponseLib.imaging.values.image_kind import check_no_labels, check_varies
from TACEResponseLib.imaging.values.shares import portion
from TACEResponseLib.imaging.values.slice_blocks import slice_blocks
from TACEResponseLib.imaging.values.slice_jumps import jump_warnings
from TACEResponseLib.imaging.volume import Mask, Volume, Voxels

# Thicker slices than any liver protocol's mean a scout or a broken header.
LARGEST_SPACING_MM = 20.0
# A tumor never fills half of an image; an inverted mask does.
LARGEST_ROI_SHARE = 0.5
# Beyond any scanner's, and squares of such values can be summed in single precision.
LARGEST_VALUE = 1e12
# Less than this missing is a tumor at the edge of the scan; more is another position or patient.
LARGEST_SHARE_OUTSIDE = 0.5

# Denser than lung and air; stands for the tumor where no ROI was drawn.
LOWEST_TISSUE_HU = -300


def image_place(volume: Volume, sequence: ImageSequence) -> str:
    """How messages call an image."""
    return image_subject(sequence.value, volume.source)


def check_voxels(volume: Volume, sequence: ImageSequence) -> None:
    """Refuse an image whose voxels can't be used.

    Raises: InputError: a single slice, spacing above `LARGEST_SPACING_MM`, NaN or infinite
        voxels, values beyond `LARGEST_VALUE`, a constant image, or a label image.
    """
    where = image_place(volume, sequence)
    voxels, geometry = volume.voxels, volume.geometry
    if min(geometry.size_ijk) < 2:
        raise InputError(
            where,
            "must be 3D with at least 2 voxels on each axis",
            got=" x ".join(map(str, geometry.size_ijk)),
            remedy="give the whole volume",
        )
    if max(geometry.spacing_mm) > LARGEST_SPACING_MM:
        raise InputError(
            where,
            f"spacing must be <= {LARGEST_SPACING_MM:g} mm on each axis",
            got=past_any(geometry.spacing_mm, (LARGEST_SPACING_MM,), ".6g") + " mm",
            remedy="export the image again or mend its header",
        )
    if np.issubdtype(voxels.dtype, np.floating) and not (finite := np.isfinite(voxels)).all():
        raise InputError(
            where,
            "must hold finite numbers only",
            got=f"{finite.size - int(finite.sum())} NaN or infinite voxels",
            remedy=FINITE_REMEDY,
        )
    low, high = voxels.min(), voxels.max()
    if max(abs(float(low)), abs(float(high))) > LARGEST_VALUE:
        raise InputError(
            where,
            f"must hold values within {LARGEST_VALUE:g}",
            got=f"{low:g} to {high:g}",
            remedy="check the kind of its numbers, and export the image again",
        )
    if low == high:
        raise InputError(
            where,
            "must not be constant",
            got=f"{low:g} in every voxel",
            remedy="export the image again",
        )
    check_no_labels(volume, where)


def check_same_patient(images: Mapping[ImageSequence, Volume]) -> None:
    """Refuse images that can't be of one patient in one position, and one that is given twice.

    Raises: InputError: two images carry different patient ids, share no space, or are one image.
    """
    for (first, a), (second, b) in combinations(images.items(), 2):
        where, rule = image_place(b, second), f"must show the patient of {first.words}"
        people = a.acquisition.patient_digest, b.acquisition.patient_digest
        if None not in people and people[0] != people[1]:
            raise InputError(
                where, rule, got="another patient's DICOM id", remedy="give images of one patient"
            )
        if not a.geometry.overlaps(b.geometry):
            raise InputError(
                where,
                f"{rule} in the same position",
                got="no overlap in patient space",
                remedy="give images of one examination, or register them",
            )
        if are_one_image(a.voxels, b.voxels):
            raise InputError(
                where,
                f"must be another image than {first.words}",
                got="the same voxels, or nearly",
                remedy="give each sequence its own image",
            )


def registration_warnings(images: Mapping[ImageSequence, Volume]) -> tuple[CaseWarning, ...]:
    """Say when images share space by their headers, but not a frame of reference."""
    return tuple(
        CaseWarning(
            code="frames_differ",
            message="The DICOM frames of reference differ of "
            f"{first.words} and {second.words}: check that they are registered, since one ROI is "
            "used for both.",
        )
        for (first, a), (second, b) in combinations(images.items(), 2)
        if a.acquisition.frame_of_reference
        and b.acquisition.frame_of_reference
        and a.acquisition.frame_of_reference != b.acquisition.frame_of_reference
    )


def check_roi_fits(
    roi: Roi, volume: Volume, sequence: ImageSequence, labels: Voxels
) -> tuple[CaseWarning, ...]:
    """Refuse an ROI that doesn't lie in the image; say when its voxels are not the image's.

    Args:
        roi: as drawn.
        volume: one image of the case.
        sequence: what the user calls it.
        labels: `Lesion.index` of the ROI's lesions on that image's grid; 1 is the largest.
    Raises: InputError: more than half of it lies outside, its largest lesion is lost by
        resampling, or it fills more than half of the image.
    """
    misplaced = check_mask_grid(roi, volume, sequence)
    warnings: tuple[CaseWarning, ...] = ()
    if not roi.geometry.same_grid(volume.geometry):
        outside = _share_outside(roi, volume)
        if outside > LARGEST_SHARE_OUTSIDE:
            rule = f"must lie inside {sequence.words}, in the same patient's frame"
            raise InputError(
                roi.place,
                rule,
                got=f"{portion(outside)} of it outside",
                remedy="draw it on this image, or check whose ROI it is",
            )
        warnings = _grid_warnings(roi, volume, sequence, outside)
    box = marked_box(labels)
    if box is None or not (labels[box] == 1).any():
        rule = f"its largest lesion must cover the center of a voxel of {sequence.words}"
        raise InputError(roi.place, rule, got="none", remedy="draw it on this image")
    share = float(np.count_nonzero(labels[box])) / labels.size
    if share > LARGEST_ROI_SHARE:
        raise InputError(
            roi.place,
            f"must fill at most 50 % of {sequence.words}",
            got=portion(share, LARGEST_ROI_SHARE),
            remedy="check that tumor and background are not swapped",
        )
    return (
        *warnings,
        *misplaced,
        *cut_roi_warnings(volume, sequence, labels),
        *content_warnings(roi, volume, sequence, labels),
    )


def lost_lesion_warnings(
    lesions: Sequence[Lesion], sequence: ImageSequence, labels: Voxels
) -> tuple[CaseWarning, ...]:
    """Name the lesions of which no voxel is left on a coarser grid.

    Args:
        lesions: of the ROI.
        sequence: one image of the case.
        labels: `Lesion.index` on that image's grid.
    """
    box = marked_box(labels)
    present = set(np.unique(labels[box]).tolist()) if box else set()
    return tuple(
        CaseWarning(
            code="lesion_lost",
            message=f"Lesion {lesion.index} ({lesion.longest_axial_diameter_mm:.0f} mm) covers no "
            f"voxel center of {sequence.words} and is not scored there.",
        )
        for lesion in lesions
        if not lesion.is_speck and lesion.index not in present
    )


def _grid_warnings(
    roi: Roi, volume: Volume, sequence: ImageSequence, outside: float
) -> tuple[CaseWarning, ...]:
    """In which ways the ROI's voxels are not the image's."""
    warnings: tuple[CaseWarning, ...] = ()
    if steps_between(roi.geometry, volume.geometry) is None:
        difference = grid_difference(roi.geometry, volume.geometry)
        message = (
            f"The ROI was drawn on another grid than {sequence.words} ({difference}) and was "
            "resampled to it (nearest neighbor)."
        )
        warnings = (CaseWarning(code="roi_resampled", message=message),)
    if outside == 0:
        return warnings
    cut = CaseWarning(
        code="roi_partly_outside",
        message=f"{portion(outside)} of the ROI lies outside {sequence.words} and is not scored.",
    )
    return *warnings, cut


def _share_outside(roi: Roi, volume: Volume) -> float:
    """Share of the ROI's voxels whose centers lie outside the image."""
    box = marked_box(roi.labels)
    if box is None:
        return 0.0
    index = np.argwhere(roi.labels[box]) + [axis.start for axis in box]
    place = volume.geometry.to_index(roi.geometry.to_lps(index[:, ::-1]))
    last = np.array(volume.geometry.size_ijk) - 0.5
    return float(((place < -0.5) | (place > last)).any(axis=1).mean())


def _body(volume: Volume) -> Mask:
    """Everything but air; the whole image where there is nothing else."""
    body = np.asarray(volume.voxels > LOWEST_TISSUE_HU)
    return body if body.any() else np.ones_like(body)


def check_intensities(
    volume: Volume, sequence: ImageSequence, mask: Mask | None
) -> tuple[CaseWarning, ...]:
    """Whether values and words of an image fit its sequence.

    Args:
        volume: the image.
        sequence: what the user calls it.
        mask: the ROI on its grid, not empty; `None` without one.
    Raises: InputError: a CT whose values are certainly not HU, or MR given for CT or CT for MR, or
        an ROI of one value.
    """
    where = image_place(volume, sequence)
    if sequence.modality == "CT":
        seen = _body(volume) if mask is None else mask
        doubts = check_hounsfield(volume, sequence, where, seen)
        if mask is None:
            # Bone is as dense as lipiodol; only of a tumor does density say something.
            doubts = tuple(doubt for doubt in doubts if doubt.code != "suspected_lipiodol")
    elif volume.acquisition.modality == "CT":
        raise InputError(
            where, "must be MR", got="a CT image", remedy="give the MR, or choose a bundle for CT"
        )
    else:
        doubts = ct_like_warnings(volume, sequence)
    if mask is not None:
        check_varies(volume, mask, where)
    order = _order_warnings(volume, sequence)
    doubts = (*grid_warnings(volume, sequence), *order, *doubts)
    return (*doubts, *phase_warnings(volume, sequence, mask))


def _order_warnings(volume: Volume, sequence: ImageSequence) -> tuple[CaseWarning, ...]:
    """Whether slices follow each other; where two phases lie in turn, none follows another."""
    blocks = slice_blocks(volume)
    return comb_warnings(blocks, sequence) or jump_warnings(volume, blocks, sequence)
