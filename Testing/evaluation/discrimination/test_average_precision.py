"""Average precision worked by hand."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from TACEResponseLib.evaluation.discrimination.average_precision import average_precision


def test_four_patients_worked_by_hand() -> None:
    # Ranked 1, 0, 1, 0: precision 1/1 at the first positive, 2/3 at the second.
    estimate = average_precision([1, 0, 1, 0], [4, 3, 2, 1], np.random.default_rng(0), resamples=50)
    assert estimate.value == pytest.approx((1 + 2 / 3) / 2)
    assert estimate.low <= estimate.value <= estimate.high


def test_with_ties_it_is_scikit_learns() -> None:
    rng = np.random.default_rng(2)
    labels, scores = rng.integers(0, 2, 90), rng.integers(0, 12, 90)
    precision = average_precision(labels, scores, rng, resamples=5).value
    assert precision == pytest.approx(average_precision_score(labels, scores))


def test_a_model_without_knowledge_has_the_share_of_positives() -> None:
    rng = np.random.default_rng(1)
    labels = (rng.random(4000) < 0.2).astype(int)
    estimate = average_precision(labels, rng.random(4000), rng, resamples=50)
    assert estimate.value == pytest.approx(0.2, abs=0.03)


def test_a_missing_score_is_refused_with_its_row() -> None:
    with pytest.raises(ValueError, match="scores, row 2: must be a finite number"):
        average_precision([1, 0], [0.4, np.nan], np.random.default_rng(0))
