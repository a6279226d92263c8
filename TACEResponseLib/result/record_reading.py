"""A record as the prediction it was made from; images come from their own files."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import Endpoint, ImageSequence
from TACEResponseLib.evidence.branch import (
    BranchResult,
    FeatureContribution,
    PatchOutput,
    SaliencyMap,
)
from TACEResponseLib.fusion.answers import AnswerCounts, CaseAnswer
from TACEResponseLib.fusion.fused import FusedProbability, FusionTerm
from TACEResponseLib.fusion.model_range import ModelRange
from TACEResponseLib.imaging.roi.roi import Lesion
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.context import read_context
from TACEResponseLib.result.contour_range import range_from_record
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.record import RECORD_VERSION

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Maps = Mapping[tuple[str, ImageSequence], Volume]
"""Saliency by branch name and sequence."""


def prediction_from_record(record: Any, maps: Maps) -> Prediction:
    """The prediction that `record.to_record` wrote.

    Args:
        record: plain JSON values, of any kind.
        maps: voxels of the saliency maps; those left out are left out of the prediction too.
    Returns: equal to the first one except that warnings of branches and of the fusion are among
        the prediction's own only, and seconds are rounded.
    Raises: InputError: the record is of another version, or a part of it is missing or odd.
    """
    version = record.get("record_version") if isinstance(record, Mapping) else None
    if version not in (1, RECORD_VERSION) or isinstance(version, bool):
        raise InputError(
            "prediction.json",
            f"must be a record of version {RECORD_VERSION}",
            got=str(version)[:40],
            remedy="score the case again",
        )
    try:
        _check(_prediction(record, {}))
        return _prediction(record, maps)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise InputError(
            "prediction.json",
            "must be a whole record",
            got=f"{type(error).__name__}: {str(error)[:80]}",
            remedy="score the case again",
        ) from error


def _check(prediction: Prediction) -> None:
    """Refuse a part of another type, and a probability that is none.

    Raises: ValueError: the first such part.
    """
    _types().validate_python((prediction,))
    fused = prediction.fused
    shares = [fused.probability, *fused.limits, *(b.probability for b in prediction.branches)]
    if prediction.contours is not None:
        shares += [prediction.contours.low, prediction.contours.high, *prediction.contours.scored]
    if not all(0 <= share <= 1 for share in shares):
        raise ValueError("a probability must lie in 0..1")


@cache
def _types() -> "TypeAdapter[tuple[Prediction]]":
    """The types that the dataclasses state, checked all the way down."""
    from pydantic import ConfigDict, TypeAdapter

    # In a tuple: settings given beside a dataclass itself are refused.
    return TypeAdapter(
        tuple[Prediction],
        config=ConfigDict(
            strict=True,
            allow_inf_nan=False,
            arbitrary_types_allowed=True,
            revalidate_instances="always",
        ),
    )


def _prediction(record: Mapping[str, Any], maps: Maps) -> Prediction:
    """Every part, as it was written."""
    context = record["context"]
    return Prediction(
        case_id=record["case_id"],
        bundle_id=record["bundle"]["id"],
        bundle_sha256=record["bundle"]["sha256"],
        endpoint=Endpoint(record["endpoint"]),
        positive_class=record["positive_class"],
        fused=_fused(record),
        class_probabilities=record["class_probabilities"],
        branches=tuple(_branch(branch, maps) for branch in record["branches"]),
        lesions=tuple(_lesion(lesion) for lesion in record["lesions"]),
        clinical=record["clinical"],
        derived_scores=record["derived_scores"],
        sentence=record["sentence"],
        performance_sentence=record["performance"],
        answer_sentence=record.get("answer_sentence", record["call_sentence"]),
        call_sentence=record["call_sentence"],
        simulated_banner=record["simulated_model"],
        warnings=tuple(CaseWarning(**warning) for warning in record["warnings"]),
        provenance=record["provenance"],
        context=None if context is None else read_context(context),
        contours=range_from_record(record["contours"]) if "contours" in record else None,
        seconds=record["seconds"],
    )


def _fused(record: Mapping[str, Any]) -> FusedProbability:
    interval, answer = record["interval_95"], record.get("answer")
    pair, model_range = record.get("venn_abers"), record.get("model_range")
    return FusedProbability(
        probability=record["probability"],
        interval=None if interval is None else (interval[0], interval[1]),
        interval_method=record["interval_method"],
        threshold=record["threshold"]["value"],
        threshold_set_on=record["threshold"]["set_on"],
        model_range=None if model_range is None else ModelRange(**model_range),
        venn_abers=None if pair is None else (pair[0], pair[1]),
        answer=None if answer is None else _answer(answer),
        terms=tuple(FusionTerm(**term) for term in record["fusion_terms"]),
    )


def _answer(answer: Mapping[str, Any]) -> CaseAnswer:
    known = {key: value for key, value in answer.items() if key != "worded"}
    return CaseAnswer(**{**known, "counts": AnswerCounts(**answer["counts"])})


def _lesion(lesion: Mapping[str, Any]) -> Lesion:
    x, y, z = lesion["center_lps"]
    # Early records have the names of segments; nobody shows them any more.
    known = {key: value for key, value in lesion.items() if key != "name"}
    return Lesion(**{**known, "center_lps": (x, y, z)})


def _branch(branch: Mapping[str, Any], maps: Maps) -> BranchResult:
    return BranchResult(
        name=branch["name"],
        kind=branch["kind"],
        probability=branch["probability"],
        logit=branch["logit"],
        lesions=tuple(branch["lesions_used"]),
        class_probabilities=tuple(branch["class_probabilities"].items()),
        patches=tuple(
            PatchOutput(**{**patch, "class_probabilities": tuple(patch["class_probabilities"])})
            for patch in branch["patches"]
        ),
        features=tuple(FeatureContribution(**feature) for feature in branch["radiomics"]),
        saliency={
            ImageSequence(name): SaliencyMap(
                volume=maps[branch["name"], ImageSequence(name)],
                method=saliency["method"],
                scored_slices=tuple(saliency["scored_slices"]),
                interpolated_slices=tuple(saliency["interpolated_slices"]),
            )
            for name, saliency in branch["saliency"].items()
            if (branch["name"], ImageSequence(name)) in maps
        },
    )
