"""Net benefit against what the R package dcurves publishes, and by hand."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.evaluation.usefulness.decision_curve import (
    decision_curve,
    helpful_ranges,
    usefulness_sentence,
)

# dcurves' example df_binary: family history of 750 men, 105 with cancer. dcurves prints a rate of
# true positives of .032 (24 men) and of false positives of .12133 (91 men).
CANCER = np.array([1] * 24 + [1] * 81 + [0] * 91 + [0] * 554)
FAMILY_HISTORY = np.array([1.0] * 24 + [0.0] * 81 + [1.0] * 91 + [0.0] * 554)


@pytest.mark.parametrize(
    ("threshold", "family_history", "treat_all"),
    [
        (0.01, 0.030774410774410774, 0.13131313131313133),
        (0.10, 0.018518518518518517, 0.04444444444444445),
        (0.14, 0.012248062015503873, 0.0),
        (0.20, 0.0016666666666666635, -0.07499999999999998),
        (0.21, -2.531645569620253e-4, -0.08860759493670883),
        (0.60, -0.15, -1.15),
    ],
)
def test_net_benefit_is_the_one_that_dcurves_prints(
    threshold: float, family_history: float, treat_all: float
) -> None:
    curve = decision_curve(
        CANCER, FAMILY_HISTORY, np.random.default_rng(0), thresholds=[threshold], resamples=2
    )
    assert curve.net_benefit[0] == pytest.approx(family_history, abs=1e-12)
    assert curve.treat_all[0] == pytest.approx(treat_all, abs=1e-12)
    assert (curve.n, curve.events) == (750, 105)


def test_family_history_helps_where_dcurves_says_it_does() -> None:
    curve = decision_curve(CANCER, FAMILY_HISTORY, np.random.default_rng(0), resamples=300)
    # Crosses treat-all between 12 and 13 % and treat-none between 20 and 21 %.
    assert helpful_ranges(curve, by="estimate") == ((0.13, 0.2),)
    assert "13 to 20 %" in usefulness_sentence(curve)
    assert "1.2 per 100 patients" in usefulness_sentence(curve)


def test_short_runs_of_thresholds_are_counted_and_not_listed() -> None:
    advantage = np.full(99, -0.1)
    advantage[[4, 39, 40, 41, 42, 43, 90, 97, 98]] = 0.1
    known = decision_curve(CANCER, FAMILY_HISTORY, np.random.default_rng(0), resamples=2)
    sentence = usefulness_sentence(
        replace(known, advantage=advantage, advantage_sure=advantage - 0.2)
    )
    assert "at thresholds of 40 to 44 % and in 3 short runs elsewhere" in sentence


def test_interval_of_a_fixed_rule_is_the_one_of_its_mean() -> None:
    # Each man adds 1, -w or 0, so the net benefit is a mean with a known error.
    curve = decision_curve(
        CANCER, FAMILY_HISTORY, np.random.default_rng(1), thresholds=[0.1], resamples=3000
    )
    worth = FAMILY_HISTORY * np.where(CANCER == 1, 1, -1 / 9)
    half = 1.96 * worth.std() / 750**0.5
    assert curve.low[0] == pytest.approx(worth.mean() - half, abs=1e-3)
    assert curve.high[0] == pytest.approx(worth.mean() + half, abs=1e-3)


def test_a_perfect_model_earns_the_share_of_positives_at_every_threshold() -> None:
    curve = decision_curve([1, 0, 0, 1], [1, 0, 0, 1], np.random.default_rng(0), resamples=50)
    assert curve.per_100 == pytest.approx(np.full(99, 50))


def test_a_patient_at_the_threshold_is_treated() -> None:
    curve = decision_curve(
        [1, 0], [0.25, 0.1], np.random.default_rng(0), thresholds=[0.25], resamples=2
    )
    assert curve.net_benefit[0] == 0.5


def test_a_model_without_knowledge_is_said_not_to_help() -> None:
    labels = np.tile([0, 1], 50)
    curve = decision_curve(labels, np.full(100, 0.5), np.random.default_rng(0), resamples=50)
    assert helpful_ranges(curve, by="estimate") == ()
    assert usefulness_sentence(curve).startswith("At no threshold")


def test_a_model_that_guesses_is_seldom_said_to_beat_treating_all() -> None:
    # Pointwise intervals say so of it in a tenth to a third of such studies: some of 99
    # thresholds always look helpful. Limits for all at once may err in 1 of 40.
    rng = np.random.default_rng(15)
    sentences = []
    for study in range(40):
        n, share = (60, 0.5) if study % 2 else (150, 0.2)
        labels = (np.arange(n) < share * n).astype(int)
        curve = decision_curve(labels, rng.uniform(0, 1, n), rng, resamples=200)
        sentences.append(usefulness_sentence(curve))
    claims = sum(sentence.startswith("Acting on the model beats") for sentence in sentences)
    assert claims <= 4  # of 40 at 1 in 40: 5 or more come with p = .003
    shown = [sentence for sentence in sentences if "not shown" in sentence]
    assert len(shown) > 20
    assert all(sentence.startswith("That acting on the model beats") for sentence in shown)


def test_a_model_that_knows_is_said_to_beat_treating_all_beyond_chance() -> None:
    rng = np.random.default_rng(16)
    logit = rng.normal(0, 1.5, 400)
    p = 1 / (1 + np.exp(-logit))
    curve = decision_curve((rng.random(400) < p).astype(int), p, rng, resamples=200)
    assert usefulness_sentence(curve).startswith("Acting on the model beats treating all")
    assert (curve.advantage_sure <= curve.advantage)[np.isfinite(curve.advantage_sure)].all()
    assert any(low <= 0.5 <= high for low, high in helpful_ranges(curve))


def test_a_threshold_of_1_is_refused() -> None:
    with pytest.raises(ValueError, match=r"inside 0\.\.1"):
        decision_curve([0, 1], [0.1, 0.2], np.random.default_rng(0), thresholds=[0.5, 1.0])
