import re
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.simulation.mr.law import draw_mr_latents, mr_tumor_look
from TACEResponseLib.simulation.mr.settings import MR_LATENTS, MrLawSettings, MrTumorSettings
from TACEResponseLib.simulation.streams import Stream, stream
from Testing.simulation.law_integrals import best_possible_auc, prevalence, univariate_auc

AVERAGE = dict.fromkeys(MR_LATENTS, 0.0)
N_MONTE_CARLO = 200_000


def test_best_possible_auc_is_the_difficulty_that_was_fixed():
    assert best_possible_auc(MrLawSettings()) == pytest.approx(0.80, abs=0.02)
    assert 0.5 < univariate_auc(MrLawSettings(), "size") <= 0.60
    assert 0.5 <= prevalence(MrLawSettings()) <= 0.65


def test_integrals_with_findings_agree_with_monte_carlo():
    from sklearn.metrics import roc_auc_score

    rng, law = np.random.default_rng(4), MrLawSettings()
    names = list(law.coefficients)
    latents = rng.standard_normal((N_MONTE_CARLO, len(names)))
    logit = law.intercept + latents @ [law.coefficients[name] for name in names]
    for finding in law.findings:
        logit += finding.coefficient * (rng.random(N_MONTE_CARLO) < finding.share)
    probability = 1 / (1 + np.exp(-logit))
    response = rng.random(N_MONTE_CARLO) < probability
    measured = roc_auc_score(response, probability)
    assert best_possible_auc(law) == pytest.approx(measured, abs=0.004)
    assert prevalence(law) == pytest.approx(response.mean(), abs=0.004)
    alone = roc_auc_score(response, latents[:, names.index("washout")])
    assert univariate_auc(law, "washout") == pytest.approx(alone, abs=0.005)


def test_look_of_an_average_patient_is_the_middle_of_each_range():
    look = mr_tumor_look(AVERAGE, MrTumorSettings())
    assert look.diameter_mm == pytest.approx(sqrt(25 * 85))
    assert look.enhancement == pytest.approx(50.0)
    assert look.washout == pytest.approx(17.5)
    assert look.t2_signal == pytest.approx(55.0)
    assert look.rim == pytest.approx(35.0)
    assert look.necrosis_share == pytest.approx(0.2)
    assert look.texture == pytest.approx(16.0)


def test_look_rises_strictly_with_each_latent():
    names = (
        "diameter_mm",
        "enhancement",
        "washout",
        "t2_signal",
        "rim",
        "necrosis_share",
        "texture",
    )
    for latent, name in zip(MR_LATENTS, names, strict=True):
        looks = [
            mr_tumor_look({**AVERAGE, latent: float(z)}, MrTumorSettings())
            for z in np.linspace(-4, 4, 17)
        ]
        assert (np.diff([getattr(look, name) for look in looks]) > 0).all()


def test_latents_are_standard_normal_and_independent():
    drawn = [draw_mr_latents(stream(5, i, Stream.LATENTS)) for i in range(3000)]
    values = np.array([[d[name] for name in MR_LATENTS] for d in drawn])
    assert np.abs(values.mean(axis=0)).max() < 0.07
    assert np.abs(np.cov(values.T) - np.eye(len(MR_LATENTS))).max() < 0.1


def test_a_range_that_falls_is_refused():
    with pytest.raises(ValueError, match=r"washout must be \(lowest, highest\)"):
        MrTumorSettings(washout=(10.0, 0.0))


def test_the_page_on_the_simulation_prints_this_law():
    page = Path(__file__).resolve().parents[3].joinpath("docs/simulation.md").read_text()
    mr = page.partition("## MR")[2]
    law = MrLawSettings()
    printed = dict(re.findall(r"^\| (\w+) \|.*?\| ([+-]?\d+\.\d+) \|", mr, re.M))
    assert {name: float(printed[name]) for name in law.coefficients} == dict(law.coefficients)
    for finding in law.findings:
        assert float(printed[finding.name]) == finding.coefficient
    assert f"{best_possible_auc(law):.3f}" in mr
    assert f"intercept is {law.intercept}" in mr
