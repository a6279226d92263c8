"""Recipes and `--set` words that make no sense: one line, at once, whatever they say."""

from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.evidence.image_network.network import check_network
from TACEResponseLib.recipe.description import described
from TACEResponseLib.recipe.keys import with_changes, with_epochs
from TACEResponseLib.recipe.reading import read_recipe
from TACEResponseLib.recipe.recipe import Recipe
from Testing.hardening.attempts import Tally, attempt
from Testing.hardening.conftest import _Tries
from Testing.hardening.hostile_recipe import RECIPES, change, damaged_recipe

SEED = 20_261_129


def used(recipe: Recipe) -> None:
    """As `train` and `recipe show` do before any patient is read."""
    described(recipe)
    for settings in recipe.branches:
        if settings.kind == "image_network":
            check_network(settings.network, settings.arguments, "network_def")
            assert settings.input_shape
    with_epochs(recipe, 3) if any(s.kind == "image_network" for s in recipe.branches) else None


@pytest.fixture(scope="module")
def recipes() -> list[Recipe]:
    """Those that ship."""
    return [read_recipe(path) for path in RECIPES]


def test_a_set_option_is_accepted_or_refused_in_a_line(
    tries: _Tries, tally: Tally, recipes: list[Recipe]
) -> None:
    for number in tries(25):
        rng = np.random.default_rng([SEED, number])
        recipe = recipes[int(rng.integers(len(recipes)))]
        words = [change(rng, recipe) for _ in range(int(rng.integers(1, 3)))]
        result = attempt(lambda r=recipe, w=words: used(with_changes(r, w)))
        tally.add(result, f"seed {number}: {recipe.name} {words!r:.300}")
    assert tally.bad == []


def test_a_damaged_recipe_is_accepted_or_refused_in_a_line(
    tries: _Tries, tally: Tally, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    for number in tries(25):
        rng = np.random.default_rng([SEED, 1, number])
        content, changes = damaged_recipe(rng)
        path.write_bytes(content)
        tally.add(attempt(lambda: used(read_recipe(path))), f"seed {number}: {changes}")
    assert tally.bad == []
