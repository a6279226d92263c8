"""The models judged on the patients inside the population alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.validation.study.study import Model, Study
from TACEResponseLib.validation.topics.performance.measures import ModelMeasures, measure
from TACEResponseLib.validation.topics.topic import Measuring

# Of each class; with fewer a bootstrap draws one class alone again and again.
FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PopulationResults:
    """Of the patients whom no limit of the first model's population leaves outside."""

    inside_n: int | None
    """None where no model says its limits."""
    inside_events: int | None
    inside_limits: tuple[ModelMeasures, ...]
    """A model each; none where everybody is inside, or too few of a class are."""


def measure_population(study: Study, how: Measuring) -> PopulationResults:
    """Measure every model again on the patients inside, where some are outside."""
    rows = study.inside
    if rows is None:
        return PopulationResults(inside_n=None, inside_events=None, inside_limits=())
    n, events = int(rows.sum()), int(study.outcome[rows].sum())
    measures: tuple[ModelMeasures, ...] = ()
    if not rows.all() and min(events, n - events) >= FEWEST:
        how.progress("inside the population alone")
        part = inside_of(study, rows)
        measures = tuple(measure(part, m, how.rng, resamples=how.resamples) for m in part.models)
    return PopulationResults(inside_n=n, inside_events=events, inside_limits=measures)


def inside_of(study: Study, rows: NDArray[np.bool_]) -> Study:
    """The study of some of its patients, as far as models are measured on it.

    Args:
        study: of all.
        rows: (n,), true for those to keep.
    """
    kept = [i for i, keep in enumerate(rows) if keep]
    return replace(
        study,
        case_ids=tuple(study.case_ids[i] for i in kept),
        outcome=study.outcome[rows],
        models=tuple(_of_rows(model, rows) for model in study.models),
    )


def _of_rows(model: Model, rows: NDArray[np.bool_]) -> Model:
    branches: Mapping[str, NDArray[np.float64]] = {
        name: values[rows] for name, values in model.branches.items()
    }
    return replace(
        model,
        probabilities=model.probabilities[rows],
        repeats=tuple(values[rows] for values in model.repeats),
        branches=branches,
    )
