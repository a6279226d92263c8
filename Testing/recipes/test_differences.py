"""What a recipe does unlike its paper is told where the recipe is read, and on its page."""

from pathlib import Path

import pytest

from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.evidence.radiomics.selection import LARGEST_CORRELATION
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings
from TACEResponseLib.recipe.reading import read_recipe, shipped_recipes
from TACEResponseLib.recipe.recipe import Recipe

PAGE = Path(__file__).parents[2] / "docs" / "recipes.md"
RECIPES = [read_recipe(path) for path in shipped_recipes()]


def _ours(recipe: Recipe) -> str:
    return " | ".join(f"{d.topic}: {d.ours}" for d in recipe.differences)


def _with(kind: type, **values: object) -> list[Recipe]:
    """Recipes with a branch of a kind that has these settings."""
    return [
        recipe
        for recipe in RECIPES
        if any(
            isinstance(b, kind) and all(getattr(b, k) == v for k, v in values.items())
            for b in recipe.branches
        )
    ]


@pytest.mark.parametrize("recipe", _with(RadiomicsSettings, selection="rfe"), ids=lambda r: r.name)
def test_the_filter_before_the_elimination_is_told(recipe: Recipe) -> None:
    assert f"correlation above {LARGEST_CORRELATION}" in _ours(recipe)


@pytest.mark.parametrize("recipe", _with(RadiomicsSettings, lesion="largest"), ids=lambda r: r.name)
def test_that_the_largest_lesion_stands_for_all_is_told(recipe: Recipe) -> None:
    assert "which lesion: the largest" in _ours(recipe)


@pytest.mark.parametrize(
    "recipe", [r for r in RECIPES if r.fusion.threshold_rule == "half"], ids=lambda r: r.name
)
def test_one_half_is_told_to_be_of_the_calibrated_probability(recipe: Recipe) -> None:
    assert "threshold: one half, of the calibrated probability" in _ours(recipe)


@pytest.mark.parametrize(
    "recipe",
    [r for r in _with(ImageNetworkSettings) if any("1 mm" in d.paper for d in r.differences)],
    ids=lambda r: r.name,
)
def test_slices_of_the_images_own_thickness_are_told(recipe: Recipe) -> None:
    assert "patches are cut from the image's own slices" in _ours(recipe)


def test_the_page_has_each_of_them() -> None:
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    for words in (
        "above .95 the first by name is kept",
        "the image's own slices",
        "the largest lesion alone",
        "of the calibrated probability",
        "drop_last",
    ):
        assert words in page
