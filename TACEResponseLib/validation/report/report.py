"""The report: one page that a reader can decide on, then everything behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.output.page.blocks import (
    Block,
    Figure,
    Page,
    Paragraph,
    Section,
    Subheading,
    Table,
)
from TACEResponseLib.output.page.rendering import render
from TACEResponseLib.validation.report.checklists import COLUMNS, TO_FILL, checklist_rows
from TACEResponseLib.validation.report.limits import limits
from TACEResponseLib.validation.report.methods_text import methods_text
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.topic import Pictures, Results
from TACEResponseLib.validation.topics.topics import in_place

TEMPLATE = Path(__file__).parent / "report.html.jinja"
SIMULATED = "These patients are simulated: nothing here says anything about a real one."
IN_SAMPLE = "In-sample: these patients, or some, shaped the model; every number is too good."
CHECKLIST_NAMES = {"tripod_ai": "TRIPOD+AI", "metrics": "METRICS", "claim": "CLAIM"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage(Page):
    """What the first page says: question, answer, four figures, and what they don't show."""

    models: str
    banners: tuple[str, ...]
    question: str
    answer: tuple[str, ...]
    figures: tuple[Figure, ...]
    has_survival: bool
    limits: tuple[str, ...]


def report_html(study: Study, results: Results, pictures: Pictures) -> str:
    """The whole report.

    Args:
        study: patients and models.
        results: their numbers.
        pictures: by name, of the topics' drawings and of single patients.
    """
    origin = study.origin
    first = [name for topic in in_place() for name in topic.first_page(study, results)]
    page = ReportPage(
        title=f"Validation of {study.models[0].name}",
        models=", ".join(model.name for model in study.models),
        banners=(SIMULATED,) * bool(origin.simulated) + (IN_SAMPLE,) * bool(origin.in_sample),
        question=question(study),
        answer=answer(study, results),
        figures=tuple(pictures[name] for name in first if name in pictures),
        has_survival=bool(study.timed),
        limits=limits(study, results),
        sections=tuple(_sections(study, results, pictures)),
    )
    return render(page, TEMPLATE)


def question(study: Study) -> str:
    """What was asked."""
    others = [model.name for model in study.models[1:]]
    beside = f" It is compared with {', '.join(others)}." if others else ""
    return (
        f"Does the model {study.models[0].name}, asked before treatment, tell patients of the "
        f"class “{study.positive_class}” from the others, are its probabilities right, and would "
        f"acting on them help? Judged on {study.n} patients, {study.events} of them in that class "
        f"({100 * study.events / study.n:.0f} %).{beside}"
    )


def answer(study: Study, results: Results) -> tuple[str, ...]:
    """What the topics say to it on the first page."""
    return tuple(line for topic in in_place() for line in topic.headline(study, results))


def _sections(study: Study, results: Results, pictures: Pictures) -> Iterator[Section]:
    """All behind the first page, a topic after the other; a topic without data is silent."""
    yield Section("Methods", tuple(map(Paragraph, methods_text(study, results))))
    yield from _patients(study)
    for topic in in_place():
        yield from topic.sections(study, results, pictures)
    yield Section("Checklists", tuple(_checklists(study, results)))


def _patients(study: Study) -> Iterator[Section]:
    if study.table_one:
        table = Table(
            columns=study.table_one.header,
            rows=study.table_one.rows,
            note=f"By role and outcome; shares are of the known. Positive: {study.positive_class}.",
        )
        yield Section("Table 1: patients", (table,))


def _checklists(study: Study, results: Results) -> Iterator[Block]:
    yield Paragraph("Topics are in our own words; read the published checklist before submitting.")
    for name, rows in checklist_rows(study, results, len(limits(study, results))).items():
        open_items = sum(by == "authors" for *_, by in rows)
        yield Subheading(CHECKLIST_NAMES[name])
        yield Table(
            columns=COLUMNS[:3],
            rows=tuple(row[:3] for row in rows),
            note=f"{len(rows) - open_items} of {len(rows)} items answered here, {open_items} "
            "for the authors.",
            todo=TO_FILL,
        )
