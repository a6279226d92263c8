"""Sentences follow the numbers, in every direction."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.sample_size import ValidationSize
from TACEResponseLib.validation.report.limits import limits
from TACEResponseLib.validation.report.methods_text import methods_text
from TACEResponseLib.validation.report.metrics import measure_study
from TACEResponseLib.validation.report.report import IN_SAMPLE, answer, question, report_html
from TACEResponseLib.validation.study.study import Baseline, Study
from TACEResponseLib.validation.style.words import axis_words, interval, needed_words, number
from TACEResponseLib.validation.topics.performance.results import PerformanceResults
from TACEResponseLib.validation.topics.topic import Results
from Testing.validation.changes import changed


def judged(study: Study, probabilities: np.ndarray) -> tuple[str, ...]:
    other = replace(
        study,
        models=(replace(study.models[0], probabilities=probabilities),),
        timed=(),
        attributes={},
    )
    return answer(other, measure_study(other, resamples=200))


def test_the_answer_holds_the_numbers_that_the_files_hold(study: Study, results: Results) -> None:
    first, second, third = answer(study, results)
    performance = results.of(PerformanceResults).models[0]
    assert interval(performance.auc) in first
    assert interval(performance.slope, 3) in second
    assert interval(performance.threshold.sensitivity) in second
    assert f"{100 * performance.decision.advantage.max():.1f} per 100 patients" in third
    assert f"{study.n} patients, {study.events} of them" in question(study)


def test_chance_is_called_chance_and_a_reversed_model_is_named(study: Study) -> None:
    rng = np.random.default_rng(4)
    guess = judged(study, rng.uniform(0.2, 0.8, study.n))
    assert "chance could give too" in guess[0]
    assert not guess[2].startswith("Acting on the model beats")
    assert "WORSE than chance" in judged(study, 1 - study.models[0].probabilities)[0]


@pytest.mark.parametrize(
    ("factor", "shift", "words"),
    [
        (3.0, 0.0, "too extreme"),
        (0.2, 0.0, "too timid"),
        (1.0, 1.5, "too high on the whole"),
        (1.0, -1.5, "too low on the whole"),
    ],
)
def test_calibration_is_named_by_its_fault(
    study: Study, factor: float, shift: float, words: str
) -> None:
    p = study.models[0].probabilities
    logit = factor * np.log(p / (1 - p)) + shift
    assert words in judged(study, 1 / (1 + np.exp(-logit)))[1]


def slopes(study: Study, results: Results, slope: Estimate, level: Estimate) -> str:
    """The sentence on calibration of a model with these numbers."""
    first = results.of(PerformanceResults).models[0]
    ratio = replace(first.recalibrated, observed_to_expected=level)
    wrong = replace(first, slope=slope, recalibrated=ratio)
    return answer(study, changed(results, PerformanceResults, models=(wrong,), comparisons=()))[1]


def test_a_slope_is_called_what_its_sign_and_its_interval_show(
    study: Study, results: Results
) -> None:
    level = Estimate(value=1.0, low=0.9, high=1.1, n=120, method="log scale")

    def sentence(value: float, low: float, high: float) -> str:
        slope = Estimate(value=value, low=low, high=high, n=120, method="Wald")
        return slopes(study, results, slope, level)

    # -28 is no overconfidence: the model ranks the wrong way, or can't be shown to rank at all.
    assert "run the WRONG way" in sentence(-28, -50, -6)
    for low, high in ((-60, 4), (-56.5, 0.5)):
        assert "size can't be judged" in sentence(-28, low, high)
        assert "too extreme" not in sentence(-28, low, high)
    assert "too extreme" in sentence(0.4, -0.1, 0.9)
    assert "too timid" in sentence(28, 2, 54)


def test_probabilities_are_called_right_only_where_that_is_shown(
    study: Study, results: Results
) -> None:
    def sentence(slope: tuple[float, float], level: tuple[float, float]) -> str:
        return slopes(
            study,
            results,
            Estimate(value=1.0, low=slope[0], high=slope[1], n=120, method="Wald"),
            Estimate(value=1.0, low=level[0], high=level[1], n=120, method="log scale"),
        )

    assert "close to right" in sentence((0.9, 1.1), (0.95, 1.05))
    # Holding 1 is not enough, for the slope or for the level.
    for slope, level in (((0.76, 1.24), (0.95, 1.05)), ((0.9, 1.1), (0.7, 1.4))):
        assert "are close to right" not in sentence(slope, level)
        assert "too few to call them right" in sentence(slope, level)


def test_limits_are_computed_from_the_data(study: Study, results: Results) -> None:
    text = " ".join(limits(study, results))
    assert "SIMULATED" not in text
    assert "no second reader" in text
    assert "does not say whether these patients" in text
    fewer = min(study.events, study.n - study.events)
    assert f"{study.n} patients, {fewer} in the smaller class" in text
    assert "widened for so few" not in text
    few = replace(study, outcome=(np.arange(study.n) < 7).astype(int))
    assert "7 in the smaller class" in (of_few := " ".join(limits(few, results)))
    assert "(widened for so few)" in of_few
    assert "one site" not in text
    alone = replace(study, attributes={}, origin=replace(study.origin, simulated=True))
    text = " ".join(limits(alone, results))
    assert "SIMULATED" in text
    assert "one site, or sites are not named" in text


def test_patients_that_shaped_the_model_are_named_in_answer_methods_and_banner(
    study: Study, results: Results
) -> None:
    shaped = replace(study, origin=replace(study.origin, roles=(CohortRole.TRAINING,)))
    assert "these patients shaped the model" in answer(shaped, results)[0]
    assert "better than chance" not in answer(shaped, results)[0]
    assert "No cut-off was chosen" not in " ".join(methods_text(shaped, results))
    assert "set the cut-offs" in " ".join(methods_text(shaped, results))
    assert IN_SAMPLE in report_html(shaped, results, {})
    assert IN_SAMPLE not in report_html(study, results, {})


def test_a_slope_out_of_reach_is_told_apart_from_what_the_rest_needs() -> None:
    size = ValidationSize(observed_to_expected=206, slope=283_478, auc=483, n=283_478, events=9)
    assert "AUC and level need about 483 patients; the calibration slope 283,478" in (
        needed_words(size)
    )
    within = replace(size, slope=2400, n=2400)
    assert needed_words(within) == "A precise validation needs about 2,400 patients."


def test_a_number_has_no_minus_before_zero() -> None:
    assert (number(-0.001), number(-0.01), number(float("inf"))) == ("0.00", "-0.01", "not reached")


def test_a_simple_score_known_in_few_stays_off_the_first_page(study: Study) -> None:
    rng = np.random.default_rng(3)
    perfect = study.outcome + rng.normal(0, 0.01, study.n)
    few = np.where(np.arange(study.n) % 2, perfect, np.nan)
    weak = Baseline(name="volume, mL", scores=rng.normal(size=study.n), direction="higher")
    both = replace(
        study,
        timed=(),
        attributes={},
        baselines=(
            weak,
            Baseline(name="size, cm", scores=few, direction="higher"),
        ),
    )
    results = measure_study(both, resamples=200)
    assert {c.other for c in results.of(PerformanceResults).comparisons} >= {
        "volume, mL",
        "size, cm",
    }
    first = answer(both, results)[0]
    assert "volume alone" in first
    assert "size alone" not in first


def test_a_class_too_long_for_an_axis_stands_in_the_caption_alone() -> None:
    assert axis_words("sensitivity", "for ", "responder") == "sensitivity for responder"
    assert axis_words("sensitivity", "for ", "responder (CR or PR)") == "sensitivity"
