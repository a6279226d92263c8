"""Response classes one by one: what a network of several classes is worth in telling each apart."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evaluation.discrimination.discrimination import bootstrap_auc
from TACEResponseLib.evaluation.discrimination.multiclass import MulticlassResult, multiclass
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.evaluation.proportions import proportion
from TACEResponseLib.validation.study.study import ClassScores, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMeasures:
    """Numbers of one network of more than two classes."""

    name: str
    stage: str
    """What the probabilities are, in words."""
    classes: tuple[str, ...]
    n: int
    """Patients whose class is known and one of the network's."""
    counts: Mapping[str, int]
    """Patients by observed class, in the network's order; 0 for a class that nobody has."""
    mean_probability: Mapping[str, float]
    """Mean over the same patients of what the network gives each class; right on the whole where
    it equals the observed share."""
    unknown: int
    """Patients whose class is not known, such as those who are only said to be responders."""
    outside: Mapping[str, int]
    """Patients by observed class that the network does not have."""
    commonest: str
    """Class of most patients, the network's first of several."""
    commonest_accuracy: Estimate | None
    """Accuracy of calling every patient by it; None without patients."""
    recall: Mapping[str, Estimate]
    """Share of each class's patients in whom it is the most probable; without absent classes."""
    result: MulticlassResult | None
    """None where fewer than two classes are observed: there is nothing to tell apart."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassResults:
    """Of networks of more than two classes."""

    classes: tuple[ClassMeasures, ...]


def measure_classes(
    study: Study, rng: np.random.Generator, *, resamples: int
) -> tuple[ClassMeasures, ...]:
    """Judge every network of more than two classes, in the order of `study.class_scores`.

    Args:
        study: with the observed classes, blank where unknown.
        rng: source of the draws.
        resamples: cohorts drawn for each interval.
    """
    return tuple(_measure(study, scores, rng, resamples) for scores in study.class_scores)


def known_rows(study: Study, scores: ClassScores) -> NDArray[np.intp]:
    """Places of the patients whose class is known and one of the network's."""
    return np.flatnonzero([name in scores.classes for name in study.responses])


def _measure(
    study: Study, scores: ClassScores, rng: np.random.Generator, resamples: int
) -> ClassMeasures:
    rows = known_rows(study, scores)
    observed, p = [study.responses[row] for row in rows], scores.probabilities[rows]
    seen = Counter(observed)
    counts = {name: seen[name] for name in scores.classes}
    commonest = max(scores.classes, key=counts.__getitem__)
    others = Counter(r for r in study.responses if r and r not in scores.classes)
    of = None if study.clusters is None else study.clusters[rows]
    result = (
        _result(study, observed, p, scores.classes, rng, resamples, of) if len(seen) > 1 else None
    )
    return ClassMeasures(
        name=scores.name,
        stage=scores.stage,
        classes=scores.classes,
        n=rows.size,
        counts=counts,
        mean_probability=_means(p, scores.classes),
        unknown=study.responses.count(""),
        outside=dict(sorted(others.items())),
        commonest=commonest,
        commonest_accuracy=proportion(counts[commonest], rows.size) if rows.size else None,
        recall=_recall(result) if result else {},
        result=result,
    )


def _recall(result: MulticlassResult) -> dict[str, Estimate]:
    """The diagonal of the confusion matrix over its rows."""
    rows = zip(result.classes, result.confusion, strict=True)
    return {name: proportion(row[i], sum(row)) for i, (name, row) in enumerate(rows) if sum(row)}


def _means(p: Floats, classes: tuple[str, ...]) -> dict[str, float]:
    """Mean probability of each class; nothing without patients."""
    return dict(zip(classes, p.mean(axis=0).tolist(), strict=True)) if len(p) else {}


def _result(
    study: Study,
    observed: list[str],
    p: Floats,
    classes: tuple[str, ...],
    rng: np.random.Generator,
    resamples: int,
    clusters: NDArray[np.int_] | None,
) -> MulticlassResult:
    """All at once; DeLong's intervals give way to a bootstrap where predictions are out-of-fold."""
    measures = multiclass(observed, p, classes, rng, clusters=clusters, resamples=resamples)
    if not study.origin.cross_validated:
        return measures
    truth = np.array(observed)
    return replace(
        measures,
        one_vs_rest={
            name: bootstrap_auc(
                (truth == name).astype(np.int_),
                p[:, classes.index(name)],
                rng,
                clusters=clusters,
                resamples=resamples,
            )
            for name in measures.one_vs_rest
        },
    )
