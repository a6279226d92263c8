"""What the gate of survival data lets through."""

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.survival.follow_up import (
    FollowUp,
    TimeUnit,
    checked_groups,
)


def overall(time: list[float], event: list[float], unit: TimeUnit = "weeks") -> FollowUp:
    return FollowUp(time=np.array(time), event=np.array(event), unit=unit, endpoint="OS")


@pytest.mark.parametrize(
    ("time", "event", "words"),
    [
        ([3, -1], [1, 1], "OS time, row 2: must be >= 0 weeks, got -1"),
        ([3, np.nan], [1, 1], "OS time, row 2"),
        ([3, 4], [1, 2], "OS event, row 2: must be 1 .* give other causes to CompetingRisks"),
        ([3, 4], [1], "one time and one event a patient"),
    ],
    ids=["negative", "missing", "a cause", "too few events"],
)
def test_what_is_no_follow_up_is_refused(time: list[float], event: list[float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        overall(time, event)


def test_few_or_no_events_are_said() -> None:
    assert [w.code for w in overall([1, 2], [0, 0]).warnings()] == ["no_events"]
    assert [w.code for w in overall([1, 2], [1, 0]).warnings()] == ["few_events"]
    assert overall([1.0] * 10, [1.0] * 10).warnings() == ()


def test_nothing_is_compared_without_events_or_groups() -> None:
    with pytest.raises(InputError, match="seen at least once"):
        checked_groups(["a", "b"], overall([1, 2], [0, 0]))
    with pytest.raises(InputError, match="at least two groups"):
        checked_groups(["a", "a"], overall([1, 2], [1, 0]))
