"""The report's section on response classes, its figures and its files."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from TACEResponseLib.output.html import heading, image, paragraph, table
from TACEResponseLib.validation.report.results import Results
from TACEResponseLib.validation.study.class_columns import class_rows
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import Drawing, Picture, write_csv
from TACEResponseLib.validation.topics.classes.class_tables import class_sentences, class_table
from TACEResponseLib.validation.topics.classes.figure_confusion import (
    draw_class_roc,
    draw_confusion,
)

CONFUSION, CURVES, TABLE, PREDICTIONS = "confusion", "roc_classes", "classes", "class_predictions"


def class_drawings(study: Study, results: Results) -> Iterator[Drawing]:
    """Confusion matrix and curves of each network that could be judged."""
    for place, (scores, found) in enumerate(zip(study.class_scores, results.classes, strict=True)):
        if found.result:
            yield draw_confusion(found, found.result, numbered(CONFUSION, place))
            name = numbered(CURVES, place)
            yield draw_class_roc(study, scores, found, found.result, name)


def class_blocks(study: Study, results: Results, pictures: Mapping[str, Picture]) -> Iterator[str]:
    """The section; nothing where no network has more than two classes.

    Args:
        study: patients.
        results: their numbers.
        pictures: by name, as `class_drawings` names them.
    """
    if results.classes:
        yield heading("Response classes")
    for place, found in enumerate(results.classes):
        yield from map(paragraph, class_sentences(study, found))
        told = class_table(found)
        yield table(told.columns, told.rows, told.note)
        shown = [
            pictures[name]
            for base in (CONFUSION, CURVES)
            if (name := numbered(base, place)) in pictures
        ]
        if shown:
            figures = "".join(image(p.svg, "svg+xml", p.caption) for p in shown)
            yield f'<div class="four">{figures}</div>'


def write_classes(study: Study, results: Results, folder: Path) -> None:
    """Tables of each network as CSV; its predictions read as `--predictions` too."""
    for place, (scores, found) in enumerate(zip(study.class_scores, results.classes, strict=True)):
        told = class_table(found)
        if told.rows:
            write_csv(folder / f"{numbered(TABLE, place)}.csv", told.columns, told.rows)
        write_csv(folder / f"{numbered(PREDICTIONS, place)}.csv", *class_rows(study, scores))


def numbered(name: str, place: int) -> str:
    """`confusion`, `confusion_2`: the first network's files have no number."""
    return name if place == 0 else f"{name}_{place + 1}"
