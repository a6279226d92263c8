"""Training: out-of-fold means out of fold, order means nothing, same seed means same numbers."""

from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib import training
from TACEResponseLib.clinical.record import ClinicalRecord
from TACEResponseLib.recipe import Recipe, read_recipe
from TACEResponseLib.resources import resource_path
from TACEResponseLib.training import PreparedCohort, stratified_folds, train

FEATURES = [f"original_firstorder_{name}" for name in ("Mean", "Entropy", "Skewness", "Energy")]


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    """Radiomics alone, few folds."""
    shipped = read_recipe(resource_path("Recipes", "ct-radiomics-cnn.yaml"))
    radiomics = shipped.branches[1].model_copy(update={"n_features": 2})
    fusion = shipped.fusion.model_copy(update={"n_bootstrap": 40, "folds": 3})
    return shipped.model_copy(update={"branches": (radiomics,), "folds": 3, "fusion": fusion})


def cohort(n: int = 60, seed: int = 4, *, informative: bool = True) -> PreparedCohort:
    """Prepared features of which the first, if any, carries the label."""
    rng = np.random.default_rng(seed)
    labels = np.tile([0, 1], n // 2)
    values = rng.normal(size=(n, len(FEATURES)))
    values[:, 0] += 1.5 * labels if informative else 0
    return PreparedCohort(
        case_ids=tuple(f"P{i:03d}" for i in range(n)),
        labels=labels,
        clinical=(ClinicalRecord(),) * n,
        by_branch={"radiomics": tuple(dict(zip(FEATURES, row, strict=True)) for row in values)},
    )


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work done in this process: what is tested here doesn't depend on processes."""
    from collections.abc import Iterator
    from concurrent.futures import ThreadPoolExecutor
    from contextlib import contextmanager

    @contextmanager
    def workers(_jobs: int) -> Iterator[ThreadPoolExecutor]:
        with ThreadPoolExecutor(1) as pool:
            yield pool

    monkeypatch.setattr(training, "workers", workers)


def test_folds_hold_each_patient_once_with_classes_spread_evenly() -> None:
    patients = cohort()
    folds = stratified_folds(patients, 3, seed=1)
    assert np.bincount(folds).tolist() == [20, 20, 20]
    for fold in range(3):
        assert patients.labels[folds == fold].sum() == 10


@pytest.mark.usefixtures("in_process")
def test_no_patient_is_asked_of_a_branch_that_saw_it(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    from TACEResponseLib.radiomics.branch import RadiomicsBranch, RadiomicsRecipe

    seen: list[set[float]] = []
    fit, logits = RadiomicsRecipe.fit, RadiomicsBranch.logits

    def spy_fit(self, prepared, labels, seed):  # type: ignore[no-untyped-def]
        seen.append({p[FEATURES[1]] for p in prepared})
        return fit(self, prepared, labels, seed)

    def spy_logits(self, prepared):  # type: ignore[no-untyped-def]
        assert not seen[-1] & {p[FEATURES[1]] for p in prepared}
        return logits(self, prepared)

    monkeypatch.setattr(RadiomicsRecipe, "fit", spy_fit)
    monkeypatch.setattr(RadiomicsBranch, "logits", spy_logits)
    train(recipe, cohort(), seed=1)
    assert [len(patients) for patients in seen] == [40, 40, 40, 60]


@pytest.mark.usefixtures("in_process")
def test_the_same_seed_gives_the_same_numbers_and_signal_is_found(recipe: Recipe) -> None:
    from TACEResponseLib.evaluation.discrimination import auc

    patients = cohort()
    first, second = (train(recipe, patients, seed=1) for _ in range(2))
    assert first.fusion == second.fusion
    assert np.array_equal(first.out_of_fold["radiomics"], second.out_of_fold["radiomics"])
    assert auc(patients.labels, first.out_of_fold["radiomics"]).value > 0.75


@pytest.mark.usefixtures("in_process")
def test_labels_without_signal_give_an_auc_of_one_half(recipe: Recipe) -> None:
    from TACEResponseLib.evaluation.discrimination import auc

    values = []
    for seed in range(8):
        patients = cohort(seed=seed, informative=False)
        trained = train(recipe, patients, seed=seed)
        values.append(auc(patients.labels, trained.out_of_fold["radiomics"]).value)
    # Eight AUCs of 60 patients have a standard error of .027.
    assert np.mean(values) == pytest.approx(0.5, abs=0.08)


def test_a_class_smaller_than_the_folds_is_refused(recipe: Recipe) -> None:
    with pytest.raises(ValueError, match="each class needs >= 3 patients"):
        train(recipe, cohort(n=4), seed=1)


def test_prepared_patients_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    from TACEResponseLib.demo_bundle import simulated_members

    members = simulated_members(6, seed=2)
    ids = [m.case_id for m in members]
    assert ids == sorted(ids)
    assert {m.label for m in members} <= {0, 1}
    assert not any(tmp_path.iterdir())
