"""Training of the fusion: coefficients, calibration, cut-off, resamples, and what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.fusion.bounded_line import Labels, Line, fit_line
from TACEResponseLib.fusion.calibration import fit_calibration
from TACEResponseLib.fusion.clusters import Clusters, fewest_of_a_class, of_rows
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
    patients: Clusters = None,
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
        patients: (n,), patient of each row, who is drawn as a whole and stays in one fold.
    Returns: the fusion, and held-out probabilities; same inputs, same numbers.

    Raises:
        InputError: a clinical variable is missing where it must not be.
        ValueError: sizes disagree, or a class has fewer than two patients outside a fold.
    """
    fit = _fit_of(settings, outputs, clinical, labels, patients)
    levels = fit.all_levels()
    held_out = [fit.probabilities(level, repeat, seed) for repeat, level in enumerate(levels)]
    return TrainedFusion(
        fusion=fit.fusion(levels, settings.n_bootstrap if resampled else 0, seed),
        folds=outputs.folds,
        held_out=np.array(held_out),
    )


def fuse(
    settings: FusionSettings,
    outputs: NestedOutputs,
    clinical: Sequence[ClinicalRecord],
    labels: ArrayLike,
) -> FittedFusion:
    """The fusion of `fit_fusion` alone: no resamples, and nobody held out of its calibration.

    Args:
        settings: what enters and how.
        outputs: of the branches that are fused.
        clinical: n records.
        labels: (n,), 1 for the positive class, 0 else.
    Raises: as `fit_fusion`.
    """
    fit = _fit_of(settings, outputs, clinical, labels, None)
    return fit.fusion(fit.all_levels(), 0, 0)


def held_out_scores(logits: Floats, labels: Labels) -> HeldOutScores:
    """What cases are compared with: logits (n,) of fits without the patient, without whose."""
    return HeldOutScores(
        positive=tuple(np.sort(logits[labels == 1]).tolist()),
        negative=tuple(np.sort(logits[labels == 0]).tolist()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """The fits of one fusion."""

    settings: FusionSettings
    design: Design
    labels: Labels
    patients: Clusters

    def line(self, z_scores: Floats, labels: Labels) -> Line:
        """Of (n, m) z-scores."""
        settings = self.settings
        weight = settings.inverse_regularization
        return fit_line(settings.model, z_scores, labels, weight, self.design.is_evidence)

    def levels(self, repeat: int) -> list[Floats]:
        """z-scores (n, m) of each level of a repeat."""
        return [self.design.level(repeat, fold) for fold in range(self.design.outputs.levels)]

    def all_levels(self) -> list[list[Floats]]:
        """Those of every repeat."""
        return [self.levels(repeat) for repeat in range(self.design.outputs.repeats)]

    def fusion(
        self, levels: Sequence[Sequence[Floats]], n_resamples: int, seed: int
    ) -> FittedFusion:
        """Coefficients of all patients; calibration and cut-off by logits that leave out a fold."""
        settings, y = self.settings, self.labels
        by_repeat = [self.logits(level, repeat) for repeat, level in enumerate(levels)]
        logits = np.mean(by_repeat, axis=0)
        calibration = fit_calibration(settings.calibration, logits, y)
        whole = self.design.whole()
        rng = np.random.default_rng(seed)
        return FittedFusion(
            settings=settings,
            branches=self.design.branches,
            clinical=self.design.clinical,
            model=as_model(self.line(whole, y), calibration),
            bootstrap=tuple(
                self.resample(whole, levels[m % len(levels)], m % len(levels), rng)
                for m in range(n_resamples)
            ),
            threshold=choose_threshold(settings.threshold_rule, calibration.apply(logits), y),
            threshold_set_on=THRESHOLD_SET_ON[settings.threshold_rule],
            held_out=held_out_scores(logits, y),
            n_training=y.size,
        )

    def logits(self, levels: Sequence[Floats], repeat: int) -> Floats:
        """Fused logit of each patient by its own fold's level, (n,)."""
        folds, logits = self.design.outputs.folds[repeat], np.empty(self.labels.size)
        for fold, z_scores in enumerate(levels):
            others, own = folds != fold, folds == fold
            logits[own] = self.line(z_scores[others], self.labels[others]).logits(z_scores[own])
        return logits

    def probabilities(self, levels: Sequence[Floats], repeat: int, seed: int) -> Floats:
        """Probability of each patient by its own fold's level, calibration and all, (n,)."""
        folds, y, settings = self.design.outputs.folds[repeat], self.labels, self.settings
        probabilities = np.empty(y.size)
        for fold, z_scores in enumerate(levels):
            others, own = folds != fold, folds == fold
            people = of_rows(self.patients, others)
            model = fit_model(
                z_scores[others],
                y[others],
                stratified_folds(y[others], _folds_for(settings, y[others], people), seed, people),
                self.design.is_evidence,
                inverse_regularization=settings.inverse_regularization,
                calibration=settings.calibration,
                kind=settings.model,
            )
            probabilities[own] = model.calibration.apply(model.logits(z_scores[own]))
        return probabilities

    def resample(
        self, whole: Floats, levels: Sequence[Floats], repeat: int, rng: np.random.Generator
    ) -> FusionModel:
        """Coefficients and calibration of patients drawn with replacement."""
        folds = self.design.outputs.folds[repeat]
        (rows,) = resamples(self.labels, folds, 1, rng, self.patients)
        y, fold_of_row, logits = self.labels[rows], folds[rows], np.zeros(rows.size)
        for fold in np.unique(fold_of_row) if self.settings.calibration != "none" else ():
            z_scores, own = levels[fold][rows], fold_of_row == fold
            logits[own] = self.line(z_scores[~own], y[~own]).logits(z_scores[own])
        return as_model(
            self.line(whole[rows], y), fit_calibration(self.settings.calibration, logits, y)
        )


def _fit_of(
    settings: FusionSettings,
    outputs: NestedOutputs,
    clinical: Sequence[ClinicalRecord],
    labels: ArrayLike,
    patients: Clusters,
) -> _Fit:
    """What was checked, ready to be fitted."""
    y = np.asarray(labels, dtype=np.int64)
    _check(outputs, clinical, y)
    return _Fit(settings, Design.of(outputs, settings.clinical, clinical), y, patients)


def _folds_for(settings: FusionSettings, labels: Labels, patients: Clusters) -> int:
    """Folds of the calibration among these patients."""
    return min(settings.folds, fewest_of_a_class(labels, patients))


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
