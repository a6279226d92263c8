"""Everything that is measured of one model: discrimination, calibration, usefulness."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.logistic import logits
from TACEResponseLib.evaluation.calibration.brier import (
    BrierDecomposition,
    brier_decomposition,
    brier_score,
    calibration_error_by_chance,
    expected_calibration_error,
)
from TACEResponseLib.evaluation.calibration.calibration_curve import (
    CalibrationBin,
    SmoothCalibration,
    calibration_bins,
    smooth_calibration,
)
from TACEResponseLib.evaluation.calibration.calibration_line import (
    calibration_in_the_large,
    calibration_line,
)
from TACEResponseLib.evaluation.calibration.recalibration import (
    RecalibrationWhatIf,
    recalibrated_in_the_large,
)
from TACEResponseLib.evaluation.discrimination.average_precision import average_precision
from TACEResponseLib.evaluation.discrimination.cross_validated import repeated_auc
from TACEResponseLib.evaluation.discrimination.discrimination import auc, bootstrap_auc
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.sample_size import (
    ValidationSize,
    ValidationWidths,
    validation_size,
    validation_widths,
)
from TACEResponseLib.evaluation.usefulness.decision_curve import DecisionCurve, decision_curve
from TACEResponseLib.evaluation.usefulness.thresholds import (
    ThresholdMetrics,
    YoudenPoint,
    threshold_metrics,
    youden_point,
)
from TACEResponseLib.validation.study.study import Model, Study

# Ten bins of fewer patients each would show chance.
PATIENTS_PER_BIN = 20
MOST_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sizes:
    """What width of interval these patients give, and how many the next study needs."""

    widths: ValidationWidths
    needed: ValidationSize


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelMeasures:
    """All numbers of one model on one cohort."""

    name: str
    n: int
    events: int
    auc: Estimate
    """By DeLong; by a bootstrap of patients where the predictions are out-of-fold."""
    auc_bootstrap: Estimate
    branches: Mapping[str, Estimate]
    """AUC of each source of evidence alone."""
    average_precision: Estimate
    threshold: ThresholdMetrics
    threshold_set_on: str
    youden: YoudenPoint
    slope: Estimate
    intercept: Estimate
    in_the_large: Estimate
    brier: Estimate
    brier_terms: BrierDecomposition
    expected_calibration_error: Estimate
    calibration_error_by_chance: Estimate
    """What it would be if the model were right."""
    bins: tuple[CalibrationBin, ...]
    smooth: SmoothCalibration | None
    """None with fewer than three different probabilities."""
    recalibrated: RecalibrationWhatIf
    decision: DecisionCurve
    sizes: Sizes | None
    """None where the AUC is 0 or 1, or all probabilities are the same."""


def measure(
    study: Study, model: Model, rng: np.random.Generator, *, resamples: int
) -> ModelMeasures:
    """Measure one model.

    Args:
        study: checked patients.
        model: one of its models.
        rng: source of the draws.
        resamples: cohorts drawn for each interval.
    """
    y, p, of = study.outcome, model.probabilities, study.clusters
    slope, intercept = calibration_line(y, p, clusters=of)
    bins = max(2, min(MOST_BINS, study.n // PATIENTS_PER_BIN))
    bootstrapped = bootstrap_auc(y, p, rng, clusters=of, resamples=resamples)
    return ModelMeasures(
        name=model.name,
        n=study.n,
        events=study.events,
        auc=_auc(study, model, rng, resamples),
        auc_bootstrap=bootstrapped,
        branches={}
        if study.origin.cross_validated
        else {name: auc(y, scores, clusters=of) for name, scores in model.branches.items()},
        average_precision=average_precision(y, p, rng, clusters=of, resamples=resamples),
        threshold=threshold_metrics(y, p, model.threshold, clusters=of),
        threshold_set_on=model.threshold_set_on,
        youden=youden_point(y, p),
        slope=slope,
        intercept=intercept,
        in_the_large=calibration_in_the_large(y, p, clusters=of),
        brier=brier_score(y, p, rng, clusters=of, resamples=resamples),
        brier_terms=brier_decomposition(y, p, bins=bins),
        expected_calibration_error=expected_calibration_error(
            y, p, rng, clusters=of, bins=bins, binning="quantile", resamples=resamples
        ),
        calibration_error_by_chance=calibration_error_by_chance(
            p, rng, bins=bins, binning="quantile", draws=resamples
        ),
        bins=calibration_bins(y, p, bins=bins, clusters=of),
        smooth=smooth_calibration(y, p, rng, clusters=of) if np.unique(p).size > 2 else None,
        recalibrated=recalibrated_in_the_large(y, p, clusters=of),
        decision=decision_curve(y, p, rng, clusters=of, resamples=resamples),
        sizes=_sizes(study, p),
    )


def _auc(study: Study, model: Model, rng: np.random.Generator, resamples: int) -> Estimate:
    """DeLong's interval knows nothing of folds that share patients: then a bootstrap."""
    if not study.origin.cross_validated:
        return auc(study.outcome, model.probabilities, clusters=study.clusters)
    repeats = model.repeats or (model.probabilities,)
    return repeated_auc(study.outcome, repeats, rng, clusters=study.clusters, resamples=resamples)


def _sizes(study: Study, p: NDArray[np.float64]) -> Sizes | None:
    """Widths and needed patients, expected of a model as good as this one seems."""
    share, value = study.events / study.n, auc(study.outcome, p).value
    if not 0 < value < 1 or np.ptp(p) == 0:
        return None
    return Sizes(
        widths=validation_widths(len(set(study.patients)) or study.n, share, value, logits(p)),
        needed=validation_size(share, value, logits(p)),
    )
