"""The p value of a whole training: exact by the order of its AUCs, and never that of its parts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from pydantic import ValidationError

from TACEResponseLib.basics.process.progress import silent
from TACEResponseLib.evaluation.significance import Significance
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.candidates import kept_candidate
from TACEResponseLib.training.judging import permutations
from TACEResponseLib.training.judging.permutations import chance_of, permuted_auc, train_here
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.train import train
from Testing.training.conftest import radiomics

MakeRecipe = Callable[..., Recipe]
MakeCohort = Callable[..., PreparedCohort]
pytestmark = pytest.mark.usefixtures("in_process")


def chance(recipe: Recipe, cohort: PreparedCohort) -> Significance | None:
    with ThreadPoolExecutor(1) as pool:
        return chance_of(recipe, cohort, None, 1, pool, silent)


def test_p_counts_the_permutations_that_do_as_well_and_the_true_order(
    make_recipe: MakeRecipe, make_cohort: MakeCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By hand: the true AUC is passed or equaled by 4 of 200, so p = 5 / 201.
    recipe = make_recipe(candidates=[], permutations=200)
    true = kept_candidate(train_here(recipe, make_cohort(), None, 1)).training.value
    by_chance = [true + 0.01, true, true, 0.999] + [true - 0.01] * 196
    monkeypatch.setattr(permutations, "permuted_auc", lambda *given: by_chance[given[-1]])
    significance = chance(recipe, make_cohort())
    assert significance is not None
    assert significance.p == pytest.approx(5 / 201)
    assert (significance.statistic, significance.n) == (true, 60)


def test_permuted_labels_give_about_one_half_and_each_number_its_own(
    make_recipe: MakeRecipe, make_cohort: MakeCohort
) -> None:
    recipe = make_recipe(candidates=[])
    values = [permuted_auc(recipe, make_cohort(), None, 1, number) for number in range(8)]
    assert np.mean(values) == pytest.approx(0.5, abs=0.1)
    assert len(set(values)) > 4
    assert values[3] == permuted_auc(recipe, make_cohort(), None, 1, 3)


def test_a_training_in_memory_is_the_training(
    make_recipe: MakeRecipe, make_cohort: MakeCohort
) -> None:
    recipe, tuning = make_recipe(), make_cohort(n=20, seed=9, prefix="T")
    here = train_here(recipe, make_cohort(), tuning, 1)
    whole = train(recipe, make_cohort(), seed=1, tuning=tuning).candidates
    assert [(one.training, one.tuning, one.is_chosen) for one in here] == [
        (one.training, one.tuning, one.is_chosen) for one in whole
    ]
    assert [one.fusion.model for one in here] == [one.fusion.model for one in whole]


def test_a_recipe_that_asks_for_none_gets_none(
    make_recipe: MakeRecipe, make_cohort: MakeCohort
) -> None:
    assert chance(make_recipe(candidates=[]), make_cohort()) is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"permutations": 50}, "0 or at least 200"),
        (
            {"permutations": 200, "branches": [radiomics("size", selection="none", given=[])]},
            None,
        ),
        (
            {
                "permutations": 200,
                "branches": [radiomics("size", selection="none", given=[], classifier="dnn")],
            },
            "0 where a branch is trained by epochs",
        ),
    ],
)
def test_permutations_are_for_trainings_of_moments(
    changes: dict[str, object], says: str | None, make_recipe: MakeRecipe
) -> None:
    if says is None:
        recipe = make_recipe(candidates=[], repeats=None, **changes)
        assert (recipe.is_cheap, recipe.n_repeats) == (True, 5)
        return
    with pytest.raises(ValidationError, match=says):
        make_recipe(candidates=[], **changes)


def test_what_is_trained_by_epochs_is_divided_once(make_recipe: MakeRecipe) -> None:
    branches = [radiomics("size", selection="none", given=[], classifier="dnn")]
    assert make_recipe(candidates=[], branches=branches, repeats=None).n_repeats == 1
    assert make_recipe(candidates=[], branches=branches, repeats=3).n_repeats == 3
