import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.metrics import roc_auc_score

from TACEResponseLib.basics.terms import Endpoint, ResponseClass
from TACEResponseLib.simulation.mr.settings import MrLawSettings
from TACEResponseLib.simulation.patient import simulate_truth
from TACEResponseLib.simulation.response import (
    class_probabilities,
    drawn_class,
    endpoint_probability,
)
from TACEResponseLib.simulation.settings import LawSettings, ResponseSettings, SimulationSettings
from Testing.simulation.law_integrals import best_possible_auc, prevalence

N = 20_000


@pytest.fixture(scope="module")
def truths():
    return [simulate_truth(SimulationSettings(), 3, index) for index in range(4000)]


def test_classes_are_the_differences_of_three_sigmoids_worked_by_hand():
    # sigmoid(-1.5) = .182426, sigmoid(0) = .5, sigmoid(1.5) = .817574
    classes = class_probabilities(0.0, ResponseSettings())
    expected = {"CR": 0.182426, "PR": 0.317574, "SD": 0.317574, "PD": 0.182426}
    assert dict(classes) == pytest.approx(expected, abs=1e-6)


def test_probabilities_sum_to_one_and_agree_with_the_binary_law(truths):
    for truth in truths[:200]:
        classes = truth.class_probabilities
        assert sum(classes.values()) == pytest.approx(1.0, abs=1e-12)
        responder = endpoint_probability(classes, Endpoint.OBJECTIVE_RESPONSE)
        assert responder == pytest.approx(truth.probability, abs=1e-12)
        controlled = endpoint_probability(classes, Endpoint.DISEASE_CONTROL)
        progressed = endpoint_probability(classes, Endpoint.PROGRESSION)
        assert controlled + progressed == pytest.approx(1.0, abs=1e-12)


def test_a_responder_is_cr_or_pr_and_nobody_else(truths):
    for truth in truths:
        assert truth.response == int(truth.response_class in ("CR", "PR"))


def test_classes_are_as_frequent_as_their_probabilities_say(truths):
    for response in ResponseClass:
        expected = np.array([t.class_probabilities[response] for t in truths])
        seen = np.mean([t.response_class is response for t in truths])
        error = np.sqrt((expected * (1 - expected)).sum()) / len(truths)
        assert abs(seen - expected.mean()) < 3.5 * error


def test_the_smallest_draws_are_complete_responses_and_the_largest_progress():
    classes = class_probabilities(0.0, ResponseSettings())
    drawn = [drawn_class(u, 0.5, classes) for u in (0.0, 0.18, 0.19, 0.49, 0.5, 0.81, 0.82, 0.99)]
    assert [str(c) for c in drawn] == ["CR", "CR", "PR", "PR", "SD", "SD", "PD", "PD"]


@pytest.mark.parametrize("law", [LawSettings(), MrLawSettings()], ids=["ct", "mr"])
def test_auc_and_prevalence_of_disease_control_agree_with_monte_carlo(law):
    rng = np.random.default_rng(5)
    logit = law.intercept + rng.standard_normal((10 * N, len(law.coefficients))) @ list(
        law.coefficients.values()
    )
    for finding in law.findings:
        logit += finding.coefficient * (rng.random(10 * N) < finding.share)
    probability = 1 / (1 + np.exp(-logit - law.response.disease_control))
    outcome = rng.random(10 * N) < probability
    measured = roc_auc_score(outcome, probability)
    assert best_possible_auc(law, Endpoint.DISEASE_CONTROL) == pytest.approx(measured, abs=0.005)
    assert prevalence(law, Endpoint.DISEASE_CONTROL) == pytest.approx(outcome.mean(), abs=0.004)


def test_cut_points_must_part_the_classes():
    with pytest.raises(ValidationError, match="greater than 0"):
        ResponseSettings(complete_response=0)


def test_progression_has_no_integral_of_its_own():
    with pytest.raises(ValueError, match="ask for that"):
        prevalence(LawSettings(), Endpoint.PROGRESSION)
