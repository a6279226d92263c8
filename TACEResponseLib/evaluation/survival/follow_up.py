"""Time to an event or to the end of follow-up, checked once, with its unit."""

from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.evaluation.survival.times import refuse_bad_times

TimeUnit = Literal["days", "weeks", "months"]
# Peduzzi, Journal of Clinical Epidemiology 1995;48:1503: a hazard ratio of fewer is unstable.
FEW_EVENTS = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FollowUp:
    """When each patient had the event, or was last seen without it.

    Raises: InputError: a time is missing or negative, an event is neither 0 nor 1, or lengths
        differ.
    """

    time: Floats
    """(n,), >= 0, in `unit`."""
    event: NDArray[np.bool_]
    """(n,), True where the event was seen, False where the patient was censored."""
    unit: TimeUnit
    endpoint: str
    """OS, PFS or TTP, say."""

    def __post_init__(self) -> None:
        time, event = np.asarray(self.time, dtype=float), np.asarray(self.event, dtype=float)
        name = f"{self.endpoint} time"
        if time.ndim != 1 or time.size == 0 or event.shape != time.shape:
            raise InputError(
                name,
                "must be one time and one event a patient",
                got=f"shapes {time.shape} and {event.shape}",
                remedy="give two columns",
            )
        remedy = "count from the start of treatment, or leave the patient out and say so"
        refuse_bad_times(time, name, self.unit, remedy)
        wrong = np.flatnonzero(~np.isin(event, (0, 1)))
        if wrong.size:
            raise InputError(
                f"{self.endpoint} event, row {wrong[0] + 1}",
                "must be 1 (seen) or 0 (censored)",
                got=f"{event[wrong[0]]:g}",
                remedy="recode; give other causes to CompetingRisks",
            )
        object.__setattr__(self, "time", time)
        object.__setattr__(self, "event", event.astype(bool))

    @property
    def n(self) -> int:
        """Patients."""
        return self.time.size

    @property
    def events(self) -> int:
        """Patients in whom the event was seen."""
        return int(self.event.sum())

    def take(self, rows: ArrayLike) -> Self:
        """These rows alone, by number or by mask."""
        chosen = np.asarray(rows)
        return replace(self, time=self.time[chosen], event=self.event[chosen])

    def warnings(self) -> tuple[CaseWarning, ...]:
        """What a reader must know before any number made of so few events."""
        if self.events == 0:
            text = f"No {self.endpoint} event among {self.n} patients: nothing can be compared."
            return (CaseWarning(code="no_events", message=text),)
        if self.events < FEW_EVENTS:
            text = f"Only {self.events} {self.endpoint} events: hazard ratios are unstable."
            return (CaseWarning(code="few_events", message=text),)
        return ()


def checked_groups(groups: ArrayLike, follow_up: FollowUp) -> NDArray[np.str_]:
    """Name of each patient's group.

    Args:
        groups: (n,), at least two different ones.
        follow_up: of the same patients; at least one event.
    Raises: InputError: another length, fewer than two groups, or no event at all.
    """
    names = np.asarray(groups).astype(str)
    if names.shape != follow_up.time.shape or np.unique(names).size < 2:
        raise InputError(
            "groups",
            f"must name at least two groups for {follow_up.n} patients",
            got=f"shape {names.shape}, {np.unique(names).size} groups",
            remedy="give one group a patient",
        )
    refuse_no_events(follow_up)
    return names


def refuse_no_events(follow_up: FollowUp) -> None:
    """Refuse to compare patients none of whom had the event.

    Raises: InputError: no event.
    """
    if follow_up.events == 0:
        raise InputError(
            f"{follow_up.endpoint} event",
            "must be seen at least once to compare patients",
            got=f"0 events in {follow_up.n} patients",
            remedy="follow the patients longer",
        )
