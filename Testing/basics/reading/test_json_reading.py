"""JSON from outside is small, shallow and says one thing."""

import json
import re
from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.json_reading import MOST_DEPTH, parse_json, read_json_object


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        3,
        "x",
        None,
        True,
        {"a": [1, 2.5, -3e-5, "ä", "😀", None]},
        10**19,
        -(10**19),
        {"a": {"b": {"c": []}}},
    ],
)
def test_what_json_says_is_what_python_reads(value: object) -> None:
    assert parse_json(json.dumps(value), "--x") == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode(), "--x") == value
    assert parse_json(b"\xef\xbb\xbf" + json.dumps(value).encode(), "--x") == value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" * 100_000, "must be nested at most 64 deep"),
        ('{"a":' * 100_000, "must be nested at most 64 deep"),
        ("[" * 100 + "]" * 100, "must be nested at most 64 deep, got deeper"),
        ("9" * 5000, "must hold finite numbers of at most 20 digits, got one of 5000 digits"),
        ('{"a": -' + "9" * 21 + "}", "got one of 21 digits"),
        ("NaN", "must hold finite numbers of at most 20 digits, got NaN"),
        ("[-Infinity]", "got -Infinity"),
        ("1e999", "got 1e999"),
        ('{"a": 1, "b": 2, "a": 3}', "must give each key once, got 'a' twice; remove one"),
        ('{"a": {"b": 1, "b": 1}}', "got 'b' twice"),
        (r'{"a": "\ud800"}', "must hold whole characters only, got half of a surrogate pair"),
        (r'{"\uDC00": 1}', "must hold whole characters only"),
        ("[" + "0," * 2_100_000 + "0]", "must hold at most 2000000 values"),
        ("{", "must be JSON, got Expecting property name"),
        ("", "must be JSON, got Expecting value at line 1, column 1"),
        ("{} {}", "must be JSON, got Extra data at line 1, column 4"),
        ("'a'", "must be JSON"),
        ('"a\nb"', "must be JSON, got Invalid control character"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_sane_json_is_refused_in_a_line(text: str, says: str) -> None:
    with pytest.raises(InputError, match=f"^--x: .*{says}"):
        parse_json(text, "--x")


def test_a_whole_pair_of_surrogates_is_one_character() -> None:
    assert parse_json(r'"\ud83d\ude00"', "--x") == "😀"


def test_the_deepest_that_is_allowed_is_read() -> None:
    text = "[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1)
    assert json.dumps(parse_json(text, "--x")) == text
    with pytest.raises(InputError, match="deeper"):
        parse_json(f"[{text}]", "--x")


def test_utf_16_and_a_file_that_holds_no_object_are_told(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes('{"a": 1}'.encode("utf-16"))
    with pytest.raises(InputError, match="must be UTF-8 text, got UTF-16"):
        read_json_object(path, "--x", example="{}")
    path.write_text("[]")
    with pytest.raises(InputError, match=r"must hold one JSON object, got list; write \{\}"):
        read_json_object(path, "--x", example="{}")


@pytest.mark.parametrize("text", ['{"a": "x', '{"a": "\n"}', '{"a" 1}', "{", '{"a": tru}'])
def test_where_a_text_breaks_is_a_sentence(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_json(text, "--clinical p.json")
    assert re.search(r" at line \d+, column \d+; mend it there$", str(caught.value))
    assert " at at " not in str(caught.value)
