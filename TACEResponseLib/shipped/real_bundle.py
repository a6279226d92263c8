"""Train the shipped bundles of real patients: `python -m TACEResponseLib.shipped.real_bundle`.

Same bytes on the same machine and package versions. The recipes were written down before anything
was fitted. All patients train, so there are no unseen ones: numbers are of the whole procedure, on
patients that it left out.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace

from TACEResponseLib.basics.process.progress import Progress, shown, silent
from TACEResponseLib.basics.reading.strict_numbers import whole
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.basics.vocabulary import OPTIONS, speak
from TACEResponseLib.basics.writing.new_output import check_output
from TACEResponseLib.bundle import Bundle, model_card, save_bundle
from TACEResponseLib.bundle.metadata import CROSS_VALIDATED_AUC, FUSED, BundleMetadata, Metric
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evidence.kinds import BranchSettings
from TACEResponseLib.recipe.population import counted_facts
from TACEResponseLib.recipe.reading import find_recipe, read_recipe
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.shipped.real_cohort import (
    MAJORITY,
    Effort,
    Judgement,
    clinical_branch,
    evidence,
    judge,
    parts_of,
    read_by_majority,
)
from TACEResponseLib.shipped.real_identity import IDENTITIES
from TACEResponseLib.shipped.real_left_out import LeftOut, left_out
from TACEResponseLib.shipped.real_options import cohort_parser
from TACEResponseLib.training.assembly import as_metric, assemble, shipped_outputs
from TACEResponseLib.training.prepared_cohort import Floats, PreparedCohort
from TACEResponseLib.training.train import train

TRAINING_SEED = 2023
HELD_OUT = "; mean of {} repeats, each patient by fits without its fold, fits held fixed"


def train_real_bundle(
    recipe: Recipe,
    patients: Sequence[CohortPatient],
    *,
    effort: Effort = Effort(),  # noqa: B008
    jobs: int = 2,
    progress: Progress = silent,
) -> Bundle:
    """Train on every patient with a response and features, and judge the procedure.

    Args:
        recipe: one of those that ship, of one clinical branch.
        patients: the imported cohort.
        effort: of the judgement.
        jobs: worker processes; they don't change the result.
        progress: told each step.
    Raises: InputError: the recipe is another, or too few patients have features.
    """
    settings = clinical_branch(recipe)
    usable = [patient for patient in patients if patient.features]
    cohort = prepared_cohort(settings, usable)
    judgements = judge(settings, usable, TRAINING_SEED, effort=effort, jobs=jobs, progress=progress)
    # Judged by permutations of more repeats already.
    unjudged = recipe.model_copy(update={"permutations": 0})
    trained = train(unjudged, cohort, seed=TRAINING_SEED, jobs=jobs, progress=progress)
    cohorts = {CohortRole.TRAINING: cohort}
    facts = counted_facts(recipe, {CohortRole.TRAINING: cohort.case_ids}, usable)
    bundle = assemble(recipe, IDENTITIES[recipe.name], trained, cohorts, TRAINING_SEED, facts=facts)
    own = shipped_outputs(trained, cohort)[FUSED]
    unseen = left_out(
        recipe, cohort, own, TRAINING_SEED, refits=effort.refits, jobs=jobs, progress=progress
    )
    metadata = _judged(bundle.metadata, recipe, settings, judgements, unseen, own)
    return replace(bundle, metadata=metadata, card=model_card(metadata))


def prepared_cohort(settings: BranchSettings, patients: Sequence[CohortPatient]) -> PreparedCohort:
    """Patients whom the majority has read, from the table alone, by id.

    Raises: InputError: none has been read.
    """
    read, labels = read_by_majority(patients)
    return PreparedCohort(
        case_ids=tuple(patient.case_id for patient in read),
        labels=labels,
        clinical=tuple(patient.clinical for patient in read),
        by_branch={settings.name: evidence(settings, read)},
    )


def _judged(
    metadata: BundleMetadata,
    recipe: Recipe,
    settings: BranchSettings,
    judgements: Sequence[Judgement],
    unseen: LeftOut,
    own: Floats,
) -> BundleMetadata:
    """The metadata with numbers of the procedure, in place of those of a single split."""
    main = next(iter(parts_of(settings)))
    corrected = holm_of(judgements)
    held_out = HELD_OUT.format(recipe.n_repeats)
    slope = _of_training("calibration slope, cross-validated", unseen.slope, held_out)
    calibration = metadata.calibration.model_copy(
        update={
            "slope": slope,
            "answers": (float(own.min()), float(own.max())),
            "groups": unseen.thirds,
        }
    )
    metrics = (
        *(judgement_metric(j, main, p) for j, p in zip(judgements, corrected, strict=True)),
        _of_training("Brier score, cross-validated", unseen.brier, held_out),
        _of_training("instability, mean absolute difference", unseen.instability),
    )
    return metadata.model_copy(update={"metrics": metrics, "calibration": calibration})


def _of_training(name: str, estimate: Estimate, remark: str = "") -> Metric:
    return as_metric(name, FUSED, CohortRole.TRAINING, estimate, remark)


def holm_of(judgements: Sequence[Judgement]) -> list[float | None]:
    """The p value of each judgement, corrected for all that were tested; `None` without a test.

    Source: Holm, Scandinavian Journal of Statistics 1979;6:65.
    """
    from statsmodels.stats.multitest import multipletests

    plain = [j.chance.p for j in judgements if j.chance]
    if not plain:
        return [None] * len(judgements)
    corrected = iter(multipletests(plain, method="holm")[1].tolist())
    return [next(corrected) if j.chance else None for j in judgements]


def judgement_metric(judgement: Judgement, main: str, corrected: float | None) -> Metric:
    """A judgement as the metadata holds it; that of the recipe itself bears the plain name.

    Args:
        judgement: of one set of predictors by one reading.
        main: the recipe's own predictors.
        corrected: its p value after correction.
    """
    remarks = [
        part
        for part, usual in ((judgement.predictors, main), (judgement.reading, MAJORITY))
        if part != usual
    ]
    auc, chance = judgement.auc, judgement.chance
    by_chance = f"p = {chance.p:.3f} by {chance.method}; " if chance else ""
    if corrected is not None:
        by_chance += f"p = {corrected:.3f} after Holm's correction for all p values of this table; "
    return Metric(
        name=": ".join(
            [CROSS_VALIDATED_AUC, ", ".join(remarks)] if remarks else [CROSS_VALIDATED_AUC]
        ),
        branch=FUSED,
        cohort=CohortRole.TRAINING,
        value=auc.value,
        low=max(auc.low, 0.0),
        high=min(auc.high, 1.0),
        n=auc.n,
        method=f"{auc.method}; {by_chance}{judgement.events} events",
    )


def main() -> None:
    """Train and save."""
    parser = cohort_parser(__doc__)
    parser.add_argument("--recipe", choices=list(IDENTITIES), default=next(iter(IDENTITIES)))
    parser.add_argument("--jobs", type=whole, default=2, help="worker processes")
    options = parser.parse_args()
    speak(OPTIONS)
    check_output(options.output)
    recipe = read_recipe(find_recipe(options.recipe))
    with shown("training") as progress:
        bundle = train_real_bundle(
            recipe, usable_cohort(options.cohort), jobs=options.jobs, progress=progress
        )
    saved = save_bundle(bundle, options.output)
    sys.stdout.write(f"{saved.card}\nSHA-256 of SHA256SUMS: {saved.sha256}\n")


if __name__ == "__main__":
    main()
