"""The range of one case by a bundle's refits."""

from collections.abc import Mapping, Sequence

import numpy as np

from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.refits import Refit
from TACEResponseLib.evidence.branch import BranchResult
from TACEResponseLib.fusion.model_range import ModelRange, as_of_all, model_range
from TACEResponseLib.patient.record import ClinicalRecord


def case_range(
    bundle: Bundle,
    results: Sequence[BranchResult],
    clinical: ClinicalRecord,
    probability: float,
) -> ModelRange | None:
    """What another draw of training patients would give.

    Args:
        bundle: with its refits.
        results: of its branches, which asked the refits too.
        clinical: of the case.
        probability: by the bundle itself.
    Returns: the range about the probability; None of a bundle without refits.
    """
    if not bundle.refits:
        return None
    logits = refit_logits(bundle, results)
    refits = [
        float(refit.fusion.probabilities({n: [v[k]] for n, v in logits.items()}, [clinical])[0])
        for k, refit in enumerate(bundle.refits)
    ]
    networks = [
        _distinct(bundle.refits, s.name)
        for s in bundle.metadata.branch_settings
        if s.trained_by_epochs
    ]
    folds = min(map(len, networks)) if networks else None
    return model_range(probability, refits, networks=folds)


def refit_logits(bundle: Bundle, results: Sequence[BranchResult]) -> Mapping[str, Floats]:
    """What each refit says by branch, (k,); fold networks as those of other cohorts.

    Args:
        bundle: with its refits.
        results: of its branches.
    """
    by_name = {result.name: result for result in results}
    logits: dict[str, Floats] = {}
    for settings in bundle.metadata.branch_settings:
        result = by_name[settings.name]
        values = np.array(result.refit_logits)
        if settings.trained_by_epochs:
            first = _distinct(bundle.refits, settings.name)
            of_folds = as_of_all(result.logit, values[list(first.values())])
            spread = dict(zip(first, of_folds, strict=True))
            values = np.array([spread[id(r.branches[settings.name])] for r in bundle.refits])
        logits[settings.name] = values
    return logits


def _distinct(refits: Sequence[Refit], name: str) -> dict[int, int]:
    """First refit with each network of a branch, by the network."""
    first: dict[int, int] = {}
    for number, refit in enumerate(refits):
        first.setdefault(id(refit.branches[name]), number)
    return first
