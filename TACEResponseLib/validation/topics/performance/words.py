"""The question, and its answer in three sentences; every word follows from the numbers."""

from TACEResponseLib.evaluation.usefulness.decision_curve import helpful_ranges, usefulness_sentence
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.words import (
    interval,
    number,
    plain_name,
)
from TACEResponseLib.validation.topics.performance.comparisons import Comparison
from TACEResponseLib.validation.topics.performance.measures import ModelMeasures
from TACEResponseLib.validation.topics.performance.results import (
    PerformanceResults,
    best_baseline,
    known_baselines,
)

# Probabilities are called right only where slope and level are shown to lie within these limits; an
# interval that merely holds 1 shows no fault, and no more.
CLOSE_TO_1 = (0.8, 1.25)


def answer(study: Study, results: PerformanceResults) -> tuple[str, str, str]:
    """Discrimination, calibration and usefulness, one sentence each."""
    measures = results.models[0]
    return (
        _discrimination(study, measures, results),
        _calibration(measures),
        usefulness(measures),
    )


def usefulness(measures: ModelMeasures) -> str:
    """The range where acting on the model helps, and whether its own cut-off lies in it."""
    sentence = usefulness_sentence(measures.decision)
    ranges = helpful_ranges(measures.decision)
    if not ranges:
        return sentence
    cut = measures.threshold.threshold
    inside = any(low <= cut <= high for low, high in ranges)
    where = "within" if inside else "outside"
    return (
        f"{sentence.removesuffix('.')}; its own cut-off of {100 * cut:.0f} % lies {where} the "
        "range beyond chance."
    )


def added_words(comparison: Comparison, of: int = 1) -> str:
    """Whether the model is better than a simpler score, as far as the interval tells."""
    gap = comparison.difference
    among = f", the best of {of} simple scores" if of > 1 else ""
    score = f"{plain_name(comparison.other)} alone (AUC {interval(comparison.other_auc)}{among})"
    if gap.low > 0:
        return f"it beats {score} by {interval(gap)}"
    if gap.high < 0:
        return f"it is worse than {score} by {interval(gap)}"
    return f"whether it adds anything to {score} can't be told: difference {interval(gap)}"


def _discrimination(study: Study, measures: ModelMeasures, results: PerformanceResults) -> str:
    """AUC against chance and against the best simple score."""
    area, simple = measures.auc, best_baseline(study, results)
    if study.origin.in_sample and area.high >= 0.5:
        chance = "too good by an unknown amount, for these patients shaped the model"
    elif area.low > 0.5:
        chance = "better than chance"
    elif area.high < 0.5:
        chance = "WORSE than chance: check which class the probabilities are of"
    else:
        chance = "which chance could give too"
    beside = f"; {added_words(simple, len(known_baselines(study, results)))}" if simple else ""
    return (
        f"It ranks a patient of the class “{study.positive_class}” above another in "
        f"{100 * area.value:.0f} of 100 pairs: AUC {interval(area)}, {chance}{beside}."
    )


def _calibration(measures: ModelMeasures) -> str:
    """Slope, level, and the calls at its own cut-off."""
    ratio = measures.recalibrated.observed_to_expected
    calls = measures.threshold
    return (
        f"Its probabilities {_calibration_words(measures)}: calibration slope "
        f"{interval(measures.slope, 3)}, observed to expected {interval(ratio, 3)}; at its own "
        f"cut-off of {number(calls.threshold)} "
        f"sensitivity is {interval(calls.sensitivity)} and specificity "
        f"{interval(calls.specificity)}."
    )


def _calibration_words(measures: ModelMeasures) -> str:
    """What the intervals of slope and level allow one to say."""
    slope, level = measures.slope, measures.recalibrated.observed_to_expected
    if slope.high < 0:
        return "run the WRONG way: the higher they are, the rarer the outcome"
    if slope.value <= 0:
        return "tell nothing that these patients bear out, so their size can't be judged"
    faults = []
    if slope.high < 1:
        faults.append("too extreme")
    if slope.low > 1:
        faults.append("too timid")
    if level.low > 1:
        faults.append("too low on the whole")
    if level.high < 1:
        faults.append("too high on the whole")
    if faults:
        return f"are {' and '.join(faults)}"
    if slope.low != slope.low:  # nan
        return "can't be judged"
    if all(CLOSE_TO_1[0] < e.low and e.high < CLOSE_TO_1[1] for e in (slope, level)):
        return "are close to right"
    return "show no fault, but these patients are too few to call them right"
