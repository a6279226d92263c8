"""YAML from outside holds plain values, and is bounded before anything is built of it."""

import time
from typing import Any

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.yaml_reading import parse_yaml
from TACEResponseLib.basics.resources import resource_path


def laughs(levels: int) -> str:
    """Ten of ten of ten: a few hundred bytes that unfold to 10 to the power of `levels` values."""
    rows = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    for n in range(1, levels):
        rows.append(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]")
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("010", 10),
        ("1e-3", 1e-3),
        ("1.5", 1.5),
        (".5", 0.5),
        ("-2.5e3", -2500.0),
        ("1:30", "1:30"),
        ("0x10", "0x10"),
        ("1.", 1.0),
        ("2020-01-01", "2020-01-01"),
        ("2020-13-45", "2020-13-45"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("yes", True),
        ("false", False),
        ("~", None),
        ("", None),
        ("=", "="),
        ("[1, a]", [1, "a"]),
        ("{a: 1}", {"a": 1}),
        ("'3'", "3"),
        ("9" * 30, "9" * 30),
        ("a: &x {b: 1}\nc: {<<: *x, d: 2}", {"a": {"b": 1}, "c": {"b": 1, "d": 2}}),
        (
            "a: &x {b: 1}\nc: &y {<<: *x, b: 2}\ne: {<<: *y, b: 3}",
            {"a": {"b": 1}, "c": {"b": 2}, "e": {"b": 3}},
        ),
    ],
)
def test_a_plain_value_is_what_it_looks_like(text: str, value: Any) -> None:
    content = parse_yaml(text, "--x")
    assert content == value
    assert type(content) is type(value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (laughs(9), "must unfold to at most 20000 values, got more"),
        (laughs(300), "must unfold to at most 20000 values"),
        ("a: &a [*a]", r"may repeat only what is complete, got \*a"),
        ("a: *b", r"may repeat only what is complete, got \*b"),
        ("[" * 100_000, "must be nested at most 64 deep"),
        ("- " * 50_000, "must be nested at most 64 deep"),
        ("a: 1\nb: 2\na: 3", "must give each key once, got 'a' twice"),
        ("a: {b: 1, b: 2}", "must give each key once, got 'b' twice"),
        ("!!python/object/apply:os.system [ls]", "must not name types by tags"),
        ("a: !!binary aGk=", "must not name types by tags"),
        ("! a", "must not name types by tags"),
        ("x" * 300_000, "must be at most 256 kB of YAML"),
        ("[x" + ",x" * 30_000 + "]", "must unfold to at most 20000 values"),
        ("a: [1, 2", "must be readable YAML, got expected .* at line 1, column 9"),
        ("? [a]\n: 1", "must be readable YAML, got found unhashable key"),
        ("a: 1\n---\nb: 1", "must be readable YAML"),
        ("a: \x00", "must be readable YAML"),
        ("\ta", "must be readable YAML"),
        ("%YAML 9.9\n--- a", "must be readable YAML"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_plain_yaml_is_refused_at_once(text: str, says: str) -> None:
    start = time.process_time()
    with pytest.raises(InputError, match=f"^--x: {says}"):
        parse_yaml(text, "--x")
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "path", sorted(resource_path("Recipes").glob("*.yaml")), ids=lambda p: p.stem
)
def test_a_shipped_recipe_reads_as_pyyaml_reads_it(path: Any) -> None:
    import yaml

    text = path.read_text("utf-8")
    assert parse_yaml(text, "--x") == yaml.safe_load(text)
