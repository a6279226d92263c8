"""Radiomics of real lesions in two phases: who is like whom?"""

import csv
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from Testing.training.conftest import radiomics, recipe_content
from Testing.training.feature_level import likeness_in_memory

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "waw_tace"
VOLUME = "original_shape_MeshVolume"
SAME, PORTAL = "other patients, arterial phase", "other patients, portal phase as arterial"
MILLIMETERS = "other patients, sizes in cm as mm"


def halves(seed: int, number: int) -> dict[str, list[str]]:
    """The words for the other half of the patients, by what is given of them."""
    arterial, portal = (_largest(phase) for phase in ("arterial", "portal_venous"))
    patients = sorted(set(arterial) & set(portal))
    if not patients:
        return {}
    rng = np.random.default_rng([seed, number])
    order = rng.permutation(len(patients))
    first, second = (
        [patients[k] for k in half] for half in (order[: len(order) // 2], order[len(order) // 2 :])
    )
    labels = rng.permutation(np.arange(len(first)) % 2)
    cohort = PreparedCohort(
        case_ids=tuple(f"P{k:04d}" for k in range(len(first))),
        labels=labels.astype(np.int64),
        clinical=(ClinicalRecord(),) * len(first),
        by_branch={"texture": [arterial[patient] for patient in first]},
    )
    (branch,), likeness = likeness_in_memory(_recipe(), cohort, number)
    given = {
        SAME: [arterial[patient] for patient in second],
        PORTAL: [portal[patient] for patient in second],
    }
    return {
        name: [
            likeness.verdict({branch.name: row}, {}).word for row in rows_of(branch.vectors(some))
        ]
        for name, some in given.items()
    }


def rows_of(values: Floats) -> list[Floats]:
    """Each patient's numbers."""
    return list(values)


def _recipe() -> Recipe:
    """The demo's choice of features."""
    branch = radiomics("texture", selection="rfe", given=[], n_features=14)
    content = recipe_content(branches=[branch], candidates=[], folds=5, repeats=1)
    return Recipe.model_validate(content)


def _largest(phase: str) -> dict[str, dict[str, float]]:
    """Features of each patient's largest lesion."""
    path, best_of = FOLDER / f"features_{phase}.csv", dict[str, dict[str, float]]()
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            values = {k: float(v) for k, v in row.items() if k.startswith("original_")}
            best = best_of.get(row["identifier"])
            if best is None or values[VOLUME] > best[VOLUME]:
                best_of[row["identifier"]] = values
    return best_of
