"""Keys of a recipe: changed from the command line, and answered with the nearest when unknown."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.nearest import nearest
from TACEResponseLib.basics.reading.yaml_reading import parse_yaml
from TACEResponseLib.basics.setting_words import setting_rule
from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.recipe.recipe import Recipe

OPTION = "set"


def with_changes(recipe: Recipe, changes: Sequence[str]) -> Recipe:
    """A recipe with some of its settings replaced.

    Args:
        recipe: stays as it is.
        changes: `folds=3`, or dotted with the name of a branch or candidate in front,
            `cnn.fitting.epochs=2`; values are YAML.
    Raises: InputError: not of this form, an unknown key (names the nearest), or a value that the
        recipe can't have.
    """
    content = recipe.model_dump(mode="json")
    for change in changes:
        key, value = _parsed(change)
        _replace(recipe, content, key, value)
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        raise refused_recipe(error, option(OPTION)) from error


def with_epochs(recipe: Recipe, epochs: int) -> Recipe:
    """The recipe with another number of epochs in every branch that has any.

    Raises: InputError: no branch has, or fewer than one is asked for.
    """
    keys = [
        f"{settings.name}.{part}.epochs={epochs}"
        for settings in recipe.branches
        for part in settings.trained_by_epochs
    ]
    if not keys:
        raise InputError(
            option("epochs"),
            "changes recipes that are trained by epochs",
            got=recipe.name,
            remedy="leave it out",
        )
    return with_changes(recipe, keys)


def check_takes_weights(recipe: Recipe) -> None:
    """Refuse a file of weights for a recipe whose networks begin without.

    Raises: InputError: there is no such network.
    """
    if not any(settings.takes_weights for settings in recipe.branches):
        raise InputError(
            option("weights"),
            "are for recipes whose networks begin with given weights",
            got=recipe.name,
            remedy="leave it out",
        )


def refused_recipe(error: ValidationError, where: str) -> InputError:
    """The first broken rule of a recipe in one line; an unknown key with the nearest right one."""
    first = error.errors(include_url=False)[0]
    path = first["loc"]
    key = ".".join(str(part) for part in path) or "the file"
    if first["type"] == "extra_forbidden":
        known = sorted({name for model in _models_at(path[:-1]) for name in model.model_fields})
        return _unknown(where, key, str(path[-1]), known)
    got = repr(first["input"])[:80]
    return InputError(where, f"{key}: {setting_rule(first)}", got=got, remedy="correct the value")


def _parsed(change: str) -> tuple[list[str], Any]:
    """Key and value of one change."""
    key, equals, text = change.partition("=")
    if not equals or not key.strip():
        raise InputError(
            option(OPTION),
            "must read KEY=VALUE",
            got=repr(change[:80]),
            remedy=f"write for instance {option(OPTION)} folds=3",
        )
    return key.strip().split("."), parse_yaml(text, f"{option(OPTION)} {key.strip()[:80]}")


def _replace(recipe: Recipe, content: dict[str, Any], key: list[str], value: Any) -> None:
    """Put a value where a dotted key points to, in the recipe's plain content."""
    model: Any = recipe
    place: Any = content
    for depth, part in enumerate(key):
        known, model = _children(model), model
        if known is not None and part not in known:
            raise _unknown(option(OPTION), ".".join(key[: depth + 1]), part, sorted(known))
        if known is None and not isinstance(place, dict):
            raise InputError(
                f"{option(OPTION)} {'.'.join(key)}",
                f"{'.'.join(key[:depth])} must have settings of its own",
                got=repr(place)[:40],
                remedy=f"set {'.'.join(key[:depth])} as a whole",
            )
        if depth == len(key) - 1 and not _is_item(model, part):
            place[part] = value
            return
        if known is None and part not in place:
            known_here = sorted(map(str, place))
            raise _unknown(option(OPTION), ".".join(key[: depth + 1]), part, known_here)
        place, model = _step(model, place, part)
    raise InputError(
        f"{option(OPTION)} {'.'.join(key)}",
        "must name a setting",
        got="a branch",
        remedy="add the setting's name after a dot",
    )


def _children(model: Any) -> dict[str, Any] | None:
    """What may follow in a key; `None` where anything may, or nothing."""
    if not isinstance(model, BaseModel):
        return None
    children = {name: getattr(model, name) for name in type(model).model_fields}
    if isinstance(model, Recipe):
        children = {**{c.name: c for c in model.candidates}, **children}
        children |= {b.name: b for b in model.branches if b.name not in type(model).model_fields}
    return children


def _is_item(model: Any, part: str) -> bool:
    """Whether a part names a branch or a candidate, which lie in lists."""
    return isinstance(model, Recipe) and part not in type(model).model_fields


def _step(model: Any, place: Any, part: str) -> tuple[Any, Any]:
    """One part deeper: the plain content and its model."""
    if not _is_item(model, part):
        return place[part], (_children(model) or place)[part]
    for name, items in (("branches", model.branches), ("candidates", model.candidates)):
        for number, item in enumerate(items):
            if item.name == part:
                return place[name][number], item
    raise KeyError(part)


def _unknown(where: str, key: str, part: str, known: Sequence[str]) -> InputError:
    near = nearest(part, known)
    meant = f"did you mean {near}?" if near else f"known are {', '.join(known)}"
    return InputError(where, "must name a known key of the recipe", got=key, remedy=meant)


def _models_at(path: Sequence[int | str]) -> list[type[BaseModel]]:
    """The settings classes that may stand at a place of a recipe."""
    models: list[type[BaseModel]] = [Recipe]
    for part in path:
        fields = [m.model_fields[part] for m in models if str(part) in m.model_fields]  # type: ignore[index]  # a field's name is text
        if fields:
            models = [model for field in fields for model in _models_in(field.annotation)]
        elif isinstance(part, str):
            # The tag of a union, such as `image_network`.
            models = [m for m in models if _tag(m) == part] or models
    return models


def _tag(model: type[BaseModel]) -> object:
    field = model.model_fields.get("kind")
    return field.default if field else None


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every settings class that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
