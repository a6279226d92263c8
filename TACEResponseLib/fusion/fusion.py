"""Branch outputs and clinical variables -> one calibrated probability with its interval."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.basics.settings import Moderate, Settings
from TACEResponseLib.fusion.answers import CaseAnswer, case_answer, is_borne_out
from TACEResponseLib.fusion.bounded_line import LinearModel
from TACEResponseLib.fusion.calibration import CalibrationMethod
from TACEResponseLib.fusion.fused import FusedProbability, FusionTerm
from TACEResponseLib.fusion.linear_model import FusionModel, ThresholdRule
from TACEResponseLib.fusion.venn_abers import venn_abers
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


class HeldOutScores(Settings):
    """Fused logits of training patients, by fits that never met their folds, in ascending order."""

    positive: tuple[Moderate, ...] = Field(min_length=2)
    negative: tuple[Moderate, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _scores_ascend(self) -> "HeldOutScores":
        for values in (self.positive, self.negative):
            if any(after < before for before, after in pairwise(values)):
                raise ValueError("scores must ascend")
        return self


class FittedFusion(Settings):
    """A trained fusion; one JSON file of a bundle."""

    settings: FusionSettings
    branches: tuple[FusionColumn, ...]
    clinical: tuple[FusionColumn, ...] = ()
    model: FusionModel
    bootstrap: tuple[FusionModel, ...]
    """The same fit on resamples of the training patients; none where there are refits of all."""
    held_out: HeldOutScores | None = None
    """None in bundles of before."""
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

        Args:
            branch_logits: of every branch of this fusion, and of no other.
            clinical: checked by its reader; variables that this fusion doesn't use are ignored.
        Returns: the probability, without the range that only refits give; its terms and the
            intercept add up to the fused logit.

        Raises:
            InputError: required clinical variables are missing (all are named).
            KeyError: `branch_logits` names other branches.
            ValueError: a logit is not finite.
        """
        values, imputed, warnings = encode_record(self.settings.clinical, self.clinical, clinical)
        values = np.concatenate([self._branch_values(branch_logits), values])
        z_scores = z_scored(values, self._columns)
        fused = float(self.model.logits(z_scores))
        probability = float(self.model.calibration.apply(fused))
        interval, method = self._interval(z_scores, probability)
        pair = self._venn_abers(fused)
        return FusedProbability(
            probability=probability,
            interval=interval,
            interval_method=method,
            venn_abers=pair,
            answer=self._answer(fused, probability, pair),
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

    def _interval(
        self, z_scores: Floats, probability: float
    ) -> tuple[tuple[float, float] | None, str]:
        """From the 2.5th to the 97.5th percentile over the resamples, and how it was made.

        Widened where needed to hold the estimate itself; none where there are no resamples.
        """
        if not self.bootstrap:
            return None, ""
        drawn = [float(m.calibration.apply(m.logits(z_scores))) for m in self.bootstrap]
        low, high = (float(limit) for limit in np.percentile(drawn, INTERVAL_PERCENT))
        widened = "" if low <= probability <= high else "; widened to hold the estimate"
        limits = min(low, probability), max(high, probability)
        return limits, self.interval_method + widened

    def _venn_abers(self, fused: float) -> tuple[float, float] | None:
        """By the scores of training patients, where they are kept."""
        scores = self.held_out
        return venn_abers(scores.positive, scores.negative, fused) if scores else None

    def _answer(
        self, fused: float, probability: float, pair: tuple[float, float] | None
    ) -> CaseAnswer | None:
        """By the same scores; `pair` is that of Venn and Abers."""
        scores = self.held_out
        if scores is None or pair is None:
            return None
        answer = case_answer(scores.positive, scores.negative, fused)
        borne_out = is_borne_out(answer.answer, [probability, *pair])
        return replace(answer, is_borne_out=borne_out)

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
