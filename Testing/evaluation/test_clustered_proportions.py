"""A share whose rows are lesions: against R's own beta quantiles by survey's formula."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.calibration.calibration_line import (
    calibration_in_the_large,
    calibration_line,
)
from TACEResponseLib.evaluation.calibration.recalibration import recalibrated_in_the_large
from TACEResponseLib.evaluation.clustered_proportions import share
from TACEResponseLib.evaluation.inputs import InputError
from TACEResponseLib.evaluation.proportions import proportion
from TACEResponseLib.evaluation.usefulness.thresholds import threshold_metrics

ROWS = [3, 1, 4, 2, 2, 3, 1, 2]
"""Of eight patients, whose rows are all alike."""
HITS = np.repeat([1, 1, 0, 1, 0, 1, 1, 1], ROWS)
PATIENTS = np.repeat(np.arange(8), ROWS)


def test_interval_is_survey_s_with_r_s_quantiles() -> None:
    # R 4.2, by the source of survey::svyciprop: 4.179497 rows would be as sure, and these limits
    # are qbeta(.025, 2.786331, 2.393166) and qbeta(.975, 3.786331, 1.393166).
    estimate = share(HITS, PATIENTS)
    assert estimate.value == pytest.approx(2 / 3)
    assert (estimate.low, estimate.high) == pytest.approx((0.1529124228, 0.9787213642), abs=1e-9)
    assert estimate.n == 8


def test_one_row_a_patient_is_clopper_and_pearson_s() -> None:
    assert share(HITS, None) == proportion(12, 18)
    assert share(HITS, np.arange(18)) == proportion(12, 18)


def test_all_or_none_leaves_as_much_doubt_as_there_are_patients() -> None:
    every = share(np.ones(18), PATIENTS)
    assert every.high == 1
    assert every.low < proportion(8, 8).low < proportion(18, 18).low
    assert (share([1, 1], [0, 0]).low, share([1, 1], [0, 0]).high) == (0, 1)


def test_shares_at_a_cut_off_count_patients() -> None:
    labels, scores = np.tile([0, 1], 20), np.tile([0.2, 0.4, 0.6, 0.8], 10)
    once = threshold_metrics(labels, scores, 0.5)
    rows = [np.repeat(values, 3) for values in (labels, scores)]
    thrice = threshold_metrics(*rows, 0.5, clusters=np.repeat(np.arange(40), 3))
    for name in ("sensitivity", "specificity", "ppv", "npv", "accuracy", "f1"):
        one, other = getattr(once, name), getattr(thrice, name)
        assert (other.value, other.n) == pytest.approx((one.value, one.n))
        assert other.high - other.low > 0.95 * (one.high - one.low)
    naive = threshold_metrics(*rows, 0.5)
    assert naive.accuracy.high - naive.accuracy.low < 0.7 * (
        thrice.accuracy.high - thrice.accuracy.low
    )


def liang_zeger(labels: np.ndarray, logit: np.ndarray, patients: np.ndarray) -> np.ndarray:
    """Variances of intercept and slope by the formula, with statsmodels' small-sample factor."""
    import statsmodels.api as sm

    x = sm.add_constant(logit)
    fit = sm.Logit(labels, x).fit(disp=0)
    p = fit.predict(x)
    bread = np.linalg.inv((x * (p * (1 - p))[:, np.newaxis]).T @ x)
    sums = np.array(
        [(x * (labels - p)[:, np.newaxis])[patients == g].sum(0) for g in set(patients)]
    )
    groups, n = len(sums), labels.size
    factor = groups / (groups - 1) * (n - 1) / (n - 2)
    return np.diag(bread @ (factor * sums.T @ sums) @ bread)


def test_calibration_has_the_variance_of_liang_and_zeger() -> None:
    rng = np.random.default_rng(3)
    patients = np.repeat(np.arange(40), 4)
    p = np.clip(rng.uniform(0.1, 0.9, 40)[patients] + rng.normal(0, 0.03, 160), 0.02, 0.98)
    labels = (rng.uniform(size=40)[patients] < p).astype(int)
    slope, intercept = calibration_line(labels, p, clusters=patients)
    variances = liang_zeger(labels, np.log(p / (1 - p)), patients)
    for estimate, variance in ((intercept, variances[0]), (slope, variances[1])):
        assert estimate.high - estimate.low == pytest.approx(2 * 1.959964 * variance**0.5, rel=1e-5)
        assert estimate.n == 40
    plain = calibration_in_the_large(labels, p)
    by_patient = calibration_in_the_large(labels, p, clusters=patients)
    assert by_patient.value == plain.value
    assert by_patient.high - by_patient.low > 1.5 * (plain.high - plain.low)
    ratio, naive = (
        recalibrated_in_the_large(labels, p, clusters=c).observed_to_expected
        for c in (patients, None)
    )
    assert ratio.high / ratio.low > (naive.high / naive.low) ** 1.5


def test_another_number_of_patients_than_rows_is_refused() -> None:
    with pytest.raises(InputError, match="must name the patient of each of the 18 rows"):
        share(HITS, [1, 2, 3])
