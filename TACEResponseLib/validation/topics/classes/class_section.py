"""The report's section on response classes, its figures and its files."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from TACEResponseLib.output.page.blocks import Block, Figure, Figures, Paragraph, Section
from TACEResponseLib.validation.report.results import Results
from TACEResponseLib.validation.study.class_columns import class_rows
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import Drawing, write_csv
from TACEResponseLib.validation.topics.classes.class_tables import class_sentences, class_table
from TACEResponseLib.validation.topics.classes.figure_confusion import (
    draw_class_roc,
    draw_confusion,
)

CONFUSION, CURVES, TABLE, PREDICTIONS = "confusion", "roc_classes", "classes", "class_predictions"


def class_drawings(study: Study, results: Results) -> Iterator[Drawing]:
    """Confusion matrix and curves of each network that could be judged."""
    for place, (scores, measures) in enumerate(
        zip(study.class_scores, results.classes, strict=True)
    ):
        if measures.result:
            yield draw_confusion(measures, measures.result, numbered(CONFUSION, place))
            name = numbered(CURVES, place)
            yield draw_class_roc(study, scores, measures, measures.result, name)


def class_sections(
    study: Study, results: Results, pictures: Mapping[str, Figure]
) -> Iterator[Section]:
    """The section; nothing where no network has more than two classes.

    Args:
        study: patients.
        results: their numbers.
        pictures: by name, as `class_drawings` names them.
    """
    blocks: list[Block] = []
    for place, measures in enumerate(results.classes):
        names = (numbered(base, place) for base in (CONFUSION, CURVES))
        drawn = tuple(pictures[name] for name in names if name in pictures)
        blocks += map(Paragraph, class_sentences(study, measures))
        blocks += (class_table(measures), Figures(drawn))
    if blocks:
        yield Section("Response classes", tuple(blocks))


def write_classes(study: Study, results: Results, folder: Path) -> None:
    """Tables of each network as CSV; its predictions read as `--predictions` too."""
    for place, (scores, measures) in enumerate(
        zip(study.class_scores, results.classes, strict=True)
    ):
        table = class_table(measures)
        if table.rows:
            write_csv(folder / f"{numbered(TABLE, place)}.csv", table.columns, table.rows)
        write_csv(folder / f"{numbered(PREDICTIONS, place)}.csv", *class_rows(study, scores))


def numbered(name: str, place: int) -> str:
    """`confusion`, `confusion_2`: the first network's files have no number."""
    return name if place == 0 else f"{name}_{place + 1}"
