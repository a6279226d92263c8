"""Records as a table: blank where one lacks a column, and nothing that a spreadsheet computes."""

import csv
import io

from TACEResponseLib.basics.writing.csv_writing import records_csv


def test_a_record_without_a_column_leaves_its_cell_blank() -> None:
    text = records_csv(("a", "b"), [{"a": "1"}, {"b": "x, y", "a": "2"}])
    assert list(csv.DictReader(io.StringIO(text))) == [
        {"a": "1", "b": ""},
        {"a": "2", "b": "x, y"},
    ]
    assert "\r" not in text


def test_a_stranger_s_cell_is_never_a_formula() -> None:
    text = records_csv(("case_id", "site"), [{"case_id": "1", "site": '=HYPERLINK("http://x")'}])
    assert next(csv.DictReader(io.StringIO(text)))["site"].startswith("'=")
