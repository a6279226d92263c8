"""The demo bundle: what ships is what was promised, and its training runs."""

from pathlib import Path

import pytest

from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle import load_bundle, save_bundle
from TACEResponseLib.recipe.reading import read_recipe
from TACEResponseLib.shipped.demo_bundle import RECIPE_FILE, train_demo_bundle

SHIPPED = "ct-radiomics-cnn-simulated"


def test_the_shipped_bundle_is_small_and_says_what_it_is() -> None:
    folder = resource_path("Bundles", SHIPPED)
    assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) < 5_000_000
    bundle = load_bundle(SHIPPED)
    assert bundle.card.splitlines()[0] == (
        "Trained on simulated patients: means nothing for a real one."
    )
    assert bundle.metadata.simulated


def test_the_shipped_bundle_was_trained_by_the_shipped_recipe() -> None:
    recipe = read_recipe(resource_path("Recipes", RECIPE_FILE))
    metadata = load_bundle(SHIPPED).metadata
    assert metadata.branch_settings == recipe.branches
    assert metadata.fusion == recipe.fusion
    assert metadata.differences == recipe.differences


@pytest.mark.slow
@pytest.mark.usefixtures("in_process")
def test_a_small_training_gives_a_bundle_that_loads(tmp_path: Path) -> None:
    recipe = read_recipe(resource_path("Recipes", RECIPE_FILE))
    network, radiomics = recipe.branches
    network = network.model_copy(
        update={"fitting": network.fitting.model_copy(update={"epochs": 1})}
    )
    # An eighth of the voxels.
    radiomics = radiomics.model_copy(
        update={"extraction": radiomics.extraction.model_copy(update={"spacing_mm": 4.0})}
    )
    fusion = recipe.fusion.model_copy(update={"n_bootstrap": 40, "folds": 2})
    recipe = recipe.model_copy(
        update={"branches": (network, radiomics), "folds": 2, "fusion": fusion, "refits": 20}
    )
    saved = save_bundle(
        train_demo_bundle(recipe, n_training=16, n_test=12, jobs=1), tmp_path / "bundle"
    )
    loaded = load_bundle(tmp_path / "bundle")
    assert loaded.sha256 == saved.sha256
    assert loaded.metadata.cohorts[CohortRole.TRAINING].n == 16
    assert {m.branch for m in loaded.metadata.metrics} == {"cnn", "radiomics", "fused"}
