"""Texts for the places in which a scene keeps values: no value, another type, too much of it."""

import json

import numpy as np

LETTERS = "abcXYZ019 \t\n\"'\\<>&%;:,{}[]()=+-_.\u00e4\u4e2d\U0001f9ea\u202e"
NUMBERS = ("NaN", "-Infinity", "1e309", "9" * 5000, "-0", "1e-400", "0x10", "\u0663", "1_0", "")
ODD: tuple[object, ...] = (
    None,
    True,
    5,
    1e308,
    -1,
    "x",
    [],
    {},
    [[]],
    [{}],
    {"": ""},
    {"texts": 5, "units": {}},
    {"texts": {"age_years": 5}, "units": {}},
    {"texts": {}, "units": [1]},
    [{"a": 1}],
    [{"time": 1, "volume_ml": "x", "probability": 2, "interval": [0], "model": None}],
    [{"time": "t", "volume_ml": 1, "probability": 9, "interval": [0, 1], "model": "m"}],
    [{"time": "t", "volume_ml": 1, "probability": True, "interval": [0, 1], "model": "m"}],
    {"ct_arterial": 5},
    {"ct_arterial": None},
)


def hostile_text(rng: np.random.Generator, whole: str) -> str:
    """One text.

    Args:
        rng: draws it.
        whole: what stands there in a sound scene; may be cut or altered.
    """
    kind = int(rng.integers(8))
    if kind == 0:
        return "".join(rng.choice(list(LETTERS), size=int(rng.integers(0, 60))))
    if kind == 1:
        return json.dumps(ODD[int(rng.integers(len(ODD)))])
    if kind == 2:
        return str(rng.choice(NUMBERS))
    if kind == 3:
        return "[" * int(rng.choice([70, 3000, 100_000]))
    if kind == 4:
        return f'[{{"time": {rng.choice(NUMBERS[:5])}}}]'
    if kind == 5:
        return "x" * int(rng.choice([200, 20_000, 1_100_000]))
    return _altered(rng, whole)


def _altered(rng: np.random.Generator, whole: str) -> str:
    """A sound text with a piece missing, doubled or replaced."""
    if not whole:
        return str(rng.choice(["not said ", "Maybe", "E", "true", "None", "1.0000001"]))
    start = int(rng.integers(len(whole)))
    end = min(len(whole), start + int(rng.integers(1, 12)))
    piece = str(rng.choice(["", whole[start:end] * 2, "null", "NaN", "-1", '"', "\u00e9"]))
    return whole[:start] + piece + whole[end:]
