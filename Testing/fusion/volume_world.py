"""Cohorts as large as the real one, whose response hangs on tumor volume by a known law."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from TACEResponseLib.basics.logistic import UNPENALIZED_C, Floats
from TACEResponseLib.fusion.bounded_line import Labels, Line, fit_line
from TACEResponseLib.fusion.calibration import ShrinkageCalibration
from TACEResponseLib.fusion.shrinkage import Drawn, fitted_shrinkage

N_PATIENTS = 91
# Of the real bundle's card: shares of the clinical variables; volume and AFP are z-scores.
SHARES = (0.49, 0.16, 0.18)
LEVEL, SIGNAL = 0.65, 0.5
"""Logit of a patient of mean volume, and what a standard deviation of volume takes off it: 65 % of
the patients respond, and the law itself has an AUC of .64."""
WEIGHTS = {"volume": UNPENALIZED_C, "volume and clinical": 0.1}
"""Predictors, and scikit-learn's C of the recipe that reads them."""


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Patients of one draw."""

    inputs: Floats
    """(n, m); the first column is volume, and nothing else tells anything."""
    labels: Labels


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """A line on z-scores of its own patients."""

    mean: Floats
    sd: Floats
    line: Line

    def logits(self, inputs: Floats) -> Floats:
        """Of patients (n, m)."""
        return self.line.logits((inputs - self.mean) / self.sd)


def drawn_cohort(predictors: str, n: int, rng: np.random.Generator) -> Cohort:
    """Patients of the law; both classes have two patients or more."""
    volume = rng.normal(size=n)
    inputs = volume[:, np.newaxis]
    if predictors != "volume":
        yes = [(rng.random(n) < share).astype(float) for share in SHARES]
        inputs = np.column_stack([volume, *yes, rng.normal(size=n)])
    labels = (rng.random(n) < expit(LEVEL - SIGNAL * volume)).astype(np.int64)
    return Cohort(inputs, labels)


def fitted(predictors: str, inputs: Floats, labels: Labels) -> LogisticFit:
    """What the clinical branch fits: z-scores and a ridge."""
    mean, sd = inputs.mean(axis=0), inputs.std(axis=0)
    sd = np.where(sd > 0, sd, 1.0)
    free = np.zeros(inputs.shape[1], dtype=np.bool_)
    weight = WEIGHTS[predictors]
    return LogisticFit(mean, sd, fit_line("logistic", (inputs - mean) / sd, labels, weight, free))


def shrinkage_of(
    predictors: str, cohort: Cohort, own: Floats, n_resamples: int, rng: np.random.Generator
) -> ShrinkageCalibration:
    """Of the model that says `own` (n,) of its patients."""

    def logits_of(rows: Drawn) -> Floats:
        return fitted(predictors, cohort.inputs[rows], cohort.labels[rows]).logits(cohort.inputs)

    return fitted_shrinkage(cohort.labels, own, logits_of, n_resamples, rng)
