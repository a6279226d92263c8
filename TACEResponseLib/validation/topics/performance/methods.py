"""How discrimination, calibration and usefulness were judged."""

from collections.abc import Iterator

from TACEResponseLib.evaluation.discrimination.auc_interval import (
    FEW_PER_CLASS,
    HIGH_AUC,
    VERY_FEW_PER_CLASS,
)
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.performance.results import PerformanceResults
from TACEResponseLib.validation.topics.topic import Results


def performance_methods(study: Study, results: Results) -> Iterator[str]:
    """One paragraph a question."""
    performance = results.of(PerformanceResults)
    yield _discrimination(study, performance, results.resamples)
    yield (
        "Calibration was judged by the slope and intercept of a logistic regression of the outcome "
        "on the logit (Wald intervals), observed to expected outcomes (log scale), "
        f"{len(performance.models[0].bins)} bins of equally many patients with exact binomial "
        "intervals, a lowess line with a pointwise bootstrap band, the Brier score with Murphy's "
        "terms, and the expected calibration error."
    )
    yield (
        "Clinical usefulness was judged by decision curves over thresholds of 1 to 99 %, with "
        f"pointwise percentile intervals of {results.resamples} bootstrap samples of patients; "
        "beyond chance is what a lower limit for all thresholds at once (by the greatest "
        "studentized deviation) leaves above 0."
    )


def _discrimination(study: Study, results: PerformanceResults, resamples: int) -> str:
    interval = results.models[0].auc.method
    if study.origin.cross_validated:
        how = (
            f"The AUC has an interval by {interval}; DeLong's method was not used, for it does not "
            "hold for out-of-fold predictions. Models were compared by a paired bootstrap."
        )
    else:
        how = (
            f"The AUC has a 95 % interval by DeLong's method (on the logit scale with fewer than "
            f"{FEW_PER_CLASS} patients in a class or above {HIGH_AUC:g}; with fewer than "
            f"{VERY_FEW_PER_CLASS} in a class by t and at least as wide as Newcombe's, Statistics "
            f"in Medicine 2006;25:559; here: {interval}) and a "
            f"percentile bootstrap of {resamples} samples of patients; models were "
            "compared by DeLong's paired test with Holm's correction for "
            f"{sum(c.p is not None for c in results.comparisons)} comparisons."
        )
    return (
        f"{how} Sensitivity, specificity, predictive values and accuracy have exact "
        "(Clopper-Pearson) intervals. Simple scores were used in a direction fixed beforehand."
    )
