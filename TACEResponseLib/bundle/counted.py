"""What the tables of a bundle's patients say, beside what its recipe wanted, in words."""

from collections.abc import Iterator

from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.cohort.population.facts import TableFacts
from TACEResponseLib.patient.criterion import criterion_name

NOT_COUNTED = (
    "Not counted from a table: this bundle keeps what its recipe wanted, and not what its patients "
    "had."
)
ANY = "any"


def counted_lines(metadata: BundleMetadata) -> Iterator[str]:
    """A table in Markdown: what was wanted, and what each cohort has; or that nobody counted."""
    counted = {role: c.facts for role, c in metadata.cohorts.items() if c.facts is not None}
    if not counted:
        yield NOT_COUNTED
        yield ""
    yield "| " + " | ".join(["", "Wanted by the recipe", *(r.value for r in counted)]) + " |"
    yield "|" + "---|" * (2 + len(counted))
    cells = [_cells(facts) for facts in counted.values()]
    for name, words in _of_recipe(metadata).items():
        yield f"| {' | '.join([name, words, *(one.get(name, '') for one in cells)])} |"


def _of_recipe(metadata: BundleMetadata) -> dict[str, str]:
    """The recipe's words, by what they are about."""
    limits, window = metadata.population_limits, metadata.readout_window_days
    days = f" (day {window[0]} to {window[1]})" if window else ""
    most = limits.image_age_days
    return {
        "Criterion": metadata.criterion,
        "Response": metadata.endpoint.value,
        "Read-out": f"{metadata.readout}{days}",
        "Treatment": metadata.treatment,
        "Treated before": "no" if limits.first_treatment_only else ANY,
        "BCLC stage": " or ".join(limits.bclc_stages) or ANY,
        "Image before treatment": ANY if most is None else f"at most {most} days",
        "Imputed": ", ".join(v.name for v in metadata.clinical_inputs) or "no clinical value read",
        "Outside the population": metadata.population,
    }


def _cells(facts: TableFacts) -> dict[str, str]:
    """The same, as counted."""
    return {
        "Criterion": facts.criterion.words,
        "Response": facts.response.words,
        "Read-out": facts.readout.words,
        "Treatment": facts.treatment.words,
        "Treated before": facts.earlier.words,
        "BCLC stage": facts.stage.words,
        "Image before treatment": facts.image.words,
        "Imputed": imputed_words(facts),
        "Outside the population": facts.beyond_words,
    }


def imputed_words(facts: TableFacts) -> str:
    """`afp_ng_per_ml 30 of 60 (50 %)`; of variables that everybody has nothing."""
    missing = [
        f"{name} {n} of {facts.n} ({100 * n / facts.n:.0f} %)"
        for name, n in facts.missing.items()
        if n
    ]
    return ", ".join(missing) or "none"


def criterion_words(metadata: BundleMetadata) -> str:
    """By which criterion the training patients were read; of older bundles what was wanted."""
    facts = metadata.facts
    if facts is None:
        return metadata.criterion
    stated = facts.criterion.n_stated
    name = criterion_name(metadata.criterion)
    if not stated:
        return "criterion not stated"
    return name if stated == facts.n else f"{name} in {stated} of {facts.n}"


def readout_words(metadata: BundleMetadata) -> str:
    """When the training patients were read; of older bundles when they were to be read."""
    facts = metadata.facts
    if facts is None:
        return metadata.readout
    if facts.readout.median is None:
        return "read-out day not stated"
    return f"read {facts.readout.median:.0f} days (median) after treatment"
