"""The report's section on two readers' ROIs, its figure and its file."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from TACEResponseLib.output.page.blocks import Block, Figure, Paragraph, Section
from TACEResponseLib.validation.report.results import Results
from TACEResponseLib.validation.style.figure import Drawing, write_csv
from TACEResponseLib.validation.topics.roi_readers.figure_roi_readers import NAME, draw_roi_readers
from TACEResponseLib.validation.topics.roi_readers.words import (
    FEATURE_COLUMNS,
    FEATURE_FILE,
    feature_rows,
    feature_table,
    roi_sentences,
)


def roi_drawings(results: Results) -> Iterator[Drawing]:
    """One figure, where patients were read twice."""
    if results.roi_readers:
        yield draw_roi_readers(results.roi_readers)


def roi_sections(results: Results, pictures: Mapping[str, Figure]) -> Iterator[Section]:
    """The section; nothing where nobody was read twice.

    Args:
        results: numbers of the study.
        pictures: by name, as `roi_drawings` names them.
    """
    if results.roi_readers is None:
        return
    blocks: list[Block] = [*map(Paragraph, roi_sentences(results.roi_readers))]
    if NAME in pictures:
        blocks.append(replace(pictures[NAME], is_narrow=True))
    yield Section("Two readers' ROIs", (*blocks, feature_table(results.roi_readers)))


def write_roi_readers(results: Results, folder: Path) -> None:
    """Every form of every feature; nothing where nobody was read twice."""
    if results.roi_readers:
        write_csv(folder / FEATURE_FILE, FEATURE_COLUMNS, feature_rows(results.roi_readers))
