"""The folder that a validation writes: all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.writing.new_output import new_folder
from TACEResponseLib.cohort.columns import PATIENT_ID
from TACEResponseLib.output.page.blocks import Figure
from TACEResponseLib.validation.report.checklists import COLUMNS, checklist_rows
from TACEResponseLib.validation.report.limits import limits
from TACEResponseLib.validation.report.metrics import metrics_json
from TACEResponseLib.validation.report.names import (
    CASES,
    FIGURES,
    METRICS,
    PDF,
    PREDICTIONS,
    REPORT,
)
from TACEResponseLib.validation.report.pdf import report_pdf
from TACEResponseLib.validation.report.report import report_html
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import save, write_csv
from TACEResponseLib.validation.topics.topic import CASE, Results
from TACEResponseLib.validation.topics.topics import in_place


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """What was judged of one role."""

    study: Study
    results: Results
    overviews: Mapping[str, bytes] = field(default_factory=dict)
    """Pictures of wrong cases, PNG, by case id."""


def write_validation(
    study: Study,
    results: Results,
    folder: Path,
    *,
    overviews: Mapping[str, bytes] | None = None,
    pdf: bool = False,
    progress: Progress = silent,
    others: Mapping[str, Part] | None = None,
) -> tuple[Path, ...]:
    """Write report, numbers, predictions, figures and checklists.

    Args:
        study: patients and models.
        results: their numbers.
        folder: made by this call.
        overviews: pictures of wrong cases, PNG, by case id.
        pdf: write the report as PDF too, which needs WeasyPrint.
        progress: told each stage.
        others: roles that are judged by themselves, by the name of the folder inside.
    Returns: the report and its files, the report first.
    Raises: InputError: the folder can't be written, or WeasyPrint is missing; nothing is left
        behind then.
    """
    with new_folder(folder) as draft:
        main = Part(study=study, results=results, overviews=overviews or {})
        _write_part(main, draft, pdf=pdf, progress=progress)
        for name, part in (others or {}).items():
            (draft / name).mkdir()
            _write_part(part, draft / name, pdf=pdf, progress=progress)
    return (
        folder / REPORT,
        *sorted(p for p in folder.rglob("*") if p.is_file() and p != folder / REPORT),
    )


def _write_part(part: Part, draft: Path, *, pdf: bool, progress: Progress) -> None:
    """Report, numbers, predictions, figures and checklists of one role."""
    study, results = part.study, part.results
    (draft / METRICS).write_text(metrics_json(study, results), encoding="utf-8")
    progress("figures")
    pictures = _figures(study, results, draft)
    progress("tables and report")
    _tables(study, results, draft)
    pictures |= _overviews(part.overviews, draft)
    text = report_html(study, results, pictures)
    (draft / REPORT).write_text(text, encoding="utf-8")
    if pdf:
        progress("report.pdf")
        (draft / PDF).write_bytes(report_pdf(text))


def _figures(study: Study, results: Results, draft: Path) -> dict[str, Figure]:
    """Every figure on disk, and as the report shows it."""
    (draft / FIGURES).mkdir()
    return {
        drawing.name: Figure(data=save(drawing, draft / FIGURES), caption=drawing.caption)
        for topic in in_place()
        for drawing in topic.drawings(study, results)
    }


def _tables(study: Study, results: Results, draft: Path) -> None:
    """Every table of the report as CSV."""
    write_csv(draft / PREDICTIONS, *prediction_rows(study))
    if study.table_one:
        write_csv(draft / "table1.csv", study.table_one.header, study.table_one.rows)
    n_limits = len(limits(study, results))
    for name, rows in checklist_rows(study, results, n_limits).items():
        write_csv(draft / f"checklist_{name}.csv", COLUMNS, rows)
    for topic in in_place():
        for sheet in topic.sheets(study, results):
            write_csv(draft / f"{sheet.name}.csv", sheet.columns, sheet.rows)


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
    if study.clusters is not None:
        columns.append(PATIENT_ID)
        values.append(list(study.patients))
    return tuple(columns), [tuple(row) for row in zip(*values, strict=True)]


def _overviews(overviews: Mapping[str, bytes], draft: Path) -> dict[str, Figure]:
    """Pictures of single patients as files, and as the report shows them."""
    if overviews:
        (draft / CASES).mkdir()
    pictures = {}
    for case_id, data in overviews.items():
        with (draft / CASES / f"{case_id}.png").open("xb") as file:
            file.write(data)
        caption = f"Case {case_id}: outline of the lesion and attention map."
        pictures[f"{CASE}{case_id}"] = Figure(data=data, kind="png", caption=caption)
    return pictures
