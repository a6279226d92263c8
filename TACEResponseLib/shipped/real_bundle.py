"""Train the shipped bundle of real patients: `python -m TACEResponseLib.shipped.real_bundle`.

Same bytes on the same machine and package versions. The recipe was written down before anything was
fitted. All patients train it, so it has no unseen ones: its numbers are of the whole procedure in
repeated cross-validation.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace

from TACEResponseLib.basics.process.progress import Progress, shown, silent
from TACEResponseLib.basics.reading.strict_numbers import whole
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.basics.vocabulary import OPTIONS, speak
from TACEResponseLib.basics.writing.new_output import check_output
from TACEResponseLib.bundle import Bundle, model_card, save_bundle
from TACEResponseLib.bundle.metadata import CROSS_VALIDATED_AUC, FUSED, Metric
from TACEResponseLib.cohort.hcc_tace_seg.notes import CITATION, LICENSE, SOURCE
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.evidence.kinds import BranchSettings
from TACEResponseLib.recipe.reading import read_recipe
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.shipped.real_cohort import (
    BOTH,
    MAJORITY,
    Effort,
    Judgement,
    clinical_branch,
    evidence,
    judge,
    read_by_majority,
)
from TACEResponseLib.shipped.real_options import cohort_parser
from TACEResponseLib.training.assembly import BundleIdentity, assemble
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.train import train

RECIPE_FILE = "ct-volume-clinical.yaml"
TRAINING_SEED = 2023
IDENTITY = BundleIdentity(
    bundle_id="ct-volume-clinical",
    title="Tumor volume and clinical variables on real patients (HCC-TACE-Seg)",
    authors="The TACEResponse developers",
    copyright=f"model: The TACEResponse developers; patients: {CITATION}",
    license=f"model Apache-2.0; data {LICENSE}, changed: imported, shape features of a third party",
    simulated=False,
    sources={CohortRole.TRAINING: f"{SOURCE}; {LICENSE}"},
    failure_modes=(
        "Single patients: it ranks little better than chance; see the intervals above.",
        "The clinical variables: they add nothing to log volume alone; see above.",
        "Another center, reader or follow-up time: one center, and three readers who agree with "
        "each other with kappa .30 to .47.",
        "An ROI of one lesion of several: the volume is that of all masses together.",
        "ROIs drawn after treatment, or that hold lipiodol or necrosis of an earlier session.",
    ),
)


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
        recipe: of one clinical branch.
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
    bundle = assemble(recipe, IDENTITY, trained, {CohortRole.TRAINING: cohort}, TRAINING_SEED)
    # A single split's out-of-fold AUC would stand beside the mean over repeats and say less.
    metadata = bundle.metadata.model_copy(update={"metrics": tuple(map(as_metric, judgements))})
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


def as_metric(judgement: Judgement) -> Metric:
    """A judgement as the metadata holds it; the main one bears the plain name."""
    remarks = [
        part
        for part, usual in ((judgement.predictors, BOTH), (judgement.reading, MAJORITY))
        if part != usual
    ]
    auc, chance = judgement.auc, judgement.chance
    by_chance = f"p = {chance.p:.3f} by {chance.method}; " if chance else ""
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
    parser.add_argument("--jobs", type=whole, default=2, help="worker processes")
    options = parser.parse_args()
    speak(OPTIONS)
    check_output(options.output)
    recipe = read_recipe(resource_path("Recipes", RECIPE_FILE))
    with shown("training") as progress:
        bundle = train_real_bundle(
            recipe, usable_cohort(options.cohort), jobs=options.jobs, progress=progress
        )
    saved = save_bundle(bundle, options.output)
    sys.stdout.write(f"{saved.card}\nSHA-256 of SHA256SUMS: {saved.sha256}\n")


if __name__ == "__main__":
    main()
