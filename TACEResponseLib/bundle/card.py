"""The model card: what a reader must know before believing a number of this bundle."""

from collections.abc import Iterable, Iterator

from TACEResponseLib.bundle.metadata import BundleMetadata, ImageNetworkPart, Metric
from TACEResponseLib.terms import NOT_A_DEVICE

SIMULATED_FIRST_LINE = "Trained on simulated patients: means nothing for a real one."
MOST_FEATURES = 30


def model_card(metadata: BundleMetadata) -> str:
    """The card as Markdown; of a bundle of simulated patients the first line says so.

    No date stands in it, so that the same training gives the same bytes; the SHA-256 of the
    bundle identifies it.
    """
    blocks = [
        *([SIMULATED_FIRST_LINE] if metadata.simulated else []),
        f"# {metadata.title}",
        NOT_A_DEVICE,
        *_sections(metadata),
    ]
    return "\n\n".join(blocks) + "\n"


def _sections(metadata: BundleMetadata) -> Iterator[str]:
    """Every section, heading and all."""
    yield _section("Intended use", [metadata.intended_use])
    yield _section("What it predicts", _facts(metadata))
    yield _section("Training and test patients", _cohorts(metadata))
    yield _section("Inputs", _inputs(metadata))
    yield _section("Measured performance", _metrics(metadata.metrics))
    yield _section("Calibration", _calibration(metadata))
    yield _section("Cut-off", [
        f"{metadata.threshold:.3f} on the calibrated probability, set on "
        f"{metadata.threshold_set_on}."
    ])  # fmt: skip
    yield _section("Known failure modes", [f"- {mode}" for mode in metadata.failure_modes])
    yield _section("Where it departs from its paper", [
        f"- {d.topic}: the paper has {d.paper}; here {d.ours}, because {d.why}."
        for d in metadata.differences
    ])  # fmt: skip
    yield _section("Versions, license, citation", _versions(metadata))


def _section(title: str, lines: Iterable[str]) -> str:
    """A heading with its lines; an empty section says that nothing is recorded."""
    return "\n".join([f"## {title}", "", *(list(lines) or ["Nothing recorded."])])


def _facts(metadata: BundleMetadata) -> list[str]:
    """Endpoint, criterion and population, one line each."""
    return [
        f"- Endpoint: {metadata.endpoint.value}; positive class: {metadata.positive_class}",
        f"- Criterion: {metadata.criterion}, read {metadata.readout}",
        f"- Treatment: {metadata.treatment}",
        f"- Population: {metadata.population}",
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
        table.append(f"| {role.value} | {cohort.n} | {cohort.events} | {others} | {source} |")
    return table


def _inputs(metadata: BundleMetadata) -> list[str]:
    """What each branch reads, and the clinical variables."""
    lines = []
    for part in metadata.branches:
        settings = part.settings
        if isinstance(part, ImageNetworkPart):
            size = part.settings.patch.size_px
            lines.append(f"- {settings.name}: network on {size} x {size} patches of the largest "
                         f"lesion in {settings.sequence.value} (`{part.file}`)")  # fmt: skip
        else:
            names = part.state.feature_names
            shown = ", ".join(names[:MOST_FEATURES]) + (" ..." if names[MOST_FEATURES:] else "")
            lines.append(f"- {settings.name}: {part.settings.classifier} classifier of "
                         f"{len(names)} radiomics features of {settings.sequence.value} "
                         f"(`{part.file}`): {shown}")  # fmt: skip
    for variable in metadata.fusion.clinical:
        lines.append(f"- clinical: {variable.name}, "
                     f"{'required' if variable.required else 'optional'}")  # fmt: skip
    return lines if metadata.fusion.clinical else [*lines, "- clinical: none used"]


def _metrics(metrics: Iterable[Metric]) -> list[str]:
    """A table of numbers with intervals."""
    rows = [
        f"| {m.name} | {m.branch} | {m.cohort.value} | {m.value:.3f} ({m.low:.3f} to {m.high:.3f}) "
        f"| {m.n} | {m.method} |"
        for m in metrics
    ]
    head = ["| Metric | Branch | Cohort | Value (95 % interval) | Patients | Interval by |",
            "|---|---|---|---|---|---|"]  # fmt: skip
    return head + rows if rows else []


def _calibration(metadata: BundleMetadata) -> list[str]:
    """Method, and slope and intercept if they were measured."""
    summary = metadata.calibration
    lines = [f"Method: {summary.method}, fitted on {summary.fitted_on}."]
    measured = [m for m in (summary.slope, summary.intercept) if m]
    return [*lines, "", *_metrics(measured)] if measured else [*lines, "Not measured since."]


def _versions(metadata: BundleMetadata) -> list[str]:
    """What it was made with."""
    versions = ", ".join(f"{name} {v}" for name, v in metadata.package_versions.items())
    return [
        f"- Bundle: {metadata.bundle_id} {metadata.version}, recipe {metadata.recipe}, "
        f"seed {metadata.training_seed}",
        f"- Trained with: {versions}",
        f"- Authors: {metadata.authors}",
        f"- License: {metadata.license}; {metadata.copyright}",
        f"- Method: {metadata.citation}",
        "- The file SHA256SUMS lists the hash of every file.",
    ]
