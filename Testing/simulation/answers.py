"""How well the very patients of a simulated cohort can be predicted at best.

A model is judged on a finite cohort; the true probabilities of the same patients are what no
model beats but by luck. Both AUCs then share the draw of patients.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.text_table import read_text_table
from TACEResponseLib.basics.terms import Endpoint, ResponseClass
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.simulation.response import endpoint_probability
from TACEResponseLib.simulation.simulated import SimulatedTruth

PREFIX = "true_probability_"


def true_probabilities(truths: Sequence[SimulatedTruth], endpoint: Endpoint) -> list[float]:
    """Of an endpoint's positive class; for `four_class` that of CR or PR."""
    return [endpoint_probability(truth.class_probabilities, endpoint) for truth in truths]


def best_auc_of(truths: Sequence[SimulatedTruth], endpoint: Endpoint) -> Estimate:
    """AUC of the true probabilities of these patients, with its interval.

    Args:
        truths: of patients of both outcomes.
        endpoint: whose positive class is told from the rest; `four_class` as CR or PR.
    Raises: InputError: one outcome only.
    """
    from TACEResponseLib.evaluation.discrimination.discrimination import auc

    return auc(
        [int(truth.response_class in endpoint.positive_classes) for truth in truths],
        true_probabilities(truths, endpoint),
    )


def best_class_auc_of(truths: Sequence[SimulatedTruth], response: ResponseClass) -> Estimate:
    """AUC of one class against the other three by its true probability, as S0 reports.

    Raises: InputError: nobody, or everybody, has the class.
    """
    from TACEResponseLib.evaluation.discrimination.discrimination import auc

    return auc(
        [int(truth.response_class is response) for truth in truths],
        [truth.class_probabilities[response] for truth in truths],
    )


def read_answers(table: Path, endpoint: Endpoint) -> dict[str, float]:
    """True probability of each case of a simulated `cohort.csv`.

    Raises: InputError: the table has no true probabilities: it is of real patients.
    """
    where = f"cohort {table.name}"
    cells = read_text_table(table, where)
    missing = [c.value for c in ResponseClass if PREFIX + c.value not in cells.header]
    if missing:
        raise InputError(
            where,
            "must be a simulated cohort",
            got=f"no column {PREFIX}{missing[0]}",
            remedy="make one with tace-response simulate",
        )
    rows = [dict(zip(cells.header, line, strict=False)) for line in cells.lines]
    return {row["case_id"]: endpoint_probability(_classes(row), endpoint) for row in rows}


def _classes(row: Mapping[str, str]) -> dict[ResponseClass, float]:
    return {c: float(row[PREFIX + c.value]) for c in ResponseClass}
