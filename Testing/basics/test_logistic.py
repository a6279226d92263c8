"""Probabilities that are certain still have logits."""

import math

import numpy as np
import pytest

from TACEResponseLib.basics.logistic import logits


@pytest.mark.parametrize("chance", [0.75, 1e-5, 0.5, 1 - 1e-5])
def test_a_logit_is_the_logarithm_of_the_odds(chance: float) -> None:
    expected = math.log(chance / (1 - chance))
    assert float(logits(chance)) == pytest.approx(expected, abs=1e-9)


def test_a_certain_probability_still_has_a_finite_logit() -> None:
    assert logits([0.0, 1.0]) == pytest.approx([-math.log(999_999), math.log(999_999)])


def test_one_probability_and_many_have_the_same_logits_to_the_bit() -> None:
    many = np.random.default_rng(1).random(1000)
    assert np.array_equal(logits(many), [float(logits(float(one))) for one in many])
