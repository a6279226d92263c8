"""What each column of a cohort table holds, and what is wrong with a header."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from TACEResponseLib.cohort.columns import (
    FILES,
    OTHER,
    READING,
    REQUIRED,
    SEQUENCES,
    clinical_column,
    is_answer,
    is_feature,
    nearest_column,
)
from TACEResponseLib.cohort.patient import Problem

Kind = Literal["ours", "answer", "other", "reading", "feature", "clinical", "unknown"]


def column_kind(name: str) -> Kind:
    """What a column holds."""
    if name in REQUIRED or name in FILES:
        return "ours"
    if is_answer(name):
        return "answer"
    if name in OTHER:
        return "other"
    if READING.fullmatch(name):
        return "reading"
    if is_feature(name):
        return "feature"
    return "clinical" if clinical_column(name) else "unknown"


def header_problems(header: Sequence[str]) -> list[Problem]:
    """Columns that are missing, unknown or there twice."""
    problems = [_problem(name, "must be a column", "none", "add it")
                for name in REQUIRED if name not in header]  # fmt: skip
    kinds = {column_kind(name) for name in header}
    if not (set(header) & set(SEQUENCES) or kinds & {"feature", "clinical"}):
        problems.append(_problem("images", f"one of {', '.join(SEQUENCES)} must be a column, or "
                                 "clinical variables, or radiomics features", "none",
                                 "add what the recipe reads"))  # fmt: skip
    for name, count in Counter(header).items():
        if count > 1:
            problems.append(_problem(name, "must be a column once", f"{count} times",
                                     "remove one"))  # fmt: skip
        elif column_kind(name) == "unknown":
            near = nearest_column(name)
            meant = f"did you mean {near}?" if near else "remove it, or see docs/cohort-format.md"
            problems.append(_problem(name or "(blank)", "must be a known column", repr(name),
                                     meant))  # fmt: skip
    return problems


def _problem(column: str, rule: str, got: str, remedy: str) -> Problem:
    """A problem of the first line."""
    return Problem(row=1, column=column, rule=rule, got=got, remedy=remedy)
