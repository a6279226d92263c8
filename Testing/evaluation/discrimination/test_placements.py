"""Placements counted by hand."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.discrimination.placements import by_class, placements


def test_pairs_are_counted_and_ties_count_half() -> None:
    # Positives 3 and 2 against negatives 1, 3: 3 beats 1 and ties 3; 2 beats 1 and loses to 3.
    beats, beaten = placements(np.array([3.0, 2.0]), np.array([1.0, 3.0]))
    assert beats.tolist() == [0.75, 0.5]
    assert beaten.tolist() == [1.0, 0.25]


def test_both_means_are_the_auc() -> None:
    rng = np.random.default_rng(0)
    beats, beaten = placements(rng.integers(0, 9, 30) * 1.0, rng.integers(0, 9, 50) * 1.0)
    assert beats.mean() == pytest.approx(beaten.mean())


def test_classes_are_told_apart_in_their_order() -> None:
    positive, negative = by_class([1, 0, 1], [0.5, 0.2, 0.1])
    assert (positive.tolist(), negative.tolist()) == ([0.5, 0.1], [0.2])
    with pytest.raises(ValueError, match="both 0 and 1"):
        by_class([0, 0], [0.1, 0.2])
