"""One case as a page that can be printed and read by itself: report.html."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.terms import MAP_CAPTION
from TACEResponseLib.bundle.words import limits_words, percent
from TACEResponseLib.imaging.roi.roi import Lesion
from TACEResponseLib.output.page.blocks import Figure, Page, Section, Table
from TACEResponseLib.output.page.rendering import render
from TACEResponseLib.output.result_folder import REPORT_NAME, write_outputs
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalValue
from TACEResponseLib.result.contour_range import ContourRange
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.trust import range_rows

TEMPLATE = Path(__file__).parent / "case_report.html.jinja"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One score of a case: every contour that was tried is told."""

    time: str
    volume_ml: float
    probability: float
    interval: tuple[float, float]
    model: str


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """All scores of a case, first one first."""

    entries: tuple[HistoryEntry, ...]

    @classmethod
    def of(cls, values: Iterable[Mapping[str, Any]]) -> Self:
        """A history from JSON values."""
        return cls(
            tuple(
                HistoryEntry(**{**v, "interval": (v["interval"][0], v["interval"][1])})
                for v in values
            )
        )

    @property
    def sentence(self) -> str:
        """How often the case was scored, and between what the results lay."""
        results = [entry.probability for entry in self.entries]
        if len(results) < 2:
            return "Scored once."
        return (
            f"Scored {len(results)} times; results from {percent(min(results))} to "
            f"{percent(max(results))}. The first is marked."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage(Page):
    """One patient's result as the template takes it."""

    case_id: str
    patient: str
    """Name or number, or nothing."""
    banner: str
    """What makes the result mean nothing, or nothing."""
    warnings: tuple[str, ...]
    result: str
    performance: str
    scored: str
    picture: Figure


def write_case_report(
    case: Case,
    prediction: Prediction,
    folder: Path,
    *,
    history: CaseHistory,
    identity: str | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
) -> tuple[Path, ...]:
    """Write what the command line writes, but for the scene, and `report.html`.

    Args:
        case: the case that was scored.
        prediction: its result.
        folder: made by this call.
        history: every score of this case.
        identity: name or number of the patient, if the user wants it on the page.
        overwrite: replace an earlier result.
        progress: told the name of each stage.
    Returns: paths of the files.
    Raises: InputError: as `write_outputs`.
    """

    def pages(draft: Path) -> Mapping[str, str]:
        picture = (draft / "overview.png").read_bytes()
        return {REPORT_NAME: report_html(prediction, picture, history, identity)}

    return write_outputs(
        case,
        prediction,
        folder,
        overwrite=overwrite,
        with_scene=False,
        pages=pages,
        progress=progress,
    )


def report_html(
    prediction: Prediction, picture: bytes, history: CaseHistory, identity: str | None = None
) -> str:
    """The page, with the picture inside it.

    Args:
        prediction: the result.
        picture: the overview, PNG.
        history: every score of the case.
        identity: as `write_case_report`.
    """
    page = CasePage(
        title=f"{prediction.case_id}: estimate of response",
        case_id=prediction.case_id,
        patient=identity or "",
        banner=prediction.simulated_banner or "",
        warnings=tuple(warning.message for warning in prediction.warnings),
        result=prediction.sentence,
        performance=_sentences(prediction),
        scored=f"{scored_lesion(prediction)}.",
        picture=_picture(picture, prediction),
        sections=tuple(_sections(prediction, history)),
    )
    return render(page, TEMPLATE)


def _sentences(prediction: Prediction) -> str:
    """What is said below the result."""
    said = [prediction.answer_sentence, prediction.performance_sentence]
    if prediction.contours is not None:
        said.insert(1, prediction.contours.sentence)
    return " ".join(said).strip()


def _picture(data: bytes, prediction: Prediction) -> Figure:
    """The slices; a model without a network has no map to be read."""
    has_map = any(branch.saliency for branch in prediction.branches)
    return Figure(
        data=data,
        kind="png",
        caption=MAP_CAPTION if has_map else "",
        spoken=f"Slices with lesion outline{' and attention map' if has_map else ''}",
    )


def _sections(prediction: Prediction, history: CaseHistory) -> Iterator[Section]:
    """A table each; nothing for an empty one."""
    tables = {
        "Lesions": _lesions(prediction.lesions),
        "Evidence": _evidence(prediction),
        "Radiomics": _contributions(prediction),
        "Clinical data": _clinical(prediction),
        "Plausible contours": _contours(prediction.contours),
        "Every score of this case": _history(history),
        "How it was made": _provenance(prediction),
    }
    for title, table in tables.items():
        if table.rows:
            yield Section(title, (table,))


def scored_lesion(prediction: Prediction) -> str:
    """Which lesion the number is of, as in `Scored: lesion 1 of 3, 54 mm`."""
    lesions = [lesion for lesion in prediction.lesions if not lesion.is_speck]
    used = sorted({index for branch in prediction.branches for index in branch.lesions})
    sizes = {lesion.index: lesion.longest_axial_diameter_mm for lesion in lesions}
    named = ", ".join(str(index) for index in used)
    plural = "s" if len(used) > 1 else ""
    size = f", {sizes[used[0]]:.0f} mm" if len(used) == 1 and used[0] in sizes else ""
    return f"Scored: lesion{plural} {named} of {len(lesions)}{size}"


def _lesions(lesions: Sequence[Lesion]) -> Table:
    rows = tuple(
        (
            str(lesion.index),
            f"{lesion.volume_ml:.2f}",
            f"{lesion.longest_axial_diameter_mm:.1f}",
            "no (speck)" if lesion.is_speck else "yes",
        )
        for lesion in lesions
    )
    return Table(
        columns=("Lesion", "Volume (mL)", "Longest axial diameter (mm)", "Counted"),
        rows=rows,
        note="Diameters are of the whole lesion, not mRECIST viable diameters.",
    )


def _evidence(prediction: Prediction) -> Table:
    rows = tuple(
        (b.name, b.kind.replace("_", " "), f"{b.probability:.3f}", " ".join(map(str, b.lesions)))
        for b in prediction.branches
    )
    return Table(
        columns=("Evidence", "Kind", "Probability", "Lesions"),
        rows=rows,
        note="Before fusion and calibration.",
    )


def _contributions(prediction: Prediction) -> Table:
    """The strongest first."""
    features = [f for b in prediction.branches for f in b.features]
    rows = tuple(
        (
            f.name,
            f"{f.value:.5g}",
            f"{f.z_score:+.2f}",
            "" if f.contribution is None else f"{f.contribution:+.3f}",
            f.ibsi_code or "",
        )
        for f in sorted(features, key=lambda f: -abs(f.contribution or 0.0))
    )
    return Table(
        columns=("Feature", "Value", "z-score", "Contribution (logit)", "IBSI"),
        rows=rows,
        note="z-scores against the training cohort; contributions against its mean patient.",
    )


def _clinical(prediction: Prediction) -> Table:
    rows = [(name, _clinical_words(value)) for name, value in prediction.clinical.items()]
    for name, score in prediction.derived_scores.items():
        grade = f", grade {score['grade']}" if score["grade"] else ""
        rows.append((name, f"{score['value']:.3g}{grade} ({score['note']})"))
    return Table(columns=("Variable", "Value"), rows=tuple(rows))


def _clinical_words(value: ClinicalValue) -> str:
    """`yes`, `18.81`, `B`: a converted unit leaves no tail of digits."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _contours(contours: ContourRange | None) -> Table:
    """Every contour that was tried, as it was planned; the least changed first."""
    outcomes = contours.outcomes if contours is not None else ()
    rows = tuple(
        (
            o.kind,
            "" if o.kind == "deformed" else f"{o.amount:.1f}",
            f"{o.dice:.2f}",
            "not scored" if o.probability is None else percent(o.probability),
        )
        for o in sorted(outcomes, key=lambda o: -o.dice)
    )
    return Table(
        columns=("Contour", "By (mm)", "Dice", "Probability"),
        rows=rows,
        note="Dice with the ROI as it was drawn. The range leaves out the outer twentieths.",
    )


def _history(history: CaseHistory) -> Table:
    rows = tuple(
        (
            f"{number}{' (first)' if number == 1 else ''}",
            entry.time,
            entry.model,
            f"{entry.volume_ml:.2f}",
            f"{percent(entry.probability)} ({limits_words(entry.interval)})",
        )
        for number, entry in enumerate(history.entries, start=1)
    )
    return Table(
        columns=("Score", "Time", "Model", "Volume (mL)", "Probability"),
        rows=rows,
        note=history.sentence,
    )


def _provenance(prediction: Prediction) -> Table:
    versions = prediction.provenance.get("versions", {})
    fused = prediction.fused
    return Table(
        columns=("Item", "Value"),
        rows=(
            ("Model", f"{prediction.bundle_id} (SHA-256 {prediction.bundle_sha256})"),
            ("Endpoint", f"{prediction.endpoint}; positive class: {prediction.positive_class}"),
            *range_rows(fused),
            ("Cut-off", f"{fused.threshold:.3f}, set on {fused.threshold_set_on}"),
            ("Versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
        ),
    )
