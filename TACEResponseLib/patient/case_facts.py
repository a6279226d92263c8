"""What was typed of a case against what its files show: a difference is said, not settled."""

from collections.abc import Mapping, Sequence
from datetime import date

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.imaging.roi.roi import Lesion
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.context import CaseContext
from TACEResponseLib.patient.record import ClinicalRecord

MM_PER_CM = 10.0
# Readers measure one diameter of a tumor 10 to 20 % apart (RECIST 1.1, 2009, section 4.3.2: 20 %
# is growth); half as much again or more, and 5 mm, is another tumor or another unit.
LARGEST_RATIO, LARGEST_STEP_MM = 1.5, 5.0


def lesion_warnings(lesions: Sequence[Lesion], clinical: ClinicalRecord) -> tuple[CaseWarning, ...]:
    """Compare size and number of tumors with the ROI.

    Args:
        lesions: of the ROI; specks are passed over.
        clinical: as typed.
    """
    counted = [lesion for lesion in lesions if not lesion.is_speck]
    if not counted:
        return ()
    return (*_size(counted, clinical), *_number(len(counted), clinical))


def _size(counted: Sequence[Lesion], clinical: ClinicalRecord) -> Sequence[CaseWarning]:
    """Largest tumor as typed and as drawn."""
    typed_cm = clinical.values.get("tumor_size_cm")
    if typed_cm is None:
        return ()
    typed, drawn = float(typed_cm) * MM_PER_CM, max(x.longest_axial_diameter_mm for x in counted)
    ratio = max(typed, drawn) / max(min(typed, drawn), 1e-9)
    if ratio < LARGEST_RATIO or abs(typed - drawn) < LARGEST_STEP_MM:
        return ()
    message = (
        f"The tumor's size is typed as {typed / MM_PER_CM:.1f} cm; the ROI's largest lesion "
        f"measures {drawn / MM_PER_CM:.1f} cm. Check the ROI, the unit and whose values they are."
    )
    return [CaseWarning(code="size_differs", message=message)]


def _number(drawn: int, clinical: ClinicalRecord) -> Sequence[CaseWarning]:
    """Number of tumors as typed and as drawn."""
    typed, several = clinical.values.get("tumor_number"), clinical.values.get("multinodular")
    if typed is not None and int(typed) != drawn:
        said = f"{int(typed)} tumor{'' if int(typed) == 1 else 's'}"
    elif typed is None and several is False and drawn > 1:
        said = "a single tumor"
    else:
        return ()
    message = (
        f"The clinical values say {said}; the ROI holds {drawn} lesion{'' if drawn == 1 else 's'}. "
        "Tumors that are not drawn are not scored."
    )
    return [CaseWarning(code="number_differs", message=message)]


def date_warnings(
    images: Mapping[ImageSequence, Volume], context: CaseContext | None
) -> tuple[CaseWarning, ...]:
    """Compare the dates that were typed with the day of the study in the DICOM header.

    Dates of anonymized files are often shifted, so a day that was typed of the image itself goes
    before the header's.

    Raises: InputError: no day of the image was typed, and the header's is after treatment.
    """
    if context is None:
        return ()
    warnings = []
    for sequence, volume in images.items():
        if volume.acquisition.study_date is None:
            continue
        shot = date.fromisoformat(volume.acquisition.study_date)
        typed, treated = context.image_date, context.treatment_date
        if typed is not None and typed != shot:
            warnings.append(_differs(sequence))
        if treated is not None and shot > treated:
            if typed is None:
                raise _refused(sequence)
            warnings.append(_after(sequence))
    return tuple(warnings)


# What is said is written beside the result, so the header's date does not stand in it.


def _differs(sequence: ImageSequence) -> CaseWarning:
    """Another day in the header."""
    message = (
        f"The image's date as typed is not the study's in the DICOM header of {sequence.value}. "
        "Check whose image it is, unless dates were shifted to anonymize it."
    )
    return CaseWarning(code="image_date_differs", message=message)


def _after(sequence: ImageSequence) -> CaseWarning:
    """A header from after treatment."""
    message = (
        f"By the DICOM header of {sequence.value} its study came after the treatment: the model "
        "reads images taken before it."
    )
    return CaseWarning(code="image_after_treatment", message=message)


def _refused(sequence: ImageSequence) -> InputError:
    """A header from after treatment, and nobody who says that its day was shifted."""
    return InputError(
        Subject(SubjectKind.IMAGE_DATE),
        "must not be after treatment: the model reads images taken before it",
        got=f"a later day in the DICOM header of {sequence.value}",
        remedy="choose the image from before treatment, or give the day of the image if those of "
        "the header were shifted to anonymize it",
    )
