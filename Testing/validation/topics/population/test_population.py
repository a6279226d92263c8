"""Models judged inside the population alone, against the same statistic of those patients."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.population.inside import measure_population
from TACEResponseLib.validation.topics.topic import Measuring

HOW = Measuring(resamples=100)


def test_inside_alone_is_the_statistic_of_those_patients(study: Study) -> None:
    rows = np.arange(study.n) % 3 > 0
    measured = measure_population(replace(study, inside=rows), HOW)
    assert (measured.inside_n, measured.inside_events) == (80, int(study.outcome[rows].sum()))
    for model, inside in zip(study.models, measured.inside_limits, strict=True):
        assert inside.auc == auc(study.outcome[rows], model.probabilities[rows])
        assert inside.threshold.threshold == model.threshold


def test_without_limits_or_without_patients_outside_nothing_is_measured_twice(
    study: Study,
) -> None:
    assert measure_population(study, HOW).inside_n is None
    everybody = replace(study, inside=np.ones(study.n, dtype=bool))
    assert measure_population(everybody, HOW).inside_limits == ()


@pytest.mark.parametrize("n", [0, 1, 6])
def test_too_few_inside_are_counted_and_not_judged(study: Study, n: int) -> None:
    few = replace(study, inside=np.arange(study.n) < n)
    measured = measure_population(few, HOW)
    assert measured.inside_n == n
    assert measured.inside_limits == ()
