"""Recipes from files: the user's and those that ship."""

from pathlib import Path

from pydantic import ValidationError

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.nearest import nearest
from TACEResponseLib.basics.reading.regular_file import is_there, read_text
from TACEResponseLib.basics.reading.yaml_reading import MOST_BYTES, parse_yaml
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.evidence.kinds import of_today
from TACEResponseLib.recipe.recipe import Recipe


def read_recipe(path: Path) -> Recipe:
    """Read a recipe file.

    Raises: InputError: not there, not YAML, or against the schema (names the key).
    """
    where = f"recipe {path.name}"
    content = parse_yaml(read_text(path, where, most_bytes=MOST_BYTES), where)
    try:
        return Recipe.model_validate(of_today(content))
    except ValidationError as error:
        from TACEResponseLib.recipe.keys import refused_recipe

        raise refused_recipe(error, where) from error


def shipped_recipes() -> tuple[Path, ...]:
    """Every recipe of Resources/Recipes, by name."""
    return tuple(sorted(resource_path("Recipes").glob("*.yaml")))


def find_recipe(name_or_path: str) -> Path:
    """The file of a shipped recipe, or a file of the user's.

    Raises: InputError: neither; names the nearest.
    """
    shipped = {path.stem: path for path in shipped_recipes()}
    if name_or_path in shipped:
        return shipped[name_or_path]
    path = Path(name_or_path)
    if is_there(path):  # reading it says what is wrong with it
        return path
    near = nearest(name_or_path, shipped)
    meant = f"did you mean {near}? " if near else ""
    raise InputError(
        "RECIPE",
        "must be the name of a shipped recipe or a file",
        got=repr(name_or_path[:80]),
        remedy=f"{meant}shipped: {', '.join(shipped)}",
    )
