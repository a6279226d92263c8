"""Model against reader, worked by hand."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.agreement.reader_comparison import compare_with_reader

LABELS = np.array([1] * 20 + [0] * 10)
# Of the positives: both right 8, model alone 9, reader alone 1, neither 2. Negatives: both right.
MODEL = np.array([1] * 17 + [0] * 3 + [0] * 10)
READER = np.array([1] * 8 + [0] * 9 + [1] + [0] * 2 + [0] * 10)


def test_thirty_patients_worked_by_hand() -> None:
    comparison = compare_with_reader(
        LABELS, MODEL, READER, np.random.default_rng(0), resamples=2000
    )
    assert comparison.sensitivity.value == pytest.approx(0.40)
    # Exact McNemar on 9 against 1: 2 * (1 + 10) / 2 ** 10.
    assert comparison.sensitivity_test.p == pytest.approx(22 / 1024)
    assert (comparison.specificity.value, comparison.specificity_test.p) == (0, 1)
    # Paired differences are 9 of +1, 1 of -1 and 10 of 0 in 20: standard error .1315.
    half = (comparison.sensitivity.high - comparison.sensitivity.low) / 2
    assert half == pytest.approx(1.96 * 0.1315, abs=0.03)


def test_swapped_it_is_the_opposite() -> None:
    there = compare_with_reader(LABELS, MODEL, READER, np.random.default_rng(1), resamples=100)
    back = compare_with_reader(LABELS, READER, MODEL, np.random.default_rng(1), resamples=100)
    assert there.sensitivity.value == -back.sensitivity.value
    assert there.sensitivity.low == pytest.approx(-back.sensitivity.high)


def test_lesions_of_one_patient_leave_no_exact_test() -> None:
    comparison = compare_with_reader(
        LABELS, MODEL, READER, np.random.default_rng(2), clusters=np.arange(30) // 2, resamples=50
    )
    assert np.isnan(comparison.sensitivity_test.p)
    assert comparison.sensitivity.n == 15


def test_a_probability_is_no_call() -> None:
    with pytest.raises(ValueError, match="row 1: must be 0 or 1"):
        compare_with_reader([0, 1], [0.3, 1], [0, 1], np.random.default_rng(0))
