"""The members of each role, and whether they are enough to train and to measure."""

from collections.abc import Mapping, Sequence

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.cohort.loading import members
from TACEResponseLib.cohort.member import Member
from TACEResponseLib.patient.columns import check_known
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.folds import draw_roles, needs_tuning
from TACEResponseLib.training.usable import Usable

# Events and others that every fold needs.
FEWEST_A_FOLD = 2
FEWEST_FOLDS = 2


def members_by_role(recipe: Recipe, usable: Usable, seed: int) -> dict[CohortRole, list[Member]]:
    """Patients with a response by role; blank roles are drawn."""
    drawn = draw_roles(usable.patients, recipe.endpoint, seed)
    by_role = {role: members(drawn, role, recipe.endpoint, recipe.sequences) for role in CohortRole}
    check_enough(by_role, recipe, left_out=len(usable.left_out))
    check_clinical(recipe, by_role[CohortRole.TRAINING])
    return {role: some for role, some in by_role.items() if some}


def check_clinical(recipe: Recipe, training: Sequence[Member]) -> None:
    """Refuse, before any image is read, a table that lacks what the recipe asks of it.

    Raises: InputError: a training patient lacks a required variable, or nobody has an optional one.
    """
    records = [member.clinical for member in training if member.clinical is not None]
    fusions = [recipe.fusion, *(c.fusion for c in recipe.candidates if c.fusion)]
    if len(records) < len(training):
        return
    for inputs in (*(s.clinical_inputs for s in recipe.branches), *(f.clinical for f in fusions)):
        for variable in inputs:
            check_known(variable, records)


def check_enough(
    by_role: Mapping[CohortRole, Sequence[Member]], recipe: Recipe, *, left_out: int = 0
) -> None:
    """Refuse cohorts on which nothing can be trained or measured.

    Args:
        by_role: patients with a response.
        recipe: says how many folds there are.
        left_out: patients who are not among them for want of images, told in the refusal.
    Raises: InputError: fewer than two training patients of a class in each fold, or one class
        only among tuning or test patients.
    """
    labels = {role: [member.label for member in some] for role, some in by_role.items()}
    training = labels.get(CohortRole.TRAINING, [])
    counts = [training.count(1), training.count(0)]
    share = 0.8 if needs_tuning(recipe) and not labels.get(CohortRole.TUNING) else 1.0
    needed = FEWEST_A_FOLD * recipe.folds
    apart = f"; {left_out} left out" if left_out else ""
    lower = f", or lower the folds: {option('set')} folds=2" if recipe.folds > FEWEST_FOLDS else ""
    if min(int(share * count) for count in counts) < needed:
        left = ", of whom a fifth is drawn to tune" if share < 1 else ""
        left += apart
        raise InputError(
            option("cohort"),
            f"the training cohort needs at least {needed} patients of each class, two for each of "
            f"{recipe.folds} folds",
            got=f"{counts[0]} of the positive class and {counts[1]} others{left}",
            remedy=f"add patients of the class that lacks{lower}",
        )
    for role, some in labels.items():
        if some and len(set(some)) == 1:
            raise InputError(
                option("cohort"),
                f"{role.value} patients need both classes",
                got=f"{len(some)} of one{apart}",
                remedy="add patients, or leave that cohort out",
            )
