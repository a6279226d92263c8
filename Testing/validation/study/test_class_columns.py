"""A table of class probabilities as somebody gives it."""

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.validation.study.class_columns import class_rows
from TACEResponseLib.validation.study.predictions_table import TableOptions, read_predictions
from TACEResponseLib.validation.study.study import Study

HEADER = ("case_id", "response", "p_CR", "p_PR", "p_SD", "p_PD")
ROWS = (
    ("A", "CR", ".7", ".1", ".1", ".1"),
    ("B", "PR", ".2", ".5", ".2", ".1"),
    ("C", "SD", ".1", ".3", ".4", ".2"),
    ("D", "PD", ".1", ".1", ".2", ".6"),
)
Write = Callable[..., Path]


@pytest.fixture
def write_classes(tmp_path: Path) -> Write:
    """Writes the four patients with other rows behind them, or other columns."""

    def table(
        *more: Sequence[str], header: Sequence[str] = HEADER, rows: Sequence[Sequence[str]] = ROWS
    ) -> Path:
        path = tmp_path / "classes.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows, *more])
        return path

    return table


def read(path: Path) -> Study:
    return read_predictions(path, TableOptions())


def test_responders_are_cr_and_pr_and_their_probabilities_add_up(write_classes: Write) -> None:
    study = read(write_classes())
    assert study.positive_class == "CR or PR"
    assert study.outcome.tolist() == [1, 1, 0, 0]
    assert [model.name for model in study.models] == ["p_CR + p_PR"]
    assert study.models[0].probabilities == pytest.approx([0.8, 0.7, 0.4, 0.2])
    assert study.responses == ("CR", "PR", "SD", "PD")
    assert study.class_scores[0].probabilities[2] == pytest.approx([0.1, 0.3, 0.4, 0.2])


def test_another_model_of_the_table_stands_behind_the_classes(write_classes: Write) -> None:
    header = ("case_id", "clinical", *HEADER[1:])
    study = read(write_classes(header=header, rows=[(r[0], ".5", *r[1:]) for r in ROWS]))
    assert [model.name for model in study.models] == ["p_CR + p_PR", "clinical"]


def test_what_is_missing_leaves_a_patient_out_or_only_the_class(write_classes: Write) -> None:
    more = [
        ("E", "responder", ".4", ".4", ".1", ".1"),
        ("F", "SD", ".1", "", ".4", ".2"),
        ("G", "", ".1", ".3", ".4", ".2"),
    ]
    study = read(write_classes(*more))
    assert study.responses == ("CR", "PR", "SD", "PD", "")
    assert study.outcome.tolist() == [1, 1, 0, 0, 1]
    assert [failure.case_id for failure in study.failures] == ["F", "G"]
    assert study.class_scores[0].probabilities.shape == (5, 4)


def test_an_outcome_beside_is_taken_where_the_class_is_blank(write_classes: Write) -> None:
    rows = [(*row, outcome) for row, outcome in zip(ROWS, "1100", strict=True)]
    study = read(
        write_classes(
            ("E", "", ".4", ".4", ".1", ".1", "0"), rows=rows, header=(*HEADER, "outcome")
        )
    )
    assert study.outcome.tolist() == [1, 1, 0, 0, 0]


def test_rows_are_written_as_they_are_read(write_classes: Write) -> None:
    study = read(write_classes())
    header, rows = class_rows(study, study.class_scores[0])
    again = read(write_classes(header=header, rows=[[str(cell) for cell in r] for r in rows]))
    assert again.responses == study.responses
    assert np.array_equal(again.class_scores[0].probabilities, study.class_scores[0].probabilities)


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        (("E", "SD", ".4", ".4", ".4", ".1"), "p_CR, p_PR, p_SD, p_PD, row 5: must be >= 0 and"),
        (("E", "SD", "-.2", ".8", ".3", ".1"), "row 5: must be >= 0 and add to 1"),
        (("E", "stable", ".4", ".4", ".1", ".1"), "response, row 5: must be one of CR, PR, SD"),
        (("E", "SD", "low", ".4", ".1", ".1"), "p_CR, row 5 (E): must be a number or blank"),
    ],
    ids=["too much", "negative", "unknown class", "a word"],
)
def test_rows_that_are_no_classes_are_refused(
    write_classes: Write, cells: Sequence[str], rule: str
) -> None:
    with pytest.raises(InputError, match=re.escape(rule)):
        read(write_classes(cells))


def test_a_class_without_its_column_is_refused(write_classes: Write) -> None:
    with pytest.raises(InputError, match="p_PD: must be a column"):
        read(write_classes(header=HEADER[:-1], rows=[row[:-1] for row in ROWS]))


def test_an_outcome_that_says_otherwise_is_refused(write_classes: Write) -> None:
    # Disease control: SD counts as 1, which p_CR + p_PR is no probability of.
    rows = [(*row, outcome) for row, outcome in zip(ROWS, "1110", strict=True)]
    with pytest.raises(InputError, match="outcome, row 3: must be 0 for a response of SD"):
        read(write_classes(header=(*HEADER, "outcome"), rows=rows))
