"""From a case to the patches of an image network: one grid in patient space for all sequences."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.basics.vocabulary import SubjectKind, vocabulary
from TACEResponseLib.evidence.image_network.settings import CROP_MARGIN_MM, ImageNetworkSettings
from TACEResponseLib.evidence.stored_patient import StoredPatient
from TACEResponseLib.imaging.common_grid import on_grid, spacing_differs
from TACEResponseLib.imaging.cropping import box_round, crop
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.orientation import to_lps_axes, voxels_to_lps_axes
from TACEResponseLib.imaging.patches import PatchPlan, cut_patches, plan_patches
from TACEResponseLib.imaging.values.intensity import apply_intensity
from TACEResponseLib.imaging.volume import Mask, Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord, ClinicalValue


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PreparedPatches:
    """What the network sees of one patient."""

    patches: NDArray[np.float32]
    """(n, channels, rows, columns), before crop and normalization."""
    plans: tuple[PatchPlan, ...]
    """Slices count in the whole first image on LPS axes."""
    clinical: Mapping[str, ClinicalValue] = field(default_factory=dict)
    """The joint head's variables, as far as they are known."""

    @property
    def record(self) -> ClinicalRecord:
        """The clinical values as the encoder reads them."""
        return ClinicalRecord(values=self.clinical)


def stored_patches(prepared: PreparedPatches) -> StoredPatient:
    """Patches and their places as arrays, clinical values as words."""
    grids = [plan.geometry for plan in prepared.plans]
    return StoredPatient(
        arrays={
            "patches": prepared.patches,
            "slice_index": np.array([p.slice_index for p in prepared.plans], dtype=np.int64),
            "size_ijk": np.array([g.size_ijk for g in grids], dtype=np.int64),
            "spacing_mm": np.array([g.spacing_mm for g in grids], dtype=np.float64),
            "origin_lps": np.array([g.origin_lps for g in grids], dtype=np.float64),
            "direction_lps": np.array([g.direction_lps for g in grids], dtype=np.float64),
        },
        words={"clinical": dict(prepared.clinical)},
    )


def restored_patches(stored: StoredPatient) -> PreparedPatches:
    """What `stored_patches` was given."""
    names = ("size_ijk", "spacing_mm", "origin_lps", "direction_lps")
    rows = zip(*(map(tuple, stored.arrays[name].tolist()) for name in names), strict=True)
    return PreparedPatches(
        patches=stored.arrays["patches"],
        plans=tuple(
            PatchPlan(slice_index=index, geometry=Geometry(**dict(zip(names, row, strict=True))))
            for index, row in zip(stored.arrays["slice_index"].tolist(), rows, strict=True)
        ),
        clinical=stored.words["clinical"],
    )


def prepare_patches(case: Case, settings: ImageNetworkSettings) -> PreparedPatches:
    """Patches of the largest lesion, from a crop round it, or of whole slices.

    The first sequence chooses slices and boxes; every other one is brought to its grid, so that
    all channels of a patch show the same place in the patient.

    Raises: InputError: a sequence is absent, or the ROI that the settings need.
    """
    _check_complete(case, settings)
    image = case.images[settings.sequence]
    volume, mask = to_lps_axes(image), _mask(case, settings)
    plans = plan_patches(mask, volume.geometry, settings.patch)
    first, cropped, small = _crop(volume, mask, settings)
    moved = [PatchPlan(slice_index=p.slice_index - first, geometry=p.geometry) for p in plans]
    by_sequence: dict[ImageSequence, NDArray[np.float32]] = {}
    for sequence in settings.sequences:
        source = cropped
        if sequence is not settings.sequence:
            source = to_lps_axes(case.images[sequence])
        scaled = on_grid(apply_intensity(source, settings.intensity), cropped.geometry)
        by_sequence[sequence] = cut_patches(scaled, small, moved, settings.patch)
    known = {v.name for v in settings.clinical} & set(case.clinical.values)
    return PreparedPatches(
        patches=_channels(by_sequence, settings),
        plans=plans,
        clinical={name: case.clinical.values[name] for name in sorted(known)},
    )


def grid_warnings(case: Case, settings: ImageNetworkSettings) -> tuple[CaseWarning, ...]:
    """Says which sequences have voxels of another size and were interpolated."""
    first = to_lps_axes(case.images[settings.sequence]).geometry
    return tuple(
        CaseWarning(
            code="sequence_resampled",
            message=f"{sequence.value} has voxels of another size than {settings.sequence.value}; "
            f"{settings.name} reads it interpolated on the latter's grid.",
        )
        for sequence in settings.sequences[1:]
        if spacing_differs(first, to_lps_axes(case.images[sequence]).geometry)
    )


def _check_complete(case: Case, settings: ImageNetworkSettings) -> None:
    """Refuse a case that lacks what the network reads."""
    if missing := [s.value for s in settings.sequences if s not in case.images]:
        raise InputError(
            Subject(SubjectKind.IMAGE),
            f"{settings.name} needs {' and '.join(missing)}",
            got=", ".join(s.value for s in case.images),
            remedy=f"give {vocabulary().any_image_file} for each",
        )
    if settings.needs_roi and not case.lesions:
        raise InputError(
            Subject(SubjectKind.ROI),
            f"{settings.name} needs the outline of the tumor",
            got="none",
            remedy=f"give {vocabulary().roi_file}, or a bundle that reads whole slices",
        )


def _mask(case: Case, settings: ImageNetworkSettings) -> Mask | None:
    """The largest lesion on the first image on LPS axes; `None` where nothing reads it."""
    if not settings.needs_roi:
        return None
    image = case.images[settings.sequence]
    mask = case.mask(settings.sequence, case.largest_lesion.index)
    return voxels_to_lps_axes(mask, image.geometry)


def _channels(
    by_sequence: Mapping[ImageSequence, NDArray[np.float32]], settings: ImageNetworkSettings
) -> NDArray[np.float32]:
    """Patches of all sequences side by side, (n, channels, rows, columns)."""
    if settings.patch.channel_content == "sequences":
        order = settings.channel_sequences
    else:
        order = settings.sequences
    if len(order) == 1:
        return by_sequence[order[0]]
    return np.concatenate([by_sequence[sequence] for sequence in order], axis=1)


def _crop(
    volume: Volume, mask: Mask | None, settings: ImageNetworkSettings
) -> tuple[int, Volume, Mask | None]:
    """The image round the lesion: its first slice, volume and mask.

    MR keeps its whole body, in which its intensities are standardized.
    """
    if mask is None or settings.intensity.kind != "ct_window":
        return 0, volume, mask
    if settings.patch.shape == "whole_slice":
        return 0, volume, mask
    in_plane = CROP_MARGIN_MM + _margin_mm(volume.geometry, mask, settings)
    # Adjacent slices as channels reach beyond the lesion.
    along = settings.patch.channels * volume.geometry.spacing_mm[2]
    box = box_round(mask, volume.geometry, (along, in_plane, in_plane))
    return box[0].start, crop(volume, box), mask[box]


def _margin_mm(geometry: Geometry, mask: Mask, settings: ImageNetworkSettings) -> float:
    """How far a patch reaches beyond the lesion's box."""
    patch = settings.patch
    if patch.fixed_spacing_mm is not None:
        return patch.fixed_spacing_mm * max(patch.size_px, patch.columns_px) / 2
    extent = max(
        np.ptp(np.flatnonzero(mask.any(axis=axes))) * spacing
        for axes, spacing in (((0, 1), geometry.spacing_mm[0]), ((0, 2), geometry.spacing_mm[1]))
    )
    return float(extent) * patch.margin_fraction
