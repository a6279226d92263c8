"""Added value by hand and by law."""

import numpy as np
import pytest
from scipy.special import expit

from TACEResponseLib.evaluation.discrimination.auc_difference import auc_difference
from TACEResponseLib.evaluation.usefulness.added_value import added_value


def test_four_patients_worked_by_hand() -> None:
    # Brier .25 became (.16 + .04 + .36 + .01) / 4; at .5 the smaller model treats all: net benefit
    # 0; the larger treats patients 1, 2 and 3: 2/4 - 1/4.
    added = added_value(
        [1, 1, 0, 0], [0.5] * 4, [0.6, 0.8, 0.6, 0.1], 0.5, np.random.default_rng(0), resamples=50
    )
    assert added.brier.value == pytest.approx(0.1425 - 0.25)
    assert added.net_benefit.value == pytest.approx(0.25)
    assert added.auc.difference.value == pytest.approx(3.5 / 4 - 0.5)


def test_a_model_adds_nothing_to_itself() -> None:
    rng = np.random.default_rng(1)
    p = rng.random(60)
    added = added_value(rng.integers(0, 2, 60), p, p, 0.4, rng, resamples=50)
    for estimate in (added.auc.difference, added.brier, added.net_benefit):
        assert (estimate.value, estimate.low, estimate.high) == (0, 0, 0)


def test_two_perfect_models_have_no_sure_difference() -> None:
    outcome = np.repeat([0, 1], 8)
    base = np.where(outcome == 1, 0.9, 0.1)
    added = added_value(outcome, base, 0.5 * base + 0.3, 0.5, np.random.default_rng(0))
    assert np.isnan([added.net_benefit.low, added.net_benefit.high]).all()
    assert added.net_benefit.value == 0


def test_true_knowledge_is_beyond_chance_in_all_three() -> None:
    rng = np.random.default_rng(2)
    clinical, image = rng.normal(size=(2, 1500))
    outcome = (rng.random(1500) < expit(clinical + 1.5 * image)).astype(int)
    base, both = expit(0.7 * clinical), expit(clinical + 1.5 * image)
    added = added_value(outcome, base, both, 0.5, rng, resamples=300)
    assert added.auc.difference == auc_difference(outcome, both, base).difference
    assert added.auc.difference.low > 0
    assert added.brier.high < 0
    assert added.net_benefit.low > 0


def test_a_threshold_of_0_is_refused() -> None:
    with pytest.raises(ValueError, match=r"inside 0\.\.1, got 0"):
        added_value([0, 1], [0.1, 0.2], [0.1, 0.2], 0, np.random.default_rng(0))
