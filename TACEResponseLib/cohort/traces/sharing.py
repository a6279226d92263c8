"""What two patients of one table can't both have: an image, a mask, features, a PatientID.

Digests find copies however they were saved, fingerprints and places of features those that were
changed a little. Identical clinical values are told alone: two patients can have them. Features and
clinical values are compared when a table is read, the rest once its files are.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.cohort.patient import Problem
from TACEResponseLib.cohort.patient_rows import ONE_PATIENT
from TACEResponseLib.cohort.traces.feature_ranks import feature_copies
from TACEResponseLib.cohort.traces.fingerprint import as_table, near_copies
from TACEResponseLib.cohort.traces.traced_row import TracedRow

# Clinical values that must agree before two rows are worth a look.
FEWEST_VALUES = 5
MOST_NAMED = 4
# With fewer patients, one PatientID in all images is one person's, and not what a program that
# removes names wrote into all of them.
FEWEST_OF_ONE_NAME = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Something of a row that is an earlier row's."""

    row: TracedRow
    owner: TracedRow
    column: str
    rule: str
    got: str
    remedy: str = f"correct the path or leave one row out, {ONE_PATIENT}"

    @property
    def problem(self) -> Problem:
        """As `cohort check` lists it."""
        return Problem(
            row=self.row.row,
            column=self.column,
            rule=self.rule,
            got=self.got,
            remedy=self.remedy,
        )


def shared_things(rows: Sequence[TracedRow]) -> list[Shared]:
    """What images of different patients share, each row and column once.

    Args:
        rows: of one table.
    """
    seen: dict[tuple[str, str], Shared] = {}
    for one in (*_voxels(rows), *_near_images(rows), *_people(rows)):
        seen.setdefault((one.row.case_id, one.column), one)
    return list(seen.values())


def refuse_shared(rows: Sequence[TracedRow], where: str = "") -> None:
    """Refuse a table in which two patients are one.

    Args:
        rows: of the table.
        where: how the user named it; the option alone if not given.
    Raises: InputError: the first thing that is shared, and how many more there are.
    """
    shared = shared_things(rows)
    if not shared:
        return
    first, more = shared[0], len(shared) - 1
    raise InputError(
        f"{where or option('cohort')}, {first.row.case_id}, {first.column}",
        first.rule,
        got=first.got,
        remedy=first.remedy + (f" ({more} more: tace-response cohort check)" if more else ""),
    )


def _voxels(rows: Sequence[TracedRow]) -> Iterator[Shared]:
    """Images and masks that are another patient's voxel by voxel, and rows that are one twice."""
    owners: dict[str, TracedRow] = {}
    whole: dict[tuple[str, ...], TracedRow] = {}
    for row in rows:
        for column, digest in row.trace.digests.items():
            owner = owners.setdefault(digest, row)
            if owner.patient != row.patient:
                yield _not_own(row, owner, column, f"the {_what(row, column)} of {owner.case_id}")
        digests = tuple(sorted(row.trace.digests.values()))
        twin = whole.setdefault(digests, row) if digests else row
        if twin is not row and twin.patient == row.patient:
            yield Shared(
                row=row,
                owner=twin,
                column=next(iter(row.trace.digests)),
                rule="must differ from the patient's other rows in image or mask",
                got=f"all voxels of {twin.case_id}",
                remedy="keep one row a lesion or session",
            )


def _near_images(rows: Sequence[TracedRow]) -> Iterator[Shared]:
    """Images that are another patient's but for a few voxels or slight noise."""
    for column in sorted({column for row in rows for column in row.trace.fingerprints}):
        own = [row for row in rows if column in row.trace.fingerprints]
        table = as_table([row.trace.fingerprints[column] for row in own])
        for place, row in enumerate(own):
            for other in np.flatnonzero(near_copies(row.trace.fingerprints[column], table[:place])):
                if own[other].patient != row.patient:
                    owner = own[other].case_id
                    yield _not_own(row, own[other], column, f"that of {owner}, hardly changed")


def near_features(rows: Sequence[TracedRow]) -> Iterator[Shared]:
    """Features that are another row's, rounded: one lesion, whoever it is said to be of.

    Args:
        rows: of one table.
    """
    own = [row for row in rows if row.features]
    for later, earlier in feature_copies([row.features for row in own]):
        if own[later].patient != own[earlier].patient:
            owner = own[earlier]
            yield Shared(
                row=own[later],
                owner=owner,
                column="features",
                rule="must be this patient's own",
                got=f"those of {owner.case_id}, rounded or hardly changed",
                remedy=f"leave one row out, {ONE_PATIENT}",
            )


def _people(rows: Sequence[TracedRow]) -> Iterator[Shared]:
    """Images whose headers name the patient of another row."""
    if one_name(rows):
        return
    owners: dict[str, TracedRow] = {}
    for row in rows:
        owner = owners.setdefault(row.person, row) if row.person else row
        if owner.patient != row.patient:
            yield Shared(
                row=row,
                owner=owner,
                column="case_id",
                rule="must be of a patient of its own, by the DICOM PatientID of its images",
                got=f"the PatientID of {owner.case_id}",
            )


def _not_own(row: TracedRow, owner: TracedRow, column: str, got: str) -> Shared:
    rule = f"must be this patient's own {_what(row, column)}"
    return Shared(row=row, owner=owner, column=column, rule=rule, got=got)


def _what(row: TracedRow, column: str) -> str:
    return "image" if column in row.trace.images else "mask"


def same_records(rows: Sequence[TracedRow]) -> Iterator[str]:
    """Remarks on patients of whom all clinical values agree.

    Args:
        rows: of one table.
    """
    groups: dict[frozenset[tuple[str, object]], list[TracedRow]] = defaultdict(list)
    for row in rows:
        if len(row.clinical.values) >= FEWEST_VALUES:
            groups[frozenset(row.clinical.values.items())].append(row)
    for record, some in groups.items():
        if len({row.patient for row in some}) > 1:
            yield (
                f"{_named(some)}: all {len(record)} clinical values are alike; if they are one "
                "patient, give the rows one patient_id"
            )


def one_name(rows: Sequence[TracedRow]) -> list[str]:
    """A remark where a program that removes names wrote one id into all images.

    Args:
        rows: of one table.
    """
    people = {row.person for row in rows if row.person}
    patients = {row.patient for row in rows if row.person}
    if len(people) != 1 or len(patients) < FEWEST_OF_ONE_NAME:
        return []
    return [
        f"the images of all {len(patients)} patients carry one DICOM PatientID, which tells nobody "
        "apart: one person in two rows would not be found by it"
    ]


def _named(rows: Sequence[TracedRow]) -> str:
    """The first ids of some rows."""
    ids = [row.case_id for row in rows[:MOST_NAMED]]
    return ", ".join(ids) + (" and others" if len(rows) > MOST_NAMED else "")
