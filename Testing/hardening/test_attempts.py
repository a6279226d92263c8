"""The counting itself: each outcome is told from the others."""

import os
import signal
import time

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from Testing.hardening.attempts import Attempt, Outcome, Tally, attempt


def refuse() -> None:
    raise InputError("x.nii", "must be 3D", got="2D", remedy="give a volume")


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def fill_memory() -> None:
    np.ones(3 * 1024**3, dtype=np.uint8)


@pytest.mark.parametrize(
    ("job", "outcome"),
    [
        (lambda: None, Outcome.ACCEPTED),
        (refuse, Outcome.REFUSED),
        (lambda: 1 / 0, Outcome.INTERNAL_ERROR),
        (lambda: os._exit(1), Outcome.CRASH),
        (crash, Outcome.CRASH),
        (lambda: time.sleep(5), Outcome.HANG),
        (fill_memory, Outcome.MEMORY),
    ],
)
def test_each_outcome_is_told_from_the_others(job: object, outcome: Outcome) -> None:
    assert attempt(job, seconds=1.0).outcome is outcome


def test_bad_outcomes_are_kept_with_what_made_them() -> None:
    counts: dict[str, int] = {}
    tally = Tally(counts)
    tally.add(Attempt(outcome=Outcome.REFUSED, words="must be 3D"), "seed 1")
    tally.add(Attempt(outcome=Outcome.HANG, words="longer than 10 s"), "seed 2")
    assert tally.tries == 2
    assert tally.bad == ["seed 2: hang: longer than 10 s"]
    assert counts == {"refused in one line": 1, "hang": 1}
