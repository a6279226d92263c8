"""Features are selected inside the folds: of noise that gives one half, before the split more."""

from collections.abc import Callable

import numpy as np
import pytest

from TACEResponseLib.evaluation.discrimination.folded_auc import folded_auc
from TACEResponseLib.evidence.radiomics.selection import select_features
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training import train as training
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.train import train
from Testing.training.conftest import radiomics

pytestmark = pytest.mark.usefixtures("in_process")
N, COLUMNS, KEPT = 80, 300, 10
NAMES = tuple(f"original_glcm_Noise{n:03d}" for n in range(COLUMNS))


@pytest.fixture(scope="module")
def noise() -> tuple[np.ndarray, np.ndarray]:
    """Many columns that know nothing of the labels, (n, columns), and as many of each class."""
    return np.random.default_rng(12).normal(size=(N, COLUMNS)), np.tile([0, 1], N // 2)


@pytest.mark.parametrize("method", ["mrmr", "rfe"])
def test_noise_gives_one_half_and_selecting_before_the_split_would_not(
    method: str, noise: tuple[np.ndarray, np.ndarray], make_recipe: Callable[..., Recipe]
) -> None:
    values, labels = noise
    branch = radiomics("noise", selection=method, given=[], n_features=KEPT)
    recipe = make_recipe(branches=[branch], candidates=[])
    (settings,) = recipe.branches
    assert isinstance(settings, RadiomicsSettings)
    trained = train(recipe, cohort(values, labels), seed=1)
    inside = folded_auc(labels, trained.outputs.folds, trained.outputs.out_of_fold("noise"))
    assert inside.low < 0.5 < inside.high
    # The trap: the same data, classifier and folds, but features that all labels have chosen.
    chosen = select_features(values, labels, NAMES, settings, 1)
    unselected = settings.model_copy(update={"selection": "none"})
    trap = recipe.model_copy(update={"branches": (unselected,)})
    kept = values[:, [NAMES.index(name) for name in chosen]]
    trapped = train(trap, cohort(kept, labels, chosen), seed=1)
    before = folded_auc(labels, trapped.outputs.folds, trapped.outputs.out_of_fold("noise"))
    assert before.value > 0.65
    assert before.low > 0.5


def cohort(
    values: np.ndarray, labels: np.ndarray, names: tuple[str, ...] = NAMES
) -> PreparedCohort:
    rows = tuple(dict(zip(names, row, strict=True)) for row in values.tolist())
    return PreparedCohort(
        case_ids=tuple(f"P{n:03d}" for n in range(len(rows))),
        labels=labels,
        clinical=(ClinicalRecord(),) * len(rows),
        by_branch={"noise": rows},
    )


def test_a_patient_s_label_never_reaches_the_logit_said_of_it(
    noise: tuple[np.ndarray, np.ndarray],
    make_recipe: Callable[..., Recipe],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Labels of one fold are turned: its own logits stay to the bit, all others move."""
    values, labels = noise
    folds = np.arange(N) // 2 % 3
    monkeypatch.setattr(training, "divisions", lambda *_: folds[np.newaxis])
    branch = radiomics("noise", selection="rfe", given=[], n_features=KEPT)
    recipe = make_recipe(branches=[branch], candidates=[])
    turned = np.where(folds == 0, 1 - labels, labels)
    before, after = (
        train(recipe, cohort(values, of), seed=1).outputs.out_of_fold("noise")[0]
        for of in (labels, turned)
    )
    assert np.array_equal(after[folds == 0], before[folds == 0])
    assert not np.isclose(after[folds != 0], before[folds != 0]).any()
