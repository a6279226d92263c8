"""Who can be trained on: patients of whom each branch finds what it reads; the rest are left out.

A blank cell is an absence, and patients with one are left out and counted. A file that can't be
read is a mistake, and stops the training.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.evidence.kinds import BranchSettings, branch_recipe
from TACEResponseLib.recipe.recipe import Recipe

# Beyond this share those who are left no longer stand for the cohort.
MOST_LEFT_OUT = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A patient with a response whom a recipe can't use."""

    case_id: str
    row: int
    """Line of the table."""
    role: CohortRole | None
    """As the table has it."""
    reason: str

    def __str__(self) -> str:
        """In one line."""
        return f"{self.case_id} (line {self.row}) is left out: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usable:
    """The patients of a table, those left out apart."""

    patients: tuple[CohortPatient, ...]
    left_out: tuple[LeftOut, ...] = ()


def usable_for(recipe: Recipe, patients: Sequence[CohortPatient]) -> Usable:
    """Patients that a recipe can use; one without a response is kept, and teaches nothing.

    Raises: InputError: more than a fifth of the patients with a response are left out.
    """
    left = left_out_of(recipe, patients)
    answered = sum(patient.label(recipe.endpoint) is not None for patient in patients)
    if len(left) > MOST_LEFT_OUT * answered:
        raise InputError(
            option("cohort"),
            f"at most {100 * MOST_LEFT_OUT:g} % of the patients with a response may be left out",
            got=f"{len(left)} of {answered} ({reasons_in_words(left)}); first {left[0].case_id}",
            remedy="fill in the table, or choose a recipe that reads what it has",
        )
    names = {one.case_id for one in left}
    return Usable(patients=tuple(p for p in patients if p.case_id not in names), left_out=left)


def left_out_of(recipe: Recipe, patients: Sequence[CohortPatient]) -> tuple[LeftOut, ...]:
    """Patients with a response of whom a branch lacks what it reads, in the table's order."""
    return tuple(
        LeftOut(case_id=patient.case_id, row=patient.row, role=patient.role, reason=reason)
        for patient in patients
        if patient.label(recipe.endpoint) is not None and (reason := _lacking(recipe, patient))
    )


def reasons_in_words(left: Sequence[LeftOut]) -> str:
    """The reasons, the most frequent first, without names."""
    return "; ".join(
        f"{n} with {reason}" for reason, n in Counter(o.reason for o in left).most_common()
    )


def _lacking(recipe: Recipe, patient: CohortPatient) -> str:
    """What the first branch that can't be prepared lacks; empty if all can."""
    return next((r for s in recipe.branches if (r := _branch_lacks(recipe, s, patient))), "")


def _branch_lacks(recipe: Recipe, settings: BranchSettings, patient: CohortPatient) -> str:
    """A branch content with the table's features reads no image; else a case needs all of them."""
    if branch_recipe(settings).from_features(patient.clinical, patient.features) is not None:
        return ""
    blank = [s.value for s in recipe.sequences if s not in patient.images]
    if blank:
        return f"no image {', '.join(blank)} and no features in its place"
    has_roi = patient.roi is not None or any(s in patient.sequence_rois for s in recipe.sequences)
    return "no ROI" if settings.needs_roi and not has_roi else ""
