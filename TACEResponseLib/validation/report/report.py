"""The report: one page that a reader can decide on, then everything behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.evaluation.survival.cox import PROPORTIONALITY_LEVEL
from TACEResponseLib.output.page.blocks import (
    Block,
    Bullets,
    Figure,
    Figures,
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
from TACEResponseLib.validation.report.results import Results
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.classes.class_section import class_sections
from TACEResponseLib.validation.topics.drift.drift_tables import drift_sections
from TACEResponseLib.validation.topics.performance import tables
from TACEResponseLib.validation.topics.performance.words import answer, question, usefulness
from TACEResponseLib.validation.topics.promised.promised import promised_sentences, promised_table
from TACEResponseLib.validation.topics.roi_readers.roi_readers_section import roi_sections
from TACEResponseLib.validation.topics.survival.words import (
    competing_of,
    competing_sentence,
    incidence_table,
)
from TACEResponseLib.validation.topics.wrong_cases.wrong_cases import WrongCase, wrong_rows

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


def report_html(
    study: Study,
    results: Results,
    pictures: Mapping[str, Figure],
    wrong: Sequence[WrongCase] = (),
    overviews: Mapping[str, bytes] | None = None,
) -> str:
    """The whole report.

    Args:
        study: patients and models.
        results: their numbers.
        pictures: by name: `roc`, `calibration`, `decision_curve`, `survival_*`, `incidence_*`,
            `landmark_*`, `subgroups`, `calibration_*`.
        wrong: the most confident wrong cases.
        overviews: their pictures, PNG, by case id.
    """
    origin, curves = study.origin, _named(pictures, "survival_")[:1]
    first = (pictures.get(name) for name in ("roc", "calibration", "decision_curve"))
    page = ReportPage(
        title=f"Validation of {study.models[0].name}",
        models=", ".join(model.name for model in study.models),
        banners=(SIMULATED,) * bool(origin.simulated) + (IN_SAMPLE,) * bool(origin.in_sample),
        question=question(study),
        answer=tuple(answer(study, results)),
        figures=(*(figure for figure in first if figure), *curves),
        has_survival=bool(curves),
        limits=limits(study, results),
        sections=tuple(_sections(study, results, pictures, wrong, overviews or {})),
    )
    return render(page, TEMPLATE)


def _sections(
    study: Study,
    results: Results,
    pictures: Mapping[str, Figure],
    wrong: Sequence[WrongCase],
    overviews: Mapping[str, bytes],
) -> Iterator[Section]:
    """All behind the first page, a topic after the other; a topic without data is silent."""
    yield Section("Methods", tuple(map(Paragraph, methods_text(study, results))))
    yield from _patients(study)
    yield from _performance(study, results, pictures)
    yield from class_sections(study, results, pictures)
    yield from _promised(study, results)
    yield from _candidates(study)
    yield from _survival(results, pictures)
    yield from _subgroups(results, pictures)
    yield from _readers(results)
    yield from roi_sections(results, pictures)
    if study.drift:
        yield Section("Drift of inputs", tuple(drift_sections(study)))
    yield from _sample_size(results)
    yield Section("Failures", tuple(_failures(study, wrong, overviews)))
    yield Section("Checklists", tuple(_checklists(study, results)))


def _named(pictures: Mapping[str, Figure], *beginnings: str) -> list[Figure]:
    """Pictures whose names begin so, in their order."""
    return [picture for name, picture in pictures.items() if name.startswith(beginnings)]


def _patients(study: Study) -> Iterator[Section]:
    if study.table_one:
        table = Table(
            columns=study.table_one.header,
            rows=study.table_one.rows,
            note=f"By role and outcome; shares are of the known. Positive: {study.positive_class}.",
        )
        yield Section("Table 1: patients", (table,))


def _performance(
    study: Study, results: Results, pictures: Mapping[str, Figure]
) -> Iterator[Section]:
    """All models in numbers, further calibration curves, comparisons."""
    yield Section("Performance", (tables.performance(study, results),))
    sentences = (f"{measures.name}: {usefulness(measures)}" for measures in results.models)
    yield Section("Usefulness", tuple(map(Paragraph, sentences)))
    if further := _named(pictures, "calibration_"):
        yield Section("Calibration of the other models", (Figures(tuple(further)),))
    if results.comparisons:
        yield Section("Against other models and simple scores", (tables.comparisons(results),))
    if results.branch_values:
        yield Section("What fusion adds to each evidence", (tables.branches(results),))


def _promised(study: Study, results: Results) -> Iterator[Section]:
    """What the bundles say of themselves, beside what was seen."""
    if study.promises:
        sentences = map(Paragraph, promised_sentences(study, results))
        yield Section("What training had promised", (*sentences, promised_table(study, results)))


def _candidates(study: Study) -> Iterator[Section]:
    if not study.candidates:
        return
    columns = tuple(study.candidates[0])
    rows = (tuple(_cell(c.get(name)) for name in columns) for c in study.candidates)
    table = Table(
        columns=columns,
        rows=tuple(rows),
        note="Chosen on tuning patients, never on those of this report.",
    )
    yield Section("Candidates that training compared", (table,))


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _survival(results: Results, pictures: Mapping[str, Figure]) -> Iterator[Section]:
    """Endpoints; curves that the first page does not show."""
    if not results.survival:
        return
    blocks: list[Block] = [tables.survival(results)]
    for curves in results.survival:
        if curves.hazards:
            warnings = " ".join(w.message for w in curves.hazards.warnings)
            blocks.append(
                Paragraph(
                    f"{curves.endpoint}: {curves.proportionality} {warnings} Tested at a "
                    f"level of {PROPORTIONALITY_LEVEL:g}."
                )
            )
    if dying := competing_of(results):
        blocks += [Paragraph(competing_sentence(dying)), incidence_table(dying)]
    rest = [*_named(pictures, "survival_", "incidence_")[1:], *_named(pictures, "landmark_")]
    yield Section("Survival", (*blocks, Figures(tuple(rest))))


def _subgroups(results: Results, pictures: Mapping[str, Figure]) -> Iterator[Section]:
    if not results.forests:
        return
    unknown = (
        f"{f.forest.attribute}: unknown in {f.unknown} patients"
        for f in results.forests
        if f.unknown
    )
    yield Section("Subgroups", (*_named(pictures, "subgroups"), Bullets(tuple(unknown))))


def _readers(results: Results) -> Iterator[Section]:
    if results.agreement is None:
        return
    yield Section(
        "Readers",
        (
            Paragraph("No model can agree with a label better than readers agree on it."),
            tables.pairs(results.agreement),
            tables.readers(results.agreement),
        ),
    )


def _sample_size(results: Results) -> Iterator[Section]:
    table = tables.sample_size(results)
    if table.rows:
        yield Section("Sample size of the next study", (table,))


def _failures(
    study: Study, wrong: Sequence[WrongCase], overviews: Mapping[str, bytes]
) -> Iterator[Block]:
    """The most confident wrong cases, and patients without a result."""
    yield Table(
        columns=("case", "observed", "predicted probability"),
        rows=tuple(wrong_rows(wrong)),
        note=f"The most confident wrong calls of {study.models[0].name}; learn from them "
        "before believing the right ones.",
    )
    for case_id, data in overviews.items():
        caption = f"Case {case_id}: outline of the lesion and attention map."
        yield Figure(data=data, kind="png", caption=caption)
    if not study.failures:
        yield Paragraph("Every patient of the table has a result.")
    rows = tuple((failure.case_id, failure.reason) for failure in study.failures)
    yield Table(columns=("case", "why it was left out"), rows=rows)


def _checklists(study: Study, results: Results) -> Iterator[Block]:
    yield Paragraph("Topics are in our own words; read the published checklist before submitting.")
    for name, rows in checklist_rows(study, results).items():
        open_items = sum(answer_ == TO_FILL for _, _, answer_, _ in rows)
        yield Subheading(CHECKLIST_NAMES[name])
        yield Table(
            columns=COLUMNS[:3],
            rows=tuple(row[:3] for row in rows),
            note=f"{len(rows) - open_items} of {len(rows)} items answered here, {open_items} "
            "for the authors.",
            todo=TO_FILL,
        )
