"""A recipe under another name, to be changed."""

import re
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.ids import check_id
from TACEResponseLib.basics.reading.given_paths import as_path
from TACEResponseLib.basics.reading.regular_file import read_text
from TACEResponseLib.basics.reading.yaml_reading import MOST_BYTES
from TACEResponseLib.basics.writing.new_output import check_new_file, new_file
from TACEResponseLib.recipe.reading import find_recipe

NAME_PATTERN = re.compile(r"[a-z][a-z0-9\-]{0,63}")


def copy_recipe(source: str | Path, name: str, folder: str | Path = Path()) -> Path:
    """Copy a recipe; comments and order stay.

    Args:
        source: name of a shipped recipe, or a file.
        name: of the copy.
        folder: where the copy goes, as `NAME.yaml`.
    Returns: the copy.
    Raises: InputError: no such recipe, no name for one, or the copy can't be written.
    """
    if not NAME_PATTERN.fullmatch(name):
        raise InputError(
            "NAME",
            "must be lower-case letters, digits and dashes",
            got=repr(name),
            remedy="write for instance my-recipe",
        )
    check_id(name, "NAME", what="a name")
    path = find_recipe(str(source))
    target = as_path(folder, "folder") / f"{name}.yaml"
    check_new_file(target, "NAME")
    text = read_text(path, path.name, most_bytes=MOST_BYTES)
    renamed = re.sub(r"^name: .*$", f"name: {name}", text, count=1, flags=re.MULTILINE)
    with new_file(target, where="NAME") as draft:
        draft.write_text(renamed, encoding="utf-8")
    return target
