"""Start the clock at the read-out: no patient can die before the response is known.

Groups by OBSERVED response compare patients who lived long enough to be read with those who did
not (immortal time). At a landmark everyone left has been read, and survival counts from there.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.survival.follow_up import FollowUp


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landmark:
    """Follow-up of those still under observation at the landmark, counted from it."""

    follow_up: FollowUp
    kept: NDArray[np.bool_]
    """(n,) of the patients handed in."""
    time: float
    """Of the landmark, in the unit of the follow-up."""
    events_before: int
    """Patients left out because the event came at or before it."""
    censored_before: int
    """Patients left out because they were last seen at or before it."""


def landmark(follow_up: FollowUp, time: float) -> Landmark:
    """Leave out who had the event or was lost by the landmark, and restart the clock.

    Args:
        follow_up: from treatment on.
        time: of the read-out, > 0, the same for everyone, in the unit of `follow_up`; set before
            looking at the outcome.
    Raises: InputError: a time that is not positive, or after which nobody is left.
    Source: Anderson, Cain and Gelber, Journal of Clinical Oncology 1983;1:710.
    """
    kept = follow_up.time > time
    if not time > 0 or not kept.any():
        raise InputError(
            "landmark",
            f"must be > 0 {follow_up.unit} with patients followed beyond it",
            got=f"{time:g} of at most {follow_up.time.max():g}",
            remedy="choose the read-out's day",
        )
    after = follow_up.take(kept)
    return Landmark(
        follow_up=replace(
            after, time=after.time - time, endpoint=f"{after.endpoint} from {time:g} {after.unit}"
        ),
        kept=kept,
        time=time,
        events_before=int((follow_up.event & ~kept).sum()),
        censored_before=int((~follow_up.event & ~kept).sum()),
    )
