"""Likelihood-ratio test by hand and by its law."""

import numpy as np
import pytest
from scipy.special import expit

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.evaluation.usefulness.likelihood_ratio import (
    added_likelihood,
    likelihood_ratio,
)


def test_a_two_by_two_table_worked_by_hand() -> None:
    # Outcome by exposure: 30 of 40 and 10 of 40. The gain is twice the sum of o * log(o / e).
    outcome = np.array([1] * 30 + [0] * 10 + [1] * 10 + [0] * 30)
    exposed = np.repeat([1.0, 0.0], 40)
    ones = np.ones(80)
    ratio = likelihood_ratio(outcome, ones[:, None], np.column_stack([ones, exposed]))
    expected = 2 * 2 * (30 * np.log(30 / 20) + 10 * np.log(10 / 20))
    assert ratio.statistic == pytest.approx(expected)
    assert ratio.degrees_of_freedom == 1


def test_knowledge_is_found_and_noise_is_not() -> None:
    rng = np.random.default_rng(1)
    clinical, image = rng.normal(size=(2, 400))
    outcome = rng.random(400) < expit(clinical + image)
    role = CohortRole.EXTERNAL_TEST
    assert added_likelihood(outcome, expit(clinical), expit(image), role).p < 1e-6
    assert added_likelihood(outcome, expit(clinical), rng.random(400), role).p > 0.05


def test_p_values_are_uniform_where_nothing_is_added() -> None:
    rng = np.random.default_rng(2)
    p_values = []
    for _ in range(200):
        clinical = rng.normal(size=120)
        outcome = rng.random(120) < expit(clinical)
        noise = expit(rng.normal(size=120))
        p_values.append(
            added_likelihood(outcome, expit(clinical), noise, CohortRole.INTERNAL_TEST).p
        )
    assert 0.01 < np.mean(np.array(p_values) < 0.05) < 0.1


def test_separated_classes_have_no_p_value() -> None:
    ratio = added_likelihood(
        [0, 0, 0, 1, 1, 1],
        [0.4, 0.5, 0.6, 0.4, 0.5, 0.6],
        [0.1, 0.2, 0.3, 0.7, 0.8, 0.9],
        CohortRole.EXTERNAL_TEST,
    )
    assert np.isnan(ratio.p)


def test_scores_of_training_patients_are_refused() -> None:
    with pytest.raises(ValueError, match="internal_test or external_test cohort, got training"):
        added_likelihood([0, 1], [0.1, 0.2], [0.3, 0.4], CohortRole.TRAINING)
