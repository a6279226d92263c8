"""Score a case with a bundle. The program's main job, top to bottom; read this file first."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from time import perf_counter

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind, vocabulary
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.case_range import case_range
from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.bundle.model_words import performance
from TACEResponseLib.bundle.words import (
    answer_sentence,
    call_sentence,
    result_sentence,
    simulated_banner,
)
from TACEResponseLib.evidence.branch import BranchResult
from TACEResponseLib.fusion.fused import FusedProbability
from TACEResponseLib.patient.case import Case, missing_roi
from TACEResponseLib.patient.context import check_population
from TACEResponseLib.patient.scores import derived_scores
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.provenance import case_hashes, package_versions


def score(
    case: Case, bundle: Bundle, progress: Progress = silent, today: date | None = None
) -> Prediction:
    """Estimate the probability of the bundle's positive class for one case.

    Args:
        case: images, ROI and clinical record; checked by its constructor.
        bundle: a loaded bundle, networks on the device of the user's choice.
        progress: told the name of each stage as it begins.
        today: stands for the day of a treatment without a date; the present day by default.
    Returns: the prediction; equal inputs give an equal prediction on the same machine.
    Raises: InputError: the case lacks what the bundle needs, or holds what it can't use.
    """
    check_case_fits(case, bundle)
    population = _population_warnings(case, bundle, today)
    seconds: dict[str, float] = {}
    results: list[BranchResult] = []
    for branch in bundle.branches:
        progress(f"evidence: {branch.name}")
        result = branch.predict(case, [refit.branches[branch.name] for refit in bundle.refits])
        results.append(result)
        seconds |= {f"{branch.name}: {stage}": s for stage, s in result.seconds.items()}
    progress("fusion and calibration")
    with timed(seconds, "fusion"):
        logits = {result.name: result.logit for result in results}
        fused = bundle.fusion.predict(logits, case.clinical)
        spread = case_range(bundle, results, case.clinical, fused.probability)
        fused = replace(fused, model_range=spread)
    with timed(seconds, "provenance"):
        provenance = {"versions": package_versions(), **case_hashes(case)}
    provenance["settings"] = [s.model_dump(mode="json") for s in bundle.metadata.branch_settings]
    return Prediction(
        case_id=case.case_id,
        bundle_id=bundle.metadata.bundle_id,
        bundle_sha256=bundle.sha256,
        endpoint=bundle.metadata.endpoint,
        positive_class=bundle.metadata.positive_class,
        fused=fused,
        class_probabilities=_class_probabilities(fused, bundle),
        branches=tuple(results),
        lesions=case.lesions,
        clinical=case.clinical.values,
        context=case.context,
        derived_scores={s.name: asdict(s) for s in derived_scores(case.clinical)},
        performance_sentence=f"{performance(bundle.metadata)}.",
        sentence=result_sentence(bundle.metadata, fused),
        answer_sentence=answer_sentence(bundle.metadata, fused),
        call_sentence=call_sentence(fused),
        simulated_banner=simulated_banner(bundle.metadata),
        warnings=(*population, *_warnings(case, bundle, results, fused)),
        provenance=provenance,
        seconds=seconds,
    )


def check_case_fits(case: Case, bundle: Bundle) -> None:
    """Refuse a case whose images are not those that the bundle was trained on."""
    sequences = bundle.metadata.sequences
    missing = [s.value for s in sequences if s not in case.images]
    surplus = [s.value for s in case.images if s not in sequences]
    needs = " ".join(vocabulary().image_file.format(s.value) for s in sequences)
    if missing:
        given = ", ".join(s.value for s in case.images)
        raise InputError(
            Subject(SubjectKind.IMAGE),
            f"bundle {bundle.metadata.bundle_id} needs {' and '.join(missing)}",
            got=given,
            remedy=f"give {needs}",
        )
    if surplus:
        raise InputError(
            Subject(SubjectKind.IMAGE),
            f"bundle {bundle.metadata.bundle_id} was trained on {' and '.join(sequences)} alone",
            got=" and ".join(surplus),
            remedy=f"give {needs} only, or choose a bundle for that sequence",
        )
    check_roi_given(bundle.metadata, is_given=case.roi is not None)


def check_roi_given(metadata: BundleMetadata, *, is_given: bool) -> None:
    """Refuse a case without an ROI where a branch looks at the tumor."""
    if not is_given and any(settings.needs_roi for settings in metadata.branch_settings):
        raise missing_roi(f"bundle {metadata.bundle_id}")


@contextmanager
def timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """Add the seconds that a block takes to its stage."""
    start = perf_counter()
    yield
    seconds[stage] = seconds.get(stage, 0.0) + perf_counter() - start


def _class_probabilities(fused: FusedProbability, bundle: Bundle) -> dict[str, float]:
    """Calibrated probability of the positive class and of its complement."""
    positive = bundle.metadata.positive_class
    return {positive: fused.probability, f"not {positive}": 1.0 - fused.probability}


def _population_warnings(case: Case, bundle: Bundle, today: date | None) -> tuple[CaseWarning, ...]:
    """What speaks against using this model for this patient, if somebody was asked."""
    if case.context is None:
        return ()
    limits = bundle.metadata.population_limits
    return check_population(case.context, limits, today or date.today())


def _warnings(
    case: Case, bundle: Bundle, results: list[BranchResult], fused: FusedProbability
) -> tuple[CaseWarning, ...]:
    """Everything worth saying, each once, in the order in which it arose."""
    warnings = [*case.warnings, *(w for r in results for w in r.warnings), *fused.warnings]
    if not any(result.saliency for result in results):
        warnings.append(
            CaseWarning(
                code="no_saliency",
                message="This model has no image network, so there is no attention map.",
            )
        )
    if case.clinical.values and not bundle.metadata.clinical_inputs:
        warnings.append(
            CaseWarning(
                code="clinical_unused",
                message="This model uses no clinical variables; those given are recorded only.",
            )
        )
    return tuple(dict.fromkeys(warnings))
