"""What is wrong with a user's own table, and whom a training would leave out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.reading.given_paths import as_path
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.cohort.checking import check_files, without_evidence
from TACEResponseLib.cohort.patient import CohortPatient, Problem
from TACEResponseLib.cohort.reading import read_cohort
from TACEResponseLib.recipe.reading import find_recipe, read_recipe
from TACEResponseLib.training.members import members_by_role
from TACEResponseLib.training.plan import DEFAULT_SEED
from TACEResponseLib.training.usable import usable_for


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCohort:
    """What a look at a table has shown."""

    patients: tuple[CohortPatient, ...]
    problems: tuple[Problem, ...]
    """By line and column."""
    notes: tuple[str, ...]
    """What is no problem and should be looked at."""


def check_cohort(
    cohort: str | Path, *, with_files: bool = True, progress: Progress = silent
) -> CheckedCohort:
    """Read a table, and every file that it names.

    Args:
        cohort: CSV or .xlsx, one row a patient.
        with_files: open images and masks as well.
        progress: told each patient.
    Raises: InputError: the table can't be read at all.
    """
    table = read_cohort(as_path(cohort, option("cohort")))
    problems, notes = list(table.problems), tuple[str, ...]()
    if with_files:
        files = check_files(table.patients, progress)
        problems += files.problems
        notes = files.remarks
    return CheckedCohort(
        patients=table.patients,
        problems=tuple(sorted(problems, key=lambda problem: (problem.row, problem.column))),
        notes=notes,
    )


def left_out_notes(patients: Sequence[CohortPatient], recipe: str | None = None) -> list[str]:
    """Who would be left out by a recipe, or by recipes that read images or features.

    Raises: InputError: no such recipe; it would leave out too many, or can't be trained on those
        who are left.
    """
    if recipe is None:
        return [
            f"{p.case_id} (line {p.row}) has neither images nor features; recipes that read them "
            "leave this patient out"
            for p in without_evidence(patients)
        ]
    to_train = read_recipe(find_recipe(recipe))
    usable = usable_for(to_train, patients)
    # Whoever has no role is drawn one; with another seed other patients, but as many.
    members_by_role(to_train, usable, seed=DEFAULT_SEED)
    return [str(one) for one in usable.left_out]
