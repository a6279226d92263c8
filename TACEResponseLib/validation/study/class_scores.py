"""Class probabilities of networks of more than two classes, out of what bundles said."""

from collections.abc import Sequence

import numpy as np

from TACEResponseLib.basics.terms import ResponseClass
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.validation.study.cohort_scoring import ScoredPatient
from TACEResponseLib.validation.study.study import ClassScores

STAGE = (
    "the network's own, a patient's mean over patches; the calibration of the model's probability "
    "does not reach them"
)


def class_scores(
    bundle_ids: Sequence[str], scores: Sequence[ScoredPatient]
) -> tuple[ClassScores, ...]:
    """Every network of more than two classes, by bundle and branch.

    Args:
        bundle_ids: in the order that `scores` have.
        scores: of at least one patient, each by every bundle.
    """
    return tuple(
        ClassScores(
            name=f"{bundle_id}: {branch}",
            stage=STAGE,
            classes=tuple(first),
            probabilities=np.array(
                [list(s.scores[place].classes[branch].values()) for s in scores]
            ),
        )
        for place, bundle_id in enumerate(bundle_ids)
        for branch, first in scores[0].scores[place].classes.items()
    )


def observed_class(patient: CohortPatient) -> str:
    """The observed class, blank where the table tells a responder from others only."""
    return patient.response if patient.response in set(ResponseClass) else ""
