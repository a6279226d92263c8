"""The AUC in subgroups by each attribute, tests corrected for the number of attributes."""

import math
from dataclasses import dataclass

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.significance import Significance, holm
from TACEResponseLib.evaluation.subgroups import SubgroupForest, subgroup_forest
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.topic import Measuring


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Subgroups by one attribute, tests corrected for the number of attributes."""

    forest: SubgroupForest
    interaction_p_holm: float | None
    heterogeneity_p_holm: float | None
    unknown: int
    """Patients whose level is not known."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubgroupResults:
    """All attributes."""

    forests: tuple[Forest, ...]


def forests_of(study: Study) -> tuple[Forest, ...]:
    """A forest for each attribute, patients of unknown level left out of it."""
    forests: list[tuple[SubgroupForest, int]] = []
    p = study.models[0].probabilities
    for name, levels in study.attributes.items():
        known = np.array([bool(level) for level in levels])
        try:
            forest = subgroup_forest(
                study.outcome[known],
                p[known],
                np.array(levels)[known],
                attribute=name,
                clusters=None if study.clusters is None else study.clusters[known],
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


def _p(test: Significance | None) -> float | None:
    return None if test is None or math.isnan(test.p) else float(test.p)


def _holm(p_values: list[float | None]) -> list[float | None]:
    """Corrected, with gaps left where there is no test."""
    adjusted = iter(holm([p for p in p_values if p is not None]))
    return [None if p is None else float(next(adjusted)) for p in p_values]


def measure_subgroups(study: Study, how: Measuring) -> SubgroupResults:
    """Every attribute of the study."""
    how.progress("subgroups and readers")
    return SubgroupResults(forests=forests_of(study))
