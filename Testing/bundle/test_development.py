"""The minimum for a training, worked by hand, and the words that the card has for it."""

import math

import pytest

from TACEResponseLib.bundle.development import development_sample


def test_the_minimum_is_riley_s_worked_by_hand() -> None:
    # Half with the outcome: the greatest R2 is 1 - (.5 ** .5 * .5 ** .5) ** 2 = .75, 15 % of it
    # .1125. Shrinkage of .9: 7 / (.1 * -ln(1 - .1125 / .9)) = 524.2. Share of events to .05:
    # (1.96 / .05) ** 2 * .25 = 384.2.
    sample = development_sample(60, 30, 7)
    assert sample is not None
    assert sample.shrinkage == math.ceil(7 / (0.1 * -math.log(1 - 0.125))) == 525
    assert sample.prevalence == 385
    assert sample.needed == 525
    assert "there were 60, 30 with the outcome: fewer than needed." in sample.words


def test_the_needed_patients_grow_with_the_parameters_and_networks_are_not_counted() -> None:
    small, large = (development_sample(900, 450, n, ("cnn",)) for n in (2, 107))
    assert small is not None
    assert large is not None
    assert small.needed < 900 < large.needed
    assert "need at least 385 patients" in small.words
    assert "enough by this measure. Parameters of cnn are not counted" in small.words


@pytest.mark.parametrize("events", [0, 60])
def test_one_class_alone_has_no_minimum(events: int) -> None:
    assert development_sample(60, events, 7) is None
