"""Load each patient once, keep the little that each branch needs, drop the images."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process import worker_pool
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.process.remaining import Remaining
from TACEResponseLib.cohort.columns import SEQUENCES
from TACEResponseLib.cohort.member import Member
from TACEResponseLib.cohort.traces.trace import Trace, trace_of
from TACEResponseLib.evidence.branch import Prepared
from TACEResponseLib.evidence.kinds import BranchSettings, branch_recipe, kind_of
from TACEResponseLib.imaging.roi.overlap import dice
from TACEResponseLib.patient.case import Case, missing_roi
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.preparation.cache import PreparationCache, content_of, digest_of
from TACEResponseLib.training.preparation.files import read_prepared
from TACEResponseLib.training.preparation.trace_files import read_trace, trace_place, write_trace
from TACEResponseLib.training.prepared_cohort import OnDisk, PreparedCohort

# Patients handed to the workers at a time: enough to keep them busy, few enough to stop soon.
BLOCK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """One patient: values, or the files that hold them."""

    clinical: ClinicalRecord
    values: dict[str, Prepared]
    paths: dict[str, Path]
    trace: Trace


def prepare(
    recipe: Recipe,
    members: Sequence[Member],
    *,
    jobs: int = 1,
    cache: PreparationCache | None = None,
    progress: Progress = silent,
) -> PreparedCohort:
    """Load each patient once and keep the little that each branch needs.

    Args:
        recipe: names the branches.
        members: the cohort; its order doesn't matter, patients are sorted by id.
        jobs: worker processes.
        cache: where prepared patients are kept; what lies there is not computed again, and only
            read when a fit needs it. Without it they are held in memory.
        progress: told how far it got.
    Returns: the prepared cohort; memory grows with patches and features, not with images.
    """
    ordered = sorted(members, key=lambda member: member.case_id)
    with ThreadPoolExecutor(jobs) as threads:
        content = tuple(threads.map(content_of, ordered))
    evidence: list[_Prepared] = []
    remaining = Remaining("prepared patient", len(ordered), progress)
    with worker_pool.workers(jobs) as pool:
        for start in range(0, len(ordered), BLOCK):
            block = slice(start, start + BLOCK)
            waiting = [
                pool.submit(_prepare_one, recipe, member, digest, cache)
                for member, digest in zip(ordered[block], content[block], strict=True)
            ]
            for answer in waiting:
                evidence.append(answer.result())
                remaining.step()
    return PreparedCohort(
        case_ids=tuple(member.case_id for member in ordered),
        labels=np.array([member.label for member in ordered], dtype=np.int64),
        clinical=tuple(one.clinical for one in evidence),
        by_branch={s.name: _column(s, evidence) for s in recipe.branches},
        responses=tuple(member.response for member in ordered),
        content=content,
        patients=tuple(member.patient_id or member.case_id for member in ordered),
        traces=tuple(one.trace for one in evidence),
        sites=tuple(m.site for m in ordered) if any(m.site for m in ordered) else (),
    )


def _column(settings: BranchSettings, evidence: Sequence[_Prepared]) -> Sequence[Prepared]:
    """One branch's values of all patients."""
    name, read = settings.name, partial(read_prepared, settings.kind)
    if all(name in one.paths for one in evidence):
        return OnDisk([one.paths[name] for one in evidence], read)
    return tuple(
        read(one.paths[name]) if name in one.paths else one.values[name] for one in evidence
    )


def _prepare_one(
    recipe: Recipe, member: Member, content: str, cache: PreparationCache | None
) -> _Prepared:
    """Runs in a worker; the images are dropped when it returns."""
    patient = _Patient(member)
    values: dict[str, Prepared] = {}
    paths: dict[str, Path] = {}
    fresh: dict[Path, BranchSettings] = {}
    for settings in recipe.branches:
        if cache is None or not content:
            values[settings.name] = patient.prepared(settings)
            continue
        path = paths[settings.name] = cache.place(settings, content)
        if not cache.holds(settings, path):
            patient.prepared(settings)
            fresh[path] = settings
    kept = trace_place(cache, content) if cache is not None and member.files else None
    trace = read_trace(kept) if kept else None
    is_new = trace is None
    trace = patient.trace() if trace is None else trace
    if cache is not None and (fresh or (kept and is_new)):
        # Once for all branches, since it reads every file again.
        _check_same(member, content)
        for path, settings in fresh.items():
            cache.write(settings, patient.prepared(settings), path)
        if kept and is_new:
            write_trace(trace, kept)
    return _Prepared(clinical=patient.clinical, values=values, paths=paths, trace=trace)


def _check_same(member: Member, content: str) -> None:
    """Refuse files that were changed while they were read: nobody knows what came of which.

    Raises: InputError: names the patient.
    """
    if content_of(member) != content:
        raise InputError(
            member.case_id,
            "files must stay as they are while they are read",
            got="others than at the start",
            remedy="wait until nothing writes to them, then start again",
        )


def _dice(first: Case, second: Case) -> float:
    """Of two readers' ROIs, which a branch needs that compares them."""
    if first.roi is None or second.roi is None:
        raise missing_roi("a comparison of two readers")
    return dice(first.roi, second.roi)


class _Patient:
    """A member whose images are read when first asked for, and reduced once for all who share."""

    def __init__(self, member: Member) -> None:
        """Read nothing yet."""
        self._member = member
        self._case: Case | None = None
        self._second: Case | None = None
        self._known: dict[str, Prepared] = {}

    @property
    def clinical(self) -> ClinicalRecord:
        """As the table has it, or else the case."""
        known = self._member.clinical
        return self._loaded().clinical if known is None else known

    def prepared(self, settings: BranchSettings) -> Prepared:
        """What a branch needs; branches that prepare alike share it."""
        key = digest_of(settings.preparation)
        if key not in self._known:
            self._known[key] = self._prepared(settings)
        return self._known[key]

    def trace(self) -> Trace:
        """What copies of the images would have too; nothing of a patient without images."""
        has_images = any(sequence in self._member.files for sequence in SEQUENCES)
        if self._case is None and not has_images:
            return Trace()
        return trace_of(self._loaded())

    def _prepared(self, settings: BranchSettings) -> Prepared:
        """From the table's features if they suffice, else from the images."""
        recipe = branch_recipe(settings)
        if self._member.clinical is not None or self._member.features:
            given = recipe.from_features(self.clinical, self._member.features)
            if given is not None:
                return given
        value = recipe.prepare(self._loaded())
        if not settings.reads_second_roi or self._member.load_reader2 is None:
            return value
        if self._second is None:
            self._second = self._member.load_reader2()
        alike = _dice(self._loaded(), self._second)
        return kind_of(settings).with_second_reading(value, recipe.prepare(self._second), alike)

    def _loaded(self) -> Case:
        if self._case is None:
            self._case = self._member.load()
        return self._case
