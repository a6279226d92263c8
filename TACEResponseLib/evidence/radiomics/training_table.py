"""Training patients as a table whose rows stand in an order of their own, and what is kept of it.

Sums, folds and random draws depend on the order of rows in their last bits or more. Rows are
sorted by their values, so that a shuffled cohort gives the same classifier to the bit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import SECOND_READER
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.evidence.radiomics.agreement import reliable_names
from TACEResponseLib.evidence.radiomics.selection import select_features, varying
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings

# Features named in a remark; the rest are counted.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingTable:
    """Features and labels of training patients, sorted."""

    prepared: tuple[Mapping[str, float], ...]
    names: tuple[str, ...]
    """Of the first reader's features, in alphabetic order."""
    labels: NDArray[np.int64]

    def columns(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Values (n, features)."""
        return table(self.prepared, names)


def training_table(
    prepared: Sequence[Mapping[str, float]], labels: NDArray[np.int64]
) -> TrainingTable:
    """Sort patients by their values, then by their label.

    Args:
        prepared: features by name; second readings' names begin with `SECOND_READER`.
        labels: (n,), 0 or 1.
    Raises: InputError: the patients don't have the same features.
    """
    names = tuple(sorted(n for n in prepared[0] if not n.startswith(SECOND_READER)))
    _check_same_features(prepared, names)
    values = table(prepared, names)
    order = np.lexsort((labels, *values.T[::-1]))
    return TrainingTable(
        prepared=tuple(prepared[i] for i in order), names=names, labels=labels[order]
    )


def table(prepared: Sequence[Mapping[str, float]], names: Sequence[str]) -> NDArray[np.float64]:
    """Values (n, features) in the order of the names."""
    return np.array([[features[name] for name in names] for features in prepared])


def select_columns(
    patients: TrainingTable, settings: RadiomicsSettings, seed: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The features that the classifier gets, and remarks on the choice."""
    remarks = [*_constants(patients), *_too_few_patients(patients, settings)]
    names: Sequence[str] = patients.names
    if settings.icc:
        names = reliable_names(patients.prepared, names, settings.icc)
        remarks += _named(
            set(patients.names) - set(names),
            f"of {len(patients.names)} features have {settings.icc.form} < "
            f"{settings.icc.minimum:g} between the readers and were left out",
        )
    selected = select_features(patients.columns(names), patients.labels, names, settings, seed)
    return selected, tuple(remarks)


def _check_same_features(prepared: Sequence[Mapping[str, float]], names: Sequence[str]) -> None:
    """Every patient has what the first one has."""
    expected = set(names)
    for features in prepared:
        own = {name for name in features if not name.startswith(SECOND_READER)}
        if odd := sorted(own ^ expected):
            raise InputError(
                option("cohort"),
                "every patient must have the same radiomics features",
                got=f"some without {odd[0]}",
                remedy="fill the column, or leave it out",
            )


def _constants(patients: TrainingTable) -> list[str]:
    """Features that never vary, which no selection keeps."""
    kept = set(varying(patients.columns(patients.names)).tolist())
    constant = [name for i, name in enumerate(patients.names) if i not in kept]
    return _named(constant, "features never vary among training patients and were left out")


def _too_few_patients(patients: TrainingTable, settings: RadiomicsSettings) -> list[str]:
    """More features than patients fit anything."""
    n_features = len(patients.names)
    if settings.selection in ("rfe", "mrmr"):
        n_features = min(n_features, settings.n_features)
    n = len(patients.prepared)
    if n >= n_features:
        return []
    return [f"{n_features} features were asked for of {n} training patients: so few fit anything."]


def _named(names: Iterable[str], what: str) -> list[str]:
    """One sentence that counts features and names the first."""
    listed = sorted(names)
    if not listed:
        return []
    named = ", ".join(listed[:MOST_NAMED]) + (", ..." if listed[MOST_NAMED:] else "")
    return [f"{len(listed)} {what}: {named}."]
