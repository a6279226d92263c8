"""What the report has of the size of the next study."""

from collections.abc import Iterator

from TACEResponseLib.output.page.blocks import Section
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.performance.results import PerformanceResults
from TACEResponseLib.validation.topics.sample_size.sample_size import sample_size_table
from TACEResponseLib.validation.topics.topic import Pictures, Results, Sheet, Topic, sheets_of


def _sections(_study: Study, results: Results, _pictures: Pictures) -> Iterator[Section]:
    table = sample_size_table(results.of(PerformanceResults))
    if table.rows:
        yield Section("Sample size of the next study", (table,))


def _sheets(_study: Study, results: Results) -> Iterator[Sheet]:
    return sheets_of({"sample_size": sample_size_table(results.of(PerformanceResults))})


TOPIC = Topic(name="sample_size", place=100, sections=_sections, sheets=_sheets)
