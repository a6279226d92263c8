"""AUC and DeLong's interval against pROC's published example and pairs counted by hand."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.discrimination.discrimination import auc, bootstrap_auc


@pytest.mark.parametrize(
    ("predictor", "published"),
    [("s100b", 0.7313686), ("ndka", 0.6119580), ("wfns", 0.8236789)],
)
def test_auc_is_the_one_that_proc_publishes(
    asah: dict[str, np.ndarray], predictor: str, published: float
) -> None:
    assert auc(asah["poor"], asah[predictor]).value == pytest.approx(published, abs=5e-8)


def test_delong_interval_is_the_one_that_proc_publishes(asah: dict[str, np.ndarray]) -> None:
    estimate = auc(asah["poor"], asah["s100b"])
    assert (estimate.low, estimate.high) == pytest.approx((0.6301, 0.8326), abs=5e-5)
    assert estimate.n == 113


def test_auc_counts_pairs_and_half_of_ties() -> None:
    # Pairs: (3, 1) won, (3, 3) tied, (2, 1) won, (2, 3) lost: 2.5 of 4.
    assert auc([1, 1, 0, 0], [3, 2, 1, 3]).value == pytest.approx(2.5 / 4)


def test_auc_ignores_any_rising_transformation() -> None:
    rng = np.random.default_rng(5)
    labels, scores = rng.integers(0, 2, 200), rng.normal(size=200)
    plain, transformed = auc(labels, scores), auc(labels, np.exp(scores))
    assert plain == transformed


def test_few_patients_get_an_interval_on_the_logit_scale_inside_0_to_1() -> None:
    estimate = auc([1] * 20 + [0] * 20, [*range(19, 39), *range(20)])
    assert 0 < estimate.low < estimate.value < estimate.high < 1
    assert estimate.method == "DeLong, logit scale"


def test_an_auc_of_1_still_has_a_wide_interval_when_patients_are_few() -> None:
    # Five disjoint pairs, all won: the exact binomial lower limit of 5 of 5 is .025 ** (1 / 5).
    estimate = auc([1] * 5 + [0] * 9, [*range(20, 25), *range(9)])
    assert (estimate.value, estimate.high) == (1, 1)
    assert estimate.low == pytest.approx(0.4782, abs=5e-5)
    reversed_estimate = auc([0] * 5 + [1] * 9, [*range(20, 25), *range(9)])
    assert reversed_estimate.high == pytest.approx(1 - 0.4782, abs=5e-5)


def test_a_bootstrap_of_a_perfect_auc_says_no_more_than_the_exact_interval() -> None:
    # Nine of nine negatives and five of five positives in order: each draw is perfect too.
    labels, scores = [1] * 5 + [0] * 9, [*range(20, 25), *range(9)]
    exact, boot = (
        auc(labels, scores),
        bootstrap_auc(labels, scores, np.random.default_rng(4), resamples=100),
    )
    assert (boot.low, boot.high) == (exact.low, exact.high)
    # Twice as many rows of the same patients know nothing more.
    twice = bootstrap_auc(
        labels * 2,
        scores * 2,
        np.random.default_rng(4),
        clusters=[*range(14)] * 2,
        resamples=100,
    )
    assert (twice.low, twice.high) == (exact.low, exact.high)


def test_a_class_of_one_patient_has_no_interval() -> None:
    estimate = auc([1, 0, 0, 0], [0.5, 0.1, 0.7, 0.2])
    assert (estimate.low, estimate.high) == (0, 1)


def test_bootstrap_interval_agrees_with_delong_where_rows_are_patients(
    asah: dict[str, np.ndarray],
) -> None:
    delong = auc(asah["poor"], asah["s100b"])
    boot = bootstrap_auc(asah["poor"], asah["s100b"], np.random.default_rng(1), resamples=1000)
    assert boot.value == pytest.approx(delong.value)
    assert (boot.low, boot.high) == pytest.approx((delong.low, delong.high), abs=0.015)


def test_copies_of_a_patient_narrow_nothing_when_clustered() -> None:
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, 80)
    scores = labels + rng.normal(0, 1.5, 80)
    copies = np.repeat(np.arange(80), 5)
    alone = bootstrap_auc(labels, scores, np.random.default_rng(3), resamples=800)
    tables = labels[copies], scores[copies], np.random.default_rng(3)
    clustered = bootstrap_auc(*tables, clusters=[f"P{i}" for i in copies], resamples=800)
    naive = bootstrap_auc(*tables, resamples=800)
    assert clustered.n == 80
    assert clustered.high - clustered.low == pytest.approx(alone.high - alone.low, rel=0.1)
    assert naive.high - naive.low < 0.6 * (clustered.high - clustered.low)


def test_one_class_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="both 0 and 1"):
        auc([1, 1, 1], [0.1, 0.2, 0.3])
