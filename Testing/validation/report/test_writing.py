"""The folder: complete, self-contained, legible, and the same bytes again."""

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from TACEResponseLib.validation.report.report import report_html
from TACEResponseLib.validation.report.writing import write_validation
from TACEResponseLib.validation.study.predictions_table import TableOptions, read_predictions
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import SMALLEST_PT, STYLE
from TACEResponseLib.validation.style.words import interval
from TACEResponseLib.validation.topics.performance.results import PerformanceResults
from TACEResponseLib.validation.topics.topic import Results

PICTURE = b"\x89PNG\r\n"


@pytest.fixture(scope="module")
def folder(study: Study, results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("out") / "validation"
    write_validation(study, results, path, overviews={"P001": PICTURE})
    return path


def test_every_figure_is_svg_png_and_csv(folder: Path) -> None:
    names = {p.stem for p in (folder / "figures").iterdir()}
    assert {
        "roc",
        "calibration",
        "calibration_2",
        "decision_curve",
        "survival_pfs",
        "survival_os",
        "incidence_ttp",
        "landmark_os",
        "subgroups",
    } <= names
    for name in names:
        for suffix in ("svg", "png", "csv"):
            assert (folder / "figures" / f"{name}.{suffix}").stat().st_size > 0


def test_the_tables_and_checklists_are_there(folder: Path) -> None:
    names = {p.name for p in folder.iterdir()}
    assert {
        "report.html",
        "metrics.json",
        "predictions.csv",
        "table1.csv",
        "performance.csv",
        "checklist_tripod_ai.csv",
        "checklist_metrics.csv",
        "checklist_claim.csv",
    } <= names


def test_the_report_loads_nothing_and_holds_no_path(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    loads = re.findall(r'(?:src|href)="(?!data:)([^"]*)"', text)
    assert loads == []
    assert str(folder.parent) not in text
    assert "<script" not in text


def test_numbers_of_the_report_stand_in_its_files(folder: Path) -> None:
    with (folder / "performance.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    report = (folder / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    for row in rows[1:]:
        # The mark of a text that a spreadsheet would compute is the table's alone.
        assert all(cell.removeprefix("'") in report for cell in row)
    brier = metrics["results"]["models"][0]["brier"]["value"]
    assert f"{brier:.3f}" in next(row for row in rows if row[0].startswith("Brier"))[1]


def test_what_was_written_can_be_validated_again(folder: Path, study: Study) -> None:
    again = read_predictions(folder / "predictions.csv", TableOptions())
    assert again.case_ids == study.case_ids
    assert again.models[0].probabilities.tolist() == study.models[0].probabilities.tolist()


def test_no_letter_of_a_figure_is_below_seven_points() -> None:
    sizes = [value for key, value in STYLE.items() if key.endswith("size")]
    assert min(sizes) >= SMALLEST_PT == 7


def test_the_numbers_of_the_roc_figure_are_its_curve(folder: Path, results: Results) -> None:
    with (folder / "figures" / "roc.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["curve"] == "fused"]
    x = [float(r["one_minus_specificity"]) for r in rows]
    y = [float(r["sensitivity"]) for r in rows]
    area = sum((b - a) * (c + d) / 2 for a, b, c, d in zip(x, x[1:], y, y[1:], strict=False))
    assert area == pytest.approx(results.of(PerformanceResults).models[0].auc.value)
    assert interval(results.of(PerformanceResults).models[0].auc) in (
        folder / "report.html"
    ).read_text(encoding="utf-8")


def test_figures_are_well_formed_and_the_same_bytes_again(
    folder: Path, study: Study, results: Results, tmp_path: Path
) -> None:
    write_validation(study, results, tmp_path / "again", overviews={"P001": PICTURE})
    for path in folder.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "again" / path.relative_to(folder)).read_bytes()
        if path.suffix == ".svg":
            ET.parse(path)


def test_names_from_outside_are_escaped(study: Study, results: Results) -> None:
    odd = replace(
        study, case_ids=("<b>x</b>", *study.case_ids[1:]), failures=(), positive_class="<i>yes</i>"
    )
    text = report_html(odd, results, {})
    assert "<i>yes" not in text
    assert "&lt;i&gt;yes" in text
