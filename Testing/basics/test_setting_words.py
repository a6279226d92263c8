"""Settings are refused in our words, whatever rule of the library they break."""

from typing import Any, get_args

import yaml
from pydantic import BaseModel
from pydantic_core.core_schema import ErrorType

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.basics.setting_words import WORDS
from TACEResponseLib.recipe.keys import with_changes
from TACEResponseLib.recipe.reading import read_recipe

WRONG: tuple[Any, ...] = (None, -1, 0, 1, 1e300, 0.5, "", "word", [], [[]], {}, {"a": 1}, True)
LIBRARY = ("Input should", "Value error", "should have", "should be", "valid ", "Field required")


def numbers_of(content: Any, key: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Keys of all plain settings."""
    if isinstance(content, BaseModel):
        return [
            k
            for name in type(content).model_fields
            for k in numbers_of(getattr(content, name), (*key, name))
        ]
    return [key]


def test_no_wrong_value_of_a_recipe_is_refused_in_the_library_s_words() -> None:
    recipe = read_recipe(resource_path("Recipes", "ct-radiomics-cnn.yaml"))
    text = []
    keys = [k for k in numbers_of(recipe) if k[0] not in ("branches", "candidates")]
    keys += [(b.name, *k) for b in recipe.branches for k in numbers_of(b)]
    for key in keys:
        for value in WRONG:
            try:
                with_changes(recipe, [f"{'.'.join(key)}={yaml.safe_dump(value).split(chr(10))[0]}"])
            except InputError as error:
                text.append(str(error))
    assert len(text) > 300
    assert [line for line in text if any(words in line for words in LIBRARY)] == []


def test_every_kind_of_error_of_ours_is_one_that_the_library_has() -> None:
    assert set(WORDS) <= set(get_args(ErrorType))
