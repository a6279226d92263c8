"""What all curves over time share: the times they accept, and the step that holds at one."""

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past
from TACEResponseLib.evaluation.inputs import Floats


def refuse_bad_times(time: Floats, name: str, unit: str, remedy: str) -> None:
    """Refuse a time that is missing, infinite or negative.

    Args:
        time: (n,).
        name: of the column, for the message.
        unit: of the times.
        remedy: what the user does about it.
    Raises: InputError: such a time, with its row.
    """
    wrong = np.flatnonzero(~(np.isfinite(time) & (time >= 0)))
    if wrong.size:
        raise InputError(
            f"{name}, row {wrong[0] + 1}",
            f"must be >= 0 {unit}",
            got=past(float(time[wrong[0]]), 0, ".6g"),
            remedy=remedy,
        )


def step_at(steps: Floats, time: float, unit: str) -> int:
    """Number of the step that holds at a time; -1 before the first.

    Raises: ValueError: a negative time.
    """
    if not time >= 0:
        raise ValueError(f"time must be >= 0 {unit}, got {time}")
    return int(np.searchsorted(steps, time, side="right")) - 1
