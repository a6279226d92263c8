"""Tables as people save them: each way gives the same cells, and what could be two is refused."""

import csv
import io
import re
from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading import cells
from TACEResponseLib.basics.reading.text_table import TextTable, read_text_table

HEADER = ["case_id", "site", "albumin_g_per_l [g/dL]", "note"]
ROWS = [["P1", "Z\u00fcrich", "4.2", "a, b; c"], ["P2", "K\u00f6ln", "3.85", ""]]
READ = (("P1", "Z\u00fcrich", "4.2", "a, b; c"), ("P2", "K\u00f6ln", "3.85", ""))


def saved(rows: list[list[str]], separator: str = ",", end: str = "\n") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end).writerows([HEADER, *rows])
    return text.getvalue()


def read(tmp_path: Path, content: bytes) -> TextTable:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    return read_text_table(path, "--cohort t.csv")


WITH_COMMA = [["P1", "Z\u00fcrich", "4,2", "a, b; c"], ["P2", "K\u00f6ln", "3,85", ""]]
WAYS = {
    "plain": (saved(ROWS).encode(), []),
    "byte order mark": (saved(ROWS).encode("utf-8-sig"), []),
    "Windows lines": (saved(ROWS, end="\r\n").encode(), []),
    "old Macintosh lines": (saved(ROWS, end="\r").encode(), []),
    "blank lines": (saved(ROWS).replace("\n", "\n\n").encode(), []),
    "UTF-16": (saved(ROWS).encode("utf-16"), []),
    "UTF-16, big end first": (b"\xfe\xff" + saved(ROWS).encode("utf-16-be"), []),
    "UTF-16 without its mark": (saved(ROWS).encode("utf-16-le"), ["UTF-16"]),
    "UTF-16 without its mark, big end first": (saved(ROWS).encode("utf-16-be"), ["UTF-16"]),
    "Windows-1252": (saved(ROWS).encode("cp1252"), ["Windows-1252"]),
    "semicolons": (saved(ROWS, ";").encode(), ["semicolons"]),
    "tabs": (saved(ROWS, "\t").encode(), ["tabs"]),
    "bars": (saved(ROWS, "|").encode(), ["bars"]),
    "Excel's word for it": (b"sep=;\r\n" + saved(ROWS, ";").encode(), ["semicolons"]),
    "decimal comma": (saved(WITH_COMMA, ";").encode(), ["semicolons", "decimal comma"]),
    "tabs with decimal comma": (saved(WITH_COMMA, "\t").encode("utf-16"), ["tabs", "comma"]),
    "as Excel saves in German": (
        saved(WITH_COMMA, ";", "\r\n").encode("cp1252"),
        ["Windows-1252", "semicolons", "decimal comma"],
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_saving_a_table_gives_its_cells_and_is_told_once(
    way: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content, words = WAYS[way]
    table = read(tmp_path, content)
    assert table.header == tuple(HEADER)
    assert table.lines == READ
    assert len(table.remarks) == len(words)
    assert all(word in remark for word, remark in zip(words, table.remarks, strict=True))
    assert [r.getMessage() for r in caplog.records] == [
        f"--cohort t.csv: {r}" for r in table.remarks
    ]


@pytest.mark.parametrize(
    "word",
    ["[Not Available]", "[Unknown]", "'--", "NA", "N/A", "n/a", ".", "NaN", "null", "#N/A", "na"],
)
def test_words_for_nothing_are_blanks_and_told(word: str, tmp_path: Path) -> None:
    table = read(tmp_path, saved([["P1", "A", word, ""]]).encode())
    assert table.lines == (("P1", "A", "", ""),)
    assert table.remarks == (f"{word} is taken for a blank",)


@pytest.mark.parametrize("word", ["-", "none", "no", "0", "unknown", "Na+"])
def test_words_that_may_mean_something_are_kept(word: str, tmp_path: Path) -> None:
    table = read(tmp_path, saved([["P1", "A", "4.2", word]]).encode())
    assert table.lines[0][3] == word


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (saved([["P1", "A", "1,234", ""]], ";"), "got 1,234, thousands or decimals"),
        (
            saved([["P1", "A", "4,2", ""], ["P2", "A", "4.1", ""]], ";"),
            "4,2 beside 4.1; write 4.2",
        ),
        ("a,b;c\n1,2;3\n", "commas and semicolons"),
        ("sep=:\na:b\n1:2\n", "got ':'"),
        ('a,b\n"x', "in line 2; mend"),
        ("a,b\n\x00,1\n", "binary file"),
        (b"a,b\n\x81,1\n", "neither UTF-8 nor Windows-1252"),
        (b"\xff\xfe\x00", "damaged"),
        (b"PK\x03\x04rest", "a zip archive"),
    ],
    ids=[
        "thousands",
        "two points",
        "two separators",
        "a colon",
        "open quote",
        "nul",
        "no letters",
        "half a letter",
        "a zip",
    ],
)
def test_what_can_be_read_in_two_ways_or_none_is_refused(
    content: str | bytes, says: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, content.encode() if isinstance(content, str) else content)
    assert says in str(caught.value)


def test_a_thousand_is_told_from_a_decimal_by_its_neighbors(tmp_path: Path) -> None:
    rows = [["P1", "A", "1,234", ""], ["P2", "A", "0,5", ""]]
    assert [line[2] for line in read(tmp_path, saved(rows, ";").encode()).lines] == ["1.234", "0.5"]


def test_commas_of_ids_stay(tmp_path: Path) -> None:
    table = read(tmp_path, saved([["1,5", "A", "4,2", ""]], ";").encode())
    assert table.lines[0][:3] == ("1,5", "A", "4.2")


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    table = read(tmp_path, b'\ncase_id,note\n\nP1,"two\nlines"\n\n\nP2,one\n')
    assert table.numbers == (5, 8)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1", 1.0),
        ("-0.5", -0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("+2", 2.0),
        ("1_000", None),
        ("1,000", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("<5", None),
        ("\uff11", None),
        ("0x10", None),
        ("1 000", None),
        ("", None),
        ("5 g/L", None),
    ],
)
def test_a_number_is_nothing_else(cell: str, value: float | None) -> None:
    assert cells.number_in(cell) == value


@pytest.mark.parametrize(
    "cell", ["1 234", "1\u00a0234", "1\u202f234.5", "1'234", "12\u2019345'678"]
)
def test_thousands_are_written_without_a_mark_as_it_says(cell: str) -> None:
    assert cells.number_in(cell) is None
    remedy = cells.number_remedy(cell)
    written = remedy.removeprefix("write ").split(",")[0].split(" ")[0]
    assert cells.number_in(written) == float(re.sub("[^0-9.]", "", cell))


@pytest.mark.parametrize("cell", ["\u221212.5", "\u20133", "\uff0d0.25"])
def test_a_printed_minus_is_written_as_it_says(cell: str) -> None:
    assert cells.number_in(cell) is None
    written = cells.number_remedy(cell).removeprefix("write ").split(",")[0]
    assert cells.number_in(written) == -float(cell[1:])


@pytest.mark.parametrize("cell", ["yes", "Y", "TRUE", "t", "1", "1.0", " Yes "])
def test_yes_has_many_words(cell: str) -> None:
    assert cells.truth(cell) is True


@pytest.mark.parametrize("cell", ["no", "N", "False", "f", "0", "0.0"])
def test_so_has_no(cell: str) -> None:
    assert cells.truth(cell) is False


@pytest.mark.parametrize("cell", ["2", "-1", "", "ja", "maybe", "yes/no", "x"])
def test_codes_that_differ_from_hospital_to_hospital_are_neither(cell: str) -> None:
    assert cells.truth(cell) is None


SHORT = "case_id,age_years,inr\nP1,66,1.1\nP2,55\nP3,71,1.3\n"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_rows_that_end_early_are_told_with_line_and_number(separator: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"{SHORT}P4\n".replace(",", separator))
    remark = read_text_table(path, "t.csv").remarks[-1]
    assert remark == "line 3 has 2 cells of 3, so do 1 more; the missing ones are taken for blanks"
    path.write_text(SHORT.replace("P2,55", "P2,55,").replace(",", separator))
    assert "cells of" not in " ".join(read_text_table(path, "t.csv").remarks)


@pytest.mark.parametrize("cut", range(1, len("P3,71,")))
def test_a_table_that_was_cut_in_its_last_line_is_refused(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    whole = SHORT.replace("P2,55", "P2,55,")
    path.write_text(whole[: whole.index("P3") + cut])
    with pytest.raises(InputError, match=r"t\.csv line 4: must have 3 cells.*no end of the line"):
        read_text_table(path, "t.csv")
    path.write_text(whole.removesuffix("\n"))
    assert len(read_text_table(path, "t.csv").lines) == 3


def test_columns_of_the_header_that_are_blank_need_no_cells(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("case_id,age_years,,\nP1,66\nP2,55,,\n")
    assert read_text_table(path, "t.csv").remarks == ()
