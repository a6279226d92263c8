"""What the patients had as counted, and the numbers of all beside those inside."""

from TACEResponseLib.cohort.population.facts import TableFacts
from TACEResponseLib.output.page.blocks import Table
from TACEResponseLib.validation.style.words import interval
from TACEResponseLib.validation.topics.performance.measures import ModelMeasures
from TACEResponseLib.validation.topics.performance.results import PerformanceResults
from TACEResponseLib.validation.topics.population.inside import PopulationResults


def counted_table(facts: TableFacts) -> Table:
    """Criterion, read-out, treatment, stage and dates."""
    rows = (
        ("criterion", facts.criterion.words),
        ("response", facts.response.words),
        ("read-out after treatment", facts.readout.words),
        ("treatment", facts.treatment.words),
        ("treated before", facts.earlier.words),
        ("BCLC stage", facts.stage.words),
        ("image before treatment", facts.image.words),
    )
    return Table(columns=("", "as counted from the table"), rows=rows)


def both_ways(performance: PerformanceResults, population: PopulationResults) -> Table:
    """A row a model and way; nothing where nobody is outside."""
    pairs = zip(performance.models, population.inside_limits, strict=False)
    rows = [row for everyone, inside in pairs for row in _rows(everyone, inside)]
    return Table(
        columns=(
            "model",
            "patients",
            "n",
            "events",
            "AUC",
            "slope",
            "observed / expected",
            "Brier score",
            "sensitivity",
            "specificity",
        ),
        rows=tuple(rows),
        note="Sensitivity and specificity at the model's own cut-off. 95 % intervals.",
    )


def _rows(everyone: ModelMeasures, inside: ModelMeasures) -> list[tuple[str, ...]]:
    return [
        (
            measures.name,
            who,
            str(measures.n),
            str(measures.events),
            interval(measures.auc),
            interval(measures.slope),
            interval(measures.recalibrated.observed_to_expected),
            interval(measures.brier, 3),
            interval(measures.threshold.sensitivity),
            interval(measures.threshold.specificity),
        )
        for who, measures in (("all", everyone), ("inside the limits only", inside))
    ]
