"""The most confident wrong calls of a model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from TACEResponseLib.validation.study.study import Model, Study
from TACEResponseLib.validation.style.words import number


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCase:
    """A patient on the wrong side of the model's own cut-off."""

    case_id: str
    observed: str
    probability: float


def wrong_cases(study: Study, model: Model, most: int = 6) -> tuple[WrongCase, ...]:
    """Those farthest from the truth first; ties in the table's order.

    Args:
        study: patients and outcomes.
        model: its probabilities and cut-off.
        most: at most so many.
    """
    p, positive = model.probabilities, study.outcome == 1
    wrong = (p >= model.threshold) != positive
    far = np.where(wrong, np.abs(p - study.outcome), -1)
    order = np.argsort(-far, kind="stable")[: min(most, int(wrong.sum()))]
    name = study.positive_class
    return tuple(
        WrongCase(
            case_id=study.case_ids[i],
            observed=name if positive[i] else f"not {name}",
            probability=float(p[i]),
        )
        for i in order
    )


def wrong_rows(cases: Sequence[WrongCase]) -> list[tuple[str, str, str]]:
    """Cells of a table."""
    return [(c.case_id, c.observed, number(c.probability, 3)) for c in cases]
