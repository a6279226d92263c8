"""A recipe on a user's own cohort: prepare, train, choose, measure on test cohorts, save.

`train_bundle` is the whole of it; who wants to know first whom it leaves out takes its two halves,
`plan_training` and `train_planned`.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from TACEResponseLib.basics.errors import InputError, OutputError
from TACEResponseLib.basics.process import endings
from TACEResponseLib.basics.process.device import choose_device
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.process.worker_pool import default_jobs
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.basics.vocabulary import switch
from TACEResponseLib.basics.writing.disk_trouble import explained
from TACEResponseLib.basics.writing.drafts import PLACING
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.names import bundle_id_of
from TACEResponseLib.cohort.traces.training_patients import TrainingPatients, training_patients
from TACEResponseLib.recipe.population import counted_facts
from TACEResponseLib.training.assembly import BundleIdentity, assemble
from TACEResponseLib.training.logs.log_folder import write_log
from TACEResponseLib.training.members import members_by_role
from TACEResponseLib.training.plan import TrainingPlan, TrainingRequest, plan_training
from TACEResponseLib.training.preparation.cache import default_folder, open_cache
from TACEResponseLib.training.prepared_cohort import Cohorts
from TACEResponseLib.training.roles import LEARNED_FROM, by_role, traced_rows, training_key
from TACEResponseLib.training.saving import patients_kept, save_finished
from TACEResponseLib.training.state import TrainingState, locked, log_folder, open_state
from TACEResponseLib.training.train import train
from TACEResponseLib.training.usable import LeftOut, reasons_in_words


def train_bundle(request: TrainingRequest, progress: Progress = silent) -> Bundle:
    """Train a recipe on a cohort and save the bundle.

    Args:
        request: what to train, and how.
        progress: told each step.
    Returns: the bundle as saved; same request and versions, same bytes on a CPU.
    Raises: InputError: an input breaks a rule; nothing but the work folder of a training that can
        be gone on with is left then.
    """
    return train_planned(plan_training(request), progress)


def train_planned(plan: TrainingPlan, progress: Progress = silent) -> Bundle:
    """Train, choose, measure and save; nothing else is left but the log.

    Args, Returns, Raises: as `train_bundle`.
    """
    request, recipe = plan.request, plan.recipe
    device = choose_device(request.device)
    jobs = request.jobs or default_jobs()
    members = members_by_role(recipe, plan.usable, request.seed)
    cohorts = by_role(
        recipe,
        members,
        seed=request.seed,
        jobs=jobs,
        cache=open_cache(request.cache or default_folder()),
        permute=request.permute_labels,
        progress=progress,
    )
    learned_from = [cohorts[role] for role in LEARNED_FROM if role in cohorts]
    known = training_patients(
        traced_rows([m for some in members.values() for m in some], *learned_from),
        with_fingerprints=request.keep_fingerprints,
    )
    with _work_folder(plan, cohorts, device) as state:
        try:
            return _trained(plan, cohorts, known, state, device, jobs, progress)
        except Exception as error:
            if trouble := _of_the_disk(error, request.output):
                raise InputError(
                    trouble.where,
                    trouble.rule,
                    got=trouble.got,
                    remedy=f"{trouble.remedy}; {going_on(state.folder)}",
                ) from error
            # What the user mends makes it another training; nobody can go on with this one.
            if isinstance(error, InputError) and not (request.resume and state.holds_fits):
                shutil.rmtree(state.folder, ignore_errors=True)
            raise


@contextmanager
def _work_folder(plan: TrainingPlan, cohorts: Cohorts, device: str) -> Iterator[TrainingState]:
    """The folder of this very training, removed once the bundle stands in its place.

    An ending finds the folder with the words how to go on with it, or neither.
    """
    request = plan.request
    key = training_key(
        plan.recipe,
        cohorts,
        seed=request.seed,
        device=device,
        weights=request.weights,
        permute=request.permute_labels,
    )
    with ExitStack() as working, ExitStack() as leaving:
        with PLACING:
            state = open_state(request.output, key, resume=request.resume)
            working.enter_context(endings.kept(going_on(state.folder)))
        working.enter_context(locked(state))
        yield state
        remove = partial(shutil.rmtree, state.folder, ignore_errors=True)
        with PLACING:
            working.close()
            leaving.enter_context(endings.also(remove))
        remove()


def going_on(folder: Path) -> str:
    """What is left of a training that ends early, and how to use it."""
    return (
        f"what was trained so far is kept in {folder.name}; go on with the same command and "
        f"{switch('resume')}"
    )


def _of_the_disk(error: Exception, output: Path) -> InputError | None:
    """An error that leaves what was trained as good as it was."""
    if isinstance(error, InputError):
        return error if isinstance(error, OutputError) else None
    return explained(error, output)


def _trained(
    plan: TrainingPlan,
    cohorts: Cohorts,
    known: TrainingPatients,
    state: TrainingState,
    device: str,
    jobs: int,
    progress: Progress,
) -> Bundle:
    """Train, or go on with it; write log, the file of training patients, and bundle."""
    request, recipe = plan.request, plan.recipe
    trained = train(
        recipe,
        cohorts[CohortRole.TRAINING],
        seed=request.seed,
        tuning=cohorts.get(CohortRole.TUNING),
        jobs=1 if device.startswith("cuda") else jobs,
        progress=progress,
        state=state,
        device=device,
        weights=request.weights,
    )
    progress("measuring")
    bundle = assemble(
        recipe,
        _identity(plan),
        trained,
        cohorts,
        request.seed,
        permuted_labels=request.permute_labels,
        device=device,
        facts=counted_facts(
            recipe, {role: c.case_ids for role, c in cohorts.items()}, plan.usable.patients
        ),
    )
    log = log_folder(request.output)
    write_log(trained, cohorts, state.folder / "log", log, plan.left_out)
    with patients_kept(known, request.output):
        return save_finished(bundle, request.output, state.folder)


def _identity(plan: TrainingPlan) -> BundleIdentity:
    """Name and origin of the bundle."""
    request = plan.request
    return BundleIdentity(
        bundle_id=bundle_id_of(request.output),
        title=request.title or plan.recipe.title,
        authors=request.authors,
        copyright=request.authors,
        license=request.license,
        simulated=request.simulated,
        sources={role: _source(role, plan.left_out) for role in CohortRole},
        failure_modes=("Images after treatment, of another phase, or with lipiodol.",),
    )


def _source(role: CohortRole, left_out: tuple[LeftOut, ...]) -> str:
    """Whose patients, and how many were left out; undrawn ones count to train.

    Not the name of the table: hospitals and persons stand in such names.
    """
    apart = [one for one in left_out if (one.role or CohortRole.TRAINING) is role]
    return "the author's own table" + (f"; left out: {reasons_in_words(apart)}" if apart else "")
