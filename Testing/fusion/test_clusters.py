"""Rows of one patient: in one fold, drawn together, dealt labels together."""

import numpy as np
import pytest

from TACEResponseLib.fusion.clusters import (
    dealt_rows,
    drawn_rows,
    fewest_of_a_class,
    grouped_folds,
    of_rows,
    rows_by_patient,
)

# 40 patients of one to three rows, every other one positive.
PATIENTS = np.repeat(np.arange(40), np.tile([1, 2, 3, 2], 10))
LABELS = (PATIENTS % 2).astype(np.int64)


def test_no_patient_lies_in_two_folds_and_classes_are_spread() -> None:
    folds = grouped_folds(LABELS, PATIENTS, 5, seed=1)
    for patient in range(40):
        assert np.unique(folds[patient == PATIENTS]).size == 1
    shares = [LABELS[folds == fold].mean() for fold in range(5)]
    assert max(shares) - min(shares) < 0.15
    assert not np.array_equal(folds, grouped_folds(LABELS, PATIENTS, 5, seed=2))


def test_a_patient_is_drawn_with_all_rows_as_often_as_it_is_drawn() -> None:
    rows = drawn_rows(80, PATIENTS, np.random.default_rng(1))
    count = np.bincount(rows, minlength=80)
    for own in rows_by_patient(PATIENTS):
        assert np.unique(count[own]).size == 1
    assert sum(count[own[0]] for own in rows_by_patient(PATIENTS)) == 40


def test_labels_are_dealt_from_one_patient_to_another_as_a_whole() -> None:
    dealt = dealt_rows(80, PATIENTS, np.random.default_rng(1))
    givers = [np.unique(PATIENTS[dealt[own]]) for own in rows_by_patient(PATIENTS)]
    assert all(giver.size == 1 for giver in givers)
    assert sorted(int(giver[0]) for giver in givers) == list(range(40))


def test_without_clusters_draws_are_those_of_rows() -> None:
    one, other = np.random.default_rng(4), np.random.default_rng(4)
    assert np.array_equal(drawn_rows(9, None, one), other.integers(0, 9, 9))
    assert np.array_equal(dealt_rows(9, None, one), other.permutation(9))
    assert of_rows(None, np.ones(3, dtype=bool)) is None


def test_classes_count_patients() -> None:
    labels, patients = np.array([1, 1, 1, 0, 0]), np.array([0, 0, 1, 1, 2])
    # By hand: 1 has patients 0 and 1, 0 has patients 1 and 2; by rows it would be 2 as well of 0.
    assert fewest_of_a_class(labels, patients) == 2
    assert fewest_of_a_class(np.array([1, 1, 1, 0, 0]), np.array([0, 0, 0, 1, 2])) == 1


def test_more_folds_than_patients_of_either_class_are_refused() -> None:
    with pytest.raises(ValueError, match="n_splits"):
        grouped_folds(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]), 3, seed=1)
