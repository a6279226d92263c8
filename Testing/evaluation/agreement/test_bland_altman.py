"""Limits of agreement against Bland and Altman's own examples."""

import numpy as np
import pytest
from numpy.typing import ArrayLike

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.agreement.bland_altman import limits_of_agreement

# Bland and Altman, Lancet 1986;1:307, table: peak flow by two meters, first readings, L/min.
WRIGHT = (494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427)
MINI = (512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451)


def test_peak_flow_gives_the_published_bias() -> None:
    # Published: mean difference -2.1 (-22.0 to 17.8), standard deviation 38.8.
    limits = limits_of_agreement(MINI, WRIGHT)
    assert limits.bias.value == pytest.approx(-2.1, abs=0.05)
    assert (limits.bias.low, limits.bias.high) == pytest.approx((-22.0, 17.8), abs=0.1)
    assert limits.sd == pytest.approx(38.8, abs=0.05)


def test_blood_pressure_gives_the_published_limits() -> None:
    # Statistical Methods in Medical Research 1999;8:135: n = 85, mean difference -16.29, standard
    # deviation 19.61: limits -54.7 and 22.1, standard error of a limit 3.64 (with 1.71 sd/sqrt n).
    spread = np.random.default_rng(1).normal(size=85)
    scores = (spread - spread.mean()) / spread.std(ddof=1)
    limits = limits_of_agreement(np.zeros(85), -16.29 + 19.61 * scores)
    assert (limits.low.value, limits.high.value) == pytest.approx((-54.7, 22.1), abs=0.05)
    student = 1.9886
    assert (limits.high.high - limits.high.low) / 2 / student == pytest.approx(3.64, abs=0.02)


def test_swapping_the_readers_turns_the_limits_round() -> None:
    one, other = limits_of_agreement(WRIGHT, MINI), limits_of_agreement(MINI, WRIGHT)
    assert one.bias.value == pytest.approx(-other.bias.value)
    assert (one.low.value, one.low.low) == pytest.approx((-other.high.value, -other.high.high))


def test_readers_who_agree_have_no_width() -> None:
    limits = limits_of_agreement(WRIGHT, WRIGHT)
    assert (limits.low.low, limits.bias.value, limits.high.high) == (0, 0, 0)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([1, 2, 3], [1, 2], "pairs of at least 3 patients"),
        ([1, 2], [1, 2], "pairs of at least 3 patients"),
        ([1, 2, 3], [1, np.nan, 2], "row 2: must be complete"),
    ],
    ids=["lengths", "two patients", "missing"],
)
def test_what_has_no_limits_is_refused(first: ArrayLike, second: ArrayLike, words: str) -> None:
    with pytest.raises(InputError, match=words):
        limits_of_agreement(first, second)
