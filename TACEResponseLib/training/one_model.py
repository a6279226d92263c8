"""Training where one logistic regression is all the evidence: its own logit, shrunk, is the answer.

Nothing is fused. Wherever the procedure is done again, for a fold that is held out, for a
permutation or on patients drawn with replacement, the shrinkage is estimated again within.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from TACEResponseLib.basics.logistic import inside, logits
from TACEResponseLib.evidence.branch import AnyBranch, FitContext, Prepared
from TACEResponseLib.evidence.kinds import BranchSettings, branch_recipe
from TACEResponseLib.evidence.settings import EvidenceSettings
from TACEResponseLib.fusion.calibration import ShrinkageCalibration
from TACEResponseLib.fusion.clusters import Clusters, of_rows
from TACEResponseLib.fusion.fitting import THRESHOLD_SET_ON, TrainedFusion, held_out_scores
from TACEResponseLib.fusion.fusion import (
    FEWEST_RESAMPLES,
    FittedFusion,
    FusionSettings,
    HeldOutScores,
)
from TACEResponseLib.fusion.linear_model import FusionModel, choose_threshold
from TACEResponseLib.fusion.nested_outputs import Folds, NestedOutputs
from TACEResponseLib.fusion.shrinkage import (
    Drawn,
    calibration_slope,
    drawn_with_replacement,
    fitted_shrinkage,
    level,
)
from TACEResponseLib.patient.columns import fit_column
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.prepared_cohort import Floats, Labels, PreparedCohort, chosen_of

# Keeps the draws of a shrinkage apart from those of folds and of what a branch draws.
SHRINKAGE_DRAWS = 2**35
UNSET = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShrunkModel:
    """A branch, and how much of its logit is left."""

    branch: AnyBranch
    shrinkage: ShrinkageCalibration
    training_logits: Floats
    """(n,), of the patients it was fitted on, by the branch itself."""

    def probabilities(self, prepared: Sequence[Prepared]) -> Floats:
        """Of prepared patients, (n,)."""
        return self.shrinkage.apply(self.branch.logits(prepared))

    def fusion(
        self,
        settings: FusionSettings,
        *,
        threshold: float = UNSET,
        drawn: Sequence[ShrinkageCalibration] = (),
        held_out: HeldOutScores | None = None,
    ) -> FittedFusion:
        """The same as a bundle holds it: a fusion that hands the one logit on.

        Args:
            settings: of the recipe.
            threshold: the cut-off; one half where nobody asks.
            drawn: shrinkages of resamples, for the interval.
            held_out: logits of training patients by fits without them.
        """
        column = fit_column(self.branch.name, self.training_logits)
        models = [
            FusionModel(intercept=column.mean, coefficients=(column.sd,), calibration=one)
            for one in (self.shrinkage, *drawn)
        ]
        return FittedFusion(
            settings=settings.model_copy(update={"calibration": "shrinkage"}),
            branches=(column,),
            model=models[0],
            bootstrap=tuple(models[1:]),
            held_out=held_out,
            threshold=threshold,
            threshold_set_on=THRESHOLD_SET_ON[settings.threshold_rule],
            n_training=self.training_logits.size,
        )


def is_one_model(branches: Sequence[EvidenceSettings], fusion: FusionSettings) -> bool:
    """Whether these are one logistic regression alone, whose calibration nobody chose otherwise.

    Args:
        branches: all that a recipe trains.
        fusion: its settings, or a candidate's.
    """
    return (
        len(branches) == 1
        and branches[0].is_logistic_regression
        and not fusion.clinical
        and fusion.model == "logistic"
        and fusion.calibration in ("platt", "shrinkage")
    )


def with_fewest_resamples(recipe: Recipe) -> Recipe:
    """The same with the least that a shrinkage may rest on, for what is done hundreds of times."""
    fusion = recipe.fusion.model_copy(update={"n_bootstrap": FEWEST_RESAMPLES})
    return recipe.model_copy(update={"fusion": fusion})


def fit_shrunk(
    branch: BranchSettings,
    fusion: FusionSettings,
    prepared: Sequence[Prepared],
    labels: Labels,
    seed: int,
    patients: Clusters = None,
) -> ShrunkModel:
    """The whole procedure on some patients: gaps, scales, selection, coefficients, shrinkage.

    Args:
        branch: a logistic regression.
        fusion: says on how many resamples the shrinkage rests.
        prepared: n rows.
        labels: (n,), 1 for the positive class, 0 else; two of each at least.
        seed: of the branch and of the resamples.
        patients: (n,), patient of each row, whose rows are drawn together.
    Returns: same inputs, same model.
    Raises: InputError: the branch can't be trained on these patients, or on a resample of them.
    """
    recipe, rows_of = branch_recipe(branch), tuple(prepared)

    def logits_of(rows: Drawn) -> Floats:
        context = FitContext(patients=None if patients is None else patients[rows])
        drawn = recipe.fit([rows_of[row] for row in rows], labels[rows], seed, context)
        return drawn.logits(rows_of)

    trained = recipe.fit(rows_of, labels, seed, FitContext(patients=patients))
    own = trained.logits(rows_of)
    rng = np.random.default_rng([SHRINKAGE_DRAWS, seed])
    shrinkage = fitted_shrinkage(labels, own, logits_of, fusion.n_bootstrap, rng, patients)
    return ShrunkModel(branch=trained, shrinkage=shrinkage, training_logits=own)


def held_out_probabilities(
    branch: BranchSettings,
    fusion: FusionSettings,
    prepared: Sequence[Prepared],
    labels: Labels,
    folds: Folds,
    seed: int,
    patients: Clusters = None,
) -> Floats:
    """Probability (repeats, n) of each patient by the procedure on the other folds.

    Args:
        branch: as for `fit_shrunk`, which is done without each fold.
        fusion: the same.
        prepared: n rows.
        labels: (n,).
        folds: (repeats, n), fold of each patient.
        seed: as for `fit_shrunk`.
        patients: the same.
    """
    held_out = np.empty(folds.shape)
    for repeat, numbers in enumerate(folds):
        for fold in np.unique(numbers):
            own = numbers == fold
            others, people = chosen_of(prepared, ~own), of_rows(patients, ~own)
            model = fit_shrunk(branch, fusion, others, labels[~own], seed, people)
            held_out[repeat, own] = model.probabilities(chosen_of(prepared, own))
    return held_out


def fit_one_model(
    branch: BranchSettings,
    fusion: FusionSettings,
    cohort: PreparedCohort,
    outputs: NestedOutputs,
    seed: int,
    *,
    resampled: bool = True,
) -> TrainedFusion:
    """Train on all patients, and ask the procedure about those whom it leaves out.

    Args:
        branch: a logistic regression.
        fusion: says on how many resamples a shrinkage rests, and how the cut-off is set.
        cohort: n patients.
        outputs: of the branch; their folds are left out, and their logits are what cases are
            compared with.
        seed: of everything that is drawn.
        resampled: with what the interval needs.
    Returns: as of a fusion; the cut-off is set on held-out probabilities.
    """
    prepared, labels, patients = cohort.by_branch[branch.name], cohort.labels, cohort.clusters
    model = fit_shrunk(branch, fusion, prepared, labels, seed, patients)
    held_out = held_out_probabilities(
        branch, fusion, prepared, labels, outputs.folds, seed, patients
    )
    mean = inside(expit(logits(held_out).mean(axis=0)))
    drawn = _redrawn(model, labels, fusion.n_bootstrap, seed) if resampled else ()
    fitted = model.fusion(
        fusion,
        threshold=choose_threshold(fusion.threshold_rule, mean, labels),
        drawn=drawn,
        held_out=held_out_scores(outputs.mean(branch.name), labels),
    )
    return TrainedFusion(fusion=fitted, folds=outputs.folds, held_out=held_out)


def _redrawn(
    model: ShrunkModel, labels: Labels, n_resamples: int, seed: int
) -> tuple[ShrinkageCalibration, ...]:
    """Slope and level fitted again on resamples, coefficients and optimism held fixed."""
    own, slope = model.training_logits, model.shrinkage.slope
    apparent = calibration_slope(labels, own)
    optimism = apparent - slope if np.isfinite(apparent) else 0.0
    drawn = []
    rng = np.random.default_rng([SHRINKAGE_DRAWS, seed, 1])
    for rows in drawn_with_replacement(labels, n_resamples, rng):
        again = calibration_slope(labels[rows], own[rows]) - optimism
        left = float(np.clip(again, 0.0, 1.0)) if np.isfinite(again) else 0.0
        constant = level(labels[rows], left * own[rows])
        drawn.append(ShrinkageCalibration(slope=left, intercept=constant))
    return tuple(drawn)
