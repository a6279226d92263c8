"""Criterion, read-out, treatment, stage and dates of a cohort, as counted from its table."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from pydantic import Field, model_validator

from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.patient.context import (
    BclcStage,
    CaseContext,
    PopulationLimits,
    Treatment,
)
from TACEResponseLib.patient.criterion import USUAL, criterion_name
from TACEResponseLib.patient.population import beyond_limits, not_said

MOST_COUNTED = 10_000_000
CLASS_UNSAID = {"1": "positive class", "0": "other class"}
FIRST, BEFORE = "first treatment", "treated before"


class Counts(Settings):
    """Patients by what is said of them; those of whom nothing is said apart."""

    by_name: dict[str, int] = Field(default_factory=dict, max_length=64)
    not_stated: int = Field(ge=0, le=MOST_COUNTED)

    @property
    def n_stated(self) -> int:
        """Of whom it is said."""
        return sum(self.by_name.values())

    @property
    def words(self) -> str:
        """`mRECIST 41, RECIST 1.1 0, not stated 19`."""
        counts = [*self.by_name.items(), ("not stated", self.not_stated)]
        return ", ".join(f"{name} {n}" for name, n in counts)

    @model_validator(mode="after")
    def _counts_are_counts(self) -> "Counts":
        if any(not 0 <= n <= MOST_COUNTED for n in self.by_name.values()):
            raise ValueError("counts must be 0 or more")
        return self


class DayCounts(Settings):
    """Days of the patients of whom they are known."""

    n: int = Field(ge=0, le=MOST_COUNTED)
    median: float | None = None
    low: float | None = None
    high: float | None = None
    not_stated: int = Field(ge=0, le=MOST_COUNTED)
    outside: int | None = Field(default=None, ge=0, le=MOST_COUNTED)
    """Of the window that the recipe wants; `None` where it wants none."""

    @property
    def words(self) -> str:
        """`median 31 (20 to 44) days of 41, 3 of them outside; not stated 19`."""
        rest = f"not stated {self.not_stated}"
        if not self.n:
            return rest
        apart = "" if self.outside is None else f", {self.outside} of them outside"
        days = f"median {self.median:g} ({self.low:g} to {self.high:g}) days"
        return f"{days} of {self.n}{apart}; {rest}"


class TableFacts(Settings):
    """What a table says of one cohort; nothing in it comes from a recipe but the limits."""

    n: int = Field(ge=1, le=MOST_COUNTED)
    criterion: Counts
    response: Counts
    """Words of the column `response`."""
    readout: DayCounts
    """From treatment to the read-out; `outside` is of the recipe's window."""
    treatment: Counts
    earlier: Counts
    stage: Counts
    image: DayCounts
    """From the image to treatment; `outside` is above the limit of the recipe."""
    missing: dict[str, int] = Field(default_factory=dict, max_length=1000)
    """Patients without a clinical variable that the model reads, by its name."""
    beyond: dict[str, int] = Field(default_factory=dict, max_length=64)
    """Patients outside each limit of the recipe's population; one may be outside several."""
    n_beyond: int = Field(ge=0, le=MOST_COUNTED)
    """Patients outside any."""
    unverified: dict[str, int] = Field(default_factory=dict, max_length=64)
    """Patients of whom the table does not say where a limit asks."""
    n_unverified: int = Field(ge=0, le=MOST_COUNTED)
    """Outside none, as far as is said, with something unsaid."""

    @property
    def beyond_words(self) -> str:
        """`12 of 60 outside (HAIC 8, BCLC D 5); 19 not verified`."""
        parts = ", ".join(f"{name} {n}" for name, n in self.beyond.items())
        outside = f"{self.n_beyond} of {self.n} outside{f' ({parts})' if parts else ''}"
        return f"{outside}; {self.n_unverified} not verified"


def table_facts(
    patients: Sequence[CohortPatient],
    limits: PopulationLimits,
    window: tuple[int, int] | None = None,
    variables: Iterable[str] = (),
) -> TableFacts:
    """Count what a table says of some patients.

    Args:
        patients: at least one; their order means nothing.
        limits: of the recipe's population.
        window: first and last day of the read-out that the recipe wants.
        variables: clinical ones that the model reads.
    """
    said = [patient.context or CaseContext() for patient in patients]
    beyond = [[one.words for one in beyond_limits(context, limits)] for context in said]
    unsaid = [not_said(context, limits) for context in said]
    most = limits.image_age_days
    return TableFacts(
        n=len(patients),
        criterion=_counts([criterion_name(p.other.get("criterion", "")) for p in patients], USUAL),
        response=_counts([CLASS_UNSAID.get(p.response, p.response) for p in patients]),
        readout=day_counts([p.readout_days for p in patients], window),
        treatment=_counts([c.planned_treatment or "" for c in said], Treatment),
        earlier=_counts([_course(c) for c in said], (FIRST, BEFORE)),
        stage=_counts([_stage(c.bclc_stage) for c in said], map(_stage, BclcStage)),
        image=day_counts([c.days_to_treatment for c in said], None if most is None else (0, most)),
        missing={
            name: sum(name not in p.clinical.values for p in patients)
            for name in dict.fromkeys(variables)
        },
        beyond=_sorted(beyond),
        n_beyond=sum(map(bool, beyond)),
        unverified=_sorted(unsaid),
        n_unverified=sum(bool(u) and not b for u, b in zip(unsaid, beyond, strict=True)),
    )


def day_counts(days: Sequence[float | None], window: tuple[int, int] | None) -> DayCounts:
    """Median, range, and how many lie outside a window, of the days that are known."""
    known = np.array([day for day in days if day is not None], dtype=float)
    missing = len(days) - known.size
    if not known.size:
        return DayCounts(n=0, not_stated=missing, outside=None if window is None else 0)
    outside = None if window is None else int(((known < window[0]) | (known > window[1])).sum())
    return DayCounts(
        n=known.size,
        median=float(np.median(known)),
        low=float(known.min()),
        high=float(known.max()),
        not_stated=missing,
        outside=outside,
    )


def _counts(names: Sequence[str], usual: Iterable[str] = ()) -> Counts:
    """The usual names, also those of nobody, then others by the alphabet."""
    counted = Counter(filter(None, map(str, names)))
    order = dict.fromkeys([*map(str, usual), *sorted(counted)])
    return Counts(
        by_name={name: counted[name] for name in order},
        not_stated=len(names) - sum(counted.values()),
    )


def _sorted(reasons: Iterable[Iterable[str]]) -> Mapping[str, int]:
    """Patients by reason, the most frequent first, then by the alphabet."""
    counted = Counter(reason for some in reasons for reason in some)
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _stage(stage: BclcStage | None) -> str:
    """A stage that is no number beside a number of patients."""
    return "" if stage is None else f"BCLC {stage.value}"


def _course(context: CaseContext) -> str:
    """Whether it is the first treatment, in words."""
    if context.is_first_treatment is None:
        return ""
    return FIRST if context.is_first_treatment else BEFORE
