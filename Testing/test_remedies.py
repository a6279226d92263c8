"""A remedy that names an option, a column or a value is followed, and must then do."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

import TACEResponseLib
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.device import choose_device
from TACEResponseLib.basics.writing.new_output import check_output
from TACEResponseLib.basics.writing.own_files import listed_files
from TACEResponseLib.cohort.header import column_kind
from TACEResponseLib.cohort.loading import COLUMNS as IN_A_TABLE
from TACEResponseLib.cohort.reading import read_cohort
from TACEResponseLib.commands.image_options import parse_images, parse_rois
from TACEResponseLib.commands.score import OF_ONE_PATIENT, WITHOUT_ROI
from TACEResponseLib.imaging.files.roi_reading import check_choice_used, read_roi
from TACEResponseLib.imaging.roi.roi_choice import COLUMNS, OPTIONS, Words, choice_of
from TACEResponseLib.patient.record import read_record
from TACEResponseLib.patient.schema import load_schema
from TACEResponseLib.recipe.keys import with_changes
from TACEResponseLib.simulation.cohort import SimulationRequest
from TACEResponseLib.simulation.world2.settings import SwitchSettings
from TACEResponseLib.training.recalibrating import fit_update
from TACEResponseLib.training.state import check_free, work_folder
from Testing.commands.test_options import COMMANDS

LIBRARY = Path(TACEResponseLib.__file__).parent
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def refused(job: Callable[[], object]) -> InputError:
    with pytest.raises(InputError) as caught:
        job()
    return caught.value


def table(folder: Path, header: str, *rows: str) -> Path:
    path = folder / "c.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


# --- The ROI: options on the command line, columns of a table ---------------------------------


def labels(folder: Path) -> Path:
    """A liver, label 1, round its tumor, label 2."""
    voxels = np.zeros((20, 30, 30), dtype=np.uint8)
    voxels[2:18, 3:27, 3:27] = 1
    voxels[6:12, 10:18, 10:18] = 2
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(folder / "roi.nrrd"))
    return folder / "roi.nrrd"


def segments(folder: Path) -> Path:
    image = sitk.ReadImage(str(labels(folder)))
    for number, name in enumerate(("Liver", "Tumor")):
        image.SetMetaData(f"Segment{number}_ID", f"Segment_{number + 1}")
        image.SetMetaData(f"Segment{number}_Name", name)
        image.SetMetaData(f"Segment{number}_LabelValue", str(number + 1))
        image.SetMetaData(f"Segment{number}_Layer", "0")
    sitk.WriteImage(image, str(folder / "roi.seg.nrrd"))
    return folder / "roi.seg.nrrd"


FILES = {"labels": (labels, "2"), "segments": (segments, "Tumor")}
WRONG = {
    "nothing said": ([], []),
    "all": (["all"], []),
    "another label": (["7"], []),
    "a segment": ([], ["Tumour"]),
}


def choose(path: Path, words: Words, numbers: list[str], names: list[str]) -> object:
    choice = choice_of(numbers, names, words=words)
    return read_roi(path, labels=choice.labels, segments=choice.segments, words=words)


@pytest.mark.parametrize("words", [OPTIONS, COLUMNS], ids=["options", "columns"])
@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("kind", FILES)
def test_what_is_said_of_the_choice_makes_a_choice(
    kind: str, wrong: str, words: Words, tmp_path: Path
) -> None:
    make, right = FILES[kind]
    path = make(tmp_path)
    numbers, names = WRONG[wrong]
    remedy = refused(lambda: choose(path, words, numbers, names)).remedy
    if kind == "labels" and names and not numbers:
        assert remedy.endswith(f"{words.label} N")
    if words.label in remedy:
        choose(path, words, [right], [])
    elif words.segment in remedy:
        choose(path, words, [], [right])
    else:
        # It lists what there is, or names what was meant.
        assert right in remedy
        choose(path, words, *(([right], []) if kind == "labels" else ([], [right])))


@pytest.mark.parametrize("words", [OPTIONS, COLUMNS], ids=["options", "columns"])
@pytest.mark.parametrize("kind", FILES)
def test_of_labels_and_segments_the_one_that_is_left_does(
    kind: str, words: Words, tmp_path: Path
) -> None:
    path = FILES[kind][0](tmp_path)
    both = choice_of(["2"], ["Tumor"], words=words)
    error = refused(lambda: check_choice_used([path], both))
    left_out = words.segment if kind == "labels" else words.label
    assert error.remedy == f"leave {left_out} out"
    one = choice_of(["2"], [], words=words) if kind == "labels" else None
    check_choice_used([path], one or choice_of([], ["Tumor"], words=words))


def test_options_of_one_patient_are_columns_that_a_table_may_have(tmp_path: Path) -> None:
    values = {
        "roi_label": "2",
        "roi_segment": "Tumor",
        "large_roi": "yes",
        "liver": "liver.nrrd",
        "image_date": "2026-03-01",
        "treatment_date": "2026-03-20",
        "planned_treatment": "cTACE",
        "is_first_treatment": "yes",
        "bclc_stage": "B",
        "case_id": "P1",
    }
    named = {
        name
        for _, remedy in OF_ONE_PATIENT.values()
        for name in re.findall(r"\w+", remedy)
        if column_kind(name) == "ours"
    }
    assert named == set(values)
    (tmp_path / "roi.nrrd").write_text("an ROI")
    (tmp_path / "liver.nrrd").write_text("a liver")
    row = {"role": "", "response": "", "age_years": "63", "roi": "roi.nrrd", **values}
    assert read_cohort(table(tmp_path, ",".join(row), ",".join(row.values()))).problems == ()


def test_options_of_one_patient_become_columns_in_a_cohort() -> None:
    for words, column in (
        (IN_A_TABLE.image_file.format("ct_arterial"), "ct_arterial"),
        (IN_A_TABLE.roi_file, "roi"),
    ):
        assert words.endswith(f"its path in column {column}")
        assert column_kind(column) == "ours"


# --- Clinical values: JSON and table ----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("albumin_g_per_l", 4.2),
        ("bilirubin_umol_per_l", 1.1),
        ("hemoglobin_g_per_l", 12.5),
        ("creatinine_mg_per_dl", 88),
        ("tumor_size_cm", 54),
    ],
)
def test_a_slip_of_the_unit_is_mended_as_it_says(name: str, value: float, tmp_path: Path) -> None:
    remedy = refused(lambda: read_record({name: value})).remedy
    written = json.loads(remedy[remedy.index("{") :])
    meant = read_record({name: written}).values[name]
    header = "case_id,role,response,"
    (problem,) = read_cohort(table(tmp_path, header + name, f"P1,,,{value}")).problems
    column = problem.remedy.partition("name the column ")[2]
    (patient,) = read_cohort(table(tmp_path, header + column, f"P1,,,{value}")).patients
    assert patient.clinical.values[name] == meant


def test_a_value_that_is_none_is_left_out_as_it_says(tmp_path: Path) -> None:
    assert "null for unknown" in refused(lambda: read_record({"afp_ng_per_ml": "<5"})).remedy
    assert read_record({"afp_ng_per_ml": None}).values == {}
    header = "case_id,role,response,afp_ng_per_ml"
    (problem,) = read_cohort(table(tmp_path, header, "P1,,,<5")).problems
    assert "leave it blank" in problem.remedy
    assert "null" not in problem.remedy
    assert read_cohort(table(tmp_path, header, "P1,,,")).problems == ()
    (problem,) = read_cohort(table(tmp_path, header, 'P1,,,"1,200"')).problems
    assert "without a comma" in problem.remedy
    assert read_cohort(table(tmp_path, header, "P1,,,1200")).problems == ()


@pytest.mark.parametrize("name", [v.name for v in load_schema().variables if v.alternative_units])
def test_an_unknown_unit_is_answered_with_those_that_are_read(name: str, tmp_path: Path) -> None:
    header = "case_id,role,response,"
    (problem,) = read_cohort(table(tmp_path, f"{header}{name} [stone]", "P1,,,50")).problems
    assert f"name the column {name} [UNIT]" in problem.remedy
    units = problem.rule.partition("one of ")[2].split(", ")
    assert set(units) == set(load_schema().by_name[name].units)
    for unit in units:
        problems = read_cohort(table(tmp_path, f"{header}{name} [{unit}]", "P1,,,50")).problems
        assert all("must be in one of" not in one.rule for one in problems)


@pytest.mark.parametrize("column", ["albumin", "Age", "rresponse", "ct_arteria", "roi_lable"])
def test_a_column_that_was_meant_is_a_column(column: str, tmp_path: Path) -> None:
    header = f"case_id,role,response,sex,{column}"
    problems = read_cohort(table(tmp_path, header, "P1,,,M,")).problems
    (problem,) = [p for p in problems if p.column == column]
    for meant in re.findall(r"(?:did you mean|write) (\w+(?: \[[^]]+\])?)", problem.remedy):
        assert column_kind(meant) != "unknown"
        read_again = read_cohort(table(tmp_path, header.replace(column, meant), "P1,,,M,")).problems
        assert all(p.rule != "must be a known column" for p in read_again)
    assert "did you mean" in problem.remedy


# --- Commands ---------------------------------------------------------------------------------


def test_images_and_rois_are_written_as_it_says() -> None:
    remedy = refused(lambda: parse_images(["ct.nii.gz"])).remedy
    assert parse_images([remedy.partition("--image ")[2]])
    remedy = refused(lambda: parse_images(["ct_arteria=a.nii"])).remedy
    assert parse_images([f"{remedy.split('?')[0].removeprefix('did you mean ')}=a.nii"])
    remedy = refused(lambda: parse_rois(["a.nii", "b.nii"])).remedy
    assert "--roi SEQUENCE=FILE" in remedy
    assert parse_rois(["a.nii", "ct_arterial=b.nii"])


def test_an_earlier_result_is_replaced_only_where_that_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    record = {"record_version": 1, "files": listed_files(tmp_path / "out")}
    (tmp_path / "out" / "prediction.json").write_text(json.dumps(record))
    remedy = refused(lambda: check_output(tmp_path / "out", overwrite=False)).remedy
    assert OPTION.findall(remedy) == ["--overwrite"]
    check_output(tmp_path / "out", overwrite=True)
    remedy = refused(lambda: check_output(tmp_path / "out", overwrite=None)).remedy
    assert OPTION.findall(remedy) == []
    with_option = {
        name
        for name, parser in COMMANDS.items()
        if any("--overwrite" in a.option_strings for a in parser._actions)
    }
    assert with_option == {"score", "demo"}


def test_an_unfinished_training_is_gone_on_with_as_it_says(tmp_path: Path) -> None:
    work_folder(tmp_path / "bundle").mkdir()
    remedy = refused(lambda: check_free(tmp_path / "bundle", resume=False)).remedy
    assert "--resume" in remedy
    check_free(tmp_path / "bundle", resume=True)


def test_fewer_folds_are_set_as_it_says() -> None:
    from TACEResponseLib.recipe.reading import find_recipe, read_recipe
    from TACEResponseLib.training.members import check_enough

    recipe = read_recipe(find_recipe("ct-radiomics-cnn-demo"))
    remedy = refused(lambda: check_enough({}, recipe)).remedy
    assert with_changes(recipe, [remedy.partition("--set ")[2]]).folds == 2


def test_another_method_is_one_that_would_do() -> None:
    y = np.repeat([0, 1], 12)
    p = np.linspace(0.2, 0.8, 24)
    remedy = refused(lambda: fit_update(y, p, "slope")).remedy
    assert fit_update(y, p, remedy.partition("--method ")[2])
    assert "--method" not in refused(lambda: fit_update(y[8:16], p[8:16], "slope")).remedy


def test_the_processor_is_always_there() -> None:
    assert choose_device("cpu") == "cpu"


def test_what_can_do_nothing_may_be_left_out() -> None:
    assert all("leave it out" in remedy for _, remedy in WITHOUT_ROI.values())


# --- None is forgotten ------------------------------------------------------------------------


# Options that a remedy names, and where above or elsewhere it is followed.
def test_the_world_of_a_cohort_is_chosen_as_it_says(tmp_path: Path) -> None:
    def request(**changes: Any) -> SimulationRequest:
        return SimulationRequest(output=tmp_path / "x", patients=1, seed=1, **changes)

    switches = SwitchSettings(null=True)
    with pytest.raises(InputError, match="give --world 2, or leave --null out"):
        request(switches=switches)
    assert request(world=2, switches=switches).settings
    with pytest.raises(InputError, match="leave it out for MR, or choose --modality ct"):
        request(world=2, modality="mr")
    assert request(modality="mr").settings
    assert request(world=2, modality="ct").settings


FOLLOWED = {
    "--roi-label": "test_what_is_said_of_the_choice_makes_a_choice",
    "--roi-segment": "test_what_is_said_of_the_choice_makes_a_choice",
    "--large-roi": "Testing/imaging/roi/test_roi_size.py",
    "--image": "test_images_and_rois_are_written_as_it_says",
    "--roi": "test_images_and_rois_are_written_as_it_says",
    "--overwrite": "test_an_earlier_result_is_replaced_only_where_that_can_be_said",
    "--resume": "test_an_unfinished_training_is_gone_on_with_as_it_says",
    "--set": "test_fewer_folds_are_set_as_it_says",
    "--method": "test_another_method_is_one_that_would_do",
    "--device": "test_the_processor_is_always_there",
    "--world": "test_the_world_of_a_cohort_is_chosen_as_it_says",
    "--modality": "test_the_world_of_a_cohort_is_chosen_as_it_says",
    "--output": "another folder is any folder that isn't there",
    "--role": "another role is any that the table has",
    "--features": "the data are not here: `cohort import hcc-tace-seg --features`",
}


def remedies() -> Iterator[str]:
    """Every constant text of a remedy in the library, and every option as a terminal has it."""
    for path in sorted(LIBRARY.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            for keyword in call.keywords:
                if keyword.arg == "remedy":
                    yield from texts_of(keyword.value)


def texts_of(remedy: ast.expr) -> Iterator[str]:
    """Constants, and `option("seed")` in the words of the command line."""
    for node in ast.walk(remedy):
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.Call(func=ast.Name(id="option" | "switch"), args=[ast.Constant(value=str(n))]):
                yield f"--{n}"


def test_every_option_that_a_remedy_names_is_one_and_is_followed() -> None:
    named = {option for text in remedies() for option in OPTION.findall(text)}
    there = {s for parser in COMMANDS.values() for a in parser._actions for s in a.option_strings}
    assert named <= there
    assert named <= set(FOLLOWED), "follow these in a test, and say here in which"
    here = set(globals())
    assert all(where in here for where in FOLLOWED.values() if where.startswith("test_"))
