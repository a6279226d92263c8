"""Methods text for a paper, filled from the run."""

from collections.abc import Iterator

from TACEResponseLib import __version__
from TACEResponseLib.evaluation.discrimination.auc_interval import (
    FEW_PER_CLASS,
    HIGH_AUC,
    VERY_FEW_PER_CLASS,
)
from TACEResponseLib.result.provenance import installed_version
from TACEResponseLib.validation.report.missing_inputs import missing_inputs
from TACEResponseLib.validation.report.results import Results
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.words import share
from TACEResponseLib.validation.topics.classes.class_tables import class_methods
from TACEResponseLib.validation.topics.roi_readers.words import roi_methods
from TACEResponseLib.validation.topics.survival.words import competing_methods

LIBRARIES = ("numpy", "scipy", "scikit-learn", "statsmodels", "lifelines")


def methods_text(study: Study, results: Results) -> tuple[str, ...]:
    """One paragraph a topic."""
    return tuple(_paragraphs(study, results))


def _paragraphs(study: Study, results: Results) -> Iterator[str]:
    yield _patients(study)
    yield _models(study)
    yield _discrimination(study, results)
    yield (
        "Calibration was judged by the slope and intercept of a logistic regression of the outcome "
        "on the logit (Wald intervals), observed to expected outcomes (log scale), "
        f"{len(results.models[0].bins)} bins of equally many patients with exact binomial "
        "intervals, a lowess line with a pointwise bootstrap band, the Brier score with Murphy's "
        "terms, and the expected calibration error."
    )
    yield (
        "Clinical usefulness was judged by decision curves over thresholds of 1 to 99 %, with "
        f"pointwise percentile intervals of {results.resamples} bootstrap samples of patients; "
        "beyond chance is what a lower limit for all thresholds at once (by the greatest "
        "studentized deviation) leaves above 0."
    )
    if classes := class_methods(results.classes):
        yield classes
    if results.survival:
        yield _survival(results)
    if results.forests:
        yield (
            "Subgroups were compared by a likelihood-ratio test of attribute by logit and by "
            "Cochran's Q of the AUCs on the logit scale, both corrected by Holm's method for "
            f"{len(results.forests)} attributes. Numbers were cut at values fixed beforehand."
        )
    if results.agreement:
        yield (
            "Readers were compared by Cohen's kappa (Wald intervals), Fleiss' kappa (bootstrap by "
            "patient), and with the model by McNemar's exact test and paired bootstrap intervals "
            "of the differences of sensitivity and specificity."
        )
    if results.roi_readers:
        yield roi_methods(results.roi_readers)
    yield _software(results)


def _patients(study: Study) -> str:
    total = study.n + len(study.failures)
    roles = ", ".join(role.value.replace("_", " ") for role in study.origin.roles)
    criterion = f" by {study.origin.criterion}" if study.origin.criterion else ""
    readout = f", read {study.origin.readout}" if study.origin.readout else ""
    return (
        f"Of {total} patients ({roles or 'role not stated'}; {study.origin.source}) "
        f"{share(study.n, total)} had an outcome and all predictions and were analyzed; "
        f"{share(study.events, study.n)} were “{study.positive_class}”{criterion}{readout}, the "
        "positive class throughout. Missing outcomes were not filled in; "
        f"{missing_inputs(study)}."
    )


def _models(study: Study) -> str:
    cut_offs = "; ".join(
        f"{m.name} at a cut-off of {m.threshold:.3f} (set on {m.threshold_set_on})"
        for m in study.models
    )
    training = " ".join(study.origin.training)
    folds = ""
    if study.origin.cross_validated:
        repeats = max(1, len(study.models[0].repeats))
        folds = f" Predictions were out-of-fold, {repeats} repeat{'s' if repeats > 1 else ''}."
    own = (
        "These patients, or some of them, trained the models and set the cut-offs."
        if study.origin.in_sample
        else "No cut-off was chosen on these patients."
    )
    return f"Models judged: {cut_offs}. {own}{folds} {training}".strip()


def _discrimination(study: Study, results: Results) -> str:
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
            f"percentile bootstrap of {results.resamples} samples of patients; models were "
            "compared by DeLong's paired test with Holm's correction for "
            f"{sum(c.p is not None for c in results.comparisons)} comparisons."
        )
    return (
        f"{how} Sensitivity, specificity, predictive values and accuracy have exact "
        "(Clopper-Pearson) intervals. Simple scores were used in a direction fixed beforehand."
    )


def _survival(results: Results) -> str:
    endpoints = ", ".join(measures.endpoint for measures in results.survival)
    marks = results.landmarks
    landmark = (
        f" Groups by observed outcome were followed from a landmark at day {marks[0].day:g}."
        if marks
        else ""
    )
    return (
        f"{endpoints}: patients were grouped by prediction at the model's own cut-off; "
        "Kaplan-Meier curves with log-log intervals, the log-rank test, Cox regression (Efron's "
        "ties, proportionality by Schoenfeld residuals), Harrell's c with a bootstrap interval, "
        f"and a time-dependent AUC weighted by the inverse probability of censoring."
        f"{competing_methods(results)}"
        f"{landmark}"
    )


def _software(results: Results) -> str:
    known = ", ".join(f"{name} {installed_version(name)}" for name in LIBRARIES)
    return (
        f"All intervals are 95 %, all tests two-sided; draws are seeded ({results.seed}). Computed "
        f"with TACEResponse {__version__} on {known}."
    )
