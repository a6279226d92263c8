"""Whom of a test cohort a model was trained on, by the file beside its bundle.

An equal digest is proof. Twenty bits of a PatientID, or a fingerprint, can agree by chance: one
such match is told, and only more than chance gives are refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from TACEResponseLib.cohort.traces.feature_levels import are_near, levels_of
from TACEResponseLib.cohort.traces.fingerprint import as_table, near_copies
from TACEResponseLib.cohort.traces.person import BITS, hashed_person
from TACEResponseLib.cohort.traces.sharing import one_name
from TACEResponseLib.cohort.traces.traced_row import TracedRow
from TACEResponseLib.cohort.traces.training_patients import TrainingPatients, feature_digest

# So many matches are refused that chance alone gives them in one of a hundred studies at most.
CHANCE = 0.01
FEWEST_UNSURE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Patients of a table, by how they are known to have trained the model; ids as in the table."""

    certain: tuple[str, ...]
    """By voxels or features."""
    probable: tuple[str, ...]
    """By PatientID or fingerprint alone."""
    chance_limit: int
    """From so many of the probable ones on, chance does not explain them."""
    compared: int
    """Patients of whom anything could be compared."""
    patients: int
    """Of the table."""

    @property
    def trained(self) -> tuple[str, ...]:
        """Those who are refused."""
        return self.certain + (self.probable if len(self.probable) >= self.chance_limit else ())

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Those who are told, for chance can explain them."""
        return () if len(self.probable) >= self.chance_limit else self.probable


def overlap(rows: Sequence[TracedRow], known: TrainingPatients) -> Overlap:
    """Compare a table's patients with those who trained a model.

    Args:
        rows: of the table.
        known: of the model.
    """
    sure, unsure = _by_digests(rows, known), _by_people(rows, known) | _by_prints(rows, known)
    patients = list(dict.fromkeys(row.patient for row in rows))
    probable = tuple(p for p in patients if p in unsure - sure)
    people = {row.person for row in rows if row.person}
    return Overlap(
        certain=tuple(p for p in patients if p in sure),
        probable=probable,
        chance_limit=chance_limit(len(people) * len(known.people) / 2**BITS),
        compared=len({row.patient for row in rows if _is_comparable(row, known)}),
        patients=len(patients),
    )


def _is_comparable(row: TracedRow, known: TrainingPatients) -> bool:
    """Whether the file holds anything that this row has too."""
    return bool(
        (row.trace.digests and known.voxels)
        or (row.person and known.people)
        or (feature_digest(row.features) and known.features)
    )


def _by_digests(rows: Sequence[TracedRow], known: TrainingPatients) -> set[str]:
    """Patients with an image, a mask or all features of a training patient."""
    voxels, features = set(known.voxels), set(known.features)
    return {
        row.patient
        for row in rows
        if voxels & set(row.trace.digests.values()) or feature_digest(row.features) in features
    }


def _by_people(rows: Sequence[TracedRow], known: TrainingPatients) -> set[str]:
    """Patients whose PatientID has the hash of a training patient's."""
    if not known.people or one_name(rows):
        return set()
    salt, people = bytes.fromhex(known.salt), set(known.people)
    return {r.patient for r in rows if r.person and hashed_person(r.person, salt) in people}


def _by_prints(rows: Sequence[TracedRow], known: TrainingPatients) -> set[str]:
    """Patients with a near-copy of a training patient's image or features."""
    matched = set()
    table = as_table(list(known.fingerprints))
    levels = known.feature_levels
    for row in rows:
        if len(table) and any(near_copies(p, table).any() for p in row.trace.fingerprints.values()):
            matched.add(row.patient)
        if levels and set(levels.names) <= set(row.features):
            own = levels_of(row.features, levels.names, np.array(levels.edges))
            if are_near(own, np.array(levels.levels)).any():
                matched.add(row.patient)
    return matched


def chance_limit(expected: float) -> int:
    """The fewest matches, two or more, that chance gives in at most one of a hundred studies.

    Args:
        expected: matches by chance, the mean of a Poisson law.
    """
    from scipy.stats import poisson

    return max(FEWEST_UNSURE, int(poisson.isf(CHANCE, expected)) + 1)
