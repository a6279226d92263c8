import re
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from TACEResponseLib.simulation.law import draw_latents, response_probability, tumor_look
from TACEResponseLib.simulation.settings import LATENTS, Latent, LawSettings, TumorSettings
from TACEResponseLib.simulation.streams import Stream, stream
from Testing.simulation.law_integrals import best_possible_auc, prevalence, univariate_auc

N_MONTE_CARLO = 200_000
NOTHING = LawSettings(intercept=0, size=0, enhancement=0, rim=0, necrosis=0, texture=0)
AVERAGE: dict[Latent, float] = dict.fromkeys(LATENTS, 0.0)


@pytest.fixture(scope="module")
def monte_carlo() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Latents (n, 5), true probabilities and responses, drawn without the library's integrals."""
    rng = np.random.default_rng(11)
    latents = rng.standard_normal((N_MONTE_CARLO, len(LATENTS)))
    law = LawSettings()
    logit = law.intercept + latents @ [law.coefficients[name] for name in LATENTS]
    probability = 1 / (1 + np.exp(-logit))
    return latents, probability, rng.random(N_MONTE_CARLO) < probability


def test_best_possible_auc_is_the_difficulty_that_was_fixed():
    assert best_possible_auc(LawSettings()) == pytest.approx(0.80, abs=0.02)


def test_best_possible_auc_agrees_with_monte_carlo(monte_carlo):
    _, probability, response = monte_carlo
    measured = roc_auc_score(response, probability)
    assert best_possible_auc(LawSettings()) == pytest.approx(measured, abs=0.004)


@pytest.mark.parametrize("latent", LATENTS)
def test_auc_of_each_latent_alone_agrees_with_monte_carlo(monte_carlo, latent):
    latents, _, response = monte_carlo
    values = latents[:, LATENTS.index(latent)] * np.sign(LawSettings().coefficients[latent])
    measured = roc_auc_score(response, values)
    assert univariate_auc(LawSettings(), latent) == pytest.approx(measured, abs=0.005)


def test_size_alone_predicts_little():
    assert 0.5 < univariate_auc(LawSettings(), "size") <= 0.60


def test_responders_are_a_small_majority(monte_carlo):
    expected = prevalence(LawSettings())
    assert 0.55 <= expected <= 0.60
    assert expected == pytest.approx(monte_carlo[2].mean(), abs=0.004)


def test_a_law_without_coefficients_is_a_coin():
    assert best_possible_auc(NOTHING) == pytest.approx(0.5, abs=1e-9)
    assert prevalence(NOTHING) == pytest.approx(0.5, abs=1e-9)


def test_a_weak_latent_has_the_auc_of_two_normals_a_coefficient_apart():
    # To first order responders and others are normals of variance 1 whose means differ by the
    # coefficient, so the AUC is Phi(b / sqrt 2).
    weak = NOTHING.model_copy(update={"rim": 0.1})
    assert univariate_auc(weak, "rim") == pytest.approx(norm.cdf(0.1 / sqrt(2)), abs=2e-4)


def test_one_latent_alone_is_all_there_is_when_the_others_do_nothing():
    law = NOTHING.model_copy(update={"texture": -1.3})
    assert univariate_auc(law, "texture") == pytest.approx(best_possible_auc(law), abs=1e-9)


def test_probability_is_the_sigmoid_worked_by_hand():
    assert response_probability(LawSettings(), AVERAGE) == pytest.approx(0.598687660)
    # .4 + .9 = 1.3
    enhancing = {**AVERAGE, "enhancement": 1.0}
    assert response_probability(LawSettings(), enhancing) == pytest.approx(0.785834983)


def test_look_of_an_average_patient_is_the_middle_of_each_range():
    look = tumor_look(AVERAGE, TumorSettings())
    assert look.diameter_mm == pytest.approx(sqrt(25 * 85))
    assert look.enhancement_hu == pytest.approx(45.0)
    assert look.rim_hu == pytest.approx(35.0)
    assert look.necrosis_share == pytest.approx(0.2)
    assert look.texture_hu == pytest.approx(19.0)


def test_look_follows_the_normal_distribution():
    # Phi(.7) = .758036 by any table
    look = tumor_look({**AVERAGE, "enhancement": 1.0}, TumorSettings())
    assert look.enhancement_hu == pytest.approx(5 + 80 * 0.758036, abs=1e-3)


def test_look_rises_strictly_with_each_latent_and_with_no_other():
    names = ("diameter_mm", "enhancement_hu", "rim_hu", "necrosis_share", "texture_hu")
    for latent, name in zip(LATENTS, names, strict=True):
        looks = [
            tumor_look({**AVERAGE, latent: float(z)}, TumorSettings())
            for z in np.linspace(-4, 4, 33)
        ]
        assert (np.diff([getattr(look, name) for look in looks]) > 0).all()
        for other in set(names) - {name}:
            assert len({getattr(look, other) for look in looks}) == 1


def test_latents_are_standard_normal_and_independent():
    drawn = [draw_latents(stream(5, i, Stream.LATENTS)) for i in range(4000)]
    values = np.array([[d[name] for name in LATENTS] for d in drawn])
    assert np.abs(values.mean(axis=0)).max() < 0.06
    assert np.abs(np.cov(values.T) - np.eye(5)).max() < 0.09


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("necrosis_share", (0.0, 0.7), "must be <= 0.5"),
        ("diameter_mm", (50.0, 20.0), r"must be \(lowest, highest\)"),
        ("diameter_mm", (0.0, 20.0), "must be > 0"),
        ("edge", 3, "Extra inputs are not permitted"),
    ],
)
def test_tumors_that_can_not_be_are_refused(key, value, message):
    with pytest.raises(ValidationError, match=message):
        TumorSettings.model_validate({key: value})


def test_the_page_on_the_simulation_prints_this_law():
    page = Path(__file__).resolve().parents[2].joinpath("docs/simulation.md").read_text()
    page = page.partition("## MR")[0]
    law = LawSettings()
    printed = dict(re.findall(r"^\| (\w+) \|.*?\| ([+-]?\d+\.\d+) \|", page, re.M))
    assert {name: float(printed[name]) for name in LATENTS} == dict(law.coefficients)
    for latent in LATENTS:
        row = next(line for line in page.splitlines() if line.startswith(f"| {latent} |"))
        assert f"| {univariate_auc(law, latent):.3f} |" in row
    assert f"{best_possible_auc(law):.3f}" in page
    assert f"intercept is {law.intercept}" in page
    assert f"{100 * prevalence(law):.1f} %" in page
