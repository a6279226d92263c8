"""What the report has of the candidates that training compared."""

from collections.abc import Iterator

from TACEResponseLib.output.page.blocks import Section, Table
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.topic import Pictures, Results, Topic


def _sections(study: Study, _results: Results, _pictures: Pictures) -> Iterator[Section]:
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


def _answers(study: Study, _results: Results) -> dict[str, str]:
    n = len(study.candidates)
    return {"candidates": f"{n} candidates compared on tuning patients"} if n else {}


TOPIC = Topic(name="candidates", place=40, sections=_sections, answers=_answers)
