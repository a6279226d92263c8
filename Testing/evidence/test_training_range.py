"""Numbers beyond the training range: clipped, and told with both ends."""

import numpy as np

from TACEResponseLib.evidence.training_range import (
    clipped_to,
    furthest_in_words,
    used_in_place,
)

LOW, HIGH = (0.0, 10.0, -1.0), (1.0, 20.0, 1.0)


def test_a_number_beyond_the_range_becomes_its_nearer_end() -> None:
    values = np.array([[-5.0, 15.0, 1.0], [2.0, 99.0, -1.5]])
    expected = [[0.0, 15.0, 1.0], [1.0, 20.0, -1.0]]
    assert clipped_to(values, LOW, HIGH).tolist() == expected


def test_only_what_was_replaced_has_a_number_in_its_place() -> None:
    values = np.array([-5.0, 15.0, 1.0])
    assert used_in_place(values, clipped_to(values, LOW, HIGH)) == [0.0, None, None]


def test_clipping_twice_changes_nothing_more() -> None:
    once = clipped_to(np.array([-5.0, 25.0, 0.3]), LOW, HIGH)
    assert np.array_equal(clipped_to(once, LOW, HIGH), once)


def test_the_furthest_numbers_come_first_and_near_ones_not_at_all() -> None:
    values, z_scores = np.array([0.4, 921.0, -8.0]), np.array([0.1, 921.0, -8.0])
    said = furthest_in_words(["size", "energy", "mean"], values, z_scores, LOW, HIGH)
    assert said == (
        "energy 921 (training patients 10 to 20)",
        "mean -8 (training patients -1 to 1)",
    )


def test_of_many_far_numbers_three_are_named() -> None:
    far = np.arange(3.0, 9.0)
    said = furthest_in_words(list("abcdef"), far, far, [0.0] * 6, [1.0] * 6)
    assert [words[0] for words in said] == ["f", "e", "d"]
