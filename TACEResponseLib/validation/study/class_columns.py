"""A table of class probabilities: case_id, response, p_CR, p_PR, p_SD, p_PD.

Written for each network of several classes, and read as somebody else's predictions: CR or PR is
then the positive class, and p_CR + p_PR its probability.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import Endpoint, ResponseClass
from TACEResponseLib.cohort.patient import NEGATIVE_WORDS, POSITIVE_WORDS
from TACEResponseLib.evaluation.discrimination.multiclass import SUM_TOLERANCE
from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.validation.study.columns import Columns, numbers, require
from TACEResponseLib.validation.study.study import ClassScores, Study

CLASSES = tuple(name.value for name in ResponseClass)
CLASS_COLUMNS = tuple(f"p_{name}" for name in CLASSES)
POSITIVE = tuple(name.value for name in Endpoint.FOUR_CLASS.positive_classes)
POSITIVE_CLASS = " or ".join(POSITIVE)
SUM = " + ".join(f"p_{name}" for name in POSITIVE)
STAGE = "as the table gives them"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassTable:
    """Observed classes and class probabilities of a table, in its order."""

    responses: tuple[str, ...]
    """Blank where only responder or not is known."""
    probabilities: Floats
    """(n, 4), nan where blank."""


def split_classes(columns: Columns, where: str) -> tuple[Columns, ClassTable | None]:
    """Take class probabilities out of a table and put outcome and p_CR + p_PR in.

    Args:
        columns: of the table.
        where: what the user calls it.
    Returns: the columns of a two-class table, and the classes; both as given, and None, for a
        table without class probabilities.
    Raises: InputError: a column lacks, rows don't add to 1, an unknown class, or an `outcome`
        that says otherwise.
    """
    if not any(name in columns for name in CLASS_COLUMNS):
        return columns, None
    require(columns, (*CLASS_COLUMNS, "response"), where)
    p = np.column_stack([numbers(columns, name) for name in CLASS_COLUMNS])
    _check_sums(p)
    positive = np.minimum(p[:, [CLASSES.index(name) for name in POSITIVE]].sum(axis=1), 1.0)
    stated = [
        repr(float(x)) if np.isfinite(row).all() else "" for x, row in zip(positive, p, strict=True)
    ]
    dropped = {*CLASS_COLUMNS, SUM}
    kept = {name: cells for name, cells in columns.items() if name not in dropped}
    kept["outcome"] = _outcomes(columns)
    responses = tuple(cell if cell in CLASSES else "" for cell in columns["response"])
    # First of all models, for the first is the one that is judged.
    return {SUM: stated, **kept}, ClassTable(responses=responses, probabilities=p)


def of_classes(
    table: ClassTable | None, known: NDArray[np.bool_]
) -> tuple[tuple[str, ...], tuple[ClassScores, ...]]:
    """Classes and probabilities of some of the patients, as a study has them.

    Args:
        table: of the table, if it has classes.
        known: (n,), those to keep.
    """
    if table is None:
        return (), ()
    kept = tuple(r for r, k in zip(table.responses, known, strict=True) if k)
    scores = ClassScores(
        name=", ".join(CLASS_COLUMNS),
        classes=CLASSES,
        stage=STAGE,
        probabilities=table.probabilities[known],
    )
    return kept, (scores,)


def class_rows(study: Study, scores: ClassScores) -> tuple[tuple[str, ...], list[Sequence[object]]]:
    """Class probabilities of every patient; those of four classes as `split_classes` reads them.

    Args:
        study: ids and classes.
        scores: of one network.
    """
    columns = ("case_id", "response", *(f"p_{name}" for name in scores.classes))
    rows = zip(study.case_ids, study.responses, scores.probabilities.tolist(), strict=True)
    return columns, [(case_id, response, *p) for case_id, response, p in rows]


def _check_sums(p: Floats) -> None:
    """Refuse the first whole row that is no set of probabilities."""
    with np.errstate(invalid="ignore"):
        wrong = (p < 0).any(axis=1) | (np.abs(p.sum(axis=1) - 1) > SUM_TOLERANCE)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(
            f"{', '.join(CLASS_COLUMNS)}, row {row + 1}",
            "must be >= 0 and add to 1",
            got=p[row].tolist(),
            remedy="apply softmax to logits, or divide by the sum, first",
        )


def _outcomes(columns: Columns) -> list[str]:
    """1 for CR and PR, 0 for the others, from the class or else from the column `outcome`."""
    given = columns.get("outcome", [""] * len(columns["response"]))
    values = numbers({"outcome": given}, "outcome")
    outcomes = []
    for row, (response, outcome) in enumerate(zip(columns["response"], given, strict=True)):
        stated = _outcome(response, row + 1)
        if stated and outcome and values[row] != float(stated):
            raise InputError(
                f"outcome, row {row + 1}",
                f"must be {stated} for a response of {response}",
                got=outcome,
                remedy=f"leave out the column outcome: here 1 is {POSITIVE_CLASS}",
            )
        outcomes.append(stated or outcome)
    return outcomes


def _outcome(response: str, row: int) -> str:
    """1, 0, or blank where unknown."""
    if response in (*POSITIVE, *POSITIVE_WORDS):
        return "1"
    if response in (*CLASSES, *NEGATIVE_WORDS):
        return "0"
    if response:
        known = ", ".join((*CLASSES, *POSITIVE_WORDS, *NEGATIVE_WORDS))
        raise InputError(
            f"response, row {row}",
            f"must be one of {known}, or blank",
            got=repr(response)[:40],
            remedy="correct the cell",
        )
    return ""
