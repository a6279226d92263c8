"""How often does a training on permuted labels look as good? The whole of it is done again.

Every permuted training is that of `--permute-labels`: labels of training and tuning patients are
dealt out anew, every branch is fitted on its splits, every candidate is fused, and one is chosen.
One division into folds serves, and the fewest resamples for a shrinkage, for the true labels as for
the permuted ones.
"""

from concurrent.futures import Executor

from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.process.remaining import Remaining
from TACEResponseLib.evaluation.significance import Significance
from TACEResponseLib.fusion.nested_outputs import Folds, NestedOutputs
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.candidates import FittedCandidate, fit_candidates, kept_candidate
from TACEResponseLib.training.fits import answers_here, fit_here
from TACEResponseLib.training.folds import divisions, permuted
from TACEResponseLib.training.held_out import nested_outputs, nested_splits
from TACEResponseLib.training.one_model import with_fewest_resamples
from TACEResponseLib.training.prepared_cohort import (
    PreparedCohort,
)
from TACEResponseLib.training.trained import logits_of

METHOD = (
    "{} permutations of the labels round the whole training, choice included; statistic: AUC "
    "within folds, of one division into folds"
)
# Beyond every seed that a user can give, so that no permutation is that of another option.
FIRST_PERMUTATION = 2**33


def chance_of(
    recipe: Recipe,
    cohort: PreparedCohort,
    tuning: PreparedCohort | None,
    seed: int,
    pool: Executor,
    progress: Progress,
) -> Significance | None:
    """The permutation test that a recipe asks for.

    Args:
        recipe: `permutations` says how many; every fit is a matter of moments.
        cohort: training patients.
        tuning: patients who choose among candidates.
        seed: of folds, classifiers and permutations.
        pool: does the trainings.
        progress: told each of them.
    Returns: p is never 0, the true order being one of the orders; `None` where none is asked for.
    Source: Ojala and Garriga, Journal of Machine Learning Research 2010;11:1833; Phipson and
        Smyth, Statistical Applications in Genetics and Molecular Biology 2010;9:39.
    """
    if not recipe.permutations:
        return None
    recipe = with_fewest_resamples(recipe)
    true = pool.submit(train_here, recipe, cohort, tuning, seed)
    waiting = [
        pool.submit(permuted_auc, recipe, cohort, tuning, seed, number)
        for number in range(recipe.permutations)
    ]
    remaining, by_chance = Remaining("permutation", len(waiting), progress), []
    for one in waiting:
        by_chance.append(one.result())
        remaining.step("")
    value = kept_candidate(true.result()).training.value
    as_good = sum(other >= value for other in by_chance)
    return Significance(
        statistic=value,
        p=(1 + as_good) / (1 + len(by_chance)),
        n=len(set(cohort.patients or cohort.case_ids)),
        method=METHOD.format(len(by_chance)),
    )


def permuted_auc(
    recipe: Recipe, cohort: PreparedCohort, tuning: PreparedCohort | None, seed: int, number: int
) -> float:
    """The AUC that a training on permuted labels states; runs in a worker."""
    order = FIRST_PERMUTATION + number
    shuffled = None if tuning is None else permuted(tuning, order)
    return kept_candidate(
        train_here(recipe, permuted(cohort, order), shuffled, seed)
    ).training.value


def train_here(
    recipe: Recipe,
    cohort: PreparedCohort,
    tuning: PreparedCohort | None,
    seed: int,
    *,
    repeats: int = 1,
) -> tuple[FittedCandidate, ...]:
    """A training in memory, in this process, without resamples.

    Args:
        recipe: of branches that are trained in moments.
        cohort: training patients.
        tuning: patients who choose among candidates.
        seed: of folds and classifiers.
        repeats: divisions into folds.
    Returns: every candidate, the chosen one marked.
    """
    outputs = outputs_here(recipe, cohort, divisions(recipe, cohort, repeats, seed), seed)
    choosing = None
    if tuning is not None and len(recipe.candidates) > 1:
        branches = tuple(fit_here(s, cohort, seed) for s in recipe.branches)
        choosing = tuning, logits_of(branches, tuning)
    return fit_candidates(recipe, outputs, cohort, choosing, seed, resampled=False)


def outputs_here(recipe: Recipe, cohort: PreparedCohort, folds: Folds, seed: int) -> NestedOutputs:
    """Nested outputs of every branch, fitted in this process.

    Args:
        recipe: of branches that are trained in moments.
        cohort: training patients.
        folds: (repeats, n).
        seed: of parts and classifiers.
    """
    splits = nested_splits(folds, cohort.labels, seed, cohort.clusters)
    answers = {s.name: answers_here(s, cohort, splits, seed) for s in recipe.branches}
    return nested_outputs(folds, splits, answers)
