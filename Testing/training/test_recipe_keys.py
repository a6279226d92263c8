"""Keys of a recipe: changed by dotted names, refused with the nearest right one."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.recipe.keys import with_changes, with_epochs
from TACEResponseLib.recipe.reading import read_recipe
from TACEResponseLib.recipe.recipe import Recipe

MakeRecipe = Callable[..., Recipe]
DEMO = "ct-radiomics-cnn-demo.yaml"


def test_dotted_keys_reach_branches_candidates_and_lists(make_recipe: MakeRecipe) -> None:
    changed = with_changes(
        make_recipe(),
        [
            "folds=4",
            "texture.classifier=knn",
            "both.fusion.n_bootstrap=50",
            "texture.given=[original_firstorder_Mean]",
            "fusion.threshold_rule=half",
        ],
    )
    assert changed.folds == 4
    assert changed.branches[1].classifier == "knn"  # type: ignore[union-attr]
    assert changed.branches[1].given == ("original_firstorder_Mean",)  # type: ignore[union-attr]
    fusion = changed.candidates[2].fusion
    assert fusion is not None
    assert (fusion.n_bootstrap, fusion.model) == (50, "linear_svm")
    assert changed.fusion.threshold_rule == "half"


def test_nothing_else_changes(make_recipe: MakeRecipe) -> None:
    assert with_changes(make_recipe(), []) == make_recipe()


def test_a_free_definition_takes_any_key() -> None:
    recipe = read_recipe(resource_path("Recipes", DEMO))
    changed = with_changes(recipe, ["cnn.arguments.dropout=0.3", "cnn.fitting.epochs=2"])
    assert changed.branches[0].arguments["dropout"] == 0.3  # type: ignore[union-attr]
    assert with_epochs(recipe, 2).branches[0].fitting.epochs == 2  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("fold=3", "--set: must name a known key of the recipe, got fold; did you mean folds?"),
        ("texture.extraction.bin_with=3", "did you mean bin_width?"),
        ("texture.icc.minimum=0.8", "set texture.icc as a whole"),
        ("texture=3", "must name a setting"),
        ("folds=[", "YAML"),
        ("texture.classifier=nn", "branches.1.radiomics.classifier"),
    ],
)
def test_a_bad_change_is_refused(change: str, says: str, make_recipe: MakeRecipe) -> None:
    with pytest.raises(InputError) as refused:
        with_changes(make_recipe(), [change])
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ([], "got modalty; did you mean modality?"),
    ],
)
def test_an_unknown_key_of_a_file_is_answered_with_the_nearest(
    path: list[str | int], says: str, tmp_path: Path
) -> None:
    content = yaml.safe_load(resource_path("Recipes", DEMO).read_text(encoding="utf-8"))
    place = content
    for part in path:
        place = place[part]
    place["modalty"] = 1
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_recipe(file)


def test_the_nearest_key_is_one_of_that_place(tmp_path: Path) -> None:
    content = yaml.safe_load(resource_path("Recipes", DEMO).read_text(encoding="utf-8"))
    content["branches"][0]["fitting"]["batchsize"] = 4
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(InputError, match=r"fitting\.batchsize; did you mean batch_size"):
        read_recipe(file)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            "cnn.arguments.new.deeper=1",
            "must name a known key of the recipe, got cnn",
        ),
        ("cnn.arguments.widths.0=1", "must have settings of its own"),
        ("folds=2020-13-45", "must be a whole number"),
        ("folds=" + "9" * 5000, "whole number|parse"),
        ("folds=!!python/object:os.system x", "must not name types by tags"),
        ("cnn.fitting.epochs=1000000000", "must be 100000 or less, got 1000000000"),
        ("radiomics.extraction.spacing_mm=0.05", "must be 0.2 or more, got 0.05"),
        ("radiomics.extraction.bin_width=1e-9", "must be 0.001 or more, got 1e-09"),
    ],
    ids=lambda text: text[:30],
)
def test_a_change_that_no_recipe_can_have_is_told_in_a_line(change: str, says: str) -> None:
    with pytest.raises(InputError, match=f"^--set.*{says}"):
        with_changes(read_recipe(resource_path("Recipes", DEMO)), [change])
