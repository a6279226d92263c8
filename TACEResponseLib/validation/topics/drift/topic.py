"""What the report has of drift."""

from collections.abc import Iterator

from TACEResponseLib.output.page.blocks import Section
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.drift.drift_tables import drift_sections, drift_table
from TACEResponseLib.validation.topics.topic import Pictures, Results, Sheet, Topic, sheets_of


def _sections(study: Study, _results: Results, _pictures: Pictures) -> Iterator[Section]:
    if study.drift:
        yield Section("Drift of inputs", tuple(drift_sections(study)))


def _sheets(study: Study, _results: Results) -> Iterator[Sheet]:
    return sheets_of({"drift": drift_table(study)})


def _answers(study: Study, _results: Results) -> dict[str, str]:
    n = len(study.drift)
    return {"drift": f"{n} inputs compared with their training ranges"} if n else {}


TOPIC = Topic(name="drift", place=90, sections=_sections, sheets=_sheets, answers=_answers)
