"""What a topic of the report is: what it measures, says, draws, shows and writes of a study."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import numpy as np

from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.evaluation.bootstrap import RESAMPLES
from TACEResponseLib.output.page.blocks import Figure, Section, Table
from TACEResponseLib.validation.study.study import Calls, Study
from TACEResponseLib.validation.style.figure import Drawing

Measured = TypeVar("Measured")
Pictures = Mapping[str, Figure]
"""By the names of their drawings; that of a single patient by `CASE` and the id."""
CASE = "case:"


class Sheet(NamedTuple):
    """A table as a CSV file of the report's folder."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """How a study is measured."""

    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))
    """Source of all draws, one topic after the other."""
    resamples: int = RESAMPLES
    """Cohorts drawn for each interval."""
    landmark_day: float | None = None
    """Of the read-out, for survival by observed response."""
    readers: Mapping[str, Calls] = field(default_factory=dict)
    """Calls by reader, in the study's order."""
    progress: Progress = silent
    """Told each stage."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Results:
    """All that was measured; figures, sentences and tables are made from this and the study."""

    measured: tuple[object, ...]
    """A dataclass a topic, in the order of measuring; its fields stand in metrics.json."""
    seed: int
    resamples: int

    def of(self, kind: type[Measured]) -> Measured:
        """What one topic measured, by the class of it.

        Raises: LookupError: no topic measured such a thing.
        """
        for measured in self.measured:
            if isinstance(measured, kind):
                return measured
        raise LookupError(f"no topic measured {kind.__name__}")


def _nothing(_study: Study, _results: Results) -> tuple[()]:
    return ()


def _no_sections(_study: Study, _results: Results, _pictures: Pictures) -> tuple[()]:
    return ()


def _no_answers(_study: Study, _results: Results) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic owns all that the report has of it; the rest of the house reads the table of them."""

    name: str
    place: int
    """Of its sections in the report: the topic with the lowest number comes first."""
    measure: Callable[[Study, Measuring], object] | None = None
    """A dataclass; topics without one show what the study holds, or what others measured."""
    drawings: Callable[[Study, Results], Iterable[Drawing]] = _nothing
    sections: Callable[[Study, Results, Pictures], Iterable[Section]] = _no_sections
    sheets: Callable[[Study, Results], Iterable[Sheet]] = _nothing
    methods: Callable[[Study, Results], Iterable[str]] = _nothing
    """Paragraphs of the methods text."""
    limits: Callable[[Study, Results], Iterable[str]] = _nothing
    """Sentences of the box `What this does not show`."""
    answers: Callable[[Study, Results], Mapping[str, str]] = _no_answers
    """To items of the checklists; what several topics answer to one is joined."""
    first_page: Callable[[Study, Results], Iterable[str]] = _nothing
    """Names of the drawings that the first page shows."""
    headline: Callable[[Study, Results], Iterable[str]] = _nothing
    """Sentences of the answer on the first page."""


def sheets_of(tables: Mapping[str, Table]) -> Iterator[Sheet]:
    """Tables of the report as files of these names; those without rows are none."""
    for name, table in tables.items():
        if table.rows:
            yield Sheet(name, table.columns, table.rows)


def named(pictures: Pictures, *beginnings: str) -> tuple[Figure, ...]:
    """Pictures whose names begin so, in their order."""
    return tuple(picture for name, picture in pictures.items() if name.startswith(beginnings))
