"""Leave one site out: does what was learned elsewhere hold where nobody was trained on?

With `by_site` the folds of the training are its sites. Without it, where every fit is a matter of
moments, the training is done once more with sites as folds, for the card alone.
"""

from dataclasses import dataclass

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.vocabulary import option, switch
from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.fusion.clusters import fewest_of_a_class, of_rows
from TACEResponseLib.fusion.nested_outputs import Folds, NestedOutputs
from TACEResponseLib.recipe.recipe import Candidate, Recipe
from TACEResponseLib.training.candidates import trained_candidate
from TACEResponseLib.training.prepared_cohort import PreparedCohort

FEWEST_SITES, MOST_SITES = 2, 20
# From so many sites on the card has an AUC of each, and up to so many without being asked.
FEWEST_ON_CARD, MOST_UNASKED = 3, 10
# Patients of each class outside every site: they are divided again.
FEWEST_OUTSIDE = 4
ON_REQUEST = "left-out sites are judged on request alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutSite:
    """How patients of one site are ranked by a training on all others."""

    n: int
    """Patients."""
    events: int
    """Rows of the positive class."""
    auc: Estimate | None
    """None where the site has one class alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutSites:
    """Every site of a training cohort, in the order of their names, which are not kept."""

    sites: tuple[LeftOutSite, ...] = ()
    reason: str = ""
    """Why they were not judged; empty where they were."""


def site_folds(cohort: PreparedCohort) -> Folds:
    """Number of each row's site, (1, n), in the order of their names.

    Raises: InputError: a row without a site, a patient at two, too few or too many sites, or a site
        outside which a class has fewer than four patients.
    """
    sites = cohort.sites or ("",) * len(cohort.case_ids)
    if "" in sites:
        raise _unusable("must be filled in for every training patient", "a blank", "fill it in")
    names, folds = np.unique(sites, return_inverse=True)
    if not FEWEST_SITES <= names.size <= MOST_SITES:
        rule = f"must name {FEWEST_SITES} to {MOST_SITES} sites to leave one out"
        raise _unusable(rule, names.size, f"leave out {switch('by-site')}")
    if len(set(zip(cohort.patients, sites, strict=False))) > len(set(cohort.patients)):
        rule = "must be the same in every row of a patient"
        raise _unusable(rule, "a patient at two sites", "write one site")
    for number in range(names.size):
        others = folds != number
        fewest = fewest_of_a_class(cohort.labels[others], of_rows(cohort.clusters, others))
        if fewest < FEWEST_OUTSIDE:
            rule = f"must leave {FEWEST_OUTSIDE} patients of each class outside every site"
            raise _unusable(rule, fewest, f"join small sites, or leave out {switch('by-site')}")
    return folds.astype(np.int64)[np.newaxis]


def reason_against(recipe: Recipe, cohort: PreparedCohort) -> str | None:
    """Why no site is left out for the card alone; empty if one can be, `None` with too few sites.

    Args:
        recipe: what is trained.
        cohort: training patients.
    """
    if len(set(cohort.sites)) < FEWEST_ON_CARD:
        return None
    if not recipe.is_cheap or len(set(cohort.sites)) > MOST_UNASKED:
        return ON_REQUEST
    try:
        site_folds(cohort)
    except InputError as error:
        return f"{error.where} {error.rule}"
    return ""


def judge_sites(
    recipe: Recipe,
    candidate: Candidate,
    outputs: NestedOutputs,
    cohort: PreparedCohort,
    seed: int,
) -> LeftOutSites:
    """AUC of each site by branches, coefficients and calibration that never met it.

    Args:
        recipe: has the settings of a candidate without its own.
        candidate: the one that is kept.
        outputs: nested, sites being the folds.
        cohort: training patients.
        seed: of folds within levels.
    """
    trained = trained_candidate(candidate, recipe, outputs, cohort, seed)
    folds, held_out = trained.folds[0], trained.held_out[0]
    sites = []
    for number in range(int(folds.max()) + 1):
        own = folds == number
        labels, patients = cohort.labels[own], of_rows(cohort.clusters, own)
        has_both = np.unique(labels).size > 1
        sites.append(
            LeftOutSite(
                n=labels.size if patients is None else np.unique(patients).size,
                events=int(labels.sum()),
                auc=auc(labels, held_out[own], clusters=patients) if has_both else None,
            )
        )
    return LeftOutSites(sites=tuple(sites))


def _unusable(rule: str, got: object, remedy: str) -> InputError:
    return InputError(f"{option('cohort')}, site", rule, got=got, remedy=remedy)
