"""The report: one page that a reader can decide on, then everything behind it."""

from collections.abc import Iterator, Mapping, Sequence

from TACEResponseLib.basics.plain_text import html_text as escape
from TACEResponseLib.basics.terms import NOT_A_DEVICE
from TACEResponseLib.evaluation.survival.cox import PROPORTIONALITY_LEVEL
from TACEResponseLib.output.html import bullets, heading, image, page, paragraph, table
from TACEResponseLib.validation.report.checklists import COLUMNS, TO_FILL, checklist_rows
from TACEResponseLib.validation.report.limits import limits
from TACEResponseLib.validation.report.methods_text import methods_text
from TACEResponseLib.validation.report.results import Results
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import Picture
from TACEResponseLib.validation.topics.classes.class_section import class_blocks
from TACEResponseLib.validation.topics.drift.drift_tables import drift_sections
from TACEResponseLib.validation.topics.performance import tables
from TACEResponseLib.validation.topics.performance.sentences import answer, question, usefulness
from TACEResponseLib.validation.topics.promised.promised import promised_sentences, promised_table
from TACEResponseLib.validation.topics.roi_readers.roi_readers_section import roi_blocks
from TACEResponseLib.validation.topics.survival.competing_words import (
    competing_of,
    competing_sentence,
    incidence_table,
)
from TACEResponseLib.validation.topics.wrong_cases.wrong_cases import WrongCase, wrong_rows

SIMULATED = "These patients are simulated: nothing here says anything about a real one."
IN_SAMPLE = "In-sample: these patients, or some, shaped the model; every number is too good."
CHECKLIST_NAMES = {"tripod_ai": "TRIPOD+AI", "metrics": "METRICS", "claim": "CLAIM"}


def report_html(
    study: Study,
    results: Results,
    pictures: Mapping[str, Picture],
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
    blocks = [
        f'<section class="page">{"".join(_first_page(study, results, pictures))}</section>',
        *_methods(study, results),
        *_patients(study),
        *_performance(study, results, pictures),
        *class_blocks(study, results, pictures),
        *_promised(study, results),
        *_candidates(study),
        *_survival(results, pictures),
        *_subgroups(results, pictures),
        *_readers(results),
        *roi_blocks(results, pictures),
        *_drift(study),
        *_sample_size(results),
        *_failures(study, wrong, overviews or {}),
        *_checklists(study, results),
        paragraph(NOT_A_DEVICE, "use"),
    ]
    return page(f"Validation of {study.models[0].name}", blocks)


def _first_page(study: Study, results: Results, pictures: Mapping[str, Picture]) -> Iterator[str]:
    """Question, answer, four figures, and what they don't show."""
    yield f"<h1>Validation of {escape(', '.join(m.name for m in study.models))}</h1>"
    if study.origin.simulated:
        yield paragraph(SIMULATED, "banner")
    if study.origin.in_sample:
        yield paragraph(IN_SAMPLE, "banner")
    yield paragraph(question(study))
    yield f'<div class="answer">{"".join(map(paragraph, answer(study, results)))}</div>'
    yield '<div class="four">'
    for name in ("roc", "calibration", "decision_curve"):
        yield _picture(pictures, name)
    curves = [name for name in pictures if name.startswith("survival_")]
    if curves:
        yield _picture(pictures, curves[0])
    else:
        yield (
            '<div class="none">No survival curves: the table has no time to progression and no '
            "survival.</div>"
        )
    yield "</div>"
    lines = bullets(limits(study, results))
    yield f'<div class="limits"><h2>What this does not show</h2>{lines}</div>'


def _picture(pictures: Mapping[str, Picture], name: str, style: str = "") -> str:
    found = pictures.get(name)
    return image(found.svg, "svg+xml", found.caption, style) if found else ""


def _table(found: tables.Table) -> str:
    return table(found.columns, found.rows, found.note)


def _methods(study: Study, results: Results) -> Iterator[str]:
    yield heading("Methods")
    yield from map(paragraph, methods_text(study, results))


def _patients(study: Study) -> Iterator[str]:
    if study.table_one:
        yield heading("Table 1: patients")
        yield table(
            study.table_one.header,
            study.table_one.rows,
            f"By role and outcome; shares are of the known. Positive: {study.positive_class}.",
        )


def _performance(study: Study, results: Results, pictures: Mapping[str, Picture]) -> Iterator[str]:
    """All models in numbers, further calibration curves, comparisons."""
    yield heading("Performance")
    yield _table(tables.performance(study, results))
    yield heading("Usefulness")
    for found in results.models:
        yield paragraph(f"{found.name}: {usefulness(found)}")
    further = [name for name in pictures if name.startswith("calibration_")]
    if further:
        yield heading("Calibration of the other models")
        yield '<div class="four">' + "".join(_picture(pictures, n) for n in further) + "</div>"
    if results.comparisons:
        yield heading("Against other models and simple scores")
        yield _table(tables.comparisons(results))
    if results.branch_values:
        yield heading("What fusion adds to each evidence")
        yield _table(tables.branches(results))


def _promised(study: Study, results: Results) -> Iterator[str]:
    """What the bundles say of themselves, beside what was seen."""
    if study.promises:
        yield heading("What training had promised")
        yield from map(paragraph, promised_sentences(study, results))
        yield _table(promised_table(study, results))


def _candidates(study: Study) -> Iterator[str]:
    if not study.candidates:
        return
    columns = tuple(study.candidates[0])
    yield heading("Candidates that training compared")
    yield table(
        columns,
        [[_cell(c.get(name)) for name in columns] for c in study.candidates],
        "Chosen on tuning patients, never on those of this report.",
    )


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _survival(results: Results, pictures: Mapping[str, Picture]) -> Iterator[str]:
    """Endpoints; curves that the first page does not show."""
    if not results.survival:
        return
    yield heading("Survival")
    yield _table(tables.survival(results))
    for found in results.survival:
        if found.hazards:
            warnings = " ".join(w.message for w in found.hazards.warnings)
            yield paragraph(
                f"{found.endpoint}: {found.proportionality} {warnings} Tested at a "
                f"level of {PROPORTIONALITY_LEVEL:g}."
            )
    if dying := competing_of(results):
        yield paragraph(competing_sentence(dying))
        yield _table(incidence_table(dying))
    rest = [name for name in pictures if name.startswith(("survival_", "incidence_"))][1:]
    rest += [name for name in pictures if name.startswith("landmark_")]
    yield '<div class="four">' + "".join(_picture(pictures, n) for n in rest) + "</div>"


def _subgroups(results: Results, pictures: Mapping[str, Picture]) -> Iterator[str]:
    if not results.forests:
        return
    yield heading("Subgroups")
    yield _picture(pictures, "subgroups")
    unknown = [
        f"{f.forest.attribute}: unknown in {f.unknown} patients"
        for f in results.forests
        if f.unknown
    ]
    yield bullets(unknown)


def _readers(results: Results) -> Iterator[str]:
    if results.agreement is None:
        return
    yield heading("Readers")
    yield paragraph("No model can agree with a label better than readers agree on it.")
    yield _table(tables.pairs(results.agreement))
    yield _table(tables.readers(results.agreement))


def _drift(study: Study) -> Iterator[str]:
    if not study.drift:
        return
    yield heading("Drift of inputs")
    yield from map(_table, drift_sections(study))


def _sample_size(results: Results) -> Iterator[str]:
    found = tables.sample_size(results)
    if found.rows:
        yield heading("Sample size of the next study")
        yield _table(found)


def _failures(
    study: Study, wrong: Sequence[WrongCase], overviews: Mapping[str, bytes]
) -> Iterator[str]:
    """The most confident wrong cases, and patients without a result."""
    yield heading("Failures")
    yield table(
        ("case", "observed", "predicted probability"),
        wrong_rows(wrong),
        f"The most confident wrong calls of {study.models[0].name}; learn from them "
        "before believing the right ones.",
    )
    for case_id, data in overviews.items():
        yield image(data, "png", f"Case {case_id}: outline of the lesion and attention map.")
    left = [(failure.case_id, failure.reason) for failure in study.failures]
    yield table(("case", "why it was left out"), left)
    if not left:
        yield paragraph("Every patient of the table has a result.")


def _checklists(study: Study, results: Results) -> Iterator[str]:
    yield heading("Checklists")
    yield paragraph("Topics are in our own words; read the published checklist before submitting.")
    for name, rows in checklist_rows(study, results).items():
        open_items = sum(answer_ == TO_FILL for _, _, answer_, _ in rows)
        yield f"<h3>{escape(CHECKLIST_NAMES[name])}</h3>"
        yield table(
            COLUMNS[:3],
            [row[:3] for row in rows],
            f"{len(rows) - open_items} of {len(rows)} items answered here, {open_items} "
            "for the authors.",
            todo=TO_FILL,
        )
