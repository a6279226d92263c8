"""Splits: every output of a level is of a fit that knows neither the patient nor the fold."""

from itertools import pairwise

import numpy as np
import pytest

from TACEResponseLib.fusion.linear_model import stratified_folds
from TACEResponseLib.training.held_out import Split, nested_outputs, nested_splits

LABELS = np.tile([0, 1], 20)


def folds_of(folds: int, repeats: int = 1) -> np.ndarray:
    return np.array([stratified_folds(LABELS, folds, seed) for seed in range(repeats)])


@pytest.mark.parametrize("repeats", [1, 2])
@pytest.mark.parametrize(("folds", "fits"), [(2, 2 + 6), (3, 3 + 9), (4, 4 + 6), (5, 5 + 10)])
def test_no_fit_knows_whom_it_is_asked_about_or_the_fold_that_is_left_out(
    folds: int, fits: int, repeats: int
) -> None:
    numbers = folds_of(folds, repeats)
    splits = nested_splits(numbers, LABELS, seed=1)
    assert len(splits) == fits * repeats == len({split.name for split in splits})
    for split in splits:
        assert not (split.trained & split.held_out).any()
        assert set(LABELS[split.trained]) == {0, 1}
        for fold, rows in split.levels:
            assert not (split.trained & (numbers[split.repeat] == fold)).any()
            assert not (rows & ~split.held_out).any()
    assert all(a.trained.sum() >= b.trained.sum() for a, b in pairwise(splits))


@pytest.mark.parametrize("folds", [2, 3, 4, 5])
def test_each_level_has_one_output_of_each_patient(folds: int) -> None:
    numbers = folds_of(folds, 2)
    splits = nested_splits(numbers, LABELS, seed=1)
    seen = np.zeros((2, folds, LABELS.size), dtype=int)
    for split in splits:
        for fold, rows in split.levels:
            seen[split.repeat, fold, rows] += 1
    assert (seen == 1).all()


def test_answers_come_to_the_patients_who_were_asked() -> None:
    numbers = folds_of(5)
    splits = nested_splits(numbers, LABELS, seed=1)
    patients = np.arange(LABELS.size, dtype=float)
    # The answer of a fit is the patient's number, and how many it was trained on.
    answers = {s.name: patients[s.held_out] + 1000.0 * s.trained.sum() for s in splits}
    outputs = nested_outputs(numbers, splits, {"cnn": answers})
    own = outputs.out_of_fold("cnn")[0]
    assert own.tolist() == (patients + 32_000).tolist()
    others = numbers[0] != 3
    assert outputs.logits["cnn"][0, 3, others].tolist() == (patients[others] + 24_000).tolist()


def test_the_names_of_the_first_repeat_are_those_of_its_folds() -> None:
    names = [split.name for split in nested_splits(folds_of(5, 2), LABELS, seed=1)]
    assert {"fold-1", "fold-5", "folds-1-2", "repeat-2-fold-1", "repeat-2-folds-4-5"} < set(names)


def test_an_answer_that_lacks_is_no_output() -> None:
    numbers = folds_of(4)
    splits = nested_splits(numbers, LABELS, seed=1)
    answers = {s.name: np.zeros(int(s.held_out.sum())) for s in splits}
    with pytest.raises(KeyError, match="fold-1"):
        nested_outputs(
            numbers, splits, {"cnn": {k: v for k, v in answers.items() if k != "fold-1"}}
        )
    incomplete: list[Split] = splits[:-1]
    with pytest.raises(ValueError, match="finite"):
        nested_outputs(numbers, incomplete, {"cnn": answers})
