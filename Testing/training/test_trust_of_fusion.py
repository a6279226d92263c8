"""What a card states: no skill in noise, none by turning failures round, and little lost for it.

The fast form of Testing/benchmarks/trust_of_fusion.py, on cohorts of its own.
"""

import numpy as np
import pytest

from TACEResponseLib.evaluation.discrimination.discrimination import auc
from Testing.training.feature_level import RECIPES, Trained, drawn_cohort, recipe_of, trained_on

COHORTS_OF_NOISE = 16
SEED = 450_001


@pytest.fixture(scope="module")
def noise() -> list[tuple[Trained, float]]:
    """Trainings on features that know nothing, and the AUC of each on its own patients."""
    pairs = []
    for number in range(COHORTS_OF_NOISE):
        cohort = drawn_cohort(80, 0.5, np.random.default_rng([SEED, number]))
        trained = trained_on(recipe_of(list(RECIPES)[number % len(RECIPES)]), cohort, number)
        pairs.append((trained, trained.auc_of(cohort)))
    return pairs


def test_the_interval_seldom_lies_above_one_half(noise: list[tuple[Trained, float]]) -> None:
    # With 3.5 % each, three or more of 16 have a probability of .017.
    assert sum(trained.stated.low > 0.5 for trained, _ in noise) <= 2
    assert np.mean([trained.stated.value for trained, _ in noise]) < 0.53


def test_no_evidence_is_turned_round(noise: list[tuple[Trained, float]]) -> None:
    assert min(min(trained.evidence) for trained, _ in noise) >= 0


def test_no_bundle_whose_card_says_more_than_one_half_ranks_its_own_patients_backwards(
    noise: list[tuple[Trained, float]],
) -> None:
    praised = [own for trained, own in noise if trained.stated.value > 0.5]
    assert praised
    assert min(praised) >= 0.5


def test_a_signal_is_found_and_the_card_states_what_fresh_patients_give() -> None:
    stated, lost = [], []
    for number in range(4):
        cohort = drawn_cohort(100, 0.5, np.random.default_rng([SEED, 100, number]), 1.0)
        fresh = drawn_cohort(2000, 0.5, np.random.default_rng([SEED, 200, number]), 1.0)
        trained = trained_on(recipe_of("two logistic"), cohort, number)
        now = trained.auc_of(fresh)
        # The branch that knows something, alone: what a fusion can at most lose.
        lost.append(auc(fresh.labels, trained.logits(fresh)["texture"]).value - now)
        stated.append(trained.stated.value - now)
        assert trained.stated.low < now < trained.stated.high
    assert np.mean(lost) <= 0.01
    assert abs(np.mean(stated)) < 0.06
