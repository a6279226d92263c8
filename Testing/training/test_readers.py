"""How alike two readers drew: measured on ROIs, kept with the features, told by the bundle."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.cohort.member import Member
from TACEResponseLib.evidence.radiomics.training_table import training_table
from TACEResponseLib.imaging.roi.overlap import dice
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.preparation.cache import PreparationCache
from TACEResponseLib.training.preparation.prepare import prepare
from TACEResponseLib.training.preparation.readers import reader_agreement

pytestmark = pytest.mark.usefixtures("in_process")
RADIOMICS = {
    "kind": "radiomics",
    "name": "radiomics",
    "sequences": ["ct_arterial"],
    "extraction": {"name": "shape", "spacing_mm": None, "feature_classes": ["shape"]},
    "n_features": 2,
    "icc": {"minimum": 0.8},
}


@dataclass(frozen=True)
class Fitted:
    """All that is asked of a trained branch here."""

    settings: Any

    @property
    def name(self) -> str:
        return str(self.settings.name)


def shifted(case: Case, voxels: int) -> Case:
    """The same patient as a second reader drew the tumor."""
    assert case.roi is not None
    roi = Roi(
        labels=np.roll(case.roi.labels, voxels, axis=2),
        geometry=case.roi.geometry,
        names=case.roi.names,
    )
    return Case(case_id=case.case_id, images=case.images, roi=roi)


@pytest.fixture
def recipe(make_recipe: Callable[..., Recipe]) -> Recipe:
    return make_recipe(branches=[RADIOMICS], candidates=[])


@pytest.fixture
def members(ball_case: Case, tmp_path: Path) -> list[Member]:
    """Three patients; the third was drawn once."""
    patients = []
    for number, voxels in enumerate((1, 2, None)):
        path = tmp_path / f"{number}.nii"
        path.write_bytes(b"an image %d" % number)
        second = None if voxels is None else shifted(ball_case, voxels)
        patients.append(
            Member(
                case_id=f"P{number}",
                label=number % 2,
                load=lambda: ball_case,
                clinical=ClinicalRecord(),
                files={"ct_arterial": path},
                load_reader2=None if second is None else lambda case=second: case,
            )
        )
    return patients


def test_the_mean_dice_is_that_of_the_patients_who_were_drawn_twice(
    recipe: Recipe, members: list[Member], ball_case: Case
) -> None:
    assert ball_case.roi is not None
    by_hand = [dice(ball_case.roi, shifted(ball_case, n).roi or ball_case.roi) for n in (1, 2)]
    readers = reader_agreement([Fitted(recipe.branches[0])], prepare(recipe, members))
    assert readers is not None
    assert (readers.n, readers.dice) == (2, pytest.approx(np.mean(by_hand)))
    assert 0.7 < readers.dice < 0.95


def test_it_is_the_same_from_the_cache(
    recipe: Recipe, members: list[Member], tmp_path: Path
) -> None:
    cache = PreparationCache(folder=tmp_path / "cache", program="1")
    branches = [Fitted(recipe.branches[0])]
    first, again = (prepare(recipe, members, cache=cache) for _ in "ab")
    assert reader_agreement(branches, first) == reader_agreement(branches, again)


def test_the_dice_is_no_feature(recipe: Recipe, members: list[Member]) -> None:
    prepared = list(prepare(recipe, members[:2]).by_branch["radiomics"])
    assert all("reader2:dice" in features for features in prepared)
    assert not any("dice" in name for name in training_table(prepared, np.array([0, 1])).names)


def test_nobody_drawn_twice_or_no_branch_that_reads_it_says_nothing(
    recipe: Recipe, members: list[Member], make_recipe: Callable[..., Recipe]
) -> None:
    assert reader_agreement([Fitted(recipe.branches[0])], prepare(recipe, members[2:])) is None
    once = make_recipe(branches=[{**RADIOMICS, "icc": None}], candidates=[])
    assert reader_agreement([Fitted(once.branches[0])], prepare(once, members)) is None
