"""What the report has of two readers' ROIs."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath

from TACEResponseLib.output.page.blocks import Block, Paragraph, Section
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import Drawing
from TACEResponseLib.validation.topics.roi_readers.figure_roi_readers import NAME, draw_roi_readers
from TACEResponseLib.validation.topics.roi_readers.roi_readers import (
    RoiReaderResults,
    roi_agreement,
)
from TACEResponseLib.validation.topics.roi_readers.words import (
    FEATURE_COLUMNS,
    FEATURE_FILE,
    feature_rows,
    feature_table,
    roi_methods,
    roi_sentences,
)
from TACEResponseLib.validation.topics.topic import Measuring, Pictures, Results, Sheet, Topic


def _measure(study: Study, how: Measuring) -> RoiReaderResults:
    return RoiReaderResults(roi_readers=roi_agreement(study, how.rng, resamples=how.resamples))


def _drawings(_study: Study, results: Results) -> Iterator[Drawing]:
    """One figure, where patients were read twice."""
    if agreement := results.of(RoiReaderResults).roi_readers:
        yield draw_roi_readers(agreement)


def _sections(_study: Study, results: Results, pictures: Pictures) -> Iterator[Section]:
    """The section; nothing where nobody was read twice."""
    agreement = results.of(RoiReaderResults).roi_readers
    if agreement is None:
        return
    blocks: list[Block] = [*map(Paragraph, roi_sentences(agreement))]
    if NAME in pictures:
        blocks.append(replace(pictures[NAME], is_narrow=True))
    yield Section("Two readers' ROIs", (*blocks, feature_table(agreement)))


def _sheets(_study: Study, results: Results) -> Iterator[Sheet]:
    """Every form of every feature; nothing where nobody was read twice."""
    if agreement := results.of(RoiReaderResults).roi_readers:
        yield Sheet(PurePath(FEATURE_FILE).stem, FEATURE_COLUMNS, feature_rows(agreement))


def _methods(_study: Study, results: Results) -> Iterator[str]:
    if agreement := results.of(RoiReaderResults).roi_readers:
        yield roi_methods(agreement)


TOPIC = Topic(
    name="roi_readers",
    place=80,
    measure=_measure,
    drawings=_drawings,
    sections=_sections,
    sheets=_sheets,
    methods=_methods,
)
