"""Answers to checklists as counted from the table; what it does not say is not verified."""

from TACEResponseLib.cohort.population.facts import TableFacts
from TACEResponseLib.validation.study.study import Study

NOT_VERIFIED = "not verified"


def counted_answers(study: Study) -> dict[str, str]:
    """Outcome, treatment, population, times, sites and scanners, by key of the checklists."""
    return {
        **_of_facts(study),
        "sites": _levels(study, "site", "sites"),
        "scanners": _levels(study, "scanner", "scanners", "; parameters: authors"),
    }


def criterion_and_readout(facts: TableFacts | None) -> str:
    """Both as counted, or that the table says neither."""
    if facts is None or not (facts.criterion.n_stated or facts.readout.n):
        return f"criterion and read-out {_unsaid('criterion', 'readout_days')}"
    return f"criterion {facts.criterion.words}; read-out {facts.readout.words}"


def _of_facts(study: Study) -> dict[str, str]:
    facts = study.facts
    if facts is None:
        facts_words = dict.fromkeys(("treatment", "population", "interval"), NOT_VERIFIED)
        return {"outcome": f"{NOT_VERIFIED}: {criterion_and_readout(None)}", **facts_words}
    is_read = facts.criterion.n_stated or facts.readout.n
    how = criterion_and_readout(facts)
    is_limited = study.inside is not None and facts.n_unverified < facts.n
    is_dated = facts.image.n or facts.readout.n
    return {
        "outcome": f"{study.positive_class}; {how}" if is_read else _unsaid(*OUTCOME),
        "treatment": facts.treatment.words
        if facts.treatment.n_stated
        else _unsaid("treatment", "planned_treatment"),
        "population": facts.beyond_words if is_limited else _unsaid(*POPULATION),
        "interval": f"image to treatment {facts.image.words}; to read-out {facts.readout.words}"
        if is_dated
        else _unsaid(*TIMES),
    }


OUTCOME = ("criterion", "readout_days")
POPULATION = ("planned_treatment", "is_first_treatment", "bclc_stage")
TIMES = ("image_to_treatment_days", "readout_days")


def _unsaid(*columns: str) -> str:
    """Which columns would have answered."""
    return f"{NOT_VERIFIED}: the table does not say (columns {', '.join(columns)})"


def _levels(study: Study, attribute: str, plural: str, rest: str = "") -> str:
    """What the patients have of it; one level alone is no attribute."""
    levels = sorted({level for level in study.attributes.get(attribute, ()) if level})
    if not levels:
        return f"{NOT_VERIFIED}: the table names none or one (column {attribute})"
    return f"{len(levels)} {plural}: {', '.join(levels)}{rest}"
