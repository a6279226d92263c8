"""The linear model inside the fusion: its fit, its resamples and its cut-off."""

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.fusion.bounded_line import Labels, Line, LinearModel, fit_line
from TACEResponseLib.fusion.calibration import Calibration, CalibrationMethod, fit_calibration
from TACEResponseLib.fusion.clusters import Clusters, drawn_rows, grouped_folds

ThresholdRule = Literal["youden", "half"]

# Resamples that leave a fold without one of the classes are drawn again, at most so often.
MOST_REDRAWS = 1000


class FusionModel(Settings):
    """A linear model on z-scored inputs, and the calibration of what it gives."""

    intercept: float = Field(ge=-1e6, le=1e6)
    coefficients: tuple[Annotated[float, Field(ge=-1e6, le=1e6)], ...]
    """In the order of the columns: branches, then clinical variables. Those of branches are not
    below 0 in what is trained now; bundles of before may hold others, and score as they did."""
    calibration: Calibration

    def logits(self, z_scores: Floats) -> Floats:
        """Fused logits of (n, m) or (m,) z-scores, before calibration."""
        return np.asarray(z_scores @ np.array(self.coefficients) + self.intercept)


def choose_threshold(rule: ThresholdRule, probabilities: ArrayLike, labels: ArrayLike) -> float:
    """The cut-off on calibrated probabilities.

    Args:
        rule: `half`, or `youden`: the cut with the largest sensitivity + specificity - 1, halfway
            between two neighboring probabilities; the lowest of several.
        probabilities: (n,), out-of-fold.
        labels: (n,), 1 for the positive class, 0 else.
    Returns: the threshold, in (0, 1); 0.5 where all probabilities are equal.
    Source: Youden, Cancer 1950;3:32.
    """
    p, y = np.asarray(probabilities, dtype=float), np.asarray(labels)
    distinct = np.unique(p)
    if rule == "half" or distinct.size == 1:
        return 0.5
    cuts = (distinct[:-1] + distinct[1:]) / 2
    above = p[:, np.newaxis] > cuts
    gain = above[y == 1].mean(axis=0) - above[y == 0].mean(axis=0)
    return float(cuts[np.argmax(gain)])


def fit_model(
    z_scores: Floats,
    labels: Labels,
    folds: Labels,
    is_evidence: NDArray[np.bool_],
    *,
    inverse_regularization: float,
    calibration: CalibrationMethod,
    kind: LinearModel = "logistic",
) -> FusionModel:
    """Fit the linear model, and its calibration on cross-validated logits.

    Args:
        z_scores: (n, m).
        labels: (n,), 1 for the positive class, 0 else.
        folds: (n,), fold of each row; both classes occur outside each fold.
        is_evidence: (m,), true where the coefficient may not be below 0.
        inverse_regularization: scikit-learn's C.
        calibration: its method; Platt's was made for decision values of support vector machines.
        kind: logistic regression, or a linear support vector machine.
    Source: Platt, Advances in Large Margin Classifiers 1999:61, for calibration on patients whom
        the machine did not see.
    """
    unseen = np.empty(labels.size)
    for fold in np.unique(folds):
        held_out = folds == fold
        part = fit_line(
            kind, z_scores[~held_out], labels[~held_out], inverse_regularization, is_evidence
        )
        unseen[held_out] = part.logits(z_scores[held_out])
    whole = fit_line(kind, z_scores, labels, inverse_regularization, is_evidence)
    return as_model(whole, fit_calibration(calibration, unseen, labels))


def as_model(line: Line, calibration: Calibration) -> FusionModel:
    """What a bundle holds of a fit."""
    return FusionModel(
        intercept=line.intercept,
        coefficients=tuple(line.coefficients.tolist()),
        calibration=calibration,
    )


def stratified_folds(labels: Labels, folds: int, seed: int, patients: Clusters = None) -> Labels:
    """Fold of each row, (n,), classes spread evenly, a patient's rows in one fold."""
    from sklearn.model_selection import StratifiedKFold

    if patients is not None:
        return grouped_folds(labels, patients, folds, seed)
    fold = np.empty(labels.size, dtype=np.int64)
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    for number, (_, held_out) in enumerate(splitter.split(labels, labels)):
        fold[held_out] = number
    return fold


def resamples(
    labels: Labels,
    folds: Labels,
    n_resamples: int,
    rng: np.random.Generator,
    patients: Clusters = None,
) -> Iterator[Labels]:
    """Rows of each resample of patients; both classes occur outside each fold."""
    for _ in range(n_resamples):
        for _ in range(MOST_REDRAWS):
            rows = drawn_rows(labels.size, patients, rng)
            drawn, fold = labels[rows], folds[rows]
            if all(np.unique(drawn[fold != f]).size == 2 for f in np.unique(fold)):
                yield rows
                break
        else:
            raise ValueError("too few patients of one class to resample the training cohort")
