"""Branch outputs and clinical variables -> one calibrated probability with its interval."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.fusion.bounded_line import LinearModel
from TACEResponseLib.fusion.calibration import CalibrationMethod
from TACEResponseLib.fusion.fused import FusedProbability, FusionTerm
from TACEResponseLib.fusion.linear_model import FusionModel, ThresholdRule
from TACEResponseLib.patient.columns import (
    MOST_VARIABLES,
    ClinicalInput,
    FusionColumn,
    check_clinical_columns,
    encode_record,
    z_scored,
)
from TACEResponseLib.patient.record import ClinicalRecord

INTERVAL_PERCENT = (2.5, 97.5)
FEWEST_RESAMPLES = 40


class FusionSettings(Settings):
    """How branch outputs and clinical variables become one probability."""

    model: LinearModel = "logistic"
    """Logistic regression, or a linear support vector machine on the same columns."""
    clinical: tuple[ClinicalInput, ...] = Field(default=(), max_length=MOST_VARIABLES)
    calibration: CalibrationMethod = "platt"
    """Where one logistic regression is all the evidence, `platt` gives way to `shrinkage`."""
    n_bootstrap: int = Field(default=200, ge=FEWEST_RESAMPLES, le=5000)
    """Resamples of the training patients, behind the interval and behind a shrinkage."""
    inverse_regularization: float = Field(default=1.0, ge=1e-9, le=1e9)
    """scikit-learn's C of the logistic regression or the support vector machine."""
    threshold_rule: ThresholdRule = "youden"
    folds: int = Field(default=5, ge=2, le=20)
    """Of the cross-validation of the fusion among the patients outside a fold, on which the
    calibration that is asked about the fold is fitted; fewer where a class has fewer patients."""

    @model_validator(mode="after")
    def _names_differ(self) -> "FusionSettings":
        names = [variable.name for variable in self.clinical]
        if len(set(names)) != len(names):
            raise ValueError("each clinical variable enters once")
        return self

    @model_validator(mode="after")
    def _one_model_is_shrunk(self) -> "FusionSettings":
        if self.calibration == "shrinkage" and (self.clinical or self.model != "logistic"):
            raise ValueError("shrinkage must be of one logistic branch, without clinical values")
        return self


class FittedFusion(Settings):
    """A trained fusion; one JSON file of a bundle."""

    settings: FusionSettings
    branches: tuple[FusionColumn, ...]
    clinical: tuple[FusionColumn, ...] = ()
    model: FusionModel
    bootstrap: tuple[FusionModel, ...]
    """The same fit on resamples of the training patients; none of a candidate not kept."""
    threshold: float = Field(gt=0, lt=1)
    threshold_set_on: str
    n_training: int = Field(ge=4)

    @model_validator(mode="after")
    def _parts_fit(self) -> "FittedFusion":
        names = [column.name for column in self._columns]
        check_clinical_columns(self.settings.clinical, self.clinical)
        if not names or len(set(names)) != len(names):
            raise ValueError("columns must be at least one and have different names")
        if len(self.bootstrap) not in (0, self.settings.n_bootstrap):
            raise ValueError("bootstrap must hold n_bootstrap rows, or none")
        for model in (self.model, *self.bootstrap):
            if len(model.coefficients) != len(names):
                raise ValueError("each model must have one coefficient a column")
            if model.calibration.kind != self.settings.calibration:
                raise ValueError("each model must be calibrated as the settings say")
        return self

    @property
    def branch_names(self) -> tuple[str, ...]:
        """Branches whose logits it takes."""
        return tuple(column.name for column in self.branches)

    @property
    def interval_method(self) -> str:
        """What was resampled and what was held fixed."""
        return (
            f"bootstrap of the fusion stage, {len(self.bootstrap)} resamples of the training "
            "patients; network and classifiers held fixed"
        )

    def predict(
        self, branch_logits: Mapping[str, float], clinical: ClinicalRecord
    ) -> FusedProbability:
        """Fuse and calibrate one case.

        The interval runs from the 2.5th to the 97.5th percentile over the resamples, widened
        where needed to hold the estimate itself; then `interval_method` says so.

        Args:
            branch_logits: of every branch of this fusion, and of no other.
            clinical: checked by its reader; variables that this fusion doesn't use are ignored.
        Returns: the probability; its terms and the intercept add up to the fused logit.

        Raises:
            InputError: required clinical variables are missing (all are named).
            KeyError: `branch_logits` names other branches.
            ValueError: a logit is not finite, or there are no resamples.
        """
        if not self.bootstrap:
            raise ValueError("a fusion without resamples has no interval")
        values, imputed, warnings = encode_record(self.settings.clinical, self.clinical, clinical)
        values = np.concatenate([self._branch_values(branch_logits), values])
        z_scores = z_scored(values, self._columns)
        probability = float(self.model.calibration.apply(self.model.logits(z_scores)))
        drawn = [float(m.calibration.apply(m.logits(z_scores))) for m in self.bootstrap]
        low, high = (float(limit) for limit in np.percentile(drawn, INTERVAL_PERCENT))
        widened = "" if low <= probability <= high else "; widened to hold the estimate"
        return FusedProbability(
            probability=probability,
            interval=(min(low, probability), max(high, probability)),
            interval_method=self.interval_method + widened,
            threshold=self.threshold,
            threshold_set_on=self.threshold_set_on,
            terms=tuple(
                FusionTerm(
                    name=column.name,
                    value=float(value),
                    coefficient=coefficient,
                    contribution=float(coefficient * z),
                    imputed=column.name in imputed,
                )
                for column, value, z, coefficient in zip(
                    self._columns, values, z_scores, self.model.coefficients, strict=True
                )
            ),
            warnings=warnings,
        )

    def probabilities(
        self, branch_logits: Mapping[str, ArrayLike], clinical: Sequence[ClinicalRecord]
    ) -> Floats:
        """Calibrated probabilities (n,) of many cases, as `predict` gives them one by one.

        Args:
            branch_logits: (n,) of every branch.
            clinical: n records.
        Raises: as `predict`.
        """
        rows = [encode_record(self.settings.clinical, self.clinical, r)[0] for r in clinical]
        parts = (self._branch_values(branch_logits).T, rows)
        values = np.column_stack([np.reshape(part, (len(clinical), -1)) for part in parts])
        return self.model.calibration.apply(self.model.logits(z_scored(values, self._columns)))

    @property
    def _columns(self) -> tuple[FusionColumn, ...]:
        """Every column, in the order of the coefficients."""
        return (*self.branches, *self.clinical)

    def _branch_values(self, branch_logits: Mapping[str, ArrayLike]) -> Floats:
        """Logits in the order of the columns, (b,) or (b, n)."""
        if set(branch_logits) != set(self.branch_names):
            raise KeyError(f"logits wanted of {self.branch_names}, got {tuple(branch_logits)}")
        values = np.array([branch_logits[name] for name in self.branch_names], dtype=float)
        if not np.isfinite(values).all():
            raise ValueError(f"branch logits must be finite, got {dict(branch_logits)}")
        return values
