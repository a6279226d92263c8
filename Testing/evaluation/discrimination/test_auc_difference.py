"""Paired AUC against pROC's published example."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.discrimination.auc_difference import (
    auc_difference,
    bootstrap_auc_difference,
)


def test_paired_test_is_the_one_that_proc_publishes(asah: dict[str, np.ndarray]) -> None:
    result = auc_difference(asah["poor"], asah["s100b"], asah["wfns"])
    assert result.significance.statistic == pytest.approx(-2.209, abs=5e-4)
    assert result.significance.p == pytest.approx(0.02718, abs=5e-6)
    assert result.difference.value == pytest.approx(0.7313686 - 0.8236789, abs=1e-7)


def test_models_swapped_give_the_opposite_difference(asah: dict[str, np.ndarray]) -> None:
    there = auc_difference(asah["poor"], asah["s100b"], asah["ndka"])
    back = auc_difference(asah["poor"], asah["ndka"], asah["s100b"])
    assert there.difference.value == pytest.approx(-back.difference.value)
    assert (there.difference.low, there.significance.p) == pytest.approx(
        (-back.difference.high, back.significance.p)
    )


def test_models_that_rank_alike_do_not_differ(asah: dict[str, np.ndarray]) -> None:
    result = auc_difference(asah["poor"], asah["s100b"], np.exp(asah["s100b"]))
    assert (result.difference.value, result.significance.p) == (0, 1)


@pytest.mark.parametrize(
    ("labels", "first", "second"),
    [
        ([1, 0, 0], [3, 1, 2], [1, 0, 2]),
        ([1, 1, 0, 0], [4, 3, 2, 1], [1, 2, 3, 4]),
        ([1, 1, 0, 0], [4, 3, 2, 1], [3, 4, 1, 2]),
    ],
    ids=["a class of one", "perfect against reversed", "both perfect, in another order"],
)
def test_a_difference_without_spread_has_no_p_value(
    labels: list[int], first: list[int], second: list[int]
) -> None:
    result = auc_difference(labels, first, second)
    assert np.isnan(result.significance.p)
    assert (result.difference.low, result.difference.high) == (-1, 1)


def test_bootstrap_of_the_difference_agrees_with_delong(asah: dict[str, np.ndarray]) -> None:
    delong = auc_difference(asah["poor"], asah["s100b"], asah["wfns"]).difference
    boot = bootstrap_auc_difference(
        asah["poor"], asah["s100b"], asah["wfns"], np.random.default_rng(4), resamples=1000
    )
    assert (boot.low, boot.high) == pytest.approx((delong.low, delong.high), abs=0.012)


def test_scores_of_other_patients_are_refused() -> None:
    with pytest.raises(ValueError, match="join scores and outcomes by case id"):
        auc_difference([0, 1, 1], [0.1, 0.2, 0.3], [0.1, 0.2])
