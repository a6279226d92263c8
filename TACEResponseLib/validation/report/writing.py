"""The folder that a validation writes: all of it or nothing."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.writing.new_output import new_folder
from TACEResponseLib.output.page.blocks import Figure
from TACEResponseLib.validation.report.checklists import COLUMNS, checklist_rows
from TACEResponseLib.validation.report.pdf import report_pdf
from TACEResponseLib.validation.report.report import report_html
from TACEResponseLib.validation.report.results import Results, metrics_json
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import Drawing, save, write_csv
from TACEResponseLib.validation.topics.classes.class_section import class_drawings, write_classes
from TACEResponseLib.validation.topics.drift.drift_tables import drift_table
from TACEResponseLib.validation.topics.performance import tables
from TACEResponseLib.validation.topics.performance.figure_calibration import draw_calibration
from TACEResponseLib.validation.topics.performance.figure_decision import draw_decision
from TACEResponseLib.validation.topics.performance.figure_roc import draw_roc
from TACEResponseLib.validation.topics.promised.promised import promised_table
from TACEResponseLib.validation.topics.roi_readers.roi_readers_section import (
    roi_drawings,
    write_roi_readers,
)
from TACEResponseLib.validation.topics.subgroups.figure_forest import draw_forest
from TACEResponseLib.validation.topics.survival.figure_incidence import draw_incidence
from TACEResponseLib.validation.topics.survival.figure_survival import draw_landmark, draw_survival
from TACEResponseLib.validation.topics.survival.words import competing_of, incidence_table
from TACEResponseLib.validation.topics.wrong_cases.wrong_cases import wrong_cases, wrong_rows

REPORT, METRICS, PREDICTIONS = "report.html", "metrics.json", "predictions.csv"
PDF = "report.pdf"
FIGURES, CASES = "figures", "cases"


def write_validation(
    study: Study,
    results: Results,
    folder: Path,
    *,
    overviews: Mapping[str, bytes] | None = None,
    pdf: bool = False,
    progress: Progress = silent,
) -> tuple[Path, ...]:
    """Write report, numbers, predictions, figures and checklists.

    Args:
        study: patients and models.
        results: their numbers.
        folder: made by this call.
        overviews: pictures of wrong cases, PNG, by case id.
        pdf: write the report as PDF too, which needs WeasyPrint.
        progress: told each stage.
    Returns: the report and its files, the report first.
    Raises: InputError: the folder can't be written, or WeasyPrint is missing; nothing is left
        behind then.
    """
    with new_folder(folder) as draft:
        (draft / METRICS).write_text(metrics_json(study, results), encoding="utf-8")
        progress("figures")
        pictures = _figures(study, results, draft)
        progress("tables and report")
        _tables(study, results, draft)
        _overviews(overviews or {}, draft)
        wrong = wrong_cases(study, study.models[0])
        text = report_html(study, results, pictures, wrong, overviews)
        (draft / REPORT).write_text(text, encoding="utf-8")
        if pdf:
            progress("report.pdf")
            (draft / PDF).write_bytes(report_pdf(text))
    return (
        folder / REPORT,
        *sorted(p for p in folder.rglob("*") if p.is_file() and p.name != REPORT),
    )


def _figures(study: Study, results: Results, draft: Path) -> dict[str, Figure]:
    """Every figure on disk, and as the report shows it."""
    (draft / FIGURES).mkdir()
    return {
        drawing.name: Figure(data=save(drawing, draft / FIGURES), caption=drawing.caption)
        for drawing in _drawings(study, results)
    }


def _drawings(study: Study, results: Results) -> Iterator[Drawing]:
    """In the order of the report."""
    yield draw_roc(study, results)
    for number, (model, measures) in enumerate(zip(study.models, results.models, strict=True)):
        name = "calibration" if number == 0 else f"calibration_{number + 1}"
        yield draw_calibration(study, model, measures, name)
    yield draw_decision(study, results)
    yield from class_drawings(study, results)
    for curves in results.survival:
        yield draw_survival(study, curves)
        if curves.competing:
            yield draw_incidence(study, curves.competing)
    for mark in results.landmarks:
        yield draw_landmark(study, mark)
    yield from roi_drawings(results)
    forest = draw_forest(study, results)
    if forest is not None:
        yield forest


def _tables(study: Study, results: Results, draft: Path) -> None:
    """Every table of the report as CSV."""
    write_csv(draft / PREDICTIONS, *prediction_rows(study))
    if study.table_one:
        write_csv(draft / "table1.csv", study.table_one.header, study.table_one.rows)
    for name, rows in checklist_rows(study, results).items():
        write_csv(draft / f"checklist_{name}.csv", COLUMNS, rows)
    shown = {
        "performance": tables.performance(study, results),
        "comparisons": tables.comparisons(results),
        "evidence": tables.branches(results),
        "survival": tables.survival(results),
        "promised": promised_table(study, results),
        "drift": drift_table(study),
        "sample_size": tables.sample_size(results),
    }
    if dying := competing_of(results):
        shown["incidence"] = incidence_table(dying)
    if results.agreement:
        shown |= {
            "readers": tables.readers(results.agreement),
            "kappas": tables.pairs(results.agreement),
        }
    for name, table in shown.items():
        if table.rows:
            write_csv(draft / f"{name}.csv", table.columns, table.rows)
    write_classes(study, results, draft)
    write_roi_readers(results, draft)
    failures = [(f.case_id, f.reason) for f in study.failures]
    if failures:
        write_csv(draft / "failures.csv", ("case_id", "reason"), failures)
    wrong = wrong_rows(wrong_cases(study, study.models[0]))
    write_csv(draft / "wrong_cases.csv", ("case_id", "observed", "probability"), wrong)


def prediction_rows(study: Study) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Probabilities of every patient by every model and branch; reads as `--predictions` too."""
    columns = ["case_id", "outcome"]
    values: list[list[object]] = [list(study.case_ids), study.outcome.tolist()]
    for model in study.models:
        columns.append(model.name)
        values.append(model.probabilities.tolist())
        for branch, p in model.branches.items():
            columns.append(f"{model.name}: {branch}")
            values.append(p.tolist())
    return tuple(columns), [tuple(row) for row in zip(*values, strict=True)]


def _overviews(overviews: Mapping[str, bytes], draft: Path) -> None:
    """Pictures of wrong cases as files."""
    if overviews:
        (draft / CASES).mkdir()
    for case_id, data in overviews.items():
        with (draft / CASES / f"{case_id}.png").open("xb") as file:
            file.write(data)
