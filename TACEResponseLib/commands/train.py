"""`tace-response train`: a recipe on a user's own cohort."""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from TACEResponseLib.cohort.loading import members
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.commands.recipe import find_recipe
from TACEResponseLib.errors import InputError
from TACEResponseLib.progress import Progress, shown
from TACEResponseLib.recipe import Recipe, read_recipe
from TACEResponseLib.terms import CohortRole

if TYPE_CHECKING:
    from TACEResponseLib.assembly import BundleIdentity
    from TACEResponseLib.bundle import Bundle

TEST_ROLES = (CohortRole.INTERNAL_TEST, CohortRole.EXTERNAL_TEST)


def run(options: argparse.Namespace) -> None:
    """Check everything, prepare, train, measure on the test cohorts, save."""
    from TACEResponseLib.bundle import save_bundle

    if options.output.exists():
        raise InputError("--output", "must not exist yet", got=options.output,
                         remedy="choose another name")  # fmt: skip
    recipe = read_recipe(find_recipe(options.recipe))
    patients = usable_cohort(options.cohort)
    check_enough(patients, recipe)
    with shown("training") as progress:
        bundle = _trained(options, recipe, patients, progress)
    options.output.absolute().parent.mkdir(parents=True, exist_ok=True)
    saved = save_bundle(bundle, options.output)
    sys.stdout.write(f"{saved.card}\nSHA-256 of SHA256SUMS: {saved.sha256}\n")


def _trained(
    options: argparse.Namespace,
    recipe: Recipe,
    patients: Sequence[CohortPatient],
    progress: Progress,
) -> "Bundle":
    """The bundle, not saved yet."""
    from TACEResponseLib.assembly import assemble
    from TACEResponseLib.training import prepare, train

    cohorts = {}
    for role in (CohortRole.TRAINING, *TEST_ROLES):
        found = members(patients, role, recipe.endpoint, recipe.sequences)
        if found:
            progress(f"{role.value}: {len(found)} patients")
            cohorts[role] = prepare(recipe, found, jobs=options.jobs, progress=progress)
    trained = train(recipe, cohorts[CohortRole.TRAINING], seed=options.seed, jobs=options.jobs,
                    progress=progress)  # fmt: skip
    return assemble(recipe, _identity(options, recipe), trained, cohorts, options.seed)


def check_enough(patients: Sequence[CohortPatient], recipe: Recipe) -> None:
    """Refuse a training cohort that can't be split into the recipe's folds.

    Raises: InputError: fewer than two patients of a class in each fold.
    """
    labels = [p.label(recipe.endpoint) for p in patients if p.role is CohortRole.TRAINING]
    positive, negative = labels.count(1), labels.count(0)
    if min(positive, negative) < 2 * recipe.folds:
        raise InputError(
            "--cohort",
            f"the training cohort needs at least {2 * recipe.folds} patients of each class, two "
            f"for each of {recipe.folds} folds",
            got=f"{positive} of the positive class and {negative} others",
            remedy="add patients, or lower `folds` in a recipe of your own",
        )


def _identity(options: argparse.Namespace, recipe: Recipe) -> "BundleIdentity":
    """Name and origin of the bundle."""
    from TACEResponseLib.assembly import BundleIdentity

    source = f"table {options.cohort.name}"
    return BundleIdentity(
        bundle_id=options.output.name.lower().removesuffix(".zip"),
        title=options.title or recipe.title,
        authors=options.authors,
        copyright=options.authors,
        license=options.license,
        simulated=options.simulated,
        sources=dict.fromkeys(CohortRole, source),
        failure_modes=("Images after treatment, of another phase, or with lipiodol.",),
    )
