"""Outputs of branches that nothing was trained for: numbers that stand, whoever is left out."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from TACEResponseLib.fusion.fitting import fit_fusion
from TACEResponseLib.fusion.fusion import FittedFusion, FusionSettings
from TACEResponseLib.fusion.linear_model import stratified_folds
from TACEResponseLib.fusion.nested_outputs import NestedOutputs
from TACEResponseLib.patient.record import ClinicalRecord


def fixed_outputs(
    logits: Mapping[str, ArrayLike], labels: ArrayLike, folds: int = 5, repeats: int = 1
) -> NestedOutputs:
    """The same logit of a patient (n,) in every repeat and level."""
    outcome = np.asarray(labels, dtype=np.int64)
    numbers = np.array([stratified_folds(outcome, folds, seed) for seed in range(repeats)])
    shape = (repeats, folds, outcome.size)
    return NestedOutputs(
        folds=numbers,
        logits={
            name: np.broadcast_to(np.asarray(values, dtype=float), shape)
            for name, values in logits.items()
        },
    )


def fit_fixed(
    settings: FusionSettings,
    logits: Mapping[str, ArrayLike],
    records: Sequence[ClinicalRecord],
    labels: ArrayLike,
    seed: int,
) -> FittedFusion:
    """A fusion of such outputs, on as many folds as the settings have."""
    outputs = fixed_outputs(logits, labels, settings.folds)
    return fit_fusion(settings, outputs, records, labels, seed).fusion
