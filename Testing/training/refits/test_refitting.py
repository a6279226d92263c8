"""Refits: the whole procedure again, on patients drawn with replacement."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle.reading import load_bundle
from TACEResponseLib.bundle.writing import save_bundle
from TACEResponseLib.evidence.image_network.preparation import PreparedPatches
from TACEResponseLib.evidence.kinds import branch_recipe
from TACEResponseLib.fusion.nested_outputs import NestedOutputs
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.assembly import assemble
from TACEResponseLib.training.prepared_cohort import Floats, PreparedCohort
from TACEResponseLib.training.recalibrating import recalibrated
from TACEResponseLib.training.refits import refitting
from TACEResponseLib.training.state import TrainingState
from TACEResponseLib.training.train import train
from TACEResponseLib.training.trained import TrainedModel, logits_of
from Testing.commands.test_score_sequences import IDENTITY
from Testing.training.conftest import SIZE, TEXTURE, radiomics
from Testing.training.test_network_resume import NETWORK

MakeRecipe = Callable[..., Recipe]
MakeCohort = Callable[..., PreparedCohort]
BOTH = [radiomics("size", SIZE), radiomics("texture", *TEXTURE)]


@pytest.fixture(scope="module")
def cohort(request: pytest.FixtureRequest) -> PreparedCohort:
    make: MakeCohort = request.getfixturevalue("make_cohort")
    return make(n=60)


@pytest.fixture(scope="module")
def recipe(request: pytest.FixtureRequest) -> Recipe:
    make: MakeRecipe = request.getfixturevalue("make_recipe")
    return make(refits=20, candidates=[], branches=BOTH)


@pytest.fixture(scope="module")
def trained(recipe: Recipe, cohort: PreparedCohort) -> TrainedModel:
    return train(recipe, cohort, seed=1)


def said(model: TrainedModel, cohort: PreparedCohort) -> Floats:
    """Probabilities (refits, n)."""
    return np.array(
        [
            refit.fusion.probabilities(
                logits_of(tuple(refit.branches.values()), cohort), cohort.clinical
            )
            for refit in model.refits
        ]
    )


def test_every_refit_saw_other_patients_and_differs(
    trained: TrainedModel, cohort: PreparedCohort
) -> None:
    assert len(trained.refits) == 20
    assert len({tuple(row) for row in said(trained, cohort).round(9).tolist()}) == 20
    assert trained.fusion.bootstrap == ()
    # Scores by which cases are answered are the model's alone.
    assert trained.fusion.held_out is not None
    assert all(refit.fusion.held_out is None for refit in trained.refits)


def test_copies_of_a_patient_never_meet_across_a_fit(
    recipe: Recipe, cohort: PreparedCohort, trained: TrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[set[str], set[str]]] = []
    again = refitting.answers_here

    def spy(settings, drawn, splits, seed):  # type: ignore[no-untyped-def]
        ids = np.array(drawn.case_ids)
        seen.extend((set(ids[s.trained]), set(ids[s.held_out])) for s in splits)
        return again(settings, drawn, splits, seed)

    monkeypatch.setattr(refitting, "answers_here", spy)
    refitting.refit(recipe.branches, recipe.fusion, cohort, trained.outputs, 1, 0)
    assert seen
    assert all(not learned & is_held_out for learned, is_held_out in seen)


def test_a_refit_is_what_the_same_rows_give_by_hand(
    recipe: Recipe, cohort: PreparedCohort, trained: TrainedModel
) -> None:
    rng = np.random.default_rng([refitting.FIRST_REFIT, 1, 3])
    rows = rng.integers(0, 60, 60)
    made = refitting.refit(recipe.branches, recipe.fusion, cohort, trained.outputs, 1, 3)
    prepared = [cohort.by_branch["size"][row] for row in rows]
    by_hand = branch_recipe(recipe.branches[0]).fit(prepared, cohort.labels[rows], 1)
    everyone = cohort.by_branch["size"]
    assert np.array_equal(made.branches["size"].logits(everyone), by_hand.logits(everyone))


def test_a_bundle_keeps_its_refits_to_the_bit(
    trained: TrainedModel, recipe: Recipe, cohort: PreparedCohort, tmp_path: Path
) -> None:
    bundle = assemble(recipe, IDENTITY, trained, {CohortRole.TRAINING: cohort}, 1)
    save_bundle(bundle, tmp_path / "model")
    loaded = load_bundle(tmp_path / "model")
    assert loaded.metadata.refits == len(loaded.refits) == 20
    again = np.array(
        [
            r.fusion.probabilities(logits_of(tuple(r.branches.values()), cohort), cohort.clinical)
            for r in loaded.refits
        ]
    )
    assert np.array_equal(again, said(trained, cohort))
    assert "by 20 trainings on resampled patients" in loaded.card


def test_a_bundle_without_one_of_its_files_is_refused(
    trained: TrainedModel, recipe: Recipe, cohort: PreparedCohort, tmp_path: Path
) -> None:
    bundle = assemble(recipe, IDENTITY, trained, {CohortRole.TRAINING: cohort}, 1)
    save_bundle(bundle, tmp_path / "model")
    (tmp_path / "model" / "models" / "refits.json").unlink()
    with pytest.raises(InputError, match=r"refits\.json"):
        load_bundle(tmp_path / "model")


def test_a_training_that_was_stopped_ends_with_the_same_refits(
    trained: TrainedModel, recipe: Recipe, cohort: PreparedCohort, tmp_path: Path
) -> None:
    state = TrainingState(tmp_path / "work")
    train(recipe, cohort, seed=1, state=state)
    for path in sorted((state.folder / "fits").glob("refit-1*.json")):
        path.unlink()
    again = train(recipe, cohort, seed=1, state=state)
    assert np.array_equal(said(again, cohort), said(trained, cohort))


def test_a_branch_kept_of_several_is_refitted_as_it_was_trained(
    make_recipe: MakeRecipe, cohort: PreparedCohort, tmp_path: Path
) -> None:
    # One logistic branch alone would be shrunk; of several candidates it was fused like the others.
    alone = {"name": "alone", "branches": ["texture"]}
    recipe = make_recipe(refits=20, candidates=[alone], branches=BOTH)
    kept = train(recipe, cohort, seed=1)
    assert kept.fusion.settings.calibration == "platt"
    assert {refit.fusion.settings for refit in kept.refits} == {kept.fusion.settings}
    bundle = assemble(recipe, IDENTITY, kept, {CohortRole.TRAINING: cohort}, 1)
    save_bundle(bundle, tmp_path / "model")
    assert len(load_bundle(tmp_path / "model").refits) == 20


def test_recalibration_moves_every_refit(
    trained: TrainedModel, recipe: Recipe, cohort: PreparedCohort
) -> None:
    bundle = assemble(recipe, IDENTITY, trained, {CohortRole.TRAINING: cohort}, 1)
    logits = logits_of(bundle.branches, cohort)
    now = bundle.fusion.probabilities(logits, cohort.clinical)
    # Everybody responds more often here: the level goes up, of the model and of each refit.
    labels = np.where(np.arange(60) % 4 == 0, cohort.labels, 1)
    new = recalibrated(
        bundle, labels, now, method="intercept", source="here", bundle_id="new", seed=2
    )
    before, after = (
        np.array([r.fusion.probabilities(logits, cohort.clinical).mean() for r in one.refits])
        for one in (bundle, new)
    )
    assert (after > before).all()
    # Answers rest on the patients of training, who respond less often than these.
    assert bundle.fusion.held_out is not None
    assert new.fusion.held_out is new.metadata.answers is None


def test_networks_take_turns_and_are_kept_once(make_recipe: MakeRecipe, tmp_path: Path) -> None:
    recipe = make_recipe(refits=20, candidates=[], branches=[NETWORK, radiomics("size", SIZE)])
    patients = of_patches()
    trained = train(recipe, patients, seed=3)
    networks = [refit.branches["cnn"] for refit in trained.refits]
    assert [id(n) for n in networks] == [id(networks[k % 3]) for k in range(20)]
    own = trained.outputs.out_of_fold("cnn")[0]
    for fold in range(3):
        # Which left out the fold, and so says of its patients what was said out of fold.
        is_held_out = trained.outputs.folds[0] == fold
        rows = np.flatnonzero(is_held_out).tolist()
        kept = [patients.by_branch["cnn"][row] for row in rows]
        assert networks[fold].logits(kept) == pytest.approx(own[is_held_out], abs=1e-6)
    bundle = assemble(recipe, IDENTITY, trained, {CohortRole.TRAINING: patients}, 3)
    save_bundle(bundle, tmp_path / "model")
    files = sorted(p.parent.parent.name for p in (tmp_path / "model").rglob("refits/*/*/*.safe*"))
    assert files == ["01", "02", "03"]
    loaded = load_bundle(tmp_path / "model")
    assert loaded.refits[0].branches["cnn"] is loaded.refits[3].branches["cnn"]


def of_patches() -> PreparedCohort:
    """Thirty patients of noise, and of one feature."""
    rng = np.random.default_rng(1)
    labels = np.tile([0, 1], 15)
    rows: list[Mapping[str, float]] = [{SIZE: float(v)} for v in rng.normal(labels, 1.0)]
    patches = [rng.normal(size=(1, 1, 16, 16)).astype(np.float32) for _ in range(30)]
    return PreparedCohort(
        case_ids=tuple(f"P{i:02d}" for i in range(30)),
        labels=labels,
        clinical=(ClinicalRecord(),) * 30,
        by_branch={
            "cnn": tuple(PreparedPatches(patches=p, plans=()) for p in patches),
            "size": tuple(rows),
        },
    )


def test_a_cohort_too_small_to_be_resampled_is_told_what_to_do(
    recipe: Recipe, cohort: PreparedCohort, trained: TrainedModel
) -> None:
    # One patient of the positive class: who leaves it out has none.
    rows = np.array([0, 2, 4, 6, 8, 10, 12, 1])
    few = trained.outputs.of(["size", "texture"])
    folds = np.array([[0, 0, 1, 1, 2, 2, 3, 3]])
    logits = {name: np.zeros((1, 4, 8)) for name in few.logits}
    outputs = NestedOutputs(folds=folds, logits=logits)
    with pytest.raises(InputError, match="refits: 0"):
        refitting.refit(recipe.branches, recipe.fusion, cohort.taken(rows), outputs, 1, 0)


@pytest.mark.parametrize("number", [1, 19, 51])
def test_too_few_refits_or_too_many_are_refused(make_recipe: MakeRecipe, number: int) -> None:
    with pytest.raises(ValueError, match="refits"):
        make_recipe(refits=number)
