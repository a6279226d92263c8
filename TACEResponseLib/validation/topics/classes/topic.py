"""What the report has of response classes."""

from collections.abc import Iterator

from TACEResponseLib.output.page.blocks import Block, Figures, Paragraph, Section
from TACEResponseLib.validation.study.class_columns import class_rows
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import Drawing
from TACEResponseLib.validation.topics.classes.class_tables import (
    class_methods,
    class_sentences,
    class_table,
)
from TACEResponseLib.validation.topics.classes.classes import ClassResults, measure_classes
from TACEResponseLib.validation.topics.classes.figure_confusion import (
    draw_class_roc,
    draw_confusion,
)
from TACEResponseLib.validation.topics.topic import (
    Measuring,
    Pictures,
    Results,
    Sheet,
    Topic,
    sheets_of,
)

CONFUSION, CURVES, TABLE, PREDICTIONS = "confusion", "roc_classes", "classes", "class_predictions"


def _measure(study: Study, how: Measuring) -> ClassResults:
    return ClassResults(classes=measure_classes(study, how.rng, resamples=how.resamples))


def _drawings(study: Study, results: Results) -> Iterator[Drawing]:
    """Confusion matrix and curves of each network that could be judged."""
    for place, (scores, measures) in enumerate(
        zip(study.class_scores, results.of(ClassResults).classes, strict=True)
    ):
        if measures.result:
            yield draw_confusion(measures, measures.result, numbered(CONFUSION, place))
            name = numbered(CURVES, place)
            yield draw_class_roc(study, scores, measures, measures.result, name)


def _sections(study: Study, results: Results, pictures: Pictures) -> Iterator[Section]:
    """The section; nothing where no network has more than two classes."""
    blocks: list[Block] = []
    for place, measures in enumerate(results.of(ClassResults).classes):
        names = (numbered(base, place) for base in (CONFUSION, CURVES))
        drawn = tuple(pictures[name] for name in names if name in pictures)
        blocks += map(Paragraph, class_sentences(study, measures))
        blocks += (class_table(measures), Figures(drawn))
    if blocks:
        yield Section("Response classes", tuple(blocks))


def _sheets(study: Study, results: Results) -> Iterator[Sheet]:
    """Tables of each network; its predictions read as `--predictions` too."""
    for place, (scores, measures) in enumerate(
        zip(study.class_scores, results.of(ClassResults).classes, strict=True)
    ):
        yield from sheets_of({numbered(TABLE, place): class_table(measures)})
        yield Sheet(numbered(PREDICTIONS, place), *class_rows(study, scores))


def _methods(_study: Study, results: Results) -> Iterator[str]:
    if classes := class_methods(results.of(ClassResults).classes):
        yield classes


def numbered(name: str, place: int) -> str:
    """`confusion`, `confusion_2`: the first network's files have no number."""
    return name if place == 0 else f"{name}_{place + 1}"


TOPIC = Topic(
    name="classes",
    place=20,
    measure=_measure,
    drawings=_drawings,
    sections=_sections,
    sheets=_sheets,
    methods=_methods,
)
