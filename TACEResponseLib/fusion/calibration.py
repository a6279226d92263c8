"""From a fused logit to a probability that means what it says: monotone, never 0 or 1."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, model_validator
from scipy.special import expit, logit

from TACEResponseLib.basics.logistic import UNPENALIZED_C, Floats, fit_logistic, inside
from TACEResponseLib.basics.settings import Settings

CalibrationMethod = Literal["platt", "isotonic", "none", "shrinkage"]
"""`shrinkage` is that of one logistic regression alone, whose own logit it draws in."""


class _LogitLine(Settings):
    """Probability = sigmoid(slope * logit + intercept)."""

    kind: str
    slope: float = Field(ge=0, le=1e6)
    intercept: float = Field(ge=-1e6, le=1e6)

    def apply(self, logits: ArrayLike) -> Floats:
        """Probabilities of logits of any shape, non-decreasing, within (0, 1)."""
        return inside(expit(self.slope * np.asarray(logits, dtype=float) + self.intercept))


class PlattCalibration(_LogitLine):
    """Slope and intercept by maximum likelihood, on patients held out."""

    kind: Literal["platt"] = "platt"


class IsotonicCalibration(Settings):
    """Probability = a non-decreasing line through knots, flat outside them."""

    kind: Literal["isotonic"] = "isotonic"
    logits: tuple[float, ...] = Field(min_length=1, max_length=100_000)
    probabilities: tuple[Annotated[float, Field(ge=0, le=1)], ...]

    @model_validator(mode="after")
    def _knots_ascend(self) -> "IsotonicCalibration":
        if len(self.logits) != len(self.probabilities):
            raise ValueError("logits and probabilities must be equally many")
        if np.any(np.diff(self.logits) <= 0) or np.any(np.diff(self.probabilities) < 0):
            raise ValueError("logits must ascend and probabilities must not descend")
        return self

    def apply(self, logits: ArrayLike) -> Floats:
        """Probabilities of logits of any shape, non-decreasing, within (0, 1)."""
        values = np.asarray(logits, dtype=float)
        return inside(np.interp(values, self.logits, self.probabilities))


class NoCalibration(Settings):
    """Probability = sigmoid(logit)."""

    kind: Literal["none"] = "none"

    def apply(self, logits: ArrayLike) -> Floats:
        """Probabilities of logits of any shape, non-decreasing, within (0, 1)."""
        return inside(expit(np.asarray(logits, dtype=float)))


class ShrinkageCalibration(_LogitLine):
    """The slope is one that shrinks."""

    kind: Literal["shrinkage"] = "shrinkage"
    slope: float = Field(ge=0, le=1)
    """What is left of every coefficient; `shrinkage.fitted_shrinkage` says whence."""


Calibration = Annotated[
    PlattCalibration | IsotonicCalibration | NoCalibration | ShrinkageCalibration,
    Field(discriminator="kind"),
]


def fit_calibration(
    method: CalibrationMethod, logits: ArrayLike, labels: ArrayLike
) -> PlattCalibration | IsotonicCalibration | NoCalibration:
    """Fit a calibration.

    Args:
        method: `none` learns nothing.
        logits: (n,), out-of-fold: of patients that the model behind them did not see.
        labels: (n,), 1 for the positive class, 0 else; both occur.
    Returns: the calibration.
    Raises: ValueError: `shrinkage`, which no logits tell: it takes the procedure behind them.
    """
    if method == "shrinkage":
        raise ValueError("shrinkage is estimated from refits, not from logits")
    x, y = np.asarray(logits, dtype=float), np.asarray(labels, dtype=np.int64)
    if method == "platt":
        return _fit_platt(x, y)
    return _fit_isotonic(x, y) if method == "isotonic" else NoCalibration()


def _fit_platt(logits: Floats, labels: NDArray[np.int64]) -> PlattCalibration:
    """Unpenalized logistic regression on the logit, with a slope >= 0.

    Where the free slope is negative (outputs worse than chance) the best slope >= 0 is 0, as the
    likelihood is concave; then every patient gets the share of events. Turning the scale round
    instead would hide that the model failed.
    """
    # A scale of 1 keeps the penalty's weight independent of the logits' spread.
    scale = float(logits.std()) or 1.0
    model = fit_logistic(logits[:, np.newaxis] / scale, labels, UNPENALIZED_C)
    slope, intercept = float(model.coef_[0, 0]) / scale, float(model.intercept_[0])
    if slope > 0:
        return PlattCalibration(slope=slope, intercept=intercept)
    share = float(labels.mean())
    return PlattCalibration(slope=0.0, intercept=float(logit(share)))


def _fit_isotonic(logits: Floats, labels: NDArray[np.int64]) -> IsotonicCalibration:
    """The knots of scikit-learn's isotonic regression."""
    from sklearn.isotonic import IsotonicRegression

    model = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(logits, labels)
    return IsotonicCalibration(
        logits=tuple(model.X_thresholds_.tolist()),
        # Means of zeros and ones can end a rounding error outside 0..1 or out of order.
        probabilities=tuple(np.maximum.accumulate(np.clip(model.y_thresholds_, 0.0, 1.0)).tolist()),
    )
