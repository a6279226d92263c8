"""What the report has of survival."""

from collections.abc import Iterator

from TACEResponseLib.evaluation.survival.cox import PROPORTIONALITY_LEVEL
from TACEResponseLib.output.page.blocks import Block, Figures, Paragraph, Section
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import Drawing
from TACEResponseLib.validation.topics.survival.figure_incidence import draw_incidence
from TACEResponseLib.validation.topics.survival.figure_survival import draw_landmark, draw_survival
from TACEResponseLib.validation.topics.survival.survival import SurvivalResults, measure_survival
from TACEResponseLib.validation.topics.survival.tables import survival_table
from TACEResponseLib.validation.topics.survival.words import (
    competing_of,
    competing_sentence,
    incidence_table,
    survival_methods,
)
from TACEResponseLib.validation.topics.topic import (
    Pictures,
    Results,
    Sheet,
    Topic,
    named,
    sheets_of,
)


def _drawings(study: Study, results: Results) -> Iterator[Drawing]:
    """Curves of each endpoint, incidence where death competes, curves from the read-out."""
    measured = results.of(SurvivalResults)
    for curves in measured.survival:
        yield draw_survival(study, curves)
        if curves.competing:
            yield draw_incidence(study, curves.competing)
    for mark in measured.landmarks:
        yield draw_landmark(study, mark)


def _first_page(_study: Study, results: Results) -> tuple[str, ...]:
    """The curves of the first endpoint."""
    return tuple(f"survival_{m.endpoint.lower()}" for m in results.of(SurvivalResults).survival[:1])


def _sections(_study: Study, results: Results, pictures: Pictures) -> Iterator[Section]:
    """Endpoints; curves that the first page does not show."""
    measured = results.of(SurvivalResults)
    if not measured.survival:
        return
    blocks: list[Block] = [survival_table(measured)]
    for curves in measured.survival:
        if curves.hazards:
            warnings = " ".join(w.message for w in curves.hazards.warnings)
            blocks.append(
                Paragraph(
                    f"{curves.endpoint}: {curves.proportionality} {warnings} Tested at a "
                    f"level of {PROPORTIONALITY_LEVEL:g}."
                )
            )
    if dying := competing_of(measured):
        blocks += [Paragraph(competing_sentence(dying)), incidence_table(dying)]
    rest = (*named(pictures, "survival_", "incidence_")[1:], *named(pictures, "landmark_"))
    yield Section("Survival", (*blocks, Figures(rest)))


def _sheets(_study: Study, results: Results) -> Iterator[Sheet]:
    measured = results.of(SurvivalResults)
    tables = {"survival": survival_table(measured)}
    if dying := competing_of(measured):
        tables["incidence"] = incidence_table(dying)
    return sheets_of(tables)


def _methods(_study: Study, results: Results) -> Iterator[str]:
    measured = results.of(SurvivalResults)
    if measured.survival:
        yield survival_methods(measured)


def _answers(_study: Study, results: Results) -> dict[str, str]:
    return {"measures": "survival"} if results.of(SurvivalResults).survival else {}


TOPIC = Topic(
    name="survival",
    place=50,
    measure=measure_survival,
    drawings=_drawings,
    sections=_sections,
    sheets=_sheets,
    methods=_methods,
    answers=_answers,
    first_page=_first_page,
)
