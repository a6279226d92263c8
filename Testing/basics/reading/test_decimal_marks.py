"""Of 1.234 and 1,234 the whole table says which mark is the decimal one, or nobody does."""

import re
from pathlib import Path

import openpyxl
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.text_table import read_text_table
from TACEResponseLib.cohort.table_rows import table_rows

SEPARATORS = {"semicolons": ";", "tabs": "\t", "bars": "|"}


def cells(folder: Path, values: list[str], separator: str = ";") -> list[str]:
    """What is read of a column, each value on a line of its own."""
    path = folder / "t.csv"
    quoted = [f'"{v}"' if separator in v else v for v in values]
    rows = [f"P{n}{separator}{v}" for n, v in enumerate(quoted)]
    path.write_text("\n".join([f"case_id{separator}afp_ng_per_ml", *rows]) + "\n", encoding="utf-8")
    return [line[1] for line in read_text_table(path, "t.csv").lines]


def refused(folder: Path, values: list[str], separator: str = ";") -> InputError:
    with pytest.raises(InputError) as caught:
        cells(folder, values, separator)
    return caught.value


@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS)
@pytest.mark.parametrize(
    "values",
    [["1.234"], ["12.500", "7"], ["400", "-1.500", "999.999"], ["1,234"], ["1.234", "5,678"]],
)
def test_a_thousand_or_a_decimal_is_not_guessed(
    values: list[str], separator: str, tmp_path: Path
) -> None:
    error = refused(tmp_path, values, separator)
    doubtful = next(v for v in values if "." in v or "," in v)
    assert f"got {doubtful}" in str(error)
    assert f"line {values.index(doubtful) + 2}, afp_ng_per_ml" in error.where


@pytest.mark.parametrize("separator", [",", *SEPARATORS.values()], ids=["commas", *SEPARATORS])
@pytest.mark.parametrize("sure", ["0.5", "12.25", "1234.567", "0.123", ".5", "1.5e-3", "1.2345"])
def test_one_sure_decimal_point_settles_the_others(
    sure: str, separator: str, tmp_path: Path
) -> None:
    assert cells(tmp_path, ["1.234", sure], separator) == ["1.234", sure]


@pytest.mark.parametrize("sure", ["0,5", "12,25", "1234,567", "0,123", ",5", "1,5e-3", "1 234,5"])
def test_one_sure_decimal_comma_settles_other_commas(sure: str, tmp_path: Path) -> None:
    plain = sure.replace(",", ".").replace(" ", "")
    assert cells(tmp_path, ["1,234", sure]) == ["1.234", plain]


def test_commas_separate_only_columns_of_point_writers(tmp_path: Path) -> None:
    assert cells(tmp_path, ["1.234", "12.500"], ",") == ["1.234", "12.500"]


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("1.234,5", 1234.5),
        ("1.234.567,8", 1234567.8),
        ("1\u00a0234,5", 1234.5),
        ("1\u202f234,50", 1234.5),
        ("1'234,5", 1234.5),
    ],
)
def test_thousands_beside_a_decimal_comma_are_sure(
    number: str, value: float, tmp_path: Path
) -> None:
    (read,) = cells(tmp_path, [number])
    assert float(read) == value


@pytest.mark.parametrize("separator", [",", *SEPARATORS.values()], ids=["commas", *SEPARATORS])
@pytest.mark.parametrize("sure", ["4,2", "1.234,5", "1.234.567"])
def test_a_point_is_in_doubt_where_commas_are_decimal(
    sure: str, separator: str, tmp_path: Path
) -> None:
    error = refused(tmp_path, ["1.234", sure], separator)
    assert f"1.234 beside {sure}" in error.got
    assert "1234" in error.remedy


@pytest.mark.parametrize(
    "values", [["4,2", "4.1"], ["1,234", "4.1"], ["1,234,567", "4,2"], ["1'234.5", "4,2"]]
)
def test_two_ways_in_one_table_are_refused(values: list[str], tmp_path: Path) -> None:
    assert "beside" in refused(tmp_path, values).got


@pytest.mark.parametrize(
    "values",
    [
        ["1.234", "2.345"],
        ["1,234", "2,345"],
        ["1.234", "4,2"],
        ["1,234", "4.2"],
        ["1.234", "5,678"],
        ["4,2", "4.1", "1.234"],
        ["1.234.567", "1.234"],
    ],
)
@pytest.mark.parametrize("choice", [0, -1], ids=["first way", "last way"])
@pytest.mark.parametrize("separator", [";", "\t"], ids=["semicolons", "tabs"])
def test_the_way_out_is_one(values: list[str], choice: int, separator: str, tmp_path: Path) -> None:
    """Whoever writes what each refusal proposes has a table that is read, with that value."""
    meant: dict[int, float] = {}
    for _ in range(2 * len(values)):
        try:
            read = cells(tmp_path, values, separator)
        except InputError as error:
            place = int(re.findall(r"line (\d+)", error.where)[0]) - 2
            written = re.findall(r"\d[\d.,]*\d", error.remedy)[choice]
            meant[place] = float(written.replace(",", "."))
            values = [written if n == place else v for n, v in enumerate(values)]
        else:
            assert meant
            assert {n: float(read[n]) for n in meant} == meant
            return
    pytest.fail(f"never read: {values}")


@pytest.mark.parametrize("choice", [0, -1], ids=["thousands", "decimals"])
def test_so_it_is_where_commas_separate(choice: int, tmp_path: Path) -> None:
    values = ["1.234", "4,2"]
    remedy = refused(tmp_path, values, ",").remedy
    written = re.findall(r"\d[\d.,]*\d", remedy)[choice]
    assert cells(tmp_path, [written, "4,2"], ",")[0] == written
    assert float(written) == (1234, 1.234)[choice]


def test_numbers_that_a_spreadsheet_stores_are_in_no_doubt(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["case_id", "afp_ng_per_ml", "albumin_g_per_l"],
        ["P1", 1.234, "4,2"],
        ["P2", 12.5, "38"],
    ):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    _, rows = table_rows(tmp_path / "t.xlsx")
    assert [list(row.values())[1:] for row in rows] == [["1.234", "4.2"], ["12.5", "38"]]


def test_a_number_that_a_spreadsheet_stores_as_text_is_in_doubt(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["case_id", "afp_ng_per_ml"], ["P1", "1.234"], ["P2", 12.5]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(InputError, match=r"line 2, afp_ng_per_ml.*got 1\.234"):
        table_rows(tmp_path / "t.xlsx")


def test_ids_and_labels_have_no_decimals(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("case_id;roi_label;roi_segment;x\n1,5;1,2;3,4;4,5\n1.234;2;1.234;1\n")
    lines = read_text_table(path, "t.csv").lines
    assert lines == (("1,5", "1,2", "3,4", "4.5"), ("1.234", "2", "1.234", "1"))
