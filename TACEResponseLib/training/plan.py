"""What a training is asked for, checked before any work is done for it."""

import os
from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.number_ranges import check_ranges
from TACEResponseLib.basics.reading.given_paths import take_paths
from TACEResponseLib.basics.reading.regular_file import check_regular
from TACEResponseLib.basics.terms import Device
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.basics.writing.new_output import check_new_file, check_output
from TACEResponseLib.bundle.names import bundle_id_of
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.cohort.traces.training_patients import beside
from TACEResponseLib.evidence.settings import MOST_WEIGHTS_BYTES
from TACEResponseLib.recipe.keys import check_takes_weights, with_changes, with_epochs
from TACEResponseLib.recipe.population import outside_remark
from TACEResponseLib.recipe.reading import find_recipe, read_recipe
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.state import check_free, log_folder, what_resumes, work_folder
from TACEResponseLib.training.usable import LeftOut, Usable, usable_for

NOT_STATED = "not stated"
DEFAULT_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRequest:
    """What to train, on whom, how, and where the bundle goes."""

    recipe: str | Path
    """Name of a shipped recipe, or a file."""
    cohort: Path
    """CSV or .xlsx, one row a patient."""
    output: Path
    """The bundle's folder, made by the run; a log folder appears beside it."""
    changes: tuple[str, ...] = ()
    """Settings of the recipe to change, KEY=VALUE: `folds=3`, `cnn.fitting.batch_size=8`."""
    epochs: int | None = None
    """Of every network, in place of the recipe's."""
    device: Device = "auto"
    weights: Path | None = None
    """ImageNet weights that networks begin with."""
    seed: int = DEFAULT_SEED
    """Of folds, networks and bootstrap."""
    jobs: int | None = None
    """Worker processes, which don't change the result; every core by default."""
    resume: bool = False
    """Go on with a training that was interrupted."""
    permute_labels: bool = False
    """Train on labels dealt out at random; the AUC must then be .5."""
    cache: Path | None = None
    """Folder of prepared patients; the user's cache folder by default."""
    title: str = ""
    """Of the model; the recipe's by default."""
    authors: str = NOT_STATED
    license: str = NOT_STATED
    simulated: bool = False
    """The patients are simulated; every result says so."""
    by_site: bool = False
    """Leave one site out at a time, in place of the recipe's folds."""
    keep_fingerprints: bool = False
    """Keep coarse pictures of training images and features in the file beside the bundle, by which
    near-copies are known again among test patients."""

    def __post_init__(self) -> None:
        """Refuse numbers out of range; take paths as text too."""
        take_paths(self, "cohort", "output", "weights", "cache")
        check_ranges(epochs=self.epochs, seed=self.seed, jobs=self.jobs)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """A request that was checked, with the recipe and the patients that it names."""

    request: TrainingRequest
    recipe: Recipe
    usable: Usable
    beginning: str = ""
    """What is told of a training that was to go on and has nothing to go on with."""

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Patients with a response whom the recipe can't use."""
        return self.usable.left_out

    @property
    def outside(self) -> str:
        """What is told of patients outside the recipe's population who are kept; or nothing."""
        return outside_remark(self.recipe, self.usable.patients)


def plan_training(request: TrainingRequest) -> TrainingPlan:
    """Read recipe and table, and refuse before any work what can't be trained or written.

    Raises: InputError: output, recipe, table or weights can't be used, or too many patients are
        left out.
    """
    _check_output(request)
    recipe = _recipe(request)
    usable = usable_for(recipe, usable_cohort(request.cohort))
    beginning = what_resumes(request.output) if request.resume else ""
    return TrainingPlan(request=request, recipe=recipe, usable=usable, beginning=beginning)


def _check_output(request: TrainingRequest) -> None:
    """Refuse before any work what can't be written after it."""
    bundle_id_of(request.output)
    is_finishing = request.resume and work_folder(request.output).exists()
    if not is_finishing:
        check_output(request.output)
        check_new_file(beside(request.output), option("output"))
    log = log_folder(request.output)
    if log.exists() and not is_finishing:
        raise InputError(
            option("output"),
            "must have no log folder beside it",
            got=log.name,
            remedy="choose another name, or remove that folder",
        )
    check_free(request.output, resume=request.resume)
    if request.cache is not None:
        _check_cache(request.cache)
    if request.weights is not None:
        check_regular(request.weights, option("weights"), most_bytes=MOST_WEIGHTS_BYTES)


def _check_cache(folder: Path) -> None:
    """A folder that can be written to, or a place where one can be made."""
    there = folder.absolute()
    while not (there.exists() or there.is_symlink()):
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise InputError(
            option("cache"),
            "must be a folder that can be written to",
            got=str(folder),
            remedy="choose another place, or leave it out",
        )


def _recipe(request: TrainingRequest) -> Recipe:
    """The recipe with the changes of the request."""
    recipe = with_changes(read_recipe(find_recipe(str(request.recipe))), request.changes)
    if request.by_site:
        recipe = recipe.model_copy(update={"by_site": True})
    if request.weights is not None:
        check_takes_weights(recipe)
    return recipe if request.epochs is None else with_epochs(recipe, request.epochs)
