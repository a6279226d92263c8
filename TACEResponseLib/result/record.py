"""A prediction as the record `prediction.json`: plain JSON values, same bytes each time."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from TACEResponseLib.basics.plain_text import printable
from TACEResponseLib.basics.terms import NOT_A_DEVICE
from TACEResponseLib.evidence.branch import BranchResult
from TACEResponseLib.patient.context import context_record
from TACEResponseLib.result.prediction import Prediction

RECORD_VERSION = 2
"""1 had an interval of the fusion alone; still read."""


def to_record(prediction: Prediction) -> dict[str, Any]:
    """The record of one prediction; `seconds` alone differs between two equal runs."""
    fused = prediction.fused
    return {
        "record_version": RECORD_VERSION,
        "notice": NOT_A_DEVICE,
        "simulated_model": prediction.simulated_banner,
        "case_id": prediction.case_id,
        "sentence": prediction.sentence,
        "performance": prediction.performance_sentence,
        "bundle": {"id": prediction.bundle_id, "sha256": prediction.bundle_sha256},
        "endpoint": prediction.endpoint.value,
        "positive_class": prediction.positive_class,
        "probability": fused.probability,
        "model_range": fused.model_range and asdict(fused.model_range),
        "interval_95": fused.interval and list(fused.interval),
        "interval_method": fused.interval_method,
        "venn_abers": fused.venn_abers and list(fused.venn_abers),
        "answer": fused.answer and asdict(fused.answer) | {"worded": fused.answer.worded},
        "answer_sentence": prediction.answer_sentence,
        "class_probabilities": dict(prediction.class_probabilities),
        "threshold": {"value": fused.threshold, "set_on": fused.threshold_set_on},
        "call": fused.call,
        "call_sentence": prediction.call_sentence,
        "warnings": [asdict(w) for w in prediction.warnings],
        "fusion_terms": [asdict(t) for t in fused.terms],
        "branches": [_branch(b) for b in prediction.branches],
        "lesions": [asdict(lesion) for lesion in prediction.lesions],
        "clinical": dict(prediction.clinical),
        "context": context_record(prediction.context) if prediction.context else None,
        "derived_scores": dict(prediction.derived_scores),
        **({"contours": prediction.contours.to_record()} if prediction.contours else {}),
        "provenance": dict(prediction.provenance),
        "seconds": {stage: round(s, 3) for stage, s in prediction.seconds.items()},
    }


def record_json(prediction: Prediction, files: Mapping[str, str | None] | None = None) -> str:
    """The record as indented JSON text, UTF-8, keys in a fixed order.

    Args:
        prediction: the result.
        files: SHA-256 by name of what was written with it; `None` for what goes by its name alone.
    """
    record = to_record(prediction) | ({"files": dict(files)} if files else {})
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)
    # Escaped as JSON does it: the same values, safe to print.
    return printable(text) + "\n"


def _branch(branch: BranchResult) -> dict[str, Any]:
    """One branch without its images; those are files of their own."""
    return {
        "name": branch.name,
        "kind": branch.kind,
        "probability": branch.probability,
        "logit": branch.logit,
        "lesions_used": list(branch.lesions),
        "class_probabilities": dict(branch.class_probabilities),
        "patches": [asdict(p) for p in branch.patches],
        "radiomics": [asdict(f) for f in branch.features],
        "saliency": {
            sequence.value: {
                "method": saliency.method,
                "scored_slices": list(saliency.scored_slices),
                "interpolated_slices": list(saliency.interpolated_slices),
            }
            for sequence, saliency in branch.saliency.items()
        },
    }
