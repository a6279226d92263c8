"""What the report has of what training had promised."""

from collections.abc import Iterator

from TACEResponseLib.output.page.blocks import Paragraph, Section
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.performance.results import PerformanceResults
from TACEResponseLib.validation.topics.promised.promised import promised_sentences, promised_table
from TACEResponseLib.validation.topics.topic import Pictures, Results, Sheet, Topic, sheets_of


def _sections(study: Study, results: Results, _pictures: Pictures) -> Iterator[Section]:
    """What the bundles say of themselves, beside what was seen."""
    if study.promises:
        performance = results.of(PerformanceResults)
        sentences = map(Paragraph, promised_sentences(study, performance))
        shown = promised_table(study, performance)
        yield Section("What training had promised", (*sentences, shown))


def _sheets(study: Study, results: Results) -> Iterator[Sheet]:
    return sheets_of({"promised": promised_table(study, results.of(PerformanceResults))})


TOPIC = Topic(name="promised", place=30, sections=_sections, sheets=_sheets)
