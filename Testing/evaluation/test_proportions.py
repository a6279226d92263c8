"""Exact and Wilson's intervals against published digits, and the papers' own."""

import pytest

from TACEResponseLib.evaluation.proportions import ProportionMethod, proportion


@pytest.mark.parametrize(
    ("successes", "n", "method", "published"),
    [
        (14, 17, "Clopper-Pearson", (0.566, 0.962)),
        (10, 13, "Clopper-Pearson", (0.462, 0.950)),
        (14, 17, "Wilson", (0.590, 0.938)),
    ],
)
def test_intervals_are_the_published_ones(
    successes: int, n: int, method: ProportionMethod, published: tuple[float, float]
) -> None:
    estimate = proportion(successes, n, method=method)
    assert (estimate.low, estimate.high) == pytest.approx(published, abs=5e-4)


def test_quans_intervals_are_not_the_clopper_pearson_that_the_text_says() -> None:
    # Quan 2024 prints .558 to .953 for 14/17: Wilson with continuity correction.
    estimate = proportion(14, 17)
    assert abs(estimate.low - 0.558) > 0.005
    assert abs(estimate.high - 0.953) > 0.005


def test_chens_accuracy_interval_is_far_too_narrow() -> None:
    # Chen prints .712 to .716 for .714 of 189: the variance stood in for the standard error.
    estimate = proportion(135, 189)
    assert estimate.value == pytest.approx(0.714, abs=5e-4)
    assert (estimate.low, estimate.high) == pytest.approx((0.650, 0.778), abs=0.01)


def test_none_of_n_and_all_of_n_mirror_each_other() -> None:
    none, every = proportion(0, 12), proportion(12, 12)
    assert none.low == 0
    assert every.high == 1
    assert none.high == pytest.approx(1 - every.low) == pytest.approx(1 - 0.025 ** (1 / 12))


def test_nothing_is_known_of_no_patients() -> None:
    estimate = proportion(0, 0)
    assert (estimate.low, estimate.high, estimate.n) == (0, 1, 0)


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match=r"within 0\.\.n = 3, got 4"):
        proportion(4, 3)
