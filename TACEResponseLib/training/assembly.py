"""From trained parts to a bundle: metrics, metadata and card."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite

from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.basics.terms import TEST_ROLES, CohortRole, ImageSequence
from TACEResponseLib.bundle.bundle import Bundle, describe_branches
from TACEResponseLib.bundle.card import model_card
from TACEResponseLib.bundle.metadata import (
    FUSED,
    AnswerSummary,
    BundleMetadata,
    CalibrationSummary,
    CandidateRow,
    ChanceSummary,
    CohortSummary,
    Metric,
)
from TACEResponseLib.evaluation.calibration.calibration_line import calibration_line
from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.evaluation.discrimination.folded_auc import folded_auc
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.fusion.answers import answer_counts
from TACEResponseLib.fusion.fusion import FittedFusion
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.result.provenance import package_versions
from TACEResponseLib.training.preparation.readers import reader_agreement
from TACEResponseLib.training.prepared_cohort import Floats, PreparedCohort
from TACEResponseLib.training.trained import NESTED, TrainedModel, logits_of

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
    *,
    permuted_labels: bool = False,
    device: str = "cpu",
) -> Bundle:
    """Measure the trained parts and say what they are.

    Args:
        recipe: what was trained.
        identity: its name, license and patients.
        trained: branches and fusion.
        cohorts: the training cohort, tuning patients, and any test cohorts that no fit has seen.
        seed: of the training.
        permuted_labels: the labels that were trained on mean nothing.
        device: of the networks in training.
    Returns: a bundle ready to be saved. The training cohort's metrics are of the procedure that
        trained it, by patients held out; those of the others are of the shipped model, and
        calibration is measured on the first test cohort.
    """
    training = cohorts[CohortRole.TRAINING]
    metrics = _branches_out_of_fold(trained, training)
    lines: list[Metric] = []
    for role, cohort in cohorts.items():
        if role is CohortRole.TRAINING:
            metrics += _fused_out_of_fold(trained)
            continue
        outputs = shipped_outputs(trained, cohort)
        remark = "; chosen on them, hence optimistic" if _chosen_on(trained, role) else ""
        metrics += [
            as_metric("AUC", name, role, auc(cohort.labels, values), remark)
            for name, values in outputs.items()
        ]
        if role in TEST_ROLES:
            lines += _calibration_lines(role, cohort, outputs[FUSED])
    metadata = _metadata(recipe, identity, trained, cohorts, metrics, lines, seed)
    metadata = metadata.model_copy(
        update={"permuted_labels": permuted_labels, "trained_on": device}
    )
    return Bundle(
        metadata=metadata,
        branches=trained.branches,
        fusion=trained.fusion,
        card=model_card(metadata),
        refits=trained.refits,
    )


def candidate_rows(trained: TrainedModel) -> tuple[CandidateRow, ...]:
    """Every candidate that was compared, as the metadata holds it; none where there was one."""
    if len(trained.candidates) < 2:
        return ()
    return tuple(
        CandidateRow(
            name=one.candidate.name,
            branches=one.candidate.branches,
            paper=one.candidate.paper,
            training=as_metric("AUC", FUSED, CohortRole.TRAINING, one.training, NESTED),
            tuning=one.tuning and as_metric("AUC", FUSED, CohortRole.TUNING, one.tuning),
            chosen=one.is_chosen,
        )
        for one in trained.candidates
    )


def _branches_out_of_fold(trained: TrainedModel, training: PreparedCohort) -> list[Metric]:
    """AUC of each branch on training patients, each by a fit without its fold."""
    outputs = trained.outputs
    return [
        as_metric(
            "AUC",
            name,
            CohortRole.TRAINING,
            folded_auc(training.labels, outputs.folds, outputs.out_of_fold(name)),
            "; out-of-fold",
        )
        for name in outputs.logits
    ]


def _fused_out_of_fold(trained: TrainedModel) -> list[Metric]:
    """AUC of the procedure: of training patients, each held out of all that is fitted."""
    return [
        as_metric("AUC", FUSED, CohortRole.TRAINING, one.training, NESTED)
        for one in trained.candidates
        if one.is_chosen
    ]


def _chance(trained: TrainedModel) -> ChanceSummary | None:
    """The permutation test, where the recipe asked for one."""
    if trained.chance is None:
        return None
    chance = trained.chance
    return ChanceSummary(auc=chance.statistic, p=chance.p, n=chance.n, method=chance.method)


def _answers(fusion: FittedFusion) -> AnswerSummary | None:
    """What training patients would have been answered, each held out."""
    scores = fusion.held_out
    if scores is None:
        return None
    return AnswerSummary(**asdict(answer_counts(scores.positive, scores.negative)))


def _chosen_on(trained: TrainedModel, role: CohortRole) -> bool:
    """Whether these patients chose among several."""
    return role is CohortRole.TUNING and len(trained.candidates) > 1


def _calibration_lines(
    role: CohortRole, cohort: PreparedCohort, probabilities: Floats
) -> list[Metric]:
    """Slope and intercept; a cohort that is too small to have a line has none."""
    slope, intercept = calibration_line(cohort.labels, probabilities)
    named = (("calibration slope", slope), ("calibration intercept", intercept))
    return [
        as_metric(name, FUSED, role, estimate)
        for name, estimate in named
        if isfinite(estimate.value)
    ]


def shipped_outputs(trained: TrainedModel, cohort: PreparedCohort) -> dict[str, Floats]:
    """Logits of each branch and the fused probability of patients that no fit has seen, (n,)."""
    logits = logits_of(trained.branches, cohort)
    return {**logits, FUSED: trained.fusion.probabilities(logits, cohort.clinical)}


def sequences_read(recipe: Recipe, trained: TrainedModel) -> tuple[ImageSequence, ...]:
    """Sequences that the chosen branches read, in the recipe's order."""
    names = {branch.name for branch in trained.branches}
    read = {q for s in recipe.branches if s.name in names for q in s.sequences}
    return tuple(sequence for sequence in recipe.sequences if sequence in read)


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
        sequences=sequences_read(recipe, trained),
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
        candidates=candidate_rows(trained),
        chance=_chance(trained),
        answers=_answers(trained.fusion),
        refits=len(trained.refits),
        calibration=CalibrationSummary(
            method=trained.fusion.settings.calibration,
            fitted_on=OUT_OF_FOLD,
            slope=slope,
            intercept=intercept,
        ),
        threshold=trained.fusion.threshold,
        threshold_set_on=trained.fusion.threshold_set_on,
        branches=describe_branches(trained.branches),
        fusion=trained.fusion.settings,
        package_versions=package_versions(),
        training_seed=seed,
        readers=reader_agreement(trained.branches, cohorts[CohortRole.TRAINING]),
    )


def as_metric(
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
