"""Random text where a stranger may put some: cells, titles, names."""

import csv
import io
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.plain_text import FORMULA_BEGINS, HARMLESS, UNSAFE
from TACEResponseLib.basics.reading.strict_numbers import read_number
from TACEResponseLib.basics.reading.yaml_reading import parse_yaml
from TACEResponseLib.basics.writing.csv_writing import csv_text
from TACEResponseLib.bundle.cards.card import model_card
from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.bundle.reading import read_metadata
from TACEResponseLib.worker.model_description import describe_model
from Testing.hardening.attempts import Tally, attempt

SEED = 20261
NUMERALS = list("0123456789.eE+-_ \t\u0660\uff11,xXnNaAiIfF\u00a0\u2212")
LETTERS = list(
    "abcäß肝 =+-@|`<>[]()!#*_\\\"'&;:/.0123456789$\n\r\t\x1b\x07\x7f\x9b\u202e\u2066\u2028"
)


def drawn(letters: list[str], longest: int, i: int) -> str:
    rng = np.random.default_rng([SEED, i])
    return "".join(rng.choice(letters, int(rng.integers(1, longest))))


def test_a_number_is_read_as_python_does_or_not_at_all(
    tries: Callable[[int], Any], tally: Tally
) -> None:
    for i in tries(100):
        text = drawn(NUMERALS, 7, i)

        def job(text: str = text) -> None:
            try:
                number = read_number(text)
            except ValueError as error:
                raise InputError("cell", "must be a number", got=repr(text), remedy="-") from error
            assert math.isfinite(number)
            assert number == float(text)
            assert set(text) <= set("0123456789.eE+-")
            assert float(parse_yaml(text, "x")) == number

        tally.add(attempt(job), f"try {i}: {text!r}")
    assert tally.bad == []


def test_a_stranger_s_words_stay_words(tries: Callable[[int], Any], tally: Tally) -> None:
    shipped = read_metadata("ct-volume-clinical").model_dump(mode="json")
    names = ("title", "authors", "license", "criterion", "readout", "population", "intended_use")
    describe_model(
        read_metadata("ct-volume-clinical"), path="", sha256=""
    )  # Schemas are read once, before the fork.
    for i in tries(60):
        text = drawn(LETTERS, 40, i)

        def job(text: str = text) -> None:
            metadata = BundleMetadata.model_validate(shipped | dict.fromkeys(names, text))
            card = model_card(metadata)
            assert not UNSAFE.search(card)
            assert not UNSAFE.search(repr(describe_model(metadata, path="", sha256="")))
            plain = model_card(BundleMetadata.model_validate(shipped | dict.fromkeys(names, "x")))
            assert card.count("\n") == plain.count("\n")
            for sign in "[<`|":
                assert card.count(sign) - card.count(f"\\{sign}") == plain.count(sign)

        tally.add(attempt(job), f"try {i}: {text!r}")
    assert tally.bad == []


def test_a_table_comes_back_and_computes_nothing(tries: Callable[[int], Any], tally: Tally) -> None:
    for i in tries(60):
        text = drawn(LETTERS, 12, i)

        def job(text: str = text) -> None:
            written = csv_text(("name", "value"), [(text, -0.5)])
            assert not UNSAFE.search(written)
            (row,) = csv.DictReader(io.StringIO(written, newline=""))
            assert row["value"] == "-0.5"
            cell = row["name"]
            assert not cell.startswith(FORMULA_BEGINS) or HARMLESS.fullmatch(cell)

        tally.add(attempt(job), f"try {i}: {text!r}")
    assert tally.bad == []
