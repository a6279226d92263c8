"""The file beside a bundle by which its training patients are known again, and refused as test.

It is never part of the bundle: not in its folder, its checksums or its zip. Who has it can ask
whether a person's image trained the model, so only its owner may read it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, ValidationError

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.json_reading import read_json_object
from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.cohort.traces.feature_levels import level_edges, levels_of
from TACEResponseLib.cohort.traces.feature_ranks import FEWEST_FEATURES, FEWEST_ROWS, shared_names
from TACEResponseLib.cohort.traces.person import hashed_person
from TACEResponseLib.cohort.traces.sharing import one_name
from TACEResponseLib.cohort.traces.traced_row import TracedRow

FILE = "training-patients.json"
MOST_BYTES = 256 * 1024**2
CAUTION = (
    "Keep this file with the training images; never publish it or send it with the model. Whoever "
    "has it and an image of a person can find out whether that person trained the model; whoever "
    "has it and a list of patient numbers can narrow down which of them did (20 bits of a slow "
    "hash each, so one number in a million fits by chance). Fingerprints, where there are any, are "
    "coarse pictures."
)
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]+$", max_length=1024)]


class FeatureLevels(Settings):
    """Features of every training row as levels among them."""

    names: tuple[str, ...]
    edges: tuple[tuple[float, ...], ...]
    """(63, features)."""
    levels: tuple[tuple[int, ...], ...]
    """(n, features), sorted."""


class TrainingPatients(Settings):
    """What is kept of training and tuning patients, each list sorted by itself."""

    caution: str = CAUTION
    format_version: Literal[1] = 1
    patients: int = Field(ge=1)
    is_complete: bool = True
    """Whether all patients who shaped the model are in it: not where an older file was missing when
    the model was recalibrated."""
    salt: Hex
    voxels: tuple[Hex, ...] = ()
    """SHA-256 of images and masks."""
    people: tuple[int, ...] = ()
    """20 bits of scrypt of each PatientID."""
    features: tuple[Hex, ...] = ()
    """SHA-256 of each row's features in the table, to six digits."""
    fingerprints: tuple[Hex, ...] = ()
    """Of images, only where it was asked for."""
    feature_levels: FeatureLevels | None = None
    """Only where it was asked for."""


def training_patients(
    rows: Sequence[TracedRow],
    *,
    with_fingerprints: bool,
    older: TrainingPatients | None = None,
    is_complete: bool = True,
) -> TrainingPatients:
    """What to keep of the rows that shape a model.

    Args:
        rows: of training and tuning patients, or of those of a recalibration.
        with_fingerprints: keep coarse fingerprints too, by which near-copies are known.
        older: of the model that is recalibrated; what it holds is kept.
        is_complete: whether these, and `older`, are all.
    Returns: the same rows, the same content: the salt is a digest of the rest.
    """
    voxels = {digest for row in rows for digest in row.trace.digests.values()}
    features = {digest for row in rows if (digest := feature_digest(row.features))}
    salt = older.salt if older else _salt(voxels | features | {row.case_id for row in rows})
    # One id in all images is what a program wrote that removes names, and would fit anybody.
    persons = set() if one_name(rows) else {row.person for row in rows} - {""}
    people = {hashed_person(person, bytes.fromhex(salt)) for person in persons}
    prints = {p for row in rows for p in row.trace.fingerprints.values() if with_fingerprints}
    return TrainingPatients(
        patients=len({row.patient for row in rows}) + (older.patients if older else 0),
        is_complete=is_complete and (older is None or older.is_complete),
        salt=salt,
        voxels=tuple(sorted(voxels.union(older.voxels if older else ()))),
        people=tuple(sorted(people.union(older.people if older else ()))),
        features=tuple(sorted(features.union(older.features if older else ()))),
        fingerprints=tuple(sorted(prints.union(older.fingerprints if older else ()))),
        feature_levels=older.feature_levels if older else _levels(rows, with_fingerprints),
    )


def feature_digest(features: Mapping[str, float]) -> str:
    """SHA-256 of a row's features to six digits; empty with too few to tell patients apart."""
    names = shared_names([features])
    if len(names) < FEWEST_FEATURES:
        return ""
    text = " ".join(f"{name}={features[name]:.6g}" for name in names)
    return hashlib.sha256(text.encode()).hexdigest()


def beside(bundle: Path) -> Path:
    """Where the file of a bundle lies: next to its folder or zip, under its name.

    Args:
        bundle: folder or zip.
    """
    bundle = bundle.resolve()
    return bundle.parent / f"{bundle.name.removesuffix('.zip')}-{FILE}"


def read_training_patients(path: Path) -> TrainingPatients:
    """Read the file.

    Raises: InputError: damaged, or none of ours.
    """
    content = read_json_object(path, path.name, example="{...}", most_bytes=MOST_BYTES)
    try:
        return TrainingPatients.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            path.name,
            "must be as the training wrote it",
            got=f"{'.'.join(map(str, first['loc']))}: {first['msg']}",
            remedy="restore it, or move it away: overlap is then not checked",
        ) from error


def as_json(patients: TrainingPatients) -> str:
    """Its text, one value a line where there are many."""
    return json.dumps(patients.model_dump(mode="json"), indent=1, allow_nan=False) + "\n"


def _salt(words: set[str]) -> str:
    """Another one for other patients, and the same again for the same."""
    return hashlib.sha256("\n".join(sorted(words)).encode()).hexdigest()[:32]


def _levels(rows: Sequence[TracedRow], with_fingerprints: bool) -> FeatureLevels | None:
    """Levels of all rows, where there are features and rows enough for them to mean something."""
    own = [row.features for row in rows if row.features]
    names = shared_names(own)
    if not with_fingerprints or len(names) < FEWEST_FEATURES or len(own) < FEWEST_ROWS:
        return None
    edges = level_edges(np.array([[row[name] for name in names] for row in own]))
    return FeatureLevels(
        names=tuple(names),
        edges=tuple(tuple(row) for row in edges.tolist()),
        levels=tuple(sorted(tuple(levels_of(row, names, edges).tolist()) for row in own)),
    )
