"""What the report has of how well the models do."""

import math
from collections.abc import Iterator

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.evaluation.discrimination.auc_interval import VERY_FEW_PER_CLASS
from TACEResponseLib.evaluation.inputs import FEW_PER_OUTCOME
from TACEResponseLib.output.page.blocks import Figures, Paragraph, Section
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import Drawing
from TACEResponseLib.validation.style.words import interval, needed_words, number
from TACEResponseLib.validation.topics.performance import tables
from TACEResponseLib.validation.topics.performance.figure_calibration import draw_calibration
from TACEResponseLib.validation.topics.performance.figure_decision import draw_decision
from TACEResponseLib.validation.topics.performance.figure_roc import draw_roc
from TACEResponseLib.validation.topics.performance.methods import performance_methods
from TACEResponseLib.validation.topics.performance.results import (
    PerformanceResults,
    best_baseline,
    measure_performance,
)
from TACEResponseLib.validation.topics.performance.words import answer, usefulness
from TACEResponseLib.validation.topics.topic import (
    Pictures,
    Results,
    Sheet,
    Topic,
    named,
    sheets_of,
)

# Collins, Statistics in Medicine 2016;35:214: at least 100 with and 100 without the outcome.
FEWEST_PER_CLASS = 100
FIRST = ("roc", "calibration", "decision_curve")
# Of the other models.
FURTHER = "calibration_"


def _drawings(study: Study, results: Results) -> Iterator[Drawing]:
    """ROC, calibration of each model, decision curve."""
    performance = results.of(PerformanceResults)
    yield draw_roc(study, performance)
    for i, (model, measures) in enumerate(zip(study.models, performance.models, strict=True)):
        name = "calibration" if i == 0 else f"{FURTHER}{i + 1}"
        yield draw_calibration(study, model, measures, name)
    yield draw_decision(study, performance)


def _sections(study: Study, results: Results, pictures: Pictures) -> Iterator[Section]:
    """All models in numbers, further calibration curves, comparisons."""
    performance = results.of(PerformanceResults)
    yield Section("Performance", (tables.performance(study, performance),))
    sentences = (f"{measures.name}: {usefulness(measures)}" for measures in performance.models)
    yield Section("Usefulness", tuple(map(Paragraph, sentences)))
    if further := named(pictures, FURTHER):
        yield Section("Calibration of the other models", (Figures(further),))
    if performance.comparisons:
        shown = tables.comparisons(performance)
        yield Section("Against other models and simple scores", (shown,))
    if performance.branch_values:
        yield Section("What fusion adds to each evidence", (tables.branches(performance),))


def _sheets(study: Study, results: Results) -> Iterator[Sheet]:
    performance = results.of(PerformanceResults)
    return sheets_of(
        {
            "performance": tables.performance(study, performance),
            "comparisons": tables.comparisons(performance),
            "evidence": tables.branches(performance),
        }
    )


def _limits(study: Study, results: Results) -> Iterator[str]:
    """What so few patients leave open."""
    fewer = min(study.events, study.n - study.events)
    if fewer >= FEWEST_PER_CLASS:
        return
    judged = results.of(PerformanceResults).models[0]
    needed = f" {needed_words(judged.sizes.needed)}" if judged.sizes else ""
    few = " Calibration can't be judged." if fewer < FEW_PER_OUTCOME else ""
    is_widened = fewer < VERY_FEW_PER_CLASS and not study.origin.cross_validated
    widened = " (widened for so few)" if is_widened else ""
    yield (
        f"Small differences: {study.n} patients, {fewer} in the smaller class, where "
        f"{FEWEST_PER_CLASS} are advised; the AUC may lie anywhere from {number(judged.auc.low)} "
        f"to {number(judged.auc.high)}{widened}.{few}{needed}"
    )


def _answers(study: Study, results: Results) -> dict[str, str]:
    performance = results.of(PerformanceResults)
    judged, simple = performance.models[0], best_baseline(study, performance)
    return {
        "performance": f"AUC {interval(judged.auc)}; Brier {interval(judged.brier, 3)}",
        "measures": "discrimination, calibration, usefulness",
        "uncertainty": f"95 % intervals for every number; AUC by {judged.auc.method}",
        "calibration": ""
        if math.isnan(judged.slope.value)
        else f"slope {interval(judged.slope)}, intercept {interval(judged.intercept)}",
        "baselines": f"{simple.other}: AUC {interval(simple.other_auc)}; model less it "
        f"{interval(simple.difference)}"
        if simple
        else "",
        "sample_size": f"{study.n} here. {needed_words(judged.sizes.needed)} (Riley 2021: widths "
        "of 0.1 for the AUC, 0.2 for slope and observed to expected)"
        if judged.sizes
        else "",
        "updating": "recalibration in the large shown as a what-if: shift "
        f"{interval(judged.recalibrated.shift)} logits",
        "internal": _test_words(study, CohortRole.INTERNAL_TEST, performance),
        "external": _test_words(study, CohortRole.EXTERNAL_TEST, performance),
    }


def _test_words(study: Study, role: CohortRole, performance: PerformanceResults) -> str:
    """Whether this was such a test."""
    if study.origin.roles != (role,):
        return ""
    return f"{study.n} patients, AUC {interval(performance.models[0].auc)}"


TOPIC = Topic(
    name="performance",
    place=10,
    measure=measure_performance,
    drawings=_drawings,
    sections=_sections,
    sheets=_sheets,
    methods=performance_methods,
    limits=_limits,
    answers=_answers,
    first_page=lambda _study, _results: FIRST,
    headline=lambda study, results: answer(study, results.of(PerformanceResults)),
)
