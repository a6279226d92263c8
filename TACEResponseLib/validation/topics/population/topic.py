"""What the report has of the population that the model is made for."""

from collections.abc import Iterator

from TACEResponseLib.output.page.blocks import Paragraph, Section, Table
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.words import interval, share
from TACEResponseLib.validation.topics.performance.results import PerformanceResults
from TACEResponseLib.validation.topics.population.inside import (
    FEWEST,
    PopulationResults,
    measure_population,
)
from TACEResponseLib.validation.topics.population.tables import both_ways, counted_table
from TACEResponseLib.validation.topics.topic import Pictures, Results, Sheet, Topic, sheets_of


def _sections(study: Study, results: Results, _pictures: Pictures) -> Iterator[Section]:
    if study.facts is None:
        return
    yield Section("What the patients had", (counted_table(study.facts),))
    sentence, table = _sentence(study, results), _both(results)
    if sentence:
        shown = (table,) if table.rows else ()
        yield Section(
            "Inside the model's population alone",
            (Paragraph(f"{study.facts.beyond_words}. {sentence}"), *shown),
        )


def _both(results: Results) -> Table:
    return both_ways(results.of(PerformanceResults), results.of(PopulationResults))


def _sentence(study: Study, results: Results) -> str:
    """How the first model does inside alone; empty where nobody is outside."""
    inside, everyone = results.of(PopulationResults), results.of(PerformanceResults).models[0]
    if inside.inside_n is None or inside.inside_n == study.n:
        return ""
    outside = share(study.n - inside.inside_n, study.n)
    if not inside.inside_limits:
        return (
            f"{outside} lie outside the population that the model is made for; too few of a class "
            f"(below {FEWEST}) are inside to judge it there alone."
        )
    first = inside.inside_limits[0]
    return (
        f"{outside} lie outside the population that the model is made for: on the "
        f"{first.n} inside it the AUC is {interval(first.auc)}, on all {study.n} "
        f"{interval(everyone.auc)}."
    )


def _headline(study: Study, results: Results) -> Iterator[str]:
    if sentence := _sentence(study, results):
        yield sentence


def _sheets(study: Study, results: Results) -> Iterator[Sheet]:
    if study.facts is not None:
        yield from sheets_of({"patients": counted_table(study.facts), "population": _both(results)})


def _limits(study: Study, _results: Results) -> Iterator[str]:
    """Whose patients these are, where the table does not say."""
    facts = study.facts
    if study.inside is not None and facts is not None and facts.unverified:
        unsaid = ", ".join(f"{name} of {n}" for name, n in facts.unverified.items())
        yield (
            "How the model does inside its population alone: not verified where the table does "
            f"not say {unsaid}."
        )


TOPIC = Topic(
    name="population",
    place=15,
    measure=measure_population,
    sections=_sections,
    sheets=_sheets,
    limits=_limits,
    headline=_headline,
)
