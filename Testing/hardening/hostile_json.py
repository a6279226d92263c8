"""Random damage to JSON: a place in its tree, and something there that nobody expects."""

import json
from typing import Any

import numpy as np

RAW = "@raw-{}@"
# JSON texts; those that Python can't build stand in the file as they are.
RAW_VALUES = (
    "NaN",
    "-Infinity",
    "1e999",
    "-0",
    "1" * 30,
    "9" * 5000,
    "[" * 100 + "]" * 100,
    "[" * 100_000,
    '{"a":' * 2000 + "1" + "}" * 2000,
    '{"a": 1, "a": 2}',
    r'"\ud800"',
    "tr",
    "",
    "[" + "[]," * 3000 + "0]",
    '"' + "x" * 100_000 + '"',
)
VALUES = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2,
    7,
    64,
    4096,
    2**31,
    2**63,
    10**19,
    0.5,
    -0.5,
    1e-9,
    1e-300,
    1e300,
    1.7e308,
    "",
    "x",
    "0.5",
    "$import os",
    "$__import__('os').system('touch canary')",
    "@bundle_root",
    "%other.yaml",
    "../../canary",
    "/etc/passwd",
    "C:\\con",
    "a\nb",
    "\x1b[2J",
    "ä" * 300,
    "os.system",
    "builtins.exec",
    [],
    {},
    [[]],
    [0] * 1000,
    {"_target_": "os.system"},
    {"x" * 500: 1},
    ["$1"],
)


def damaged(content: Any, rng: np.random.Generator, times: int = 1) -> tuple[str, str]:
    """The text of changed JSON, and what was changed.

    Args:
        content: plain JSON values; stays as it is.
        rng: draws place and value.
        times: changes.
    """
    content = json.loads(json.dumps(content))
    raw: list[str] = []
    changes = []
    for _ in range(times):
        places = list(_places(content))
        parent, key = places[int(rng.integers(len(places)))]
        changes.append(f"{key}: {_change(parent, key, rng, raw)}")
    text = json.dumps(content, indent=1)
    for number, value in enumerate(raw):
        text = text.replace(json.dumps(RAW.format(number)), value)
    return text, "; ".join(changes)


def _change(parent: Any, key: Any, rng: np.random.Generator, raw: list[str]) -> str:
    """Remove, add, swap or replace one value."""
    way = int(rng.integers(10))
    if way == 0:
        del parent[key]
        return "removed"
    if way == 1 and isinstance(parent, dict):
        parent["unknown_key"] = 1
        return "unknown key beside"
    if way == 2 and isinstance(parent, list):
        parent.extend(parent * 3)
        return "repeated"
    if way in (3, 4):
        raw.append(RAW_VALUES[int(rng.integers(len(RAW_VALUES)))])
        parent[key] = RAW.format(len(raw) - 1)
        return raw[-1][:40]
    if way == 5 and isinstance(parent[key], int | float) and not isinstance(parent[key], bool):
        parent[key] = parent[key] * float(rng.choice([-1, 1e-12, 10, 1e6, 1e15]))
        return f"scaled to {parent[key]}"
    parent[key] = VALUES[int(rng.integers(len(VALUES)))]
    return repr(parent[key])[:40]


def _places(value: Any) -> Any:
    """Every parent and key of a tree."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])
