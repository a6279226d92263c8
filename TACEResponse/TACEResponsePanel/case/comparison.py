"""Whether the case on the desk is still the one that was scored, with or without its model."""

from typing import TYPE_CHECKING

from TACEResponsePanel.case.desk import Desk
from TACEResponsePanel.case.kept_texts import Scored, scoredOf, voxelsOf
from TACEResponsePanel.process.score_run import ScoreAnswer, ScoreInput

if TYPE_CHECKING:
    from TACEResponseLib.result.prediction import Prediction

OVERLAP = "roi_overlap"
"""The warning that says that the order of the segments counts."""


def scored(scoring: ScoreInput, answer: ScoreAnswer) -> Scored:
    """What is kept of a case that was scored."""
    isOverlap = any(warning.code == OVERLAP for warning in answer.prediction.warnings)
    return Scored(
        content=answer.content,
        anyOrder="" if isOverlap else answer.anyOrder,
        model=scoring.modelName,
        form=sorted(scoring.form),
    )


def isSame(desk: Desk, prediction: "Prediction", scoring: ScoreInput | None) -> bool:
    """Whether a case is the one that was scored, but for the voxels of its images.

    Args:
        desk: with what was kept of the score.
        prediction: that the score gave.
        scoring: what would be scored now; `None`: nothing can be.
    """
    from TACEResponseLib.basics.errors import InputError

    kept = scoredOf(desk.case.scoredToken)
    if scoring is None or kept is None or scoring.caseId != prediction.case_id:
        return False
    try:
        if scoring.content() == kept.content:
            return True
        return bool(kept.anyOrder) and scoring.content(isOrdered=False) == kept.anyOrder
    except InputError:
        return False


def isKnownWithoutModel(desk: Desk) -> bool:
    """Whether a score says what its model read; one of an early version doesn't."""
    kept = scoredOf(desk.case.scoredToken)
    return kept is not None and bool(kept.model)


def sequencesOf(desk: Desk) -> list[str]:
    """The sequences that were scored."""
    kept = voxelsOf(desk.parameters.scoredVoxels) if desk.parameters is not None else None
    return list(kept or ())
