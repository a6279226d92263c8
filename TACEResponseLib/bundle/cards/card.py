"""The model card: what a reader must know before believing a number of this bundle."""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from TACEResponseLib.basics.plain_text import markdown_text
from TACEResponseLib.basics.terms import NOT_A_DEVICE
from TACEResponseLib.bundle.cards.card_trust import trust_lines
from TACEResponseLib.bundle.counted import counted_lines, criterion_words, readout_words
from TACEResponseLib.bundle.left_out_calibration import group_lines
from TACEResponseLib.bundle.likeness_words import likeness_rule
from TACEResponseLib.bundle.metadata import (
    BundleMetadata,
    CalibrationSummary,
    CandidateRow,
    ChanceSummary,
    Metric,
    ReaderAgreement,
    Recalibration,
    SiteSummary,
)

SIMULATED_FIRST_LINE = "Trained on simulated patients: means nothing for a real one."
PERMUTED_LINE = "Trained on permuted labels, a check of the procedure: means nothing."
REPRODUCIBLE = {
    "cpu": "CPU; the same machine and versions give the same bytes again",
    "cuda": "CUDA; the same training may differ in the last digits, and so may all that follows",
}


def model_card(metadata: BundleMetadata) -> str:
    """The card as Markdown; of a bundle of simulated patients the first line says so.

    No date stands in it, so that the same training gives the same bytes; the SHA-256 of the
    bundle identifies it.
    """
    metadata = _inert(metadata)
    blocks = [
        *_first_line(metadata),
        f"# {metadata.title}",
        NOT_A_DEVICE,
        *_sections(metadata),
    ]
    return "\n\n".join(blocks) + "\n"


def _inert(value: Any) -> Any:
    """The same with every text such that Markdown shows it and does nothing with it.

    Authors of bundles are strangers: no picture of theirs is fetched, no link and no tag made.
    """
    if isinstance(value, BaseModel):
        texts = {name: _inert(getattr(value, name)) for name in type(value).model_fields}
        return value.model_copy(update=texts)
    if type(value) in (tuple, list):
        return type(value)(_inert(item) for item in value)
    if type(value) is dict:
        return {_inert(key): _inert(item) for key, item in value.items()}
    return markdown_text(value) if type(value) is str else value


def _first_line(metadata: BundleMetadata) -> list[str]:
    """What must be known before anything else."""
    lines = [SIMULATED_FIRST_LINE] if metadata.simulated else []
    lines += [PERMUTED_LINE] if metadata.permuted_labels else []
    return [" ".join(lines)] if lines else []


def _sections(metadata: BundleMetadata) -> Iterator[str]:
    """Every section, heading and all."""
    yield _section("Intended use", [metadata.intended_use])
    yield _section("What it predicts", _facts(metadata))
    yield _section("Training and test patients", [*_cohorts(metadata), *_readers(metadata.readers)])
    yield _section("What the patients had", counted_lines(metadata))
    yield _section("Development sample size", _development(metadata))
    yield _section("Inputs", _inputs(metadata))
    measured = [*_metrics(metadata.metrics), *_chance(metadata.chance), *_sites(metadata.sites)]
    yield _section("Measured performance", measured)
    if metadata.candidates:
        yield _section("What was compared", _candidates(metadata.candidates))
    yield _section("Calibration", _calibration(metadata.calibration))
    if metadata.recalibration:
        yield _section("Recalibration", _recalibration(metadata.recalibration))
    yield _section("Answers and ranges", trust_lines(metadata))
    yield _section(
        "Cut-off",
        [
            f"{metadata.threshold:.3f} on the calibrated probability, set on "
            f"{metadata.threshold_set_on}."
        ],
    )
    if metadata.likeness:
        yield _section("Cases unlike its patients", [likeness_rule(metadata.likeness.n)])
    yield _section("Known failure modes", [f"- {mode}" for mode in metadata.failure_modes])
    yield _section(
        "Where it departs from its paper",
        [
            f"- {d.topic}: the paper has {d.paper}; here {d.ours}, because {d.why}."
            for d in metadata.differences
        ],
    )
    yield _section("Versions, license, citation", _versions(metadata))


def _section(title: str, lines: Iterable[str]) -> str:
    """A heading with its lines; an empty section says that nothing is recorded."""
    return "\n".join([f"## {title}", "", *(list(lines) or ["Nothing recorded."])])


def _facts(metadata: BundleMetadata) -> list[str]:
    """Endpoint, how it was read, and the images, one line each."""
    return [
        f"- Endpoint: {metadata.endpoint.value}; positive class: {metadata.positive_class}",
        f"- Response of the training patients: {criterion_words(metadata)}, "
        f"{readout_words(metadata)}",
        f"- Modality and phase: {metadata.modality}, {', '.join(metadata.sequences)}",
    ]


def _cohorts(metadata: BundleMetadata) -> list[str]:
    """Patients of each class in each cohort."""
    positive = metadata.positive_class
    table = [
        f"| Cohort | Patients | {positive} | not {positive} | Source |",
        "|---|---|---|---|---|",
    ]
    for role, cohort in metadata.cohorts.items():
        source = cohort.source or "not recorded"
        others = cohort.n - cohort.events
        n = f"{cohort.n} rows of {cohort.patients}" if cohort.patients else f"{cohort.n}"
        table.append(f"| {role.value} | {n} | {cohort.events} | {others} | {source} |")
    return table


def _development(metadata: BundleMetadata) -> list[str]:
    """Patients that the number of parameters asks for, and those that there were."""
    return [metadata.development.words] if metadata.development else []


def _readers(readers: ReaderAgreement | None) -> list[str]:
    """How alike two readers drew, if anybody knows."""
    if readers is None:
        return []
    patients = "patient" if readers.n == 1 else "patients"
    return [
        "",
        f"Two readers drew the tumor of {readers.n} training {patients}: mean Dice "
        f"{readers.dice:.3f}.",
    ]


def _inputs(metadata: BundleMetadata) -> list[str]:
    """What each branch reads, and the clinical variables."""
    lines = [line for part in metadata.branches for line in part.card_lines]
    for variable in metadata.clinical_inputs:
        lines.append(
            f"- clinical: {variable.name}, {'required' if variable.required else 'optional'}"
        )
    return lines if metadata.clinical_inputs else [*lines, "- clinical: none used"]


def _metrics(metrics: Iterable[Metric]) -> list[str]:
    """A table of numbers with intervals."""
    rows = [
        f"| {m.name} | {m.branch} | {m.cohort.value} | {m.value:.3f} ({m.low:.3f} to {m.high:.3f}) "
        f"| {m.n} | {m.method} |"
        for m in metrics
    ]
    head = [
        "| Metric | Branch | Cohort | Value (95 % interval) | Patients | Interval by |",
        "|---|---|---|---|---|---|",
    ]
    return head + rows if rows else []


def _chance(chance: ChanceSummary | None) -> list[str]:
    """The permutation test of the whole training."""
    if chance is None:
        return []
    return [
        "",
        f"Against chance: p = {chance.p:.3g} for an AUC of {chance.auc:.3f} ({chance.method}).",
    ]


def _sites(summary: SiteSummary | None) -> list[str]:
    """AUC of each site by a training on the others."""
    if summary is None:
        return []
    if summary.reason:
        return ["", f"By site: not measured; {summary.reason}."]
    return [
        "",
        "Each site left out in turn, and asked of a training on the others (sites are numbered in "
        "the order of their names):",
        "",
        "| Site | Patients | Positive | AUC (95 % interval) | Interval by |",
        "|---|---|---|---|---|",
        *(
            f"| {number} | {site.n} | {site.events} | {_alone(site.auc)} "
            f"| {site.auc.method if site.auc else 'one class alone'} |"
            for number, site in enumerate(summary.sites, start=1)
        ),
    ]


def _alone(metric: Metric | None) -> str:
    """A number without its count."""
    if metric is None:
        return "not measured"
    return f"{metric.value:.3f} ({metric.low:.3f} to {metric.high:.3f})"


def _candidates(rows: Iterable[CandidateRow]) -> list[str]:
    """A table of every candidate; the choice rested on the tuning patients alone."""
    return [
        "The tuning AUC of the chosen one is the best of several, hence optimistic.",
        "",
        "| Candidate | Branches | AUC, training, out-of-fold | AUC, tuning | Kept |",
        "|---|---|---|---|---|",
        *(
            f"| {row.name}{f' ({row.paper})' if row.paper else ''} | {', '.join(row.branches)} "
            f"| {_with_interval(row.training)} | {_with_interval(row.tuning)} "
            f"| {'yes' if row.chosen else ''} |"
            for row in rows
        ),
    ]


def _with_interval(metric: Metric | None) -> str:
    """A number as a cell."""
    return _alone(metric) + (f", n = {metric.n}" if metric else "")


def _calibration(summary: CalibrationSummary) -> list[str]:
    """Method, and slope and intercept if they were measured."""
    lines = [f"Method: {summary.method}, fitted on {summary.fitted_on}."]
    if summary.shrinkage is not None:
        lines.append(f"Every coefficient above is multiplied by {summary.shrinkage:.3f}.")
    if summary.answers is not None:
        low, high = summary.answers
        lines.append(f"Of its training patients it says {low:.3f} to {high:.3f}.")
    measured = [m for m in (summary.slope, summary.intercept) if m]
    numbers = ["", *_metrics(measured)] if measured else ["Not measured since."]
    return [*lines, *numbers, *group_lines(summary.groups)]


def _recalibration(update: Recalibration) -> list[str]:
    """The update, and both calibrations: before it, by training; and on which patients it rests."""
    measured = [m for m in (update.slope_before, update.intercept_before) if m]
    return [
        f"New logit = {update.slope:.3f} x old logit {update.shift:+.3f}, fitted "
        f"({update.method}) on {update.source}: {update.n} patients, {update.events} of the "
        "positive class. Performance "
        "above was measured before; calibration after it has not been measured on other patients.",
        "",
        "The old calibration on these patients:",
        "",
        *_metrics(measured),
        "",
        "The calibration of training:",
        "",
        *_calibration(update.before),
    ]


def _versions(metadata: BundleMetadata) -> list[str]:
    """What it was made with."""
    versions = ", ".join(f"{name} {v}" for name, v in metadata.package_versions.items())
    return [
        f"- Bundle: {metadata.bundle_id} {metadata.version}, recipe {metadata.recipe}, "
        f"seed {metadata.training_seed}",
        f"- Trained with: {versions}",
        f"- Networks trained on: {REPRODUCIBLE.get(metadata.trained_on, metadata.trained_on)}",
        f"- Authors: {metadata.authors}",
        f"- License: {metadata.license}; {metadata.copyright}",
        f"- Method: {metadata.citation}",
        "- The file SHA256SUMS lists the hash of every file.",
    ]
