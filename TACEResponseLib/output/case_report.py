"""One case as a page that can be printed and read by itself: report.html."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from TACEResponseLib.basics.plain_text import html_text as escape
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.terms import NOT_A_DEVICE
from TACEResponseLib.bundle.words import percent
from TACEResponseLib.imaging.roi.roi import Lesion
from TACEResponseLib.output.result_folder import REPORT_NAME, write_outputs
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction

MAP_CAPTION = "What moved the network; not viable tumor, not feeders, not where treatment works."
STYLE = """
body { font: 10.5pt/1.45 system-ui, sans-serif; color: #111; background: #fff; max-width: 52em;
       margin: 2em auto; padding: 0 1em; }
h1 { font-size: 15pt; margin: 0 0 .2em; } h2 { font-size: 11.5pt; margin: 1.4em 0 .3em; }
.banner { border: 2px solid #111; padding: .4em .7em; font-weight: bold; }
.result { font-size: 12.5pt; border-left: 4px solid #444; padding-left: .8em; }
.use { font-weight: bold; } img { width: 100%; }
table { border-collapse: collapse; width: 100%; font-size: .92em; }
caption { text-align: left; color: #444; }
th, td { text-align: left; padding: .18em .7em .18em 0; border-bottom: 1px solid #ccc;
         vertical-align: top; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; } td { overflow-wrap: break-word; }
@media print { body { margin: 0; } h2, tr, img { break-inside: avoid; } }
"""


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
        found = [entry.probability for entry in self.entries]
        if len(found) < 2:
            return "Scored once."
        return (
            f"Scored {len(found)} times; results from {percent(min(found))} to "
            f"{percent(max(found))}. The first is marked."
        )


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
    blocks = [
        f"<h1>Estimate of response before treatment: {escape(prediction.case_id)}</h1>",
        f"<p>Patient: {escape(identity)}</p>" if identity else "",
        f'<p class="banner">{escape(prediction.simulated_banner)}</p>'
        if prediction.simulated_banner
        else "",
        *_warnings(prediction),
        f'<p class="result">{escape(prediction.sentence)}</p>',
        f"<p>{escape(prediction.call_sentence)} {escape(prediction.performance_sentence)}</p>",
        _scored(prediction),
        _picture(picture),
        _lesions(prediction.lesions),
        _evidence(prediction),
        _contributions(prediction),
        _clinical(prediction),
        _history(history),
        _provenance(prediction),
        f'<p class="use">{escape(NOT_A_DEVICE)}</p>',
    ]
    body = "\n".join(block for block in blocks if block)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(prediction.case_id)}: estimate of response</title>\n"
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _warnings(prediction: Prediction) -> list[str]:
    if not prediction.warnings:
        return []
    lines = "\n".join(f"<li>{escape(w.message)}</li>" for w in prediction.warnings)
    return [f"<h2>Warnings</h2>\n<ul>\n{lines}\n</ul>"]


def scored_lesion(prediction: Prediction) -> str:
    """Which lesion the number is of, as in `Scored: lesion 1 of 3, 54 mm`."""
    lesions = [lesion for lesion in prediction.lesions if not lesion.is_speck]
    used = sorted({index for branch in prediction.branches for index in branch.lesions})
    sizes = {lesion.index: lesion.longest_axial_diameter_mm for lesion in lesions}
    named = ", ".join(str(index) for index in used)
    plural = "s" if len(used) > 1 else ""
    size = f", {sizes[used[0]]:.0f} mm" if len(used) == 1 and used[0] in sizes else ""
    return f"Scored: lesion{plural} {named} of {len(lesions)}{size}"


def _scored(prediction: Prediction) -> str:
    return f"<p>{escape(scored_lesion(prediction))}.</p>"


def _picture(picture: bytes) -> str:
    data = base64.b64encode(picture).decode("ascii")
    return (
        f'<img alt="Slices with lesion outline and attention map" '
        f'src="data:image/png;base64,{data}">\n<p>Attention map: {escape(MAP_CAPTION)}</p>'
    )


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]], note: str = "") -> str:
    """A table; nothing where it would be empty. Columns of numbers align right, heads too."""
    cells = [tuple(row) for row in rows]
    if not cells:
        return ""
    numeric = [all(_is_number(text) for text in column) for column in zip(*cells, strict=True)]
    header = _row("th", head, numeric)
    body = "\n".join(_row("td", row, numeric) for row in cells)
    caption = f"<caption>{escape(note)}</caption>" if note else ""
    return f"<h2>{escape(title)}</h2>\n<table>{caption}\n{header}\n{body}\n</table>"


def _row(tag: str, cells: Sequence[str], numeric: Sequence[bool]) -> str:
    """One row of heads or cells."""
    kinds = [' class="number"' if is_number else "" for is_number in numeric]
    return (
        "<tr>"
        + "".join(f"<{tag}{kind}>{escape(c)}</{tag}>" for c, kind in zip(cells, kinds, strict=True))
        + "</tr>"
    )


def _is_number(text: str) -> bool:
    """Whether a cell holds a number, or nothing."""
    try:
        float(text or "0")
    except ValueError:
        return False
    return True


def _lesions(lesions: Sequence[Lesion]) -> str:
    return _table(
        "Lesions",
        ("Lesion", "Volume (mL)", "Longest axial diameter (mm)", "Counted"),
        (
            (
                str(lesion.index),
                f"{lesion.volume_ml:.2f}",
                f"{lesion.longest_axial_diameter_mm:.1f}",
                "no (speck)" if lesion.is_speck else "yes",
            )
            for lesion in lesions
        ),
        "Diameters are of the whole lesion, not mRECIST viable diameters.",
    )


def _evidence(prediction: Prediction) -> str:
    return _table(
        "Evidence",
        ("Evidence", "Kind", "Probability", "Lesions"),
        (
            (
                b.name,
                b.kind.replace("_", " "),
                f"{b.probability:.3f}",
                " ".join(map(str, b.lesions)),
            )
            for b in prediction.branches
        ),
        "Before fusion and calibration.",
    )


def _contributions(prediction: Prediction) -> str:
    features = [f for b in prediction.branches for f in b.features]
    strongest = sorted(features, key=lambda f: -abs(f.contribution or 0.0))
    return _table(
        "Radiomics",
        ("Feature", "Value", "z-score", "Contribution (logit)", "IBSI"),
        (
            (
                f.name,
                f"{f.value:.5g}",
                f"{f.z_score:+.2f}",
                "" if f.contribution is None else f"{f.contribution:+.3f}",
                f.ibsi_code or "",
            )
            for f in strongest
        ),
        "z-scores against the training cohort; contributions against its mean patient.",
    )


def _clinical(prediction: Prediction) -> str:
    rows = [(name, f"{value}") for name, value in prediction.clinical.items()]
    for name, score in prediction.derived_scores.items():
        grade = f", grade {score['grade']}" if score["grade"] else ""
        rows.append((name, f"{score['value']:.3g}{grade} ({score['note']})"))
    return _table("Clinical data", ("Variable", "Value"), rows)


def _history(history: CaseHistory) -> str:
    rows = (
        (
            f"{number}{' (first)' if number == 1 else ''}",
            entry.time,
            entry.model,
            f"{entry.volume_ml:.2f}",
            f"{percent(entry.probability)} "
            f"({percent(entry.interval[0]).removesuffix(' %')} to {percent(entry.interval[1])})",
        )
        for number, entry in enumerate(history.entries, start=1)
    )
    return _table(
        "Every score of this case",
        ("Score", "Time", "Model", "Volume (mL)", "Probability"),
        rows,
        history.sentence,
    )


def _provenance(prediction: Prediction) -> str:
    versions = prediction.provenance.get("versions", {})
    fused = prediction.fused
    rows = [
        ("Model", f"{prediction.bundle_id} (SHA-256 {prediction.bundle_sha256})"),
        ("Endpoint", f"{prediction.endpoint}; positive class: {prediction.positive_class}"),
        ("Interval from", fused.interval_method),
        (
            "Cut-off",
            f"{fused.threshold:.3f}, set on {fused.threshold_set_on}",
        ),
        ("Versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
    ]
    return _table("How it was made", ("Item", "Value"), rows)
