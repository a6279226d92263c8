"""The one gate of outcomes, scores and probabilities before any statistic is made of them.

Rows are counted from 1, as in a spreadsheet without its heading.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past_any

Floats = NDArray[np.float64]
Labels = NDArray[np.int_]

# Below this many patients in all no interval says anything a reader would not overrate.
FEW_PATIENTS = 10
# Van Calster, BMC Medicine 2019;17:230: a calibration curve asks for about 200 of each class;
# under 10 not even its slope is stable.
FEW_PER_OUTCOME = 10


def checked_outcome(labels: ArrayLike, *, both_classes: bool = True) -> Labels:
    """Outcomes as 0 and 1.

    Args:
        labels: (n,), 1 for the positive class, 0 else; booleans will do.
        both_classes: refuse a cohort in which only one class occurs.
    Raises: InputError: empty, missing, coded otherwise, or one class only.
    """
    values = np.asarray(labels, dtype=float)
    if values.ndim != 1 or values.size == 0:
        raise InputError(
            "outcome",
            "must be one value a patient, (n,)",
            got=f"shape {values.shape}",
            remedy="give one column",
        )
    _refuse_missing("outcome", values)
    wrong = np.flatnonzero(~np.isin(values, (0, 1)))
    if wrong.size:
        raise InputError(
            f"outcome, row {wrong[0] + 1}",
            "must be 0 or 1, with 1 the positive class",
            got=f"{values[wrong[0]]:g}",
            remedy=_recoding(values),
        )
    if both_classes and np.unique(values).size < 2:
        raise InputError(
            "outcome",
            "must hold both 0 and 1 (both classes)",
            got=f"only {values[0]:g}",
            remedy="this question has no answer in such a cohort; add patients of the other class",
        )
    return values.astype(np.int_)


def checked_scores(scores: ArrayLike, like: Labels, *, name: str = "scores") -> Floats:
    """Scores of any scale, one a patient.

    Args:
        scores: (n,), higher = more likely positive.
        like: (n,), the outcomes they belong to.
        name: what the user calls them.
    Raises: InputError: another length, or a score is missing or infinite.
    """
    values = np.asarray(scores, dtype=float)
    if values.shape != like.shape:
        raise InputError(
            name,
            f"must be one value a patient, {like.shape}",
            got=f"shape {values.shape}",
            remedy="join scores and outcomes by case id first",
        )
    _refuse_missing(name, values)
    return values


def checked_probabilities(
    probabilities: ArrayLike, like: Labels, *, name: str = "probabilities"
) -> Floats:
    """Probabilities of the positive class, one a patient.

    Args:
        probabilities: (n,), within 0..1.
        like: (n,), the outcomes they belong to.
        name: what the user calls them.
    Raises: InputError: another length, a missing value, or one outside 0..1 (a logit, a percent).
    """
    values = checked_scores(probabilities, like, name=name)
    outside = np.flatnonzero((values < 0) | (values > 1))
    if outside.size:
        percent = values.min() >= 0 and values.max() <= 100
        raise InputError(
            f"{name}, row {outside[0] + 1}",
            "must lie within 0..1",
            got=past_any([float(values[outside[0]])], (0, 1), ".6g"),
            remedy="divide percents by 100" if percent else "turn logits into probabilities first",
        )
    return values


def checked_clusters(clusters: ArrayLike | None, n: int) -> NDArray[np.int_]:
    """Number of the patient of each row, 0..patients-1; each row its own without clusters.

    Raises: InputError: not one patient a row.
    """
    if clusters is None:
        return np.arange(n)
    names = np.asarray(clusters)
    if names.shape != (n,):
        raise InputError(
            "clusters",
            f"must name the patient of each of the {n} rows",
            got=f"shape {names.shape}",
            remedy="give one patient id a row",
        )
    codes: NDArray[np.int_] = np.unique(names, return_inverse=True)[1]
    return codes


def sample_warnings(labels: Labels, scores: Floats) -> tuple[CaseWarning, ...]:
    """What a reader must know before any number made of so few patients, or of such scores.

    Args:
        labels: (n,), 0 and 1, from `checked_outcome`.
        scores: (n,), from `checked_scores`.
    """
    positives, n = int(labels.sum()), labels.size
    fewer = min(positives, n - positives)
    texts = []
    if n < FEW_PATIENTS:
        texts.append(("few_patients", f"Only {n} patients: no number here can be relied on."))
    if fewer < FEW_PER_OUTCOME:
        texts.append(
            (
                "few_of_a_class",
                f"Only {fewer} patients in the smaller class: intervals are wide "
                "and calibration can't be judged.",
            )
        )
    distinct = np.unique(scores).size
    if distinct < n / 2:
        texts.append(("ties", f"{n} patients share {distinct} different scores: ties count half."))
    if 0 < positives < n and is_separated(labels, scores, but_for_ties=False):
        texts.append(
            (
                "perfect_separation",
                "The scores separate the classes without an error: check for a "
                "leak of the outcome; slope and intercept can't be estimated.",
            )
        )
    return tuple(CaseWarning(code=code, message=message) for code, message in texts)


def is_separated(labels: Labels, scores: Floats, *, but_for_ties: bool) -> bool:
    """Whether one cut-off splits the classes without an error, in either direction.

    Args:
        labels: (n,), both classes occur.
        scores: (n,), finite.
        but_for_ties: count a split in which both classes share the very cut-off; a logistic
            regression has no best line there either.
    """
    positive, negative = scores[labels == 1], scores[labels == 0]
    gaps = (float(positive.min() - negative.max()), float(negative.min() - positive.max()))
    return max(gaps) >= 0 if but_for_ties else max(gaps) > 0


def _refuse_missing(name: str, values: Floats) -> None:
    """Refuse the first row that holds no finite number."""
    missing = np.flatnonzero(~np.isfinite(values))
    if missing.size:
        raise InputError(
            f"{name}, row {missing[0] + 1}",
            "must be a finite number",
            got=f"{values[missing[0]]}",
            remedy=f"leave out the {missing.size} patients without one, and say so",
        )


def _recoding(values: Floats) -> str:
    """Way out of another coding than 0 and 1."""
    if set(np.unique(values)) <= {1.0, 2.0}:
        return "coded 1 and 2: write 1 for the positive class and 0 for the other"
    return "write 1 for the positive class and 0 for all others"
