"""`tace-response recipe list | show | new`: published methods, and copies of them to change."""

import argparse
import re
import sys
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.ids import check_id
from TACEResponseLib.basics.reading.regular_file import read_text
from TACEResponseLib.basics.reading.yaml_reading import MOST_BYTES
from TACEResponseLib.basics.writing.new_output import check_new_file, new_file
from TACEResponseLib.recipe.reading import find_recipe, read_recipe, shipped_recipes
from TACEResponseLib.recipe.recipe import Candidate, Recipe

NAME_PATTERN = re.compile(r"[a-z][a-z0-9\-]{0,63}")


def run_list(_options: argparse.Namespace) -> None:
    """Print every recipe that ships with its source."""
    for path in shipped_recipes():
        recipe = read_recipe(path)
        sys.stdout.write(f"{recipe.name}\n  {recipe.title}\n  {recipe.citation}\n")


def run_show(options: argparse.Namespace) -> None:
    """Print what the paper says, what we do and why, line by line."""
    sys.stdout.write(described(read_recipe(find_recipe(options.recipe))))


def run_new(options: argparse.Namespace) -> None:
    """Copy a recipe under another name, to be changed."""
    if not NAME_PATTERN.fullmatch(options.name):
        raise InputError(
            "NAME",
            "must be lower-case letters, digits and dashes",
            got=repr(options.name),
            remedy="write for instance my-recipe",
        )
    check_id(options.name, "NAME", what="a name")
    source = find_recipe(options.source)
    target = Path(f"{options.name}.yaml")
    check_new_file(target, "NAME")
    text = read_text(source, source.name, most_bytes=MOST_BYTES)
    renamed = re.sub(r"^name: .*$", f"name: {options.name}", text, count=1, flags=re.MULTILINE)
    with new_file(target, where="NAME") as draft:
        draft.write_text(renamed, encoding="utf-8")
    sys.stdout.write(f"{target}\n")


def _candidate_words(candidate: Candidate) -> str:
    """Name, branches and what the paper calls it."""
    paper = f" ({candidate.paper})" if candidate.paper else ""
    return f"{candidate.name}: {' + '.join(candidate.branches)}{paper}"


def described(recipe: Recipe) -> str:
    """A recipe as text: its facts, then each difference from its paper."""
    facts = [
        ("title", recipe.title),
        ("paper", recipe.citation),
        ("images", " + ".join(recipe.sequences)),
        ("endpoint", f"{recipe.endpoint}, positive class: {recipe.positive_class}"),
        ("criterion", f"{recipe.criterion}, read {recipe.readout}"),
        ("treatment", recipe.treatment),
        ("population", recipe.population),
        ("evidence", ", ".join(f"{b.name} ({b.kind.replace('_', ' ')})" for b in recipe.branches)),
        *(("candidate", _candidate_words(candidate)) for candidate in recipe.candidates),
        ("folds", str(recipe.folds)),
        ("use", recipe.intended_use),
    ]
    lines = [recipe.name, *(f"  {key:12s}{value}" for key, value in facts)]
    for difference in recipe.differences:
        lines += [
            "",
            f"  {difference.topic}",
            f"    paper says  {difference.paper}",
            f"    we do       {difference.ours}",
            f"    why         {difference.why}",
        ]
    return "\n".join(lines) + "\n"
