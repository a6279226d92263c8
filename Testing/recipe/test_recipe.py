"""Recipes are read strictly, and each one that ships is whole."""

from pathlib import Path

import pytest
import yaml

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.evidence.image_network.network import check_network
from TACEResponseLib.recipe.reading import read_recipe

SHIPPED = sorted(resource_path("Recipes").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_a_shipped_recipe_is_valid_cited_and_explains_its_differences(path: Path) -> None:
    recipe = read_recipe(path)
    assert recipe.name == path.stem
    assert "doi:" in recipe.citation
    assert all(d.paper and d.ours and d.why for d in recipe.differences)
    for branch in recipe.branches:
        assert set(branch.sequences) <= set(recipe.sequences)
        if branch.kind == "image_network":
            check_network(branch.network, branch.arguments, path.name)


def write(tmp_path: Path, **changes: object) -> Path:
    content = yaml.safe_load(SHIPPED[0].read_text()) | changes
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(content))
    return tmp_path / "mine.yaml"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"epoch": 3}, "must name a known key of the recipe, got epoch"),
        ({"folds": 1}, "folds: must be 2 or more, got 1"),
        ({"branches": []}, "branches: "),
        ({"endpoint": "survival"}, "endpoint: "),
    ],
    ids=["unknown key", "one fold", "no branch", "endpoint"],
)
def test_a_wrong_recipe_is_refused_by_key(
    changes: dict[str, object], says: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=says):
        read_recipe(write(tmp_path, **changes))


def test_a_missing_or_broken_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="readable file, got No such file"):
        read_recipe(tmp_path / "none.yaml")
    (tmp_path / "broken.yaml").write_text("a: [1, 2")
    with pytest.raises(InputError, match="readable YAML"):
        read_recipe(tmp_path / "broken.yaml")


def test_a_recipe_of_before_that_names_a_module_is_read_as_one_of_today(tmp_path: Path) -> None:
    path = Path(resource_path("Recipes", "ct-radiomics-cnn.yaml"))
    text = path.read_text("utf-8")
    new = "network: lenet5_type\n    arguments:\n"
    old = "network_def:\n      _target_: TACEResponseLib.cnn.architectures.lenet5_type.LeNet5Type\n"
    assert text.count(new) == 1
    (tmp_path / path.name).write_text(text.replace(new, old))
    assert read_recipe(tmp_path / path.name) == read_recipe(path)
