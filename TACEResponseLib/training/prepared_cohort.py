"""Patients as training sees them: a label, and what each branch needs of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.evidence.branch import Prepared
from TACEResponseLib.evidence.kinds import BranchSettings
from TACEResponseLib.patient.record import ClinicalRecord

Labels = NDArray[np.int64]
Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedCohort:
    """What the branches need of each patient, in the order of the ids."""

    case_ids: tuple[str, ...]
    labels: Labels
    clinical: tuple[ClinicalRecord, ...]
    by_branch: Mapping[str, Sequence[Prepared]]
    """Of each branch one value a patient; read from disk when asked for, where it is cached."""
    responses: tuple[str, ...] = ()
    """Response classes, or empty texts; none at all where nobody knows them."""
    content: tuple[str, ...] = ()
    """Digest of everything that is known of each patient."""

    def chosen(self, rows: Rows) -> "PreparedCohort":
        """Some of the patients.

        Args:
            rows: (n,), true for those to keep.
        """
        return PreparedCohort(
            case_ids=_kept(self.case_ids, rows),
            labels=self.labels[rows],
            clinical=_kept(self.clinical, rows),
            by_branch={name: chosen_of(values, rows) for name, values in self.by_branch.items()},
            responses=_kept(self.responses, rows) if self.responses else (),
            content=_kept(self.content, rows) if self.content else (),
        )

    def taken(self, rows: NDArray[np.int64]) -> "PreparedCohort":
        """Patients in another order, or more than once.

        Args:
            rows: (m,), numbers of patients.
        """
        return PreparedCohort(
            case_ids=_taken(self.case_ids, rows),
            labels=self.labels[rows],
            clinical=_taken(self.clinical, rows),
            by_branch={name: taken_of(values, rows) for name, values in self.by_branch.items()},
            responses=_taken(self.responses, rows) if self.responses else (),
            content=_taken(self.content, rows) if self.content else (),
        )


Cohorts = Mapping[CohortRole, PreparedCohort]
"""By role; only those that have patients."""


class OnDisk(Sequence[Prepared]):
    """Values that lie in files and are read when they are asked for; cheap to hand on."""

    def __init__(self, paths: Sequence[Path], read: Callable[[Path], Prepared]) -> None:
        """Remember where each value lies; `read` must be picklable."""
        self.paths = tuple(paths)
        self._read = read

    def __len__(self) -> int:
        """How many values."""
        return len(self.paths)

    @overload
    def __getitem__(self, index: int) -> Prepared: ...

    @overload
    def __getitem__(self, index: slice) -> "OnDisk": ...

    def __getitem__(self, index: int | slice) -> "Prepared | OnDisk":
        """One value, or a slice of them."""
        if isinstance(index, slice):
            return OnDisk(self.paths[index], self._read)
        return self._read(self.paths[index])

    def chosen(self, rows: Rows) -> "OnDisk":
        """Some of them, still on disk."""
        return OnDisk(_kept(self.paths, rows), self._read)

    def taken(self, rows: NDArray[np.int64]) -> "OnDisk":
        """Some of them, in another order or more than once, still on disk."""
        return OnDisk(_taken(self.paths, rows), self._read)


def chosen_of(values: Sequence[Prepared], rows: Rows) -> Sequence[Prepared]:
    """The values of some patients."""
    return values.chosen(rows) if isinstance(values, OnDisk) else _kept(values, rows)


def taken_of(values: Sequence[Prepared], rows: NDArray[np.int64]) -> Sequence[Prepared]:
    """The values of patients by their numbers, (m,)."""
    return values.taken(rows) if isinstance(values, OnDisk) else _taken(values, rows)


def labels_for(settings: BranchSettings, cohort: PreparedCohort) -> Labels:
    """What a branch is trained on, (n,): 0 and 1, or the index of a network's class.

    Raises: InputError: a network of four classes, and a patient whose class nobody knows.
    """
    classes = settings.response_classes
    if not classes:
        return cohort.labels
    responses = cohort.responses or ("",) * len(cohort.case_ids)
    for case_id, response in zip(cohort.case_ids, responses, strict=True):
        if response not in classes:
            raise InputError(
                f"{case_id}, response",
                f"must be one of {', '.join(classes)} for {settings.name}",
                got=response or "a blank",
                remedy="give the class, or choose a recipe of two",
            )
    return np.array([classes.index(response) for response in responses], dtype=np.int64)


def _kept(values: Sequence[ValueT], rows: Rows) -> tuple[ValueT, ...]:
    return tuple(value for value, keep in zip(values, rows, strict=True) if keep)


def _taken(values: Sequence[ValueT], rows: NDArray[np.int64]) -> tuple[ValueT, ...]:
    return tuple(values[row] for row in rows.tolist())
