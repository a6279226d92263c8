"""From members to the prepared cohort of each role, and the digest that names a training."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.cohort.member import Member
from TACEResponseLib.cohort.traces.sharing import refuse_shared
from TACEResponseLib.cohort.traces.traced_row import TracedRow, rows_of_members
from TACEResponseLib.imaging.files.content import content_digest
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.result.provenance import package_versions
from TACEResponseLib.training.folds import draw_tuning, needs_tuning, permuted
from TACEResponseLib.training.preparation.cache import PreparationCache, digest_of
from TACEResponseLib.training.preparation.prepare import prepare
from TACEResponseLib.training.prepared_cohort import PreparedCohort, Rows

LEARNED_FROM = (CohortRole.TRAINING, CohortRole.TUNING)


def by_role(
    recipe: Recipe,
    members: Mapping[CohortRole, Sequence[Member]],
    *,
    seed: int,
    jobs: int = 1,
    cache: PreparationCache | None = None,
    permute: bool = False,
    progress: Progress = silent,
) -> dict[CohortRole, PreparedCohort]:
    """Prepare every patient and hand them out by role.

    Args:
        recipe: names the branches; if it chooses something and nobody is there to tune, a fifth
            of the training patients is drawn for that.
        members: patients with a response.
        seed: of the draws.
        jobs: worker processes.
        cache: of prepared patients.
        permute: deal the labels of training and tuning patients out anew, within each role.
        progress: told how far it got.
    Returns: one cohort a role that has patients; training first.
    Raises: InputError: two patients have an image, a mask or a PatientID in common.
    """
    everyone = [member for some in members.values() for member in some]
    whole = prepare(recipe, everyone, jobs=jobs, cache=cache, progress=progress)
    refuse_shared(traced_rows(everyone, whole))
    cohorts = {
        role: whole.chosen(_rows(whole, members[role])) for role in CohortRole if members.get(role)
    }
    if needs_tuning(recipe) and CohortRole.TUNING not in cohorts:
        training = cohorts.pop(CohortRole.TRAINING)
        drawn = draw_tuning(training, seed)
        cohorts = {
            CohortRole.TRAINING: training.chosen(~drawn),
            CohortRole.TUNING: training.chosen(drawn),
            **cohorts,
        }
    if permute:
        cohorts |= {r: permuted(cohorts[r], seed) for r in LEARNED_FROM if r in cohorts}
    return cohorts


def training_key(
    recipe: Recipe,
    cohorts: Mapping[CohortRole, PreparedCohort],
    *,
    seed: int,
    device: str = "cpu",
    weights: Path | None = None,
    permute: bool = False,
) -> dict[str, str]:
    """Digests of everything that shapes the bundle, by what the user calls it."""
    patients = {
        role.value: [c.case_ids, c.labels.tolist(), c.responses, c.content, c.patients, c.sites]
        for role, c in cohorts.items()
    }
    weighed = None if weights is None else content_digest(weights)
    return {
        "recipe": digest_of(recipe.model_dump(mode="json")),
        "cohort": digest_of(patients),
        "options": digest_of([seed, device, weighed, permute]),
        "versions": digest_of(package_versions()),
    }


def traced_rows(members: Sequence[Member], *cohorts: PreparedCohort) -> list[TracedRow]:
    """Everybody of some cohorts with what they are known by.

    Args:
        members: among whom they are.
        cohorts: prepared, with traces.
    """
    by_id = {member.case_id: member for member in members}
    pairs = [pair for c in cohorts for pair in zip(c.case_ids, c.traces, strict=True)]
    return rows_of_members([by_id[case_id] for case_id, _ in pairs], [trace for _, trace in pairs])


def _rows(cohort: PreparedCohort, members: Sequence[Member]) -> Rows:
    case_ids = {member.case_id for member in members}
    return np.array([case_id in case_ids for case_id in cohort.case_ids], dtype=np.bool_)
