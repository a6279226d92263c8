"""What the report has of failures: the most confident wrong cases, and patients left out."""

from collections.abc import Iterator

from TACEResponseLib.output.page.blocks import Block, Paragraph, Section, Table
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.topic import CASE, Pictures, Results, Sheet, Topic, named
from TACEResponseLib.validation.topics.wrong_cases.wrong_cases import wrong_cases, wrong_rows


def _sections(study: Study, _results: Results, pictures: Pictures) -> Iterator[Section]:
    yield Section("Failures", tuple(_blocks(study, pictures)))


def _blocks(study: Study, pictures: Pictures) -> Iterator[Block]:
    first = study.models[0]
    yield Table(
        columns=("case", "observed", "predicted probability"),
        rows=tuple(wrong_rows(wrong_cases(study, first))),
        note=f"The most confident wrong calls of {first.name}; learn from them "
        "before believing the right ones.",
    )
    yield from named(pictures, CASE)
    if not study.failures:
        yield Paragraph("Every patient of the table has a result.")
    yield Table(columns=("case", "why it was left out"), rows=tuple(_left_out(study)))


def _left_out(study: Study) -> Iterator[tuple[str, str]]:
    for failure in study.failures:
        yield failure.case_id, failure.reason


def _sheets(study: Study, _results: Results) -> Iterator[Sheet]:
    if left_out := tuple(_left_out(study)):
        yield Sheet("failures", ("case_id", "reason"), left_out)
    rows = wrong_rows(wrong_cases(study, study.models[0]))
    yield Sheet("wrong_cases", ("case_id", "observed", "probability"), rows)


def _answers(study: Study, _results: Results) -> dict[str, str]:
    n = len(study.failures)
    return {"failures": f"{n} patients without a result, listed with the reason"}


TOPIC = Topic(name="wrong_cases", place=110, sections=_sections, sheets=_sheets, answers=_answers)
