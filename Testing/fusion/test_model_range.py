"""The range of what another draw of training patients would give."""

import numpy as np
import pytest
from scipy.special import expit, logit

from TACEResponseLib.fusion.model_range import as_of_all, model_range


def test_by_hand() -> None:
    # Twenty refits, ten at each end of one logit about 0: SD sqrt(20/19); t(.95; 19) = 1.72913.
    refits = expit(np.repeat([-1.0, 1.0], 10))
    spread = model_range(0.5, refits)
    half = np.sqrt(2) * 1.729133 * np.sqrt(20 / 19)
    assert (spread.low, spread.high) == pytest.approx((expit(-half), expit(half)), abs=1e-6)
    variance = (expit(1.0) - 0.5) ** 2 * 20 / 19
    assert spread.similar_patients == pytest.approx(0.25 / variance)


def test_it_lies_about_the_model_and_not_about_the_refits() -> None:
    refits = expit(np.random.default_rng(1).normal(1.0, 0.5, 30))
    spread = model_range(0.2, refits)
    assert logit(spread.low) + logit(spread.high) == pytest.approx(2 * logit(0.2))


def test_it_holds_another_draw_nine_times_in_ten() -> None:
    # Means of normal patients, whose refits are bootstrap means: the law is known exactly.
    rng = np.random.default_rng(7)
    held = []
    for _ in range(600):
        one, other = rng.normal(size=(2, 80))
        refits = [rng.choice(one, 80).mean() for _ in range(30)]
        spread = model_range(float(expit(one.mean())), expit(refits))
        held.append(spread.low <= expit(other.mean()) <= spread.high)
    assert 0.86 <= np.mean(held) <= 0.95


def test_networks_of_folds_are_told_by_their_few_degrees_of_freedom() -> None:
    refits = expit(np.tile(np.linspace(-0.2, 0.2, 5), 6))
    # t(.95; 4) = 2.13185 and t(.95; 29) = 1.69913.
    ratio = logit(model_range(0.5, refits, networks=5).high) / logit(model_range(0.5, refits).high)
    assert ratio == pytest.approx(2.131847 / 1.699127, abs=1e-5)


def test_fold_networks_spread_as_the_jackknife_says() -> None:
    # The mean of patients: variance over samples is that of the jackknife which leaves groups out.
    rng = np.random.default_rng(3)
    spread = []
    for _ in range(2000):
        sample = rng.normal(size=50)
        folds = np.arange(50) % 5
        means = [sample[folds != fold].mean() for fold in range(5)]
        spread.append(as_of_all(sample.mean(), means).var(ddof=1))
    assert np.mean(spread) == pytest.approx(1 / 50, rel=0.05)


def test_the_range_always_holds_the_probability() -> None:
    for p in np.linspace(0.01, 0.99, 99).tolist():
        spread = model_range(p, [p] * 20)
        assert spread.low <= p <= spread.high


def test_without_spread_no_number_of_patients_is_said() -> None:
    assert model_range(0.5, [0.4] * 20).similar_patients is None


@pytest.mark.parametrize(
    ("probability", "refits", "words"),
    [
        (0.5, [0.5] * 19, ">= 20 refits"),
        (0.5, [1.5] * 20, "probabilities"),
        (1.0, [0.5] * 20, "probabilities"),
    ],
)
def test_what_gives_no_range_is_refused(
    probability: float, refits: list[float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        model_range(probability, refits)
