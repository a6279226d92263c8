"""Training of the fusion: coefficients, calibration, cut-off, resamples, and what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.fusion.bounded_line import Labels, Line, fit_line
from TACEResponseLib.fusion.calibration import fit_calibration
from TACEResponseLib.fusion.design import Design
from TACEResponseLib.fusion.fusion import FittedFusion, FusionSettings, HeldOutScores
from TACEResponseLib.fusion.linear_model import (
    FusionModel,
    ThresholdRule,
    as_model,
    choose_threshold,
    fit_model,
    resamples,
    stratified_folds,
)
from TACEResponseLib.fusion.nested_outputs import Folds, NestedOutputs
from TACEResponseLib.patient.record import ClinicalRecord

THRESHOLD_SET_ON: dict[ThresholdRule, str] = {
    "youden": "out-of-fold outputs of the training cohort",
    "half": "no data: one half by convention",
}
# A cross-validation needs two folds, and each class a patient in both.
FEWEST_FOLDS = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainedFusion:
    """A fusion, and what the procedure that made it says of patients whom it left out."""

    fusion: FittedFusion
    folds: Folds
    """(repeats, n)."""
    held_out: Floats
    """(repeats, n), probability of each patient by branches, coefficients and calibration that
    never met its fold."""


def fit_fusion(
    settings: FusionSettings,
    outputs: NestedOutputs,
    clinical: Sequence[ClinicalRecord],
    labels: ArrayLike,
    seed: int,
    *,
    resampled: bool = True,
) -> TrainedFusion:
    """Train a fusion on the training cohort.

    Coefficients are fitted on out-of-fold outputs averaged over repeats. Calibration and cut-off
    see, of each patient, the mean over repeats of fused logits by coefficients of a level without
    its fold. The bootstrap draws patients, and fits coefficients, levels and calibration anew;
    copies of one patient stay in one fold, z-scores stay those of the cohort, and each resample
    takes one repeat.

    Args:
        settings: what enters and how.
        outputs: of the branches that are fused; the order of its names is that of the columns.
        clinical: n records.
        labels: (n,), 1 for the positive class, 0 else.
        seed: of folds within levels, and of the bootstrap.
        resampled: with the bootstrap, which is most of the work and which comparing takes none of.
    Returns: the fusion, and held-out probabilities; same inputs, same numbers.

    Raises:
        InputError: a clinical variable is missing where it must not be.
        ValueError: sizes disagree, or a class has fewer than two patients outside a fold.
    """
    y = np.asarray(labels, dtype=np.int64)
    _check(outputs, clinical, y)
    fit = _Fit(settings, Design.of(outputs, settings.clinical, clinical), y)
    levels = [fit.levels(repeat) for repeat in range(outputs.repeats)]
    by_repeat = [fit.held_out(level, repeat, seed) for repeat, level in enumerate(levels)]
    logits = np.mean([values for values, _ in by_repeat], axis=0)
    calibration = fit_calibration(settings.calibration, logits, y)
    whole = fit.design.whole()
    n_resamples = settings.n_bootstrap if resampled else 0
    rng = np.random.default_rng(seed)
    fusion = FittedFusion(
        settings=settings,
        branches=fit.design.branches,
        clinical=fit.design.clinical,
        model=as_model(fit.line(whole, y), calibration),
        bootstrap=tuple(
            fit.resample(whole, levels[m % len(levels)], m % len(levels), rng)
            for m in range(n_resamples)
        ),
        threshold=choose_threshold(settings.threshold_rule, calibration.apply(logits), y),
        threshold_set_on=THRESHOLD_SET_ON[settings.threshold_rule],
        held_out=HeldOutScores(
            positive=tuple(np.sort(logits[y == 1]).tolist()),
            negative=tuple(np.sort(logits[y == 0]).tolist()),
        ),
        n_training=y.size,
    )
    held_out = np.array([probabilities for _, probabilities in by_repeat])
    return TrainedFusion(fusion=fusion, folds=outputs.folds, held_out=held_out)


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """The fits of one fusion."""

    settings: FusionSettings
    design: Design
    labels: Labels

    def line(self, z_scores: Floats, labels: Labels) -> Line:
        """Of (n, m) z-scores."""
        settings = self.settings
        weight = settings.inverse_regularization
        return fit_line(settings.model, z_scores, labels, weight, self.design.is_evidence)

    def levels(self, repeat: int) -> list[Floats]:
        """z-scores (n, m) of each level of a repeat."""
        return [self.design.level(repeat, fold) for fold in range(self.design.outputs.levels)]

    def held_out(self, levels: Sequence[Floats], repeat: int, seed: int) -> tuple[Floats, Floats]:
        """Fused logits and probabilities of each patient by its own fold's level, (n,) both."""
        folds, y, settings = self.design.outputs.folds[repeat], self.labels, self.settings
        logits, probabilities = np.empty(y.size), np.empty(y.size)
        for fold, z_scores in enumerate(levels):
            others, own = folds != fold, folds == fold
            model = fit_model(
                z_scores[others],
                y[others],
                stratified_folds(y[others], _folds_for(settings, y[others]), seed),
                self.design.is_evidence,
                inverse_regularization=settings.inverse_regularization,
                calibration=settings.calibration,
                kind=settings.model,
            )
            logits[own] = model.logits(z_scores[own])
            probabilities[own] = model.calibration.apply(logits[own])
        return logits, probabilities

    def resample(
        self, whole: Floats, levels: Sequence[Floats], repeat: int, rng: np.random.Generator
    ) -> FusionModel:
        """Coefficients and calibration of patients drawn with replacement."""
        folds = self.design.outputs.folds[repeat]
        (rows,) = resamples(self.labels, folds, 1, rng)
        y, fold_of_row, logits = self.labels[rows], folds[rows], np.zeros(rows.size)
        for fold in np.unique(fold_of_row) if self.settings.calibration != "none" else ():
            z_scores, own = levels[fold][rows], fold_of_row == fold
            logits[own] = self.line(z_scores[~own], y[~own]).logits(z_scores[own])
        return as_model(
            self.line(whole[rows], y), fit_calibration(self.settings.calibration, logits, y)
        )


def _folds_for(settings: FusionSettings, labels: Labels) -> int:
    """Folds of the calibration among these patients."""
    return min(settings.folds, int(np.bincount(labels, minlength=2).min()))


def _check(outputs: NestedOutputs, clinical: Sequence[ClinicalRecord], labels: Labels) -> None:
    """Sizes agree, and outside every fold each class has patients enough to be divided again."""
    if labels.ndim != 1 or not np.isin(labels, (0, 1)).all():
        raise ValueError("labels must be one row of 0 and 1")
    if len(clinical) != labels.size or outputs.folds.shape[1] != labels.size:
        raise ValueError(f"outputs and records must be as many as labels, {labels.size}")
    for folds in outputs.folds:
        for fold in range(outputs.levels):
            fewest = int(np.bincount(labels[folds != fold], minlength=2).min())
            if fewest < FEWEST_FOLDS:
                raise ValueError(
                    f"each class needs >= {FEWEST_FOLDS} patients outside every fold, got {fewest}"
                )
