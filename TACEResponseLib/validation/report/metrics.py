"""A study measured: every number of the report, and all of them as JSON."""

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.evaluation.bootstrap import RESAMPLES
from TACEResponseLib.validation.report.names import FORMAT
from TACEResponseLib.validation.study.study import Calls, Study
from TACEResponseLib.validation.topics.topic import Measuring, Results
from TACEResponseLib.validation.topics.topics import TOPICS


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
    how = Measuring(
        rng=np.random.default_rng(seed),
        resamples=resamples,
        landmark_day=landmark_day,
        readers=readers or {},
        progress=progress,
    )
    return Results(
        measured=tuple(topic.measure(study, how) for topic in TOPICS if topic.measure),
        seed=seed,
        resamples=resamples,
    )


def metrics_json(study: Study, results: Results) -> str:
    """Every number, with the facts that it rests on; the same study gives the same text."""
    content = {
        "format": FORMAT,
        "positive_class": study.positive_class,
        "direction": f"higher probability = more likely {study.positive_class}",
        "n": study.n,
        "events": study.events,
        "origin": plain(study.origin),
        "facts": study.facts.model_dump(mode="json") if study.facts else None,
        "warnings": plain(study.warnings),
        "failures": plain(study.failures),
        "drift": plain(study.drift),
        "candidates": plain(study.candidates),
        "promises": plain(study.promises),
        "results": dict(_numbers(results)),
    }
    return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _numbers(results: Results) -> Iterator[tuple[str, Any]]:
    """What the topics measured, in one row of names; then how."""
    for measured in results.measured:
        yield from plain(measured).items()
    yield "seed", results.seed
    yield "resamples", results.resamples


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
