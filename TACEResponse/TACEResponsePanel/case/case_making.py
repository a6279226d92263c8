"""Makes the case that is scored, or compared with what was scored, of the nodes on the desk."""

from collections.abc import Mapping, Sequence
from typing import Any

from TACEResponseLib.worker.shapes import Form, Said
from TACEResponsePanel.case.comparison import sequencesOf
from TACEResponsePanel.case.desk import Desk
from TACEResponsePanel.case.gates import missing
from TACEResponsePanel.case.kept_texts import scoredOf
from TACEResponsePanel.process.score_run import ScoreInput
from TACEResponsePanel.process.segment_reader import SegmentReader

NAMELESS = "case"


def caseToScore(desk: Desk, reader: SegmentReader) -> ScoreInput | None:
    """What would be scored now; `None` while something is missing."""
    return None if missing(desk) else caseToCompare(desk, reader)


def caseToCompare(desk: Desk, reader: SegmentReader) -> ScoreInput | None:
    """The same, but for an open question: of an image that isn't in the case yet."""
    if desk.model is None or any(line != desk.question for line in missing(desk)):
        return None
    return ScoreInput(
        caseId=_caseId(desk),
        model=desk.model.path,
        modelDigest=desk.model.sha256,
        images={sequence: desk.image(sequence) for sequence in desk.sequences()},
        segmentation=desk.case.segmentation,
        segmentIds=desk.lesionSegments(),
        form=desk.form(),
        context=desk.context(),
        isLargeLesionMeant=desk.isLargeLesionMeant(),
        reader=reader,
    )


def caseWithoutModel(desk: Desk, reader: SegmentReader) -> ScoreInput | None:
    """What the scored model would read of the case now; it needn't be here for that."""
    kept = scoredOf(desk.case.scoredToken)
    images = {sequence: desk.image(sequence) for sequence in sequencesOf(desk)}
    isWhole = bool(images) and None not in images.values() and bool(desk.lesionSegments())
    if kept is None or not isWhole or desk.question:
        return None
    names = kept.form if kept.model else sorted(desk.texts())
    return ScoreInput(
        caseId=_caseId(desk),
        model=kept.model or desk.case.model,
        images=images,
        segmentation=desk.case.segmentation,
        segmentIds=desk.lesionSegments(),
        form=desk.formOf(names),
        context=desk.context(),
        reader=reader,
    )


def caseOfScript(
    images: Mapping[str, Any],
    segmentation: Any,
    segmentIds: Sequence[str],
    *,
    model: str,
    form: Form,
    context: Said,
    caseId: str,
    isLargeLesionMeant: bool,
    reader: SegmentReader,
) -> ScoreInput:
    """What a script wants scored; the process alone knows whether anything is missing."""
    return ScoreInput(
        caseId=caseId,
        model=model,
        images=dict(images),
        segmentation=segmentation,
        segmentIds=list(segmentIds),
        form=form,
        context=context,
        isLargeLesionMeant=isLargeLesionMeant,
        reader=reader,
    )


def _caseId(desk: Desk) -> str:
    """The study number that was typed."""
    return desk.case.caseId.strip() or NAMELESS
