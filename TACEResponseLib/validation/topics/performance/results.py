"""How well the models do: what is measured of each, and between them."""

from dataclasses import dataclass

from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.performance.comparisons import (
    BranchValue,
    Comparison,
    branch_values,
    compare_all,
    majority_accuracy,
)
from TACEResponseLib.validation.topics.performance.measures import ModelMeasures, measure
from TACEResponseLib.validation.topics.topic import Measuring

# Share of the patients in whom a simple score is known, for it to stand on the first page.
LEAST_KNOWN = 0.8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PerformanceResults:
    """Of every model; the first is judged, the others are compared with it."""

    models: tuple[ModelMeasures, ...]
    comparisons: tuple[Comparison, ...]
    branch_values: tuple[BranchValue, ...]
    majority: Estimate


def measure_performance(study: Study, how: Measuring) -> PerformanceResults:
    """Discrimination, calibration, usefulness, comparisons."""
    how.progress("discrimination, calibration, usefulness")
    models = tuple(measure(study, m, how.rng, resamples=how.resamples) for m in study.models)
    how.progress("comparisons")
    return PerformanceResults(
        models=models,
        comparisons=compare_all(study, how.rng, resamples=how.resamples),
        branch_values=branch_values(study, how.rng, resamples=how.resamples),
        majority=majority_accuracy(study),
    )


def best_baseline(study: Study, results: PerformanceResults) -> Comparison | None:
    """The baseline with the highest AUC, which is the hardest to beat, of those that are known."""
    baselines = known_baselines(study, results)
    return max(baselines, key=lambda c: c.other_auc.value) if baselines else None


def known_baselines(study: Study, results: PerformanceResults) -> list[Comparison]:
    """Simple scores that most patients have; on the others' few a comparison says little."""
    names = {baseline.name for baseline in study.baselines}
    return [
        c
        for c in results.comparisons
        if c.other in names and c.other_auc.n >= LEAST_KNOWN * study.n
    ]
