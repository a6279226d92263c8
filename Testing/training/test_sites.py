"""One site left out at a time: of every fit, and on the card where there are three or more."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.training.candidates import candidates_of
from TACEResponseLib.training.folds import divisions
from TACEResponseLib.training.held_out import nested_splits
from TACEResponseLib.training.judging.permutations import outputs_here
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.sites import judge_sites, reason_against, site_folds
from TACEResponseLib.training.train import train
from Testing.training.conftest import TEXTURE, radiomics
from Testing.training.feature_level import drawn_cohort, recipe_of

SITES = ("A", "B", "C", "D")


def cohort_of(sites: tuple[str, ...] = SITES, signal: float = 1.5) -> PreparedCohort:
    """Eighty patients, every site with both classes."""
    cohort = drawn_cohort(80, 0.5, np.random.default_rng(5), signal=signal)
    return replace(cohort, sites=tuple(sites[n % len(sites)] for n in range(80)))


def test_no_fit_that_is_asked_about_a_site_has_seen_it() -> None:
    recipe, cohort = recipe_of("two logistic", by_site=True), cohort_of()
    folds = divisions(recipe, cohort, recipe.n_repeats, 1)
    assert folds.shape == (1, 80)
    sites = np.array(cohort.sites)
    for split in nested_splits(folds, cohort.labels, 1):
        assert set(sites[split.trained]) & set(sites[split.held_out]) == set()


def test_each_site_has_the_auc_of_a_training_without_it() -> None:
    recipe, cohort = recipe_of("forest"), cohort_of(signal=3)
    (candidate,) = candidates_of(recipe)
    outputs = outputs_here(recipe, cohort, site_folds(cohort), 1)
    judged = judge_sites(recipe, candidate, outputs, cohort, 1).sites
    assert [site.n for site in judged] == [20] * 4
    # With one branch whose coefficient is above 0, fusion and calibration keep its order.
    own = np.array(cohort.sites) == "A"
    alone = auc(cohort.labels[own], outputs.out_of_fold("texture")[0][own])
    assert judged[0].auc is not None
    assert judged[0].auc.value == pytest.approx(alone.value)
    assert np.mean([site.auc.value for site in judged if site.auc]) > 0.65


def test_one_model_that_is_shrunk_is_judged_by_its_own_procedure() -> None:
    # scikit-learn's logistic regression of the other sites orders a site as its shrunk one does.
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    branch = radiomics("texture", *TEXTURE)
    shrunk = {"calibration": "shrinkage", "n_bootstrap": 40}
    recipe = recipe_of("forest", branches=[branch], fusion=shrunk, repeats=1, refits=0)
    cohort = cohort_of()
    trained = train(recipe, cohort, seed=1)
    assert trained.fusion.settings.calibration == "shrinkage"
    assert trained.sites is not None
    values = np.array([[row[name] for name in TEXTURE] for row in cohort.by_branch["texture"]])  # type: ignore[attr-defined]
    sites = np.array(cohort.sites)
    for name, judged in zip(SITES, trained.sites.sites, strict=True):
        own = sites == name
        low, high = values[~own].min(axis=0), values[~own].max(axis=0)
        mean, sd = values[~own].mean(axis=0), values[~own].std(axis=0)
        line = LogisticRegression(C=recipe.branches[0].inverse_regularization)  # type: ignore[attr-defined]
        line.fit((values[~own] - mean) / sd, cohort.labels[~own])
        scores = line.decision_function((np.clip(values[own], low, high) - mean) / sd)
        assert judged.auc is not None
        assert judged.auc.value == pytest.approx(roc_auc_score(cohort.labels[own], scores))


def test_three_sites_are_judged_unasked_where_fits_are_quick_and_two_are_not() -> None:
    recipe = recipe_of("two logistic", repeats=1)
    trained = train(recipe, cohort_of(), seed=1)
    assert trained.sites is not None
    assert len(trained.sites.sites) == 4
    assert reason_against(recipe, cohort_of(("A", "B"))) is None
    assert train(recipe, cohort_of(("A", "B")), seed=1).sites is None


@pytest.mark.parametrize(
    ("sites", "rule"),
    [
        (("A", ""), "must be filled in for every training patient"),
        (("A",), "must name 2 to 20 sites"),
        (("A", *["B"] * 79), "must leave 4 patients of each class"),
    ],
    ids=["a blank", "one", "all but one at one"],
)
def test_sites_that_can_t_be_left_out_are_refused(sites: tuple[str, ...], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        site_folds(cohort_of(sites))


def test_a_patient_at_two_sites_is_refused() -> None:
    cohort = replace(cohort_of(), patients=tuple(f"P{n // 2}" for n in range(80)))
    with pytest.raises(InputError, match="same in every row of a patient"):
        site_folds(cohort)
