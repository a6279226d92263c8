"""The log folder beside a bundle: what was measured by epoch, every candidate, who is missing."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from TACEResponseLib.basics.terms import TEST_ROLES, CohortRole
from TACEResponseLib.basics.writing.new_output import new_folder
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.training.candidates import FittedCandidate, measure
from TACEResponseLib.training.logs.log import as_csv, log_csv, read_log, write_picture
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.trained import NESTED, TrainedModel, logits_of
from TACEResponseLib.training.usable import LeftOut

LOG_CSV, LOG_PICTURE, CANDIDATES_CSV = "training.csv", "training.png", "candidates.csv"
LEFT_OUT_CSV = "left-out.csv"
CANDIDATE_COLUMNS = (
    "candidate",
    "chosen",
    "branches",
    "cohort",
    "auc",
    "low_95",
    "high_95",
    "n",
    "method",
)


def write_log(
    trained: TrainedModel,
    cohorts: Mapping[CohortRole, PreparedCohort],
    epochs: Path,
    folder: Path,
    left_out: Sequence[LeftOut] = (),
) -> None:
    """Write the log folder; one that holds the very same, of before a kill, is left.

    Args:
        trained: every candidate; test cohorts are asked about the chosen one alone, for the best
            of many on a test cohort would be a choice made there.
        cohorts: by role.
        epochs: folder of what the fits told.
        folder: the log folder.
        left_out: patients of the table who took no part; no file without any.
    Raises: InputError: another folder of that name is there, or the disk is at fault.
    """
    with new_folder(folder, or_same=True) as draft:
        rows = read_log(epochs)
        (draft / LOG_CSV).write_bytes(log_csv(rows).encode("utf-8"))
        write_picture(rows, draft / LOG_PICTURE)
        table = as_csv(CANDIDATE_COLUMNS, candidate_table(trained, cohorts))
        (draft / CANDIDATES_CSV).write_bytes(table.encode("utf-8"))
        if left_out:
            rows_out = [(o.case_id, o.role.value if o.role else "", o.reason) for o in left_out]
            table = as_csv(("case_id", "role", "reason"), rows_out)
            (draft / LEFT_OUT_CSV).write_bytes(table.encode("utf-8"))


def candidate_table(
    trained: TrainedModel, cohorts: Mapping[CohortRole, PreparedCohort]
) -> list[tuple[str, ...]]:
    """A line a candidate and cohort; test cohorts for the chosen one alone."""
    lines = []
    tests = {role: cohorts[role] for role in TEST_ROLES if role in cohorts}
    logits = {role: logits_of(trained.branches, cohort) for role, cohort in tests.items()}
    for one in trained.candidates:
        lines.append(_line(one, CohortRole.TRAINING, one.training, NESTED))
        if one.tuning is not None:
            lines.append(_line(one, CohortRole.TUNING, one.tuning))
        for role, cohort in tests.items() if one.is_chosen else ():
            _, estimate = measure(one.fusion, logits[role], cohort)
            lines.append(_line(one, role, estimate))
    return lines


def _line(
    one: FittedCandidate, role: CohortRole, estimate: Estimate, remark: str = ""
) -> tuple[str, ...]:
    return (
        one.candidate.name,
        "yes" if one.is_chosen else "",
        " ".join(one.candidate.branches),
        role.value,
        repr(estimate.value),
        repr(estimate.low),
        repr(estimate.high),
        str(estimate.n),
        estimate.method + remark,
    )
