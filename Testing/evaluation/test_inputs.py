"""What the gate of outcomes and scores lets through."""

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.inputs import (
    checked_clusters,
    checked_outcome,
    checked_probabilities,
    sample_warnings,
)


def test_booleans_become_0_and_1() -> None:
    assert checked_outcome([True, False, True]).tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([1, 2, 2], "row 2: must be 0 or 1.*coded 1 and 2"),
        ([0, 1, np.nan], "row 3: must be a finite number"),
        ([0, 0], "both 0 and 1"),
        ([], "must be one value a patient"),
        ([[0, 1]], "must be one value a patient"),
    ],
    ids=["coded 1/2", "missing", "one class", "empty", "table"],
)
def test_outcomes_that_break_a_rule_are_refused(labels: list[float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        checked_outcome(labels)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0.2, 1.5, -3.0], "row 2: must lie within 0..1, got 1.5; turn logits"),
        ([20, 70, 0.5], "row 1: must lie within 0..1, got 20; divide percents"),
        ([0.2, 0.3], "one value a patient"),
    ],
    ids=["logits", "percents", "too few"],
)
def test_what_is_no_probability_is_refused(values: list[float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        checked_probabilities(values, checked_outcome([0, 1, 1]))


def test_patients_are_numbered_by_name() -> None:
    assert checked_clusters(["b", "a", "b"], 3).tolist() == [1, 0, 1]
    assert checked_clusters(None, 2).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("labels", "scores", "codes"),
    [
        ([0, 1] * 20, np.arange(40.0), set()),
        ([0, 1, 0], [0.1, 0.9, 0.2], {"few_patients", "few_of_a_class", "perfect_separation"}),
        ([0, 1] * 20, [0.1, 0.1, 0.9, 0.9] * 10, {"ties"}),
        ([1] * 20 + [0] * 20, np.arange(40.0), {"perfect_separation"}),
    ],
    ids=["good", "three patients", "ties", "separated the wrong way"],
)
def test_what_makes_numbers_weak_is_said(
    labels: list[int], scores: list[float], codes: set[str]
) -> None:
    warnings = sample_warnings(checked_outcome(labels), np.asarray(scores, dtype=float))
    assert {warning.code for warning in warnings} == codes
