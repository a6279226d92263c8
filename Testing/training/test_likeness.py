"""A training measures how far its patients lie, by fits without them."""

from collections.abc import Callable

import numpy as np
import pytest

from TACEResponseLib.likeness.fitted import FittedLikeness
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from Testing.training.feature_level import drawn_cohort, likeness_in_memory, recipe_of

SEED, FRESH_SEED = 41_001, 41_002


def words(likeness: FittedLikeness, branches: tuple, cohort: PreparedCohort) -> list[str]:
    rows = {b.name: b.vectors(cohort.by_branch[b.name]) for b in branches}
    n = cohort.labels.size
    return [likeness.verdict({b: v[k] for b, v in rows.items()}, {}).word for k in range(n)]


@pytest.fixture(scope="module")
def trained() -> tuple[tuple, FittedLikeness]:
    cohort = drawn_cohort(400, 0.5, np.random.default_rng(SEED), 0.8)
    return likeness_in_memory(recipe_of("two logistic", repeats=1), cohort, SEED)


def test_of_like_cases_one_in_twenty_is_unusual(trained: tuple[tuple, FittedLikeness]) -> None:
    branches, likeness = trained
    fresh = drawn_cohort(1000, 0.5, np.random.default_rng(FRESH_SEED), 0.8)
    said = words(likeness, branches, fresh)
    # Three standard errors: sqrt(.05 x .95 x (1 / 400 + 1 / 1,000)) is .013.
    assert abs(np.mean([word != "like" for word in said]) - 0.05) < 0.039
    assert np.mean([word == "unlike" for word in said]) < 0.01 + 3 * 0.006


def test_cases_of_another_kind_get_no_call(trained: tuple[tuple, FittedLikeness]) -> None:
    branches, likeness = trained
    other = drawn_cohort(200, 0.5, np.random.default_rng(FRESH_SEED), 0.8)
    rows = tuple(
        {name: 8 - value for name, value in row.items()} for row in other.by_branch["size"]
    )
    moved = PreparedCohort(
        case_ids=other.case_ids,
        labels=other.labels,
        clinical=other.clinical,
        by_branch={"size": rows, "texture": rows},
    )
    assert set(words(likeness, branches, moved)) == {"unlike"}


def test_distances_calibrate_by_patients_held_out(trained: tuple[tuple, FittedLikeness]) -> None:
    branches, likeness = trained
    cohort = drawn_cohort(400, 0.5, np.random.default_rng(SEED), 0.8)
    for branch in branches:
        known = likeness.branches[branch.name]
        seen = known.reference.distances(branch.vectors(cohort.by_branch[branch.name]))
        assert known.distances.size == 400
        # A patient lies nearer to a middle and a spread that it helped to make.
        assert known.distances.mean() > seen.mean()


def test_the_same_training_gives_the_same_bits(make_recipe: Callable[..., Recipe]) -> None:
    recipe = make_recipe(candidates=[])
    cohort = drawn_cohort(60, 0.5, np.random.default_rng(5))
    first = likeness_in_memory(recipe, cohort, 7)[1]
    again = likeness_in_memory(recipe, cohort, 7)[1]
    assert np.array_equal(first.joint, again.joint)
    assert first.disagreement == again.disagreement
