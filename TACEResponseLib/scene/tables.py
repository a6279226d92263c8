"""The result as tables that Slicer shows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from TACEResponseLib.basics.terms import NOT_A_DEVICE
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.trust import range_rows

if TYPE_CHECKING:
    import slicer
    import vtk

# More bars than this can't be told apart.
LARGEST_BARS = 12

Columns = Mapping[str, Sequence[str] | Sequence[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """What the bars show: the strongest contributions, strongest first."""

    names: tuple[str, ...]
    logits: tuple[float, ...]
    title: str


def fill_table(node: "slicer.vtkMRMLTableNode", columns: Columns) -> None:
    """Replace a table's columns and lock it against edits.

    Args:
        node: any table.
        columns: text, or numbers with NaN where there is no value, equally long. Text is put in
            one line without double quotes and numbers are rounded to six significant digits:
            that is what MRML's table files keep, so a table is the same before and after saving.
            The record has everything.
    """
    lengths = [len(values) for values in columns.values()]
    if len(set(lengths)) > 1:
        raise ValueError(f"columns must be equally long, got {lengths}")
    blocker = node.StartModify()
    try:
        node.SetLocked(False)
        node.RemoveAllColumns()
        for name, values in columns.items():
            node.AddColumn(_column(name, values))
        node.SetUseColumnTitleAsColumnHeader(True)
        node.SetLocked(True)
    finally:
        node.EndModify(blocker)


def summary(prediction: Prediction) -> Columns:
    """The result as a person reads it: banner, sentence, call, numbers, warnings."""
    fused = prediction.fused
    rows = [("Notice", prediction.simulated_banner)] if prediction.simulated_banner else []
    rows += [
        ("Result", prediction.sentence),
        ("Answer", prediction.answer_sentence),
        *([("Contours", prediction.contours.sentence)] if prediction.contours else []),
        *[("Warning", warning.message) for warning in prediction.warnings],
        ("Probability", f"{fused.probability:.3f}"),
        *range_rows(fused),
        ("Cut-off", f"{fused.threshold:.3f}, set on {fused.threshold_set_on}"),
        ("Positive class", prediction.positive_class),
        ("Model", f"{prediction.bundle_id} (SHA-256 {prediction.bundle_sha256})"),
        ("Use", NOT_A_DEVICE),
    ]
    return {"Item": [item for item, _ in rows], "Value": [value for _, value in rows]}


def branches(prediction: Prediction) -> Columns:
    """What each source of evidence says, and of which lesions."""
    evidence = prediction.branches
    return {
        "Branch": [b.name for b in evidence],
        "Kind": [b.kind.replace("_", " ") for b in evidence],
        "Probability": [b.probability for b in evidence],
        "Lesions": [", ".join(map(str, b.lesions)) for b in evidence],
    }


def radiomics(prediction: Prediction) -> Columns:
    """Every feature of every branch; no rows where no branch has features."""
    features = [feature for branch in prediction.branches for feature in branch.features]
    return {
        "Feature": [f.name for f in features],
        "Value": [f.value for f in features],
        "z-score": [f.z_score for f in features],
        "Contribution (logit)": [
            math.nan if f.contribution is None else f.contribution for f in features
        ],
        "IBSI": [f.ibsi_code or "" for f in features],
    }


def contributions(prediction: Prediction) -> Contributions:
    """The strongest contributions of features; of the fusion's inputs where features have none."""
    pairs = [
        (feature.name, feature.contribution)
        for branch in prediction.branches
        for feature in branch.features
        if feature.contribution is not None
    ]
    what = "radiomics"
    if not pairs:
        pairs = [(term.name, term.contribution) for term in prediction.fused.terms]
        what = "branches and clinical values"
    strongest = sorted(pairs, key=lambda pair: -abs(pair[1]))[:LARGEST_BARS]
    return Contributions(
        names=tuple(name for name, _ in strongest),
        logits=tuple(value for _, value in strongest),
        title=f"What moved the result: {what}"
        + (f" ({LARGEST_BARS} strongest of {len(pairs)})" if len(pairs) > LARGEST_BARS else ""),
    )


def _column(name: str, values: Sequence[str] | Sequence[float]) -> "vtk.vtkAbstractArray":
    """One named column; text if it holds text."""
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk

    if values and not isinstance(values[0], str):
        rounded = [float(f"{value:.6g}") for value in values]
        numbers = numpy_to_vtk(np.asarray(rounded), deep=True)
        numbers.SetName(name)
        return numbers
    texts = vtk.vtkStringArray()
    texts.SetName(name)
    for value in values:
        texts.InsertNextValue(_cell(str(value)))
    return texts


def _cell(text: str) -> str:
    """Text that MRML's table files keep: a tab, line break or double quote would end the cell."""
    return " ".join(text.split()).replace('"', "'")
