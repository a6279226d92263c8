"""What the panel handed over, as the library takes it: sequences, segments, forms."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.imaging.files.segment_parts import SegmentPart, roi_from_parts
from TACEResponseLib.imaging.roi.roi_choice import PANEL, RoiChoice
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.context import read_context
from TACEResponseLib.patient.form import check_form, form_record
from TACEResponseLib.worker.answers import CheckedField, CheckedForm, DerivedScore
from TACEResponseLib.worker.exchange import geometry_of, read_array
from TACEResponseLib.worker.requests import CheckForm, Score
from TACEResponseLib.worker.shapes import Form, HandedSegment

# The panel knows how segmentation and segments are called; this process needn't.
ROI_WORDS = "segmentation"


def case_of(request: Score, images: dict[ImageSequence, Volume]) -> Case:
    """The case that is to be scored.

    Args:
        request: names it and says all but its images.
        images: by sequence, as they were taken over.
    Raises: InputError: its segments, form or context can't be used.
    """
    grids = [volume.geometry for volume in images.values()]
    roi, warnings = roi_from_parts(segment_parts(request.segments), grids, ROI_WORDS)
    return Case(
        case_id=request.case_id,
        images=images,
        roi=roi,
        clinical=form_record(_fields(request.form)),
        context=read_context(asdict(request.context)),
        roi_choice=RoiChoice(is_large_meant=request.large_roi, words=PANEL),
        reading_warnings=warnings,
    )


def checked_form(request: CheckForm) -> CheckedForm:
    """What to show of a form, on its way to the panel."""
    check = check_form(_fields(request.form), request.names)
    return CheckedForm(
        fields={
            name: CheckedField(problem=field.problem, stated=field.stated)
            for name, field in check.fields.items()
        },
        problem=check.problem,
        scores=tuple(
            DerivedScore(
                name=score.name,
                value=score.value,
                grade=score.grade,
                source=score.source,
                note=score.note,
            )
            for score in check.scores
        ),
        scores_note=check.scores_note,
    )


def sequence_of(name: str) -> ImageSequence:
    """A sequence by its name."""
    if name not in set(ImageSequence):
        raise InputError(
            Subject(SubjectKind.HANDOVER, text="sequence"),
            f"must be one of {', '.join(ImageSequence)}",
            got=repr(name)[:40],
            remedy="choose a model that reads such images",
        )
    return ImageSequence(name)


def segment_parts(segments: Sequence[HandedSegment]) -> list[SegmentPart]:
    """Segments from the files that the panel wrote."""
    parts = []
    for number, part in enumerate(segments, start=1):
        geometry = geometry_of(part.geometry)
        mask = read_array(Path(part.path), geometry.shape_kji) > 0
        parts.append(SegmentPart(name=str(number), mask=mask, geometry=geometry))
    return parts


def _fields(form: Form) -> dict[str, dict[str, str]]:
    """A form as its checks take it."""
    return {name: {"text": field.text, "unit": field.unit} for name, field in form.items()}
