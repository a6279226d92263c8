"""One patient: images by sequence, ROI, clinical record. Checked once, here.

Readers hand over what they read; after this constructor no stage checks again.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.ids import check_id
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.basics.vocabulary import SubjectKind, vocabulary
from TACEResponseLib.imaging.box import marked_box
from TACEResponseLib.imaging.checks import (
    check_intensities,
    check_roi_fits,
    check_same_patient,
    check_voxels,
    lost_lesion_warnings,
    registration_warnings,
)
from TACEResponseLib.imaging.resampling import resample_labels
from TACEResponseLib.imaging.roi.lesion_matching import matched_indices
from TACEResponseLib.imaging.roi.lesions import find_lesions
from TACEResponseLib.imaging.roi.liver import check_liver
from TACEResponseLib.imaging.roi.roi import Lesion, Roi
from TACEResponseLib.imaging.roi.roi_choice import RoiChoice
from TACEResponseLib.imaging.roi.roi_placing import check_roi_owner
from TACEResponseLib.imaging.roi.roi_size import check_roi_size
from TACEResponseLib.imaging.roi.roi_slices import drawn_slices_warnings
from TACEResponseLib.imaging.volume import Mask, Volume, Voxels
from TACEResponseLib.patient.case_facts import date_warnings, lesion_warnings
from TACEResponseLib.patient.context import CaseContext
from TACEResponseLib.patient.record import ClinicalRecord


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """A patient before treatment, ready to be scored.

    Raises: InputError: the id, an image, the ROI or their fit breaks a rule.
    """

    case_id: str
    images: Mapping[ImageSequence, Volume]
    roi: Roi | None = None
    """Every model but those of whole slices needs one; the first of `sequence_rois` stands in."""
    sequence_rois: Mapping[ImageSequence, Roi] = field(default_factory=dict)
    """The tumor as it was drawn on that sequence, in place of `roi` resampled to it."""
    clinical: ClinicalRecord = field(default_factory=ClinicalRecord)
    context: CaseContext | None = None
    """What the user said of treatment and stage; `None` when nobody was asked."""
    liver: Roi | None = None
    """The whole liver, if somebody marked it: ROIs are compared with it, and nothing else is."""
    roi_choice: RoiChoice = field(default_factory=RoiChoice)
    """How the ROI was chosen; a large one must have been said to be tumor."""
    reading_warnings: tuple[CaseWarning, ...] = ()
    """What the readers found worth saying."""
    lesions: tuple[Lesion, ...] = field(init=False)
    """Every connected piece of the ROI, largest axial area first; specks last; none without."""
    lesion_labels: Mapping[ImageSequence, Voxels] = field(init=False, repr=False)
    """`Lesion.index` of each voxel, 0 outside, (K, J, I) on that image's grid."""
    warnings: tuple[CaseWarning, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Check everything and number the lesions."""
        check_id(self.case_id, Subject(SubjectKind.CASE_ID))
        if not self.images:
            raise InputError(
                Subject(SubjectKind.IMAGE),
                "at least one image is needed",
                got="none",
                remedy=f"give {vocabulary().any_image_file}",
            )
        for sequence, volume in self.images.items():
            check_voxels(volume, sequence)
        check_same_patient(self.images)
        self._check_sequence_rois()
        drawn_masks = (self.roi, *self.sequence_rois.values(), self.liver)
        check_roi_owner(self.images, [mask for mask in drawn_masks if mask])
        roi = self.roi or next((self.sequence_rois[s] for s in self._drawn_sequences), None)
        lesions, indices = find_lesions(roi) if roi else ((), None)
        labels: dict[ImageSequence, Voxels] = {}
        warnings = [*self.reading_warnings, *self.clinical.warnings]
        warnings += registration_warnings(self.images)
        for sequence, volume in self.images.items():
            if roi is None or indices is None:
                warnings += check_intensities(volume, sequence, None)
                continue
            drawn = self.sequence_rois.get(sequence, roi)
            own = indices if drawn is roi else matched_indices(drawn, roi, indices)
            labels[sequence] = resample_labels(own, drawn.geometry, volume.geometry)
            warnings += check_roi_fits(drawn, volume, sequence, labels[sequence])
            warnings += drawn_slices_warnings(own, drawn.geometry, lesions)
            warnings += lost_lesion_warnings(lesions, sequence, labels[sequence])
            warnings += check_intensities(volume, sequence, labels[sequence] > 0)
        warnings += self._liver_warnings()
        warnings += self._size_warnings(lesions)
        warnings += lesion_warnings(lesions, self.clinical)
        warnings += date_warnings(self.images, self.context)
        # One ROI for several images is remarked on once.
        remarks = tuple(dict.fromkeys(warnings))
        _set(self, roi=roi, lesions=lesions, lesion_labels=labels, warnings=remarks)

    def _liver_warnings(self) -> tuple[CaseWarning, ...]:
        """Refuse an ROI that is the liver; say it of one that lies elsewhere."""
        if self.liver is None:
            return ()
        rois = [roi for roi in (self.roi, *self.sequence_rois.values()) if roi]
        return check_liver(self.liver, rois, self.images)

    def _size_warnings(self, lesions: tuple[Lesion, ...]) -> tuple[CaseWarning, ...]:
        """Refuse an ROI that is no tumor; say it of a large one."""
        measured = [] if self.roi is None else [(self.roi.place, lesions)]
        measured += [(r.place, find_lesions(r)[0]) for r in self.sequence_rois.values()]
        return tuple(
            warning
            for where, drawn_lesions in measured
            for warning in check_roi_size(
                drawn_lesions,
                where,
                is_meant=self.roi_choice.is_large_meant,
                remedy=self.roi_choice.words.large,
            )
        )

    @property
    def _drawn_sequences(self) -> tuple[ImageSequence, ...]:
        """Sequences with an ROI of their own, in the order of the images."""
        return tuple(sequence for sequence in self.images if sequence in self.sequence_rois)

    def _check_sequence_rois(self) -> None:
        """An ROI belongs to an image."""
        for sequence in self.sequence_rois:
            if sequence not in self.images:
                raise InputError(
                    Subject(SubjectKind.ROI, sequence.value),
                    "must belong to an image that is given",
                    got=", ".join(self.images),
                    remedy=f"give {vocabulary().image_file.format(sequence.value)} too",
                )

    @property
    def largest_lesion(self) -> Lesion:
        """The lesion with the largest axial area; ROIs of specks alone are refused.

        Raises: InputError: no ROI was given.
        """
        if not self.lesions:
            raise missing_roi("this model")
        return self.lesions[0]

    def redrawn(
        self,
        *,
        images: Mapping[ImageSequence, Volume],
        roi: Roi,
        sequence_rois: Mapping[ImageSequence, Roi],
        lesions: tuple[Lesion, ...],
        lesion_labels: Mapping[ImageSequence, Voxels],
    ) -> "Case":
        """The same patient with the same lesions drawn a little otherwise; nothing is checked anew.

        Args:
            images: the same, or the part of them that matters.
            roi: the lesions as they are drawn now.
            sequence_rois: the same on sequences with a drawing of their own.
            lesions: measured anew, in the old order.
            lesion_labels: on the grids of `images`.
        """
        other = copy(self)
        _set(
            other,
            images=images,
            roi=roi,
            sequence_rois=sequence_rois,
            lesions=lesions,
            lesion_labels=lesion_labels,
        )
        return other

    def mask(self, sequence: ImageSequence, *indices: int) -> Mask:
        """Where the lesions with these indices lie on the grid of one image.

        Raises: InputError: no ROI was given.
        """
        if sequence not in self.lesion_labels and sequence in self.images:
            raise missing_roi("this model")
        labels = self.lesion_labels[sequence]
        mask = np.zeros(labels.shape, dtype=np.bool_)
        if box := marked_box(labels):
            mask[box] = np.isin(labels[box], indices)
        return mask


def missing_roi(who: str) -> InputError:
    """What a part of a model says that looks at the tumor, of a case without an ROI."""
    return InputError(
        Subject(SubjectKind.ROI),
        f"{who} looks at the tumor and needs its ROI",
        got="none",
        remedy=f"give {vocabulary().roi_file}",
    )


def _set(case: Case, **values: object) -> None:
    """Fill the derived fields of a frozen case."""
    for name, value in values.items():
        object.__setattr__(case, name, value)
