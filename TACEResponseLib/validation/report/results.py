"""A study measured: every number of the report, and all of them as JSON."""

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.evaluation.bootstrap import RESAMPLES
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.significance import holm
from TACEResponseLib.evaluation.subgroups import SubgroupForest, subgroup_forest
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.classes.classes import ClassMeasures, measure_classes
from TACEResponseLib.validation.topics.performance.comparisons import (
    BranchValue,
    Comparison,
    branch_values,
    compare_all,
    majority,
)
from TACEResponseLib.validation.topics.performance.measures import ModelMeasures, measure
from TACEResponseLib.validation.topics.readers.agreement import Agreement, Calls, agreement
from TACEResponseLib.validation.topics.roi_readers.roi_readers import RoiAgreement, roi_agreement
from TACEResponseLib.validation.topics.survival.survival import (
    LandmarkMeasures,
    SurvivalMeasures,
    survival,
    survival_from_readout,
)

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Subgroups by one attribute, tests corrected for the number of attributes."""

    forest: SubgroupForest
    interaction_p_holm: float | None
    heterogeneity_p_holm: float | None
    unknown: int
    """Patients whose level is not known."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Results:
    """All that was measured; figures, sentences and tables are made from this and the study."""

    models: tuple[ModelMeasures, ...]
    comparisons: tuple[Comparison, ...]
    branch_values: tuple[BranchValue, ...]
    majority: Estimate
    survival: tuple[SurvivalMeasures, ...]
    landmarks: tuple[LandmarkMeasures, ...]
    forests: tuple[Forest, ...]
    agreement: Agreement | None
    classes: tuple[ClassMeasures, ...]
    """Of networks of more than two classes."""
    roi_readers: RoiAgreement | None
    """Where a second reader drew the ROI too."""
    seed: int
    resamples: int


def measure_study(
    study: Study,
    *,
    seed: int = 1,
    resamples: int = RESAMPLES,
    landmark_day: float | None = None,
    readers: Mapping[str, Calls] | None = None,
    progress: Progress = silent,
) -> Results:
    """Measure everything that the study allows.

    Args:
        study: checked patients.
        seed: of all draws; same seed, same numbers.
        resamples: cohorts drawn for each interval.
        landmark_day: of the read-out, for survival by observed response.
        readers: calls by reader, in the study's order.
        progress: told each stage.
    """
    rng = np.random.default_rng(seed)
    first = study.models[0]
    progress("discrimination, calibration, usefulness")
    models = tuple(measure(study, model, rng, resamples=resamples) for model in study.models)
    progress("comparisons")
    comparisons = compare_all(study, rng, resamples=resamples)
    added = branch_values(study, rng, resamples=resamples)
    progress("survival")
    curves = tuple(survival(study, first, t, rng, resamples=resamples) for t in study.timed)
    marks = [survival_from_readout(study, t, landmark_day) for t in study.timed if landmark_day]
    progress("subgroups and readers")
    return Results(
        models=models,
        comparisons=comparisons,
        branch_values=added,
        majority=majority(study),
        survival=curves,
        landmarks=tuple(mark for mark in marks if mark),
        forests=_forests(study),
        agreement=agreement(study, first, dict(readers), rng, resamples=resamples)
        if readers
        else None,
        # After what every study draws: four classes beside don't change the other numbers.
        classes=measure_classes(study, rng, resamples=resamples),
        roi_readers=roi_agreement(study, rng, resamples=resamples),
        seed=seed,
        resamples=resamples,
    )


def _forests(study: Study) -> tuple[Forest, ...]:
    """A forest for each attribute, patients of unknown level left out of it."""
    forests: list[tuple[SubgroupForest, int]] = []
    p = study.models[0].probabilities
    for name, levels in study.attributes.items():
        known = np.array([bool(level) for level in levels])
        try:
            forest = subgroup_forest(
                study.outcome[known], p[known], np.array(levels)[known], attribute=name
            )
        except InputError:
            continue
        forests.append((forest, int((~known).sum())))
    interaction = _holm([_p(f.interaction) for f, _ in forests])
    heterogeneity = _holm([_p(f.heterogeneity) for f, _ in forests])
    return tuple(
        Forest(forest=f, unknown=unknown, interaction_p_holm=i, heterogeneity_p_holm=h)
        for (f, unknown), i, h in zip(forests, interaction, heterogeneity, strict=True)
    )


def _p(test: Any) -> float | None:
    return None if test is None or math.isnan(test.p) else float(test.p)


def _holm(p_values: list[float | None]) -> list[float | None]:
    """Corrected, with gaps left where there is no test."""
    adjusted = iter(holm([p for p in p_values if p is not None]))
    return [None if p is None else float(next(adjusted)) for p in p_values]


def metrics_json(study: Study, results: Results) -> str:
    """Every number, with the facts that it rests on; the same study gives the same text."""
    content = {
        "format": FORMAT,
        "positive_class": study.positive_class,
        "direction": f"higher probability = more likely {study.positive_class}",
        "n": study.n,
        "events": study.events,
        "origin": plain(study.origin),
        "warnings": plain(study.warnings),
        "failures": plain(study.failures),
        "drift": plain(study.drift),
        "candidates": plain(study.candidates),
        "promises": plain(study.promises),
        "results": plain(results),
    }
    return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def plain(value: Any) -> Any:
    """JSON values of results: an undefined number is null, an infinite one the word."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value.tolist()]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "infinite"
    return value
