"""The public cohort becomes a table of ours, and nothing of its outcome becomes a predictor."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.cohort.columns import clinical_column, is_feature
from TACEResponseLib.cohort.hcc_tace_seg.columns import (
    CODES,
    NUMBERS,
    OFFSET_FEATURES,
    leak,
    needed_columns,
)
from TACEResponseLib.cohort.hcc_tace_seg.importing import (
    ImportRequest,
    cohort_rows,
    import_hcc_tace_seg,
    majority,
)
from TACEResponseLib.cohort.header import column_kind
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.cohort.spreadsheet import read_sheet, sheet_records
from TACEResponseLib.commands.cli import main
from TACEResponseLib.evidence.clinical.settings import ClinicalSettings
from TACEResponseLib.recipe.reading import read_recipe

# Of the table that the collection publishes: everything known only after the first treatment, and
# every measurement of a reader.
OUTCOMES = (
    "Interval_BL",
    "Interval_FU",
    "TTP",
    "Censored_0_progressed_1",
    "OS",
    "Death_1_StillAliveorLostToFU_0",
    "1_EASL_BL",
    "1_EASL_FU",
    "1_EASL",
    *(
        f"{reader}_{criterion}{part}"
        for reader in "123"
        for criterion in ("RECIST", "mRECIST")
        for part in ("", "_BL", "_FU")
    ),
)
ALLOWED = {
    "log_volume_ml",
    "age_years",
    "sex",
    "cirrhosis",
    "child_pugh_class",
    "multinodular",
    "tumor_over_half_of_liver",
    "portal_vein_invasion",
    "vascular_invasion",
    "afp_ng_per_ml",
}


def record(**changes: str) -> dict[str, str]:
    values = {
        "TCIA_ID": "HCC_001",
        "Interval_BL": "3",
        "Interval_FU": "9.5",
        "TTP": "5.571428571",
        "OS": "212",
        "Censored_0_progressed_1": "1",
        "Death_1_StillAliveorLostToFU_0": "0",
        "age": "71",
        "Sex": "2",
        "Diabetes": "0",
        "Evidence_of_cirh": "1",
        "CPS": "B",
        "BCLC": "Stage-C",
        "tumor_nodul": "multinodular",
        "T_involvment": "< or = 50%",
        "Portal Vein Thrombosis": "1",
        "Vascular invasion": "0",
        "Metastasis": "0",
        "AFP": "52.8",
        "Tr_Size": "4.5999999999999996",
        "chemotherapy": "doxorubicin LC beads",
        "1_mRECIST": "1",
        "2_mRECIST": "3",
        "3_mRECIST": "2",
    }
    others = {name: "1" for name in OUTCOMES if name not in values}
    return {**others, **values, **changes}


def predictors(row: dict[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in row.items()
        if name != "treatment" and (clinical_column(name) or is_feature(name))
    }


@pytest.fixture(scope="module")
def table(shared_data: Path) -> Path:
    return shared_data / "hcc_tace_seg" / "clinical.xlsx"


@pytest.fixture(scope="module")
def imported(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real") / "cohort"
    source = shared_data / "hcc_tace_seg"
    words = [
        "cohort",
        "import",
        "hcc-tace-seg",
        str(source / "clinical.xlsx"),
        "--features",
        str(source / "tumour_features.csv"),
        "--output",
        str(folder),
    ]
    assert main(words) == 0
    return folder


def test_codes_and_units_become_ours() -> None:
    (row,) = cohort_rows([record()])
    assert predictors(row) == {
        "age_years": "71",
        "afp_ng_per_ml": "52.8",
        "tumor_size_cm": "4.6",
        "sex": "F",
        "diabetes": "no",
        "cirrhosis": "yes",
        "child_pugh_class": "B",
        "bclc": "C",
        "multinodular": "yes",
        "tumor_over_half_of_liver": "no",
        "portal_vein_invasion": "yes",
        "vascular_invasion": "no",
        "extrahepatic_metastasis": "no",
    }
    # 5.571 weeks are 39 days.
    assert (row["time_to_progression_days"], row["survival_days"]) == ("39", "1484")
    assert (row["progressed"], row["died"]) == ("1", "0")
    assert row["treatment"] == "DEB-TACE"
    assert row["response"] == "responder"


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        (("CR", "SD", "PR"), "responder"),
        (("PR", "SD", "PD"), "non_responder"),
        (("CR", "CR", ""), ""),
        (("", "", ""), ""),
    ],
)
def test_the_majority_needs_every_reader(calls: tuple[str, ...], expected: str) -> None:
    assert majority(calls) == expected


@pytest.mark.parametrize("column", OUTCOMES)
def test_no_outcome_reaches_a_predictor(column: str) -> None:
    (before,) = cohort_rows([record()])
    (after,) = cohort_rows([record(**{column: "2" if "mRECIST" in column else "0"})])
    assert predictors(after) == predictors(before)
    assert leak(column)
    assert column not in CODES
    assert column not in NUMBERS
    assert column_kind(column) == "unknown"


@pytest.mark.parametrize(
    "name",
    [
        "response",
        "response_reader1",
        "time_to_progression_days",
        "progressed",
        "survival_days",
        "died",
        "readout_days",
        "case_id",
        "role",
    ],
)
def test_no_column_of_the_import_s_outcome_can_be_named_as_a_predictor(name: str) -> None:
    assert clinical_column(name) is None
    assert not is_feature(name)


def test_no_allowed_predictor_is_called_a_leak() -> None:
    assert not [name for name in (*CODES, *NUMBERS) if leak(name)]


def test_the_recipe_reads_at_most_six_of_the_allowed() -> None:
    recipe = read_recipe(resource_path("Recipes", "ct-volume-clinical.yaml"))
    (settings,) = recipe.branches
    assert isinstance(settings, ClinicalSettings)
    assert settings.column_names[0] == "log_volume_ml"
    assert len(settings.column_names) <= 6
    assert set(settings.column_names) <= ALLOWED
    assert not recipe.fusion.clinical


def test_the_order_of_rows_says_nothing() -> None:
    records = [record(TCIA_ID=f"HCC_{n:03}", age=str(50 + n)) for n in (3, 1, 2)]
    assert cohort_rows(records) == cohort_rows(records[::-1])
    assert [row["case_id"] for row in cohort_rows(records)] == ["HCC_001", "HCC_002", "HCC_003"]


def test_counts_are_those_that_the_collection_is_known_for(imported: Path) -> None:
    patients = usable_cohort(imported / "cohort.csv")
    assert len(patients) == 105
    read = [p for p in patients if p.response]
    assert (len(read), sum(p.response == "responder" for p in read)) == (92, 60)
    assert sum(bool(p.features) for p in patients) == 104
    assert sum(bool(p.features) for p in read) == 91
    calls = Counter(p.readings["response_reader1"] for p in patients)
    # The collection has 93 patients, 61 responders and 21 CR by reader 1; one responder, CR by
    # reader 1, has a follow-up that precedes the treatment.
    assert calls == {"CR": 20, "PR": 40, "SD": 29, "PD": 6, "": 10}
    assert Counter(p.other["treatment"] for p in patients)[""] == 17


def test_a_follow_up_before_the_treatment_gives_no_response() -> None:
    (before,) = cohort_rows([record(Interval_FU="-25.86")])
    assert {name: before[name] for name in before if name.startswith("response")} == {
        "response": "",
        "response_reader1": "",
        "response_reader2": "",
        "response_reader3": "",
    }
    assert before["readout_days"] == ""
    (after,) = cohort_rows([record(Interval_FU="9.5")])
    assert (after["response"], after["readout_days"]) == ("responder", "66")


def test_the_notes_count_read_outs_that_are_early_late_or_impossible(imported: Path) -> None:
    # The table itself, by hand: 89 of 93 have an interval, 16 of them outside 4 to 16 weeks, of
    # which one is -25.86.
    notes = (imported / "NOTES.md").read_text(encoding="utf-8")
    assert "known of 88 of those with a response" in notes
    assert "Left out: 1 whose follow-up study precedes" in notes
    assert "9 to 212 days" in notes
    assert "15 of 88 lie outside 4 to 16 weeks" in notes


def test_features_that_an_offset_moves_are_left_out(imported: Path) -> None:
    with (imported / "cohort.csv").open(encoding="utf-8") as file:
        header = next(csv.reader(file))
    assert not set(OFFSET_FEATURES) & set(header)
    assert sum(is_feature(name) for name in header) == 107 - len(OFFSET_FEATURES)


def test_every_column_of_the_real_table_is_either_read_or_explained(table: Path) -> None:
    header, _ = sheet_records(read_sheet(table, "table"))
    unread = set(header) - set(needed_columns())
    others = {name for name in unread if not leak(name)}
    assert others == {
        "hepatitis",
        "agegp",
        "Smoking",
        "Alcohol",
        "fhx_can",
        "fhx_livc",
        "Personal history of cancer",
        "Pathology",
        "PS_bclc_0_0_1-2_1_3-4_3",
        "Lymphnodes",
        "AFP_group",
        "CLIP_Score",
        "CLIP",
        "Okuda",
        "TNM",
    }
    assert {name for name in header if leak(name)} == set(OUTCOMES)


def test_notes_say_what_cannot_be_computed_and_name_nobody(imported: Path) -> None:
    notes = (imported / "NOTES.md").read_text(encoding="utf-8")
    for word in ("no albumin and no bilirubin", "HAP", "ALBI", "CC BY 4.0", "s41597-023-01928-3"):
        assert word in notes
    assert "HCC_0" not in notes


def test_the_same_table_gives_the_same_bytes(
    imported: Path, shared_data: Path, tmp_path: Path
) -> None:
    source = shared_data / "hcc_tace_seg"
    request = ImportRequest(
        table=source / "clinical.xlsx",
        output=tmp_path / "again",
        features=source / "tumour_features.csv",
    )
    again = import_hcc_tace_seg(request)
    assert (len(again.rows), again.n_read, again.n_masks) == (105, 92, 0)
    assert again.files == (tmp_path / "again" / "cohort.csv", tmp_path / "again" / "NOTES.md")
    for name in ("cohort.csv", "NOTES.md"):
        assert (tmp_path / "again" / name).read_bytes() == (imported / name).read_bytes()


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"Sex": "3"}, r"HCC_001, Sex: must be one of 1, 2"),
        ({"AFP": "<2"}, "must be a number"),
        ({"1_mRECIST": "5"}, "must be one of 1, 2, 3, 4"),
    ],
)
def test_codes_outside_the_glossary_are_refused(changes: dict[str, str], match: str) -> None:
    with pytest.raises(InputError, match=match):
        cohort_rows([record(**changes)])


def test_a_patient_twice_is_refused() -> None:
    with pytest.raises(InputError, match="HCC_001 twice"):
        cohort_rows([record(), record(age="50")])


def test_a_table_of_something_else_is_refused(shared_data: Path, tmp_path: Path) -> None:
    wrong = shared_data / "hcc_tace_seg" / "tumour_features.csv"
    with pytest.raises(InputError, match="must be an Excel workbook"):
        import_hcc_tace_seg(ImportRequest(table=wrong, output=tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_features_of_strangers_are_refused(table: Path, tmp_path: Path) -> None:
    features = tmp_path / "features.csv"
    features.write_text("Patient,original_shape_VoxelVolume\nP1,12.5\n")
    with pytest.raises(InputError, match="must be of patients of the table, got P1"):
        import_hcc_tace_seg(ImportRequest(table=table, output=tmp_path / "out", features=features))
