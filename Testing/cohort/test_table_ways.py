"""A cohort table as hospitals keep it: words in any case, other separators, pyradiomics' CSV."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.cohort.columns import FILES, OTHER
from TACEResponseLib.cohort.header import holds_numbers
from TACEResponseLib.cohort.reading import read_cohort, usable_cohort
from TACEResponseLib.cohort.table_rows import table_rows
from TACEResponseLib.patient.record import read_record
from TACEResponseLib.patient.schema import load_schema


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "c.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_german_table_gives_the_same_patients_as_a_plain_one(tmp_path: Path) -> None:
    plain = table(
        tmp_path,
        "case_id,role,response,albumin_g_per_l [g/dL],cirrhosis\n"
        "P1,training,PR,4.2,yes\nP2,external_test,,3.9,no\n",
    )
    expected = usable_cohort(plain)
    german = table(
        tmp_path,
        "case_id;role;response;albumin_g_per_l [g/dL];cirrhosis\r\n"
        "P1;Training;pr;4,2;1\r\nP2;External test;NA;3,9;0\r\n",
    )
    assert usable_cohort(german) == expected
    remarks = read_cohort(german).remarks
    assert [r.split()[-1] for r in remarks] == ["semicolons", "blank", "comma"]


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("CR", "CR"),
        ("cr", "CR"),
        ("1", "1"),
        ("1.0", "1"),
        ("yes", "1"),
        ("0", "0"),
        ("FALSE", "0"),
        ("Responder", "responder"),
        ("Non-Responder", "non_responder"),
        ("NA", ""),
        ("", ""),
    ],
)
def test_responses_have_many_words(word: str, label: str, tmp_path: Path) -> None:
    (patient,) = usable_cohort(table(tmp_path, f"case_id,role,response,age_years\nP1,,{word},63\n"))
    assert patient.response == label


@pytest.mark.parametrize("word", ["2", "good", "R", "-", "partial"])
def test_codes_that_could_mean_either_are_refused(word: str, tmp_path: Path) -> None:
    (problem,) = read_cohort(
        table(tmp_path, f"case_id,role,response,age_years\nP1,,{word},63\n")
    ).problems
    assert problem.column == "response"


@pytest.mark.parametrize(("column", "cell"), [("sex", "1"), ("sex", "2"), ("cirrhosis", "2")])
def test_one_and_two_are_no_code_of_ours(column: str, cell: str, tmp_path: Path) -> None:
    (problem,) = read_cohort(
        table(tmp_path, f"case_id,role,response,{column}\nP1,,,{cell}\n")
    ).problems
    assert problem.column == column


def test_a_row_with_more_cells_than_the_header_is_refused(tmp_path: Path) -> None:
    """A decimal comma between commas shifts every cell behind it."""
    text = "case_id,role,response,age_years,sex\nP1,,,63,M\nP2,,,63,5,M\n"
    with pytest.raises(InputError, match=r"line 3: must have 5 cells.* got 6; quote"):
        read_cohort(table(tmp_path, text))


def test_a_number_with_a_comma_in_a_comma_table_is_not_guessed(tmp_path: Path) -> None:
    (problem,) = read_cohort(
        table(tmp_path, 'case_id,role,response,afp_ng_per_ml\nP1,,,"1,234"\n')
    ).problems
    assert problem.got == "'1,234'"
    assert "without a comma" in problem.remedy


def test_pyradiomics_own_columns_are_features_or_passed_over_and_told(tmp_path: Path) -> None:
    text = (
        "case_id,role,response,Image,Mask,diagnostics_Versions_PyRadiomics,"
        "diagnostics_Image-original_Spacing,diagnostics_Mask-original_VoxelNum,"
        "original_shape_VoxelVolume,log-sigma-1-0-mm-3D_firstorder_Mean,wavelet-LLH_glcm_Idm\n"
        'P1,,PR,/data/ct.nrrd,/data/roi.nrrd,3.1.0,"(1.0, 1.0, 2.5)",4711,11777.5,-3.25,0.75\n'
    )
    read = read_cohort(table(tmp_path, text))
    assert read.problems == ()
    assert read.patients[0].features == {
        "original_shape_VoxelVolume": 11777.5,
        "log-sigma-1-0-mm-3D_firstorder_Mean": -3.25,
        "wavelet-LLH_glcm_Idm": 0.75,
    }
    assert read.remarks == (
        "not read, since pyradiomics wrote them beside its features: Image, Mask and 3 more",
    )


def test_a_line_of_a_problem_is_that_of_the_file(tmp_path: Path) -> None:
    (problem,) = read_cohort(
        table(tmp_path, "\n\ncase_id,role,response,age_years\n\nP1,,,63\n\nP2,,,630\n")
    ).problems
    assert problem.row == 7


def test_rows_with_a_problem_are_no_patients(tmp_path: Path) -> None:
    text = "case_id,role,response,age_years\nP1,,,63\nP1,,,64\nP2,,,630\nP3,,,65\n"
    read = read_cohort(table(tmp_path, text))
    assert [p.case_id for p in read.patients] == ["P1", "P3"]
    assert [known.case_id for known in read.known.values()] == ["P1", "P1", "P2", "P3"]


def test_one_variable_in_two_columns_is_refused(tmp_path: Path) -> None:
    text = "case_id,role,response,bilirubin_umol_per_l,bilirubin_umol_per_l [mg/dL]\nP1,,PR,20,5\n"
    with pytest.raises(InputError, match="bilirubin_umol_per_l must be a column once"):
        usable_cohort(table(tmp_path, text))


# Cells that look like numbers with the other mark, of every column that holds words or paths.
WORD_COLUMNS = tuple(name for name in (*OTHER, *FILES) if not holds_numbers(name))


@pytest.mark.parametrize("word", ["1,2", "1.5", "3.0", "1.234", "1,234"])
@pytest.mark.parametrize("number", ["1.1", "1,1"])
def test_words_say_nothing_of_the_decimal_mark_and_are_left_alone(
    number: str, word: str, tmp_path: Path
) -> None:
    (tmp_path / word).write_bytes(b"a file with a number for a name")
    header = ["case_id", "role", "response", "inr", *WORD_COLUMNS]
    cells = [word, "training", "PR", number, *[word] * len(WORD_COLUMNS)]
    path = table(tmp_path, ";".join(header) + "\n" + ";".join(cells) + "\n")
    _, (row,) = table_rows(path)
    assert row == dict(zip(header, [word, "training", "PR", "1.1", *cells[4:]], strict=True))


def test_every_column_of_words_of_ours_is_known_to_hold_no_numbers() -> None:
    assert {"site", "scanner", "reader", "treatment", "phase", "roi", "ct_arterial"} <= {
        *WORD_COLUMNS
    }
    dates = ("image_date", "treatment_date", "role", "roi_label", "roi_segment", "bclc_stage")
    assert not any(map(holds_numbers, dates))
    assert all(map(holds_numbers, ("survival_days", "died", "inr", "original_shape_VoxelVolume")))


NUMBERED = [
    (variable.name, word)
    for variable in load_schema().variables
    for stored, synonyms in variable.categories.items()
    for word in (stored, *synonyms)
    if word.isdigit()
]


@pytest.mark.parametrize(("name", "word"), NUMBERED, ids=map("-".join, NUMBERED))
def test_a_category_that_is_a_number_may_be_saved_as_a_decimal(
    name: str, word: str, tmp_path: Path
) -> None:
    plain, decimal = (
        usable_cohort(table(tmp_path, f"case_id,role,response,{name}\nP1,,PR,{cell}\n"))
        for cell in (word, f"{word}.0")
    )
    assert decimal == plain
    assert read_record({name: float(word)}).values == read_record({name: word}).values
    with pytest.raises(InputError, match="must be one of"):
        read_record({name: float(word) + 0.5})


def test_what_is_no_table_is_told_in_words_of_files(tmp_path: Path) -> None:
    (tmp_path / "junk.xlsx").write_bytes(b"no zip")
    with pytest.raises(InputError, match="got a damaged file or one of another kind; save it"):
        read_cohort(tmp_path / "junk.xlsx")
    book = Workbook()
    book.active.append(["case_id", "age_years"])
    book.save(tmp_path / "book.xlsx")
    (tmp_path / "book.xlsx").rename(tmp_path / "book.csv")
    with pytest.raises(InputError, match=r"zip archive.*Excel.*; let its name end in \.xlsx"):
        read_cohort(tmp_path / "book.csv")


def test_an_error_cell_is_counted_in_the_singular(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["case_id", "role", "response", "age_years"], ["P1", "", "", "#N/A"]):
        book.active.append(row)
    book.active["D2"].data_type = "e"
    book.save(tmp_path / "c.xlsx")
    text = " ".join(read_cohort(tmp_path / "c.xlsx").remarks)
    assert "#N/A is taken for a blank in 1 cell" in text
    assert "cells" not in text


def test_an_id_that_a_spreadsheet_made_a_date_is_refused(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["case_id", "role", "response", "image_date", "original_shape_VoxelVolume"])
    book.active.append([date(2026, 5, 12), "training", "CR", date(2026, 1, 2), 3.5])
    book.active.append(["P2", "training", "PD", date(2026, 1, 2), 4.5])
    book.save(tmp_path / "c.xlsx")
    table = read_cohort(tmp_path / "c.xlsx")
    (problem,) = table.problems
    assert (problem.column, problem.got) == ("case_id", "'2026-05-12'")
    assert problem.rule == "must be text, not a date as spreadsheets make of 5-12"
    assert "as text" in problem.remedy
    assert [p.case_id for p in table.patients] == ["P2"]
