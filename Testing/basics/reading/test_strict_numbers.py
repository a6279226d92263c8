"""Numbers are read as people write them, in tables, forms, options and recipes alike."""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.number_ranges import RANGES
from TACEResponseLib.basics.reading.strict_numbers import read_number, read_whole_number, whole
from TACEResponseLib.basics.reading.yaml_reading import parse_yaml
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.basics.writing.csv_writing import csv_text
from TACEResponseLib.cohort.reading import read_cohort
from TACEResponseLib.commands.cli import _parser, main
from TACEResponseLib.commands.options import some_name, some_path
from TACEResponseLib.patient.form import check_form, form_record
from TACEResponseLib.patient.record import read_record
from TACEResponseLib.recipe.keys import with_changes
from TACEResponseLib.recipe.reading import read_recipe
from TACEResponseLib.validation.study.columns import is_numeric, numbers

# Each of these is a number to Python's float().
ODD = (
    "6_6",
    "1_000.5",
    "\u0666\u0666",
    "\uff16",
    "nan",
    "NaN",
    "inf",
    "-Infinity",
    " 6",
    "6 ",
    "6\n",
    "\u00a06",
    "1e999",
    "1_0e1",
    "1e-400",
    "-0.5E-330",
)
PLAIN = ("0", "0e-400", "-0.0", "5e-324", "66", "-0.5", "+3", ".5", "5.", "1e-3", "2E+2", "007")
RECIPE = resource_path("Recipes", "ct-volume-clinical.yaml")


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_number_is_what_python_reads(text: str) -> None:
    assert read_number(text) == float(text)


@pytest.mark.parametrize("text", [*ODD, "", "-", "0x10", "1,5", "1e", "--1", "6 6", "\u00bd"])
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="must be a number"):
        read_number(text)


@pytest.mark.parametrize("text", ["6_6", "\u0666", "\u00b2", " 6", "6.0", "0x1", "", "+", "9" * 19])
def test_a_whole_number_is_digits_alone(text: str) -> None:
    with pytest.raises(ValueError, match="must be a whole number"):
        read_whole_number(text)
    assert [read_whole_number(t) for t in ("0", "-7", "+12")] == [0, -7, 12]


def actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Every option of every command."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from actions(inner)


def test_no_option_reads_numbers_in_another_way() -> None:
    typed = [action for action in actions(_parser()) if action.type is not None]
    assert len([action for action in typed if action.type not in (some_name, some_path)]) > 10
    assert not [a.option_strings for a in typed if a.type in (int, float)]


@pytest.mark.parametrize("seed", ["6_6", "\u0666", "1e3"])
def test_an_odd_option_is_refused_in_words(seed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["demo", "--seed", seed])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith("error: --seed: must be a whole number, got")


def test_every_whole_number_of_an_option_has_bounds_that_are_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = {action.dest for action in actions(_parser()) if action.type is whole}
    assert len(names) > 5
    assert names <= set(RANGES)
    assert main(["demo", "--seed", "9" * 20]) == 2
    stderr = capsys.readouterr().err
    assert stderr.startswith(f"error: --seed: must be 0 to {2**32 - 1}, got {'9' * 20};")


def table(folder: Path, **cells: str) -> Path:
    row = {
        "case_id": "C1",
        "role": "training",
        "response": "CR",
        "age_years": "60",
        "original_firstorder_Mean": "3",
        **cells,
    }
    path = folder / "cohort.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    return path


@pytest.mark.parametrize("column", ["age_years", "original_firstorder_Mean"])
@pytest.mark.parametrize("text", ["6_6", "\u0666\u0666", "-nan", "inf", "1e999"])
def test_an_odd_cell_of_a_cohort_is_a_problem(column: str, text: str, tmp_path: Path) -> None:
    assert read_cohort(table(tmp_path)).problems == ()
    (problem,) = read_cohort(table(tmp_path, **{column: text})).problems
    assert (problem.row, problem.column) == (2, column)


@pytest.mark.parametrize("text", [t for t in ODD if t == t.strip()])
def test_an_odd_cell_of_predictions_is_refused(text: str) -> None:
    assert numbers({"p": ["0.5", "", "-1e-2"]}, "p")[[0, 2]].tolist() == [0.5, -0.01]
    assert not is_numeric(["0.5", text])
    with pytest.raises(InputError, match="row 2: must be a number or blank"):
        numbers({"p": ["0.5", text]}, "p")


@pytest.mark.parametrize("text", ["6_6", "\u0666\u0666", "nan", "inf"])
def test_an_odd_field_of_a_form_is_a_problem(text: str) -> None:
    form = {"age_years": {"text": text, "unit": ""}}
    problem = check_form(form).fields["age_years"].problem
    assert problem is not None
    assert problem.startswith("must be a number")
    with pytest.raises(InputError, match="age_years must be a number"):
        form_record(form)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("NaN", "must hold finite numbers of at most 20 digits, got NaN"),
        ("Infinity", "must hold finite numbers of at most 20 digits, got Infinity"),
        ("1e999", "must hold finite numbers of at most 20 digits, got 1e999"),
        ('"6_6"', "age_years must be a number"),
        ('"66"', "age_years must be a number"),
        ("true", "age_years must be a number"),
    ],
)
def test_an_odd_value_of_a_json_record_is_refused(word: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "clinical.json"
    path.write_text(f'{{"age_years": {word}}}')
    with pytest.raises(InputError, match=says):
        read_record(path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("66", 66),
        ("-0.5", -0.5),
        ("1e-3", 0.001),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("0", 0),
        ("0x10", "0x10"),
        ("010", 10),
        ("1:30", "1:30"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("0b1", "0b1"),
        ("yes", True),
        ("null", None),
        ("'5'", "5"),
        ("[1, 2.5]", [1, 2.5]),
    ],
)
def test_yaml_has_the_numbers_of_json(text: str, value: Any) -> None:
    read = parse_yaml(text, "x")
    assert read == value
    assert type(read) is type(value)


def test_every_shipped_recipe_reads_as_before() -> None:
    import yaml

    for path in resource_path("Recipes").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert parse_yaml(text, path.name) == yaml.safe_load(text)


@pytest.mark.parametrize(
    "change", ["folds=6_6", "folds=0x3", "folds=\u0663", "folds=1:30", "fusion.n_bootstrap='6_6'"]
)
def test_an_odd_number_of_a_recipe_is_refused(change: str) -> None:
    recipe = read_recipe(RECIPE)
    assert with_changes(recipe, ["folds=3"]).folds == 3
    with pytest.raises(InputError, match=f"--set {change.partition('=')[0]}|--set: {change[:5]}"):
        with_changes(recipe, [change])


@pytest.mark.parametrize("text", ["[1, 6_6]", "{a: {b: \u0666}}", "'6_6'"])
def test_an_odd_number_inside_yaml_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="recipe x: numbers are written in the digits 0 to 9"):
        parse_yaml(text, "recipe x")


def test_numbers_of_a_table_stay_numbers_and_texts_become_no_formulas() -> None:
    text = csv_text(("name", "=x"), [("=1+1", -0.5), ("-0.5", np.float64(2)), ("a\x1b", "")])
    assert text == "name,'=x\n'=1+1,-0.5\n-0.5,2.0\na\\u001b,\n"
