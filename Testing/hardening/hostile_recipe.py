"""Random damage to recipes: in their text, in their tree, and in what `--set` says of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.recipe.recipe import Recipe

RECIPES: tuple[Path, ...] = tuple(sorted(resource_path("Recipes").glob("*.yaml")))
VALUES = (
    "",
    "0",
    "-1",
    "1",
    "2",
    "3.5",
    "1e-3",
    "1e309",
    "-1e309",
    ".nan",
    ".inf",
    "nan",
    "inf",
    "9" * 30,
    "9" * 5000,
    "0x10",
    "6_6",
    "1:30",
    "2020-01-01",
    "2020-13-45",
    "true",
    "no",
    "~",
    "[]",
    "{}",
    "[[]]",
    "[1, 2]",
    "[a, b]",
    "{a: 1}",
    "{kind: x}",
    "{kind: clinical}",
    "[" * 3000,
    "{a: " * 200,
    "&a [*a]",
    "*a",
    "!!python/object:os.system x",
    "!!binary x",
    "<<: 1",
    "'",
    '"',
    "a: b: c",
    "- x",
    "x" * 5000,
    "ä\u202e",
    "\x1b[2J",
    "\x00",
    "\ud800",
    "$import os",
    "../../x",
    "ct_arterial",
    "[ct_arterial, ct_arterial]",
    "[mr_t2]",
    "logistic",
    "100000000",
    "10000000000",
    "[0.1, 1e308, -5]",
    "[1e-320]",
    "{codes: {a: 1}}",
    "[{name: a}]",
    "[{kind: radiomics}]",
    "%TAG",
    "|",
    ">",
    "? x",
    "@x",
    "`x`",
)
SANE_VALUES = ("1", "2", "5", "50", "0.5", "1e-3", "true", "~", "logistic", "[1]", "x", "{}")
KEYS = (
    "",
    ".",
    "..",
    "folds",
    "fold",
    "Folds",
    "folds.x",
    "branches",
    "branches.0",
    "branches.0.name",
    "branches.x",
    "cnn",
    "cnn.",
    ".cnn",
    "cnn.fitting",
    "cnn.fitting.epochs",
    "cnn.fitting.epoch",
    "cnn.fitting.epochs.x",
    "cnn.patch.size_px",
    "cnn.intensity",
    "cnn.intensity.kind",
    "cnn.network",
    "cnn.network_def",
    "cnn.arguments",
    "cnn.arguments.widths",
    "cnn.arguments.widths.0",
    "cnn.arguments.new.deeper",
    "cnn.kind",
    "cnn.name",
    "cnn.sequences",
    "cnn.clinical",
    "cnn.joint_head.widths",
    "cnn.normalization",
    "cnn.normalization.mean",
    "cnn.positive",
    "cnn.classes",
    "radiomics",
    "radiomics.extraction.spacing_mm",
    "radiomics.extraction.bin_width",
    "radiomics.extraction.log_sigma_mm",
    "radiomics.extraction.intensity.clip",
    "radiomics.given",
    "radiomics.n_trees",
    "radiomics.dense.epochs",
    "radiomics.alpha",
    "radiomics.icc",
    "radiomics.icc.minimum",
    "fusion",
    "fusion.clinical",
    "fusion.clinical.codes",
    "fusion.n_bootstrap",
    "fusion.model",
    "candidates",
    "endpoint",
    "modality",
    "sequences",
    "name",
    "population_limits",
    "population_limits.image_age_days",
    "population_limits.bclc_stages",
    "differences",
    "differences.0",
    "__class__",
    "model_fields",
    "model_config.frozen",
    "a" * 2000,
    "ä",
    "\ud800",
    "\n",
    "cnn fitting",
    "cnn.fitting.__init__",
)


def change(rng: np.random.Generator, recipe: Recipe) -> str:
    """One word that stands behind `--set`, of a branch that the recipe has where it names one."""
    key = KEYS[int(rng.integers(len(KEYS)))]
    kinds = {s.kind: s.name for s in recipe.branches}
    key = key.replace("cnn", kinds.get("image_network", "cnn"))
    key = key.replace("radiomics", kinds.get("radiomics", "radiomics"))
    values = SANE_VALUES if rng.random() < 0.3 else VALUES
    value = values[int(rng.integers(len(values)))]
    equals = str(rng.choice(["=", "=", "=", "=", "=", "=", "==", " = ", "", ":"]))
    word = f"{key}{equals}{value}"
    if rng.random() < 0.1:
        at = int(rng.integers(len(word) + 1))
        word = word[:at] + str(rng.choice(list("=.[]{}&*!%#'\"\\\t ~"))) + word[at:]
    return word


def damaged_recipe(rng: np.random.Generator) -> tuple[bytes, str]:
    """The bytes of a recipe file, and what was done to it."""
    path = RECIPES[int(rng.integers(len(RECIPES)))]
    text = path.read_text("utf-8")
    way = int(rng.integers(4))
    if way == 0:
        return _text_changed(text, rng)
    content = yaml.safe_load(text)
    marks = {}
    changes = []
    for number in range(int(rng.integers(1, 4))):
        places = list(_places(content))
        parent, key = places[int(rng.integers(len(places)))]
        value = VALUES[int(rng.integers(len(VALUES)))]
        changes.append(f"{key}: {value[:30]!r}")
        if way == 1:
            del parent[key]
        elif way == 2 and isinstance(parent, dict):
            parent[KEYS[int(rng.integers(len(KEYS)))].encode("utf-8", "replace").decode()] = 1
        else:
            marks[f"mark{number}mark"] = value
            parent[key] = f"mark{number}mark"
    text = yaml.safe_dump(content, allow_unicode=True)
    for mark, value in marks.items():
        text = text.replace(mark, value)
    return text.encode("utf-8", "surrogatepass"), f"{path.stem}: way {way}, {'; '.join(changes)}"


def _text_changed(text: str, rng: np.random.Generator) -> tuple[bytes, str]:
    """Lines swapped, indented, cut or with odd bytes in them."""
    lines = text.splitlines(keepends=True)
    for _ in range(int(rng.integers(1, 5))):
        at = int(rng.integers(len(lines)))
        match int(rng.integers(5)):
            case 0:
                lines[at] = lines[at][2:]
            case 1:
                lines[at] = "  " + lines[at]
            case 2:
                lines.insert(at, lines[int(rng.integers(len(lines)))])
            case 3:
                lines[at] = lines[at].replace(
                    ":", str(rng.choice(["", "::", ": &a", ": *a", ": |"]))
                )
            case _:
                del lines[at + 1 :]
                lines = lines or ["\n"]
    content = bytearray("".join(lines).encode())
    if rng.random() < 0.4 and content:
        for place in rng.integers(0, len(content), 3):
            content[place] = int(rng.integers(256))
    return bytes(content), "text"


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every parent and key of a tree."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])
