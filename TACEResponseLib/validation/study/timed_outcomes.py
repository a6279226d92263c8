"""Follow-up columns of a table -> time to progression, progression-free and overall survival."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.cohort.follow_up_cells import (
    PROGRESSION,
    SURVIVAL,
    contradiction,
    follow_up_number,
    progressed_after_the_end,
)
from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.validation.study.columns import Columns, place
from TACEResponseLib.validation.study.study import TimedOutcome

TTP, PFS, OS = "TTP", "PFS", "OS"
COLUMNS = {TTP: PROGRESSION, OS: SURVIVAL}
# Median survival after TACE is 20 to 40 months. A cohort whose longest time is below this was
# either hardly followed or written in weeks or months.
SHORTEST_LAST_TIME_DAYS = 180.0
# Weeks among days differ by a factor of 7, months by 30; sites of one study hardly by 4.
UNIT_FACTOR = 4.0
FEWEST_PER_SITE = 5


def timed_outcomes(columns: Columns) -> tuple[TimedOutcome, ...]:
    """Every endpoint that the columns have; progression-free survival where both have.

    Args:
        columns: text cells; a patient with a blank is left out of that endpoint.
    Raises: InputError: a negative time, an event that is neither yes nor no, or a progression after
        the end of life (weeks among days).
    """
    read = {
        name: _read(columns, name)
        for name, pair in COLUMNS.items()
        if all(column in columns for column in pair)
    }
    outcomes = {name: _known(name, *values) for name, values in read.items()}
    if TTP in read and OS in read:
        pfs = _progression_free(*read[TTP], *read[OS])
        _check_order(columns, read[TTP][0], read[OS][0])
        outcomes[PFS] = _known(PFS, *pfs)
    return tuple(
        outcomes[name] for name in (PFS, TTP, OS) if name in outcomes and outcomes[name].rows.size
    )


def unit_warnings(timed: Sequence[TimedOutcome], sites: Sequence[str]) -> tuple[CaseWarning, ...]:
    """Whether days may be weeks or months, everywhere or at one site.

    Args:
        timed: the endpoints.
        sites: of each patient; empty if unknown.
    """
    warnings = []
    for outcome in timed:
        follow_up = outcome.follow_up
        last = float(follow_up.time.max())
        if last < SHORTEST_LAST_TIME_DAYS:
            warnings.append(
                CaseWarning(
                    code="short_follow_up",
                    message=f"The longest {follow_up.endpoint} time is {last:g} days, "
                    f"below {SHORTEST_LAST_TIME_DAYS:g}: check that the column is not "
                    "in weeks or months.",
                )
            )
        warnings += _odd_sites(outcome, sites)
    return tuple(warnings)


def _odd_sites(outcome: TimedOutcome, sites: Sequence[str]) -> list[CaseWarning]:
    """Sites whose median time is a multiple of the others'."""
    names = np.array([sites[row] for row in outcome.rows]) if sites else np.array([])
    warnings = []
    for name in np.unique(names[names != ""]):
        own = outcome.follow_up.time[names == name]
        rest = outcome.follow_up.time[(names != name) & (names != "")]
        if min(own.size, rest.size) < FEWEST_PER_SITE:
            continue
        one, other = float(np.median(own)), float(np.median(rest))
        if min(one, other) > 0 and max(one, other) / min(one, other) > UNIT_FACTOR:
            warnings.append(
                CaseWarning(
                    code="mixed_units",
                    message=f"Site {name}: median {outcome.follow_up.endpoint} time {one:g} "
                    f"days, elsewhere {other:g}, a factor above {UNIT_FACTOR:g}: check for "
                    "weeks or months among days.",
                )
            )
    return warnings


def _read(columns: Columns, name: str) -> tuple[Floats, Floats]:
    """Time and event of each patient, both nan where either is blank."""
    time, event = (_numbers(columns, column) for column in COLUMNS[name])
    known = np.isfinite(time) & np.isfinite(event)
    return np.where(known, time, np.nan), np.where(known, event, np.nan)


def _numbers(columns: Columns, name: str) -> Floats:
    """A column of days or events, nan where blank."""
    values = np.full(len(columns[name]), np.nan)
    for row, cell in enumerate(columns[name]):
        if cell:
            try:
                values[row] = follow_up_number(name, cell)
            except InputError as error:
                raise error.at(place(columns, name, row)) from error
    return values


def _known(name: str, time: Floats, event: Floats) -> TimedOutcome:
    """Follow-up of those in whom it is known."""
    rows: NDArray[np.intp] = np.flatnonzero(np.isfinite(time))
    if not rows.size:
        time, event, rows = np.zeros(1), np.zeros(1), np.array([], dtype=np.intp)
        return TimedOutcome(
            rows=rows,
            follow_up=FollowUp(time=time, event=event.astype(bool), unit="days", endpoint=name),
        )
    follow_up = FollowUp(
        time=time[rows], event=event[rows].astype(bool), unit="days", endpoint=name
    )
    return TimedOutcome(follow_up=follow_up, rows=rows)


def _progression_free(
    ttp: Floats, progressed: Floats, survival: Floats, died: Floats
) -> tuple[Floats, Floats]:
    """Time to progression or death, whichever came first.

    A patient without either is censored when last seen for progression; one who died without a
    progression seen has the event at death.
    """
    event = np.where((progressed == 1) | (died == 1), 1.0, 0.0)
    time = np.where(progressed == 1, ttp, np.where(died == 1, survival, ttp))
    known = np.isfinite(ttp) & np.isfinite(survival)
    return np.where(known, time, np.nan), np.where(known, event, np.nan)


def _check_order(columns: Columns, ttp: Floats, survival: Floats) -> None:
    """No progression after the end of life, as when weeks meet days."""
    for row, (first, last) in enumerate(zip(ttp.tolist(), survival.tolist(), strict=True)):
        if progressed_after_the_end(first, last):
            error = contradiction(first, last)
            raise error.at(place(columns, error.where, row))
