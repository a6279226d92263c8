"""A paper's recipe made small: from simulated patients to a bundle that scores."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle import load_bundle, save_bundle
from TACEResponseLib.cohort.member import Member
from TACEResponseLib.recipe.reading import find_recipe, read_recipe
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.scoring import score
from TACEResponseLib.simulation.members import simulated_case, simulated_members
from TACEResponseLib.simulation.mr.settings import MrSimulationSettings
from TACEResponseLib.simulation.settings import SimulationSettings
from TACEResponseLib.training.assembly import BundleIdentity, assemble
from TACEResponseLib.training.preparation.prepare import prepare
from TACEResponseLib.training.train import train
from Testing.coarse_images import CT_GRID, MR_GRID

N_TRAINING, N_TUNING = 24, 4
# Whole slices, wider than high: the least that InceptionV4's unpadded layers take.
SLICE_PX, SLICE_WIDTH_PX = 75, 80
# Patches round a lesion, and what a patch has more than is cropped from it.
PATCH_PX, MARGIN_PX = 32, 16
IDENTITY = BundleIdentity(
    bundle_id="small",
    title="small",
    authors="tests",
    copyright="tests",
    license="Apache-2.0",
    simulated=True,
    sources={},
    failure_modes=(),
)


def small(recipe: Recipe) -> Recipe:
    """The same sources of evidence and candidates; little images, two epochs, two folds."""
    content = recipe.model_dump(mode="json")
    content |= {"folds": 2, "refits": 0}
    # Five networks of one sequence each are alike but for the sequence; one stands for them.
    left_out = {f"inception_v4_{n}" for n in ("portal_venous", "delayed", "t2", "dual_echo")}
    content["branches"] = [b for b in content["branches"] if b["name"] not in left_out]
    for candidate in content["candidates"]:
        candidate["branches"] = [b for b in candidate["branches"] if b not in left_out]
    for branch in content["branches"]:
        _shrink(branch)
    for fusion in (content["fusion"], *(c["fusion"] for c in content["candidates"])):
        if fusion is not None:
            fusion |= {"folds": 2, "n_bootstrap": 40}
    return Recipe.model_validate(content)


def _shrink(branch: dict[str, Any]) -> None:
    """One source of evidence, in place."""
    if branch["kind"] == "image_network":
        # One patient an epoch would make two steps of the two epochs: too few for running means.
        branch["fitting"] |= {"epochs": 2, "batch_size": 12, "patients_per_epoch": "all"}
        is_whole = branch["patch"]["shape"] == "whole_slice"
        branch["patch"]["size_px"] = SLICE_PX if is_whole else PATCH_PX
        if branch["patch"]["width_px"] is not None:
            branch["patch"]["width_px"] = SLICE_WIDTH_PX
        if branch.get("crop_px"):
            branch["crop_px"] = PATCH_PX
            branch["patch"]["size_px"] = PATCH_PX + MARGIN_PX
        if branch["patch"]["slices"] == "all":
            branch["patch"] |= {"slices": "every_n", "every_n": 24}
    if branch["kind"] == "radiomics":
        branch["extraction"] |= {
            "spacing_mm": 5.0,
            "image_types": ["Original"],
            "log_sigma_mm": [],
            "feature_classes": ["shape", "firstorder"],
        }
        branch["n_trees"] = 10
        branch["dense"]["epochs"] = 3


def settings_of(recipe: Recipe) -> SimulationSettings | MrSimulationSettings:
    """Patients such as the recipe is for, in coarse images."""
    if recipe.modality == "CT":
        return SimulationSettings(grid=CT_GRID)
    treatment = "HAIC" if "haic" in recipe.name else "TACE"
    return MrSimulationSettings(treatment=treatment, grid=MR_GRID)


def drawn(
    settings: SimulationSettings | MrSimulationSettings, n: int, seed: int, recipe: Recipe
) -> Sequence[Member]:
    """Simulated patients, whose images nobody has made yet."""
    return simulated_members(settings, n, seed, recipe.endpoint)


def becomes_a_bundle_that_scores(name: str, folder: Path) -> None:
    """Train, save, load, score; what is scored is what the shipped fits say."""
    recipe = small(read_recipe(find_recipe(name)))
    settings = settings_of(recipe)
    # Nearly all respond to HAIC; two folds need four patients who don't.
    first = 11
    while min(Counter(m.label for m in drawn(settings, N_TRAINING, first, recipe)).values()) < 4:
        first += 10
    training, tuning = (
        prepare(recipe, drawn(settings, n, seed, recipe))
        for n, seed in ((N_TRAINING, first), (N_TUNING, 15))
    )
    trained = train(recipe, training, tuning=tuning if recipe.candidates else None, seed=1)
    assert len(trained.candidates) == max(1, len(recipe.candidates))
    cohorts = {CohortRole.TRAINING: training}
    if recipe.candidates:
        cohorts[CohortRole.TUNING] = tuning
    save_bundle(assemble(recipe, IDENTITY, trained, cohorts, 1), folder / "small")
    bundle = load_bundle(folder / "small")
    whole = simulated_case(settings, 13, 0)
    required = bundle.metadata.sequences
    case = replace(
        whole,
        images={s: v for s, v in whole.images.items() if s in required},
        sequence_rois={s: r for s, r in whole.sequence_rois.items() if s in required},
    )
    prediction = score(case, bundle)
    assert 0 < prediction.fused.probability < 1
    fresh = prepare(recipe, simulated_members(settings, 1, 13, recipe.endpoint))
    logits = {b.name: b.logits(fresh.by_branch[b.name]) for b in bundle.branches}
    expected = bundle.fusion.probabilities(logits, fresh.clinical)
    assert prediction.fused.probability == pytest.approx(float(np.ravel(expected)[0]), abs=1e-9)
