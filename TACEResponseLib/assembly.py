"""From trained parts to a bundle: metrics, metadata and card."""

from collections.abc import Mapping, Sequence
from math import isfinite

from TACEResponseLib.bundle import Bundle, BundleMetadata, describe_branches, model_card
from TACEResponseLib.bundle.metadata import (
    FUSED,
    CalibrationSummary,
    CohortSummary,
    Metric,
)
from TACEResponseLib.evaluation.calibration_line import calibration_line
from TACEResponseLib.evaluation.discrimination import auc
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.provenance import package_versions
from TACEResponseLib.recipe import Recipe
from TACEResponseLib.settings import Settings
from TACEResponseLib.terms import CohortRole
from TACEResponseLib.training import Floats, PreparedCohort, TrainedModel

OUT_OF_FOLD = "out-of-fold outputs of the training cohort"


class BundleIdentity(Settings):
    """What a bundle is called and where its patients come from."""

    bundle_id: str
    title: str
    authors: str
    copyright: str
    license: str
    simulated: bool
    sources: dict[CohortRole, str]
    failure_modes: tuple[str, ...]


def assemble(
    recipe: Recipe,
    identity: BundleIdentity,
    trained: TrainedModel,
    cohorts: Mapping[CohortRole, PreparedCohort],
    seed: int,
) -> Bundle:
    """Measure the trained parts and say what they are.

    Args:
        recipe: what was trained.
        identity: its name, license and patients.
        trained: branches and fusion.
        cohorts: the training cohort, and any test cohorts that no fit has seen.
        seed: of the training.
    Returns: a bundle ready to be saved. The training cohort's metrics are of out-of-fold outputs;
        those of a test cohort are of the shipped model, and calibration is measured on the first.
    """
    training = cohorts[CohortRole.TRAINING]
    metrics = [
        _metric("AUC", name, CohortRole.TRAINING, auc(training.labels, logits), "; out-of-fold")
        for name, logits in trained.out_of_fold.items()
    ]
    lines: list[Metric] = []
    for role, cohort in cohorts.items():
        if role is not CohortRole.TRAINING:
            outputs = shipped_outputs(trained, cohort)
            metrics += [
                _metric("AUC", name, role, auc(cohort.labels, values))
                for name, values in outputs.items()
            ]
            slope, intercept = calibration_line(cohort.labels, outputs[FUSED])
            # A cohort that is too small to have a line has none.
            lines += [
                _metric(name, FUSED, role, estimate)
                for name, estimate in (
                    ("calibration slope", slope),
                    ("calibration intercept", intercept),
                )
                if isfinite(estimate.value)
            ]
    metadata = _metadata(recipe, identity, trained, cohorts, metrics, lines, seed)
    return Bundle(
        metadata=metadata,
        branches=trained.branches,
        fusion=trained.fusion,
        card=model_card(metadata),
    )


def shipped_outputs(trained: TrainedModel, cohort: PreparedCohort) -> dict[str, Floats]:
    """Logits of each branch and the fused probability of patients that no fit has seen, (n,)."""
    logits = {
        branch.name: branch.logits(cohort.by_branch[branch.name]) for branch in trained.branches
    }
    return {**logits, FUSED: trained.fusion.probabilities(logits, cohort.clinical)}


def _metadata(
    recipe: Recipe,
    identity: BundleIdentity,
    trained: TrainedModel,
    cohorts: Mapping[CohortRole, PreparedCohort],
    metrics: Sequence[Metric],
    lines: Sequence[Metric],
    seed: int,
) -> BundleMetadata:
    """Everything that the bundle says of itself."""
    slope, intercept = lines[:2] if lines else (None, None)
    return BundleMetadata(
        bundle_id=identity.bundle_id,
        title=identity.title,
        authors=identity.authors,
        copyright=identity.copyright,
        license=identity.license,
        citation=recipe.citation,
        recipe=recipe.name,
        differences=recipe.differences,
        simulated=identity.simulated,
        modality=recipe.modality,
        sequences=recipe.sequences,
        endpoint=recipe.endpoint,
        positive_class=recipe.positive_class,
        criterion=recipe.criterion,
        readout=recipe.readout,
        treatment=recipe.treatment,
        population=recipe.population,
        population_limits=recipe.population_limits,
        intended_use=recipe.intended_use,
        failure_modes=identity.failure_modes,
        cohorts={
            role: CohortSummary(
                n=cohort.labels.size,
                events=int(cohort.labels.sum()),
                source=identity.sources.get(role, ""),
            )
            for role, cohort in cohorts.items()
        },
        metrics=tuple(metrics),
        calibration=CalibrationSummary(
            method=recipe.fusion.calibration,
            fitted_on=OUT_OF_FOLD,
            slope=slope,
            intercept=intercept,
        ),
        threshold=trained.fusion.threshold,
        threshold_set_on=trained.fusion.threshold_set_on,
        branches=describe_branches(trained.branches),
        fusion=recipe.fusion,
        package_versions=package_versions(),
        training_seed=seed,
    )


def _metric(
    name: str, branch: str, role: CohortRole, estimate: Estimate, remark: str = ""
) -> Metric:
    """An estimate as the metadata holds it."""
    return Metric(
        name=name,
        branch=branch,
        cohort=role,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        n=estimate.n,
        method=estimate.method + remark,
    )
