"""`tace-response train`: a recipe on a user's own cohort."""

import argparse
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.errors import InputError, OutputError
from TACEResponseLib.basics.process import endings
from TACEResponseLib.basics.process.progress import Progress, shown
from TACEResponseLib.basics.reading.regular_file import check_regular
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.basics.writing.disk_trouble import explained
from TACEResponseLib.basics.writing.new_output import check_output, place
from TACEResponseLib.cohort.loading import members
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.recipe.keys import check_takes_weights, with_changes, with_epochs
from TACEResponseLib.recipe.reading import find_recipe, read_recipe
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.usable import LeftOut, Usable, in_words, usable_for

if TYPE_CHECKING:
    from TACEResponseLib.bundle import Bundle
    from TACEResponseLib.cohort.member import Member
    from TACEResponseLib.training.assembly import BundleIdentity
    from TACEResponseLib.training.prepared_cohort import PreparedCohort
    from TACEResponseLib.training.state import TrainingState

Cohorts = Mapping[CohortRole, "PreparedCohort"]
# Events and others that every fold needs.
FEWEST_A_FOLD = 2


def run(options: argparse.Namespace) -> None:
    """Check everything, prepare, train, choose, measure on the test cohorts, save."""
    _check_output(options)
    recipe = _recipe(options)
    usable = usable_for(recipe, usable_cohort(options.cohort))
    for one in usable.left_out:
        sys.stderr.write(f"warning: {one}\n")
    with shown("training") as progress:
        bundle = _made(options, recipe, usable, progress)
    sys.stdout.write(f"{bundle.card}\nSHA-256 of SHA256SUMS: {bundle.sha256}\n")


def _check_output(options: argparse.Namespace) -> None:
    """Refuse before any work what can't be written after it."""
    from TACEResponseLib.bundle.names import bundle_id_of
    from TACEResponseLib.evidence.image_network.weights.pretrained import MOST_BYTES
    from TACEResponseLib.training.log_folder import log_folder
    from TACEResponseLib.training.state import check_free, work_folder

    bundle_id_of(options.output)
    is_finishing = options.resume and work_folder(options.output).exists()
    if not is_finishing:
        check_output(options.output)
    log = log_folder(options.output)
    if log.exists() and not is_finishing:
        raise InputError(
            "--output",
            "must have no log folder beside it",
            got=log.name,
            remedy="choose another name, or remove that folder",
        )
    check_free(options.output, resume=options.resume)
    if options.weights is not None:
        check_regular(options.weights, "--weights", most_bytes=MOST_BYTES)


def _recipe(options: argparse.Namespace) -> Recipe:
    """The recipe with the changes of the command line."""
    recipe = with_changes(read_recipe(find_recipe(options.recipe)), options.changes)
    if options.weights is not None:
        check_takes_weights(recipe)
    return recipe if options.epochs is None else with_epochs(recipe, options.epochs)


def _made(
    options: argparse.Namespace,
    recipe: Recipe,
    usable: Usable,
    progress: Progress,
) -> "Bundle":
    """The bundle, saved; nothing else is left but its log."""
    from TACEResponseLib.basics.process.worker_pool import default_jobs
    from TACEResponseLib.evidence.image_network.inference import choose_device
    from TACEResponseLib.training.preparation.cache import default_folder, open_cache
    from TACEResponseLib.training.roles import by_role
    from TACEResponseLib.training.state import locked

    options.device = choose_device(options.device)
    options.jobs = options.jobs or default_jobs()
    found = members_by_role(recipe, usable, options.seed)
    cache = open_cache(options.cache or default_folder())
    cohorts = by_role(
        recipe,
        found,
        seed=options.seed,
        jobs=options.jobs,
        cache=cache,
        permute=options.permute_labels,
        progress=progress,
    )
    state = _state(options, recipe, cohorts)
    told = going_on(state.folder)
    with locked(state), endings.kept(told):
        try:
            return _trained(options, recipe, cohorts, state, usable.left_out, progress)
        except Exception as error:
            if known := _of_the_disk(error, options.output):
                raise InputError(
                    known.where, known.rule, got=known.got, remedy=f"{known.remedy}; {told}"
                ) from error
            # What the user mends makes it another training; nobody can go on with this one.
            if isinstance(error, InputError) and not options.resume:
                shutil.rmtree(state.folder, ignore_errors=True)
            raise


def _of_the_disk(error: Exception, output: Path) -> InputError | None:
    """An error that leaves what was trained as good as it was."""
    if isinstance(error, InputError):
        return error if isinstance(error, OutputError) else None
    return explained(error, output)


def going_on(folder: Path) -> str:
    """What is left of a training that ends early, and how to use it."""
    return (
        f"what was trained so far is kept in {folder.name}; go on with the same command and "
        "--resume"
    )


def members_by_role(recipe: Recipe, usable: Usable, seed: int) -> dict[CohortRole, "list[Member]"]:
    """Patients with a response by role; blank roles are drawn."""
    from TACEResponseLib.training.folds import draw_roles

    drawn = draw_roles(usable.patients, recipe.endpoint, seed)
    found = {role: members(drawn, role, recipe.endpoint, recipe.sequences) for role in CohortRole}
    check_enough(found, recipe, left_out=len(usable.left_out))
    return {role: some for role, some in found.items() if some}


def check_enough(
    found: Mapping[CohortRole, "Sequence[Member]"], recipe: Recipe, *, left_out: int = 0
) -> None:
    """Refuse cohorts on which nothing can be trained or measured.

    Args:
        found: patients with a response.
        recipe: says how many folds there are.
        left_out: patients who are not among them for want of images, told in the refusal.
    Raises: InputError: fewer than two training patients of a class in each fold, or one class
        only among tuning or test patients.
    """
    from TACEResponseLib.training.folds import needs_tuning

    labels = {role: [member.label for member in some] for role, some in found.items()}
    training = labels.get(CohortRole.TRAINING, [])
    counts = [training.count(1), training.count(0)]
    share = 0.8 if needs_tuning(recipe) and not labels.get(CohortRole.TUNING) else 1.0
    needed = FEWEST_A_FOLD * recipe.folds
    apart = f"; {left_out} left out" if left_out else ""
    if min(int(share * count) for count in counts) < needed:
        left = ", of whom a fifth is drawn to tune" if share < 1 else ""
        left += apart
        raise InputError(
            "--cohort",
            f"the training cohort needs at least {needed} patients of each class, two for each of "
            f"{recipe.folds} folds",
            got=f"{counts[0]} of the positive class and {counts[1]} others{left}",
            remedy="add patients, or lower the folds: --set folds=2",
        )
    for role, some in labels.items():
        if some and len(set(some)) == 1:
            raise InputError(
                "--cohort",
                f"{role.value} patients need both classes",
                got=f"{len(some)} of one{apart}",
                remedy="add patients, or leave that cohort out",
            )


def _state(options: argparse.Namespace, recipe: Recipe, cohorts: Cohorts) -> "TrainingState":
    """The work folder of this very training."""
    from TACEResponseLib.training.roles import training_key
    from TACEResponseLib.training.state import open_state

    key = training_key(
        recipe,
        cohorts,
        seed=options.seed,
        device=options.device,
        weights=options.weights,
        permute=options.permute_labels,
    )
    return open_state(options.output, key, resume=options.resume)


def _trained(
    options: argparse.Namespace,
    recipe: Recipe,
    cohorts: Cohorts,
    state: "TrainingState",
    left_out: Sequence[LeftOut],
    progress: Progress,
) -> "Bundle":
    """Train, or go on with it; write log and bundle, then drop the work folder."""
    from TACEResponseLib.training.assembly import assemble
    from TACEResponseLib.training.log_folder import log_folder, write_log
    from TACEResponseLib.training.train import train

    trained = train(
        recipe,
        cohorts[CohortRole.TRAINING],
        seed=options.seed,
        tuning=cohorts.get(CohortRole.TUNING),
        jobs=1 if options.device.startswith("cuda") else options.jobs,
        progress=progress,
        state=state,
        device=options.device,
        weights=options.weights,
    )
    progress("measuring")
    bundle = assemble(
        recipe,
        _identity(options, recipe, left_out),
        trained,
        cohorts,
        options.seed,
        permuted_labels=options.permute_labels,
        device=options.device,
    )
    write_log(trained, cohorts, state.folder / "log", log_folder(options.output), left_out)
    saved = _saved(bundle, options.output, state.folder)
    shutil.rmtree(state.folder)
    return saved


def _saved(bundle: "Bundle", output: Path, work: Path) -> "Bundle":
    """Save inside the work folder, then move: a kill leaves the bundle whole or not at all.

    Raises: OutputError: something else has taken the name meanwhile.
    """
    from TACEResponseLib.bundle import load_bundle, save_bundle
    from TACEResponseLib.bundle.layout import SUMS
    from TACEResponseLib.training.state import DRAFT

    draft = work / DRAFT / output.name
    shutil.rmtree(work / DRAFT, ignore_errors=True)
    saved = save_bundle(bundle, draft)
    there = output / SUMS
    if there.is_file() and there.read_bytes() == (draft / SUMS).read_bytes():
        # Killed after the move: it is there, and verified by reading it.
        return load_bundle(output)
    place(draft, output)
    endings.written(output)
    return replace(saved, source=output.name)


def _identity(
    options: argparse.Namespace, recipe: Recipe, left_out: Sequence[LeftOut]
) -> "BundleIdentity":
    """Name and origin of the bundle."""
    from TACEResponseLib.bundle.names import bundle_id_of
    from TACEResponseLib.training.assembly import BundleIdentity

    return BundleIdentity(
        bundle_id=bundle_id_of(options.output),
        title=options.title or recipe.title,
        authors=options.authors,
        copyright=options.authors,
        license=options.license,
        simulated=options.simulated,
        sources={role: _source(role, left_out) for role in CohortRole},
        failure_modes=("Images after treatment, of another phase, or with lipiodol.",),
    )


def _source(role: CohortRole, left_out: Sequence[LeftOut]) -> str:
    """Whose patients, and how many were left out; undrawn ones count to train.

    Not the name of the table: hospitals and persons stand in such names.
    """
    apart = [one for one in left_out if (one.role or CohortRole.TRAINING) is role]
    return "the author's own table" + (f"; left out: {in_words(apart)}" if apart else "")
