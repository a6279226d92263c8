"""Resampling by patient against the mean's known error."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.bootstrap import bootstrap_estimate, percentiles, resampled
from TACEResponseLib.validation.style.words import interval


def test_interval_of_a_mean_is_the_normal_one() -> None:
    values = np.random.default_rng(0).normal(10, 2, 400)
    estimate = bootstrap_estimate(
        lambda rows: float(values[rows].mean()), 400, np.random.default_rng(1), resamples=4000
    )
    half = 1.96 * values.std() / 20
    assert (estimate.low, estimate.high) == pytest.approx(
        (values.mean() - half, values.mean() + half), abs=0.02
    )


def test_all_rows_of_a_drawn_patient_come_along() -> None:
    clusters = np.array(["a", "b", "a", "c", "b", "a"])
    sizes = {"a": 3, "b": 2, "c": 1}

    def whole_patients(rows: np.ndarray) -> float:
        counts = {name: (clusters[rows] == name).sum() for name in sizes}
        return float(all(counts[name] % sizes[name] == 0 for name in sizes))

    draws = resampled(whole_patients, 6, np.random.default_rng(2), clusters=clusters, resamples=200)
    assert draws.all()
    sizes_drawn = resampled(
        lambda rows: rows.size, 6, np.random.default_rng(2), clusters=clusters, resamples=200
    )
    assert (sizes_drawn.min(), sizes_drawn.max()) == (3, 9)


def test_same_seed_gives_the_same_interval() -> None:
    values = np.arange(20.0)
    first, second = (
        bootstrap_estimate(
            lambda r: float(values[r].mean()), 20, np.random.default_rng(5), resamples=100
        )
        for _ in range(2)
    )
    assert first == second


def test_undefined_draws_are_counted_and_too_many_leave_no_interval() -> None:
    draws = np.array([1.0, 2.0, np.nan, 3.0])
    low, high = percentiles(draws)
    assert 1 <= low < high <= 3
    assert np.isnan(percentiles(np.array([1.0, np.nan, np.nan]))[0])


def test_draws_that_are_all_alike_have_no_limits_and_say_so() -> None:
    perfect = bootstrap_estimate(lambda _: 1.0, 12, np.random.default_rng(3), resamples=50)
    assert np.isnan([perfect.low, perfect.high]).all()
    assert "no limits" in perfect.method
    assert interval(perfect) == "1.00 (limits undefined)"


def test_clusters_of_other_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="patient of each of the 4 rows"):
        resampled(lambda rows: rows.size, 4, np.random.default_rng(0), clusters=["a"], resamples=1)
