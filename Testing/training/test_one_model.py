"""A recipe of one logistic regression: its own logit, shrunk, and folds that are left out."""

from collections.abc import Callable

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.special import expit

from TACEResponseLib.evidence.kinds import branch_recipe
from TACEResponseLib.fusion.calibration import PlattCalibration, ShrinkageCalibration
from TACEResponseLib.fusion.fusion import FusionSettings
from TACEResponseLib.fusion.nested_outputs import NestedOutputs
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.folds import repeated_folds
from TACEResponseLib.training.one_model import (
    fit_one_model,
    fit_shrunk,
    held_out_probabilities,
    is_one_model,
    with_fewest_resamples,
)
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.recalibrating import Update, _updated
from TACEResponseLib.training.refits.refitting import refit
from TACEResponseLib.training.train import train
from Testing.training.conftest import TEXTURE, radiomics, recipe_content
from Testing.training.feature_level import drawn_cohort

FUSION = FusionSettings(n_bootstrap=40)
MakeCohort = Callable[..., PreparedCohort]


def recipe_of(**changes: object) -> Recipe:
    """One logistic regression of three features."""
    branches = [radiomics("texture", *TEXTURE)]
    fusion = {"n_bootstrap": 40}
    content = {"branches": branches, "candidates": [], "folds": 3, "fusion": fusion, **changes}
    return Recipe.model_validate(recipe_content(**content))


def test_the_probability_is_the_model_s_own_shrunk(make_cohort: MakeCohort) -> None:
    cohort = make_cohort()
    trained = train(recipe_of(), cohort, seed=1)
    (branch,) = trained.branches
    own = branch.logits(cohort.by_branch["texture"])
    model = trained.fusion.model
    assert trained.fusion.settings.calibration == "shrinkage"
    assert isinstance(model.calibration, ShrinkageCalibration)
    assert 0.5 < model.calibration.slope < 1
    p = trained.fusion.probabilities({"texture": own}, cohort.clinical)
    expected = expit(model.calibration.slope * own + model.calibration.intercept)
    assert p == pytest.approx(expected, abs=1e-12)
    assert p.mean() == pytest.approx(cohort.labels.mean(), abs=1e-9)
    assert len(trained.fusion.bootstrap) == 40


def test_it_is_the_branch_fitted_on_everybody(make_cohort: MakeCohort) -> None:
    cohort, recipe = make_cohort(), recipe_of()
    (settings,) = recipe.branches
    prepared = cohort.by_branch["texture"]
    model = fit_shrunk(settings, FUSION, prepared, cohort.labels, 1)
    alone = branch_recipe(settings).fit(prepared, cohort.labels, 1)
    assert model.training_logits == pytest.approx(alone.logits(prepared), abs=0)
    assert model.fusion(FUSION).branch_names == ("texture",)


def test_who_is_held_out_has_no_part_in_what_is_said_of_them(make_cohort: MakeCohort) -> None:
    cohort = make_cohort()
    (settings,) = recipe_of().branches
    prepared = cohort.by_branch["texture"]
    folds = repeated_folds(cohort, 3, 1, 1)
    labels = cohort.labels.copy()
    own = folds[0] == 0
    labels[own] = 1 - labels[own]
    first, second = (
        held_out_probabilities(settings, FUSION, prepared, y, folds, 1)
        for y in (cohort.labels, labels)
    )
    assert first[0, own] == pytest.approx(second[0, own], abs=0)
    assert np.abs(first[0, ~own] - second[0, ~own]).max() > 0


def test_the_shrinkage_of_each_fit_is_its_own(make_cohort: MakeCohort) -> None:
    cohort = make_cohort(signal=0.7)
    (settings,) = recipe_of().branches
    prepared = cohort.by_branch["texture"]
    everyone = fit_shrunk(settings, FUSION, prepared, cohort.labels, 1).shrinkage.slope
    halves = [
        fit_shrunk(settings, FUSION, prepared[part], cohort.labels[part], 1).shrinkage.slope
        for part in (slice(0, 30), slice(30, 60))
    ]
    assert len({everyone, *halves}) == 3


def test_a_refit_is_shrunk_by_what_its_own_resamples_say(make_cohort: MakeCohort) -> None:
    cohort = make_cohort(signal=0.3)
    (settings,) = recipe_of().branches
    folds = repeated_folds(cohort, 3, 1, 1)
    outputs = NestedOutputs(folds=folds, logits={"texture": np.zeros((1, 3, 60))})
    fusion = FUSION.model_copy(update={"calibration": "shrinkage"})
    slopes = set()
    for number in range(3):
        made = refit([settings], fusion, cohort, outputs, 1, number)
        calibration = made.fusion.model.calibration
        assert isinstance(calibration, ShrinkageCalibration)
        slopes.add(calibration.slope)
        logits = made.branches["texture"].logits(cohort.by_branch["texture"])
        assert np.isfinite(made.fusion.probabilities({"texture": logits}, cohort.clinical)).all()
    assert len(slopes) > 1


def test_features_that_know_nothing_are_drawn_towards_the_share_of_events() -> None:
    spreads = []
    (settings,) = recipe_of().branches
    for number in range(5):
        cohort = drawn_cohort(60, 0.5, np.random.default_rng([550_001, number]))
        prepared = cohort.by_branch["texture"]
        model = fit_shrunk(settings, FUSION, prepared, cohort.labels, number)
        spreads.append((np.std(model.shrinkage.slope * model.training_logits), model))
        assert 0 <= model.shrinkage.slope <= 1
    assert np.mean([model.shrinkage.slope for _, model in spreads]) < 0.75


def test_the_interval_holds_the_probability_and_the_cut_off_lies_within_what_is_said(
    make_cohort: MakeCohort,
) -> None:
    cohort = make_cohort()
    (settings,) = recipe_of().branches
    folds = repeated_folds(cohort, 3, 2, 1)
    logits = np.random.default_rng(1).normal(size=(2, 3, 60))
    outputs = NestedOutputs(folds=folds, logits={"texture": logits})
    trained = fit_one_model(settings, FUSION, cohort, outputs, 1)
    scores = trained.fusion.held_out
    assert scores is not None
    # Cases are compared with logits that nothing has shrunk, as their own is not when it is.
    assert scores.positive[-1] == outputs.mean("texture")[cohort.labels == 1].max()
    assert trained.held_out.shape == (2, 60)
    assert trained.held_out.min() < trained.fusion.threshold < trained.held_out.max()
    said = trained.fusion.predict({"texture": 1.0}, cohort.clinical[0])
    assert said.interval is not None
    assert said.interval[0] < said.probability < said.interval[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"branches": [radiomics("texture", *TEXTURE, classifier="knn")]},
        {"branches": [radiomics("texture", *TEXTURE), radiomics("size", TEXTURE[0])]},
        {"fusion": {"n_bootstrap": 40, "calibration": "isotonic"}},
        {"fusion": {"n_bootstrap": 40, "model": "linear_svm"}},
        {"fusion": {"n_bootstrap": 40, "clinical": [{"name": "age_years"}]}},
    ],
    ids=["another classifier", "two branches", "isotonic", "a support vector machine", "age"],
)
def test_all_else_is_fused_and_calibrated_out_of_fold(changes: dict[str, object]) -> None:
    recipe = recipe_of(**changes)
    assert not is_one_model(recipe.branches, recipe.fusion)


def test_another_classifier_keeps_platt(make_cohort: MakeCohort) -> None:
    recipe = recipe_of(branches=[radiomics("texture", *TEXTURE, classifier="knn")])
    assert isinstance(
        train(recipe, make_cohort(), seed=1).fusion.model.calibration, PlattCalibration
    )


def test_permutations_take_the_fewest_resamples() -> None:
    many = recipe_of(fusion={"n_bootstrap": 500})
    assert with_fewest_resamples(many).fusion.n_bootstrap == 40


def test_a_recalibration_follows_the_shrinkage() -> None:
    old, update = ShrinkageCalibration(slope=0.8, intercept=0.1), Update(slope=0.5, shift=-0.3)
    logits = np.array([-2.0, 0.0, 1.0])
    assert _updated(old, update).apply(logits) == pytest.approx(update.apply(old.apply(logits)))


@pytest.mark.parametrize(
    "changes",
    [
        {"branches": [radiomics("size", TEXTURE[0]), radiomics("texture", *TEXTURE)]},
        {"branches": [radiomics("texture", *TEXTURE, classifier="random_forest")]},
    ],
    ids=["two branches", "a forest"],
)
def test_shrinkage_of_anything_else_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="one logistic branch alone"):
        recipe_of(fusion={"calibration": "shrinkage"}, **changes)
    with pytest.raises(ValidationError, match="without clinical values"):
        FusionSettings.model_validate(
            {"calibration": "shrinkage", "clinical": [{"name": "age_years"}]}
        )
