"""The report's section on two readers' ROIs, its figure and its file."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from TACEResponseLib.output.html import heading, image, paragraph, table
from TACEResponseLib.validation.report.results import Results
from TACEResponseLib.validation.style.figure import Drawing, Picture, write_csv
from TACEResponseLib.validation.topics.roi_readers.figure_roi_readers import NAME, draw_roi_readers
from TACEResponseLib.validation.topics.roi_readers.roi_readers_words import (
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


def roi_blocks(results: Results, pictures: Mapping[str, Picture]) -> Iterator[str]:
    """The section; nothing where nobody was read twice.

    Args:
        results: numbers of the study.
        pictures: by name, as `roi_drawings` names them.
    """
    found = results.roi_readers
    if found is None:
        return
    yield heading("Two readers' ROIs")
    yield from map(paragraph, roi_sentences(found))
    if NAME in pictures:
        yield image(pictures[NAME].svg, "svg+xml", pictures[NAME].caption, "narrow")
    told = feature_table(found)
    yield table(told.columns, told.rows, told.note)


def write_roi_readers(results: Results, folder: Path) -> None:
    """Every form of every feature; nothing where nobody was read twice."""
    if results.roi_readers:
        write_csv(folder / FEATURE_FILE, FEATURE_COLUMNS, feature_rows(results.roi_readers))
