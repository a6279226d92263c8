"""How the inputs of a model lie in the ranges of its training cohort."""

from collections.abc import Iterator, Sequence

import numpy as np

from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.fusion.fusion import FittedFusion
from TACEResponseLib.patient.columns import ClinicalInput, FusionColumn
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.validation.study.cohort_scoring import Scored
from TACEResponseLib.validation.study.study import FeatureDrift

FUSION = "fusion"
# A standard deviation of fewer says nothing.
FEWEST_KNOWN = 2


def drift(
    metadata: BundleMetadata,
    fusion: FittedFusion,
    scores: Sequence[Scored],
    clinical: Sequence[ClinicalRecord],
) -> tuple[FeatureDrift, ...]:
    """Every number of the ROI and every clinical variable that the model reads.

    Args:
        metadata: of the model.
        fusion: of the same model; it keeps what training knew of its clinical variables.
        scores: of the patients, by this model.
        clinical: their records, in the same order.
    """
    return (*_of_roi(metadata, scores), *_of_records(metadata, fusion, clinical))


def _of_roi(metadata: BundleMetadata, scores: Sequence[Scored]) -> Iterator[FeatureDrift]:
    """Radiomics and sizes; left out where fewer than two patients have them."""
    for known in metadata.lesion_features:
        seen = [
            f
            for s in scores
            for branch, f in s.features
            if (branch, f.name) == (known.branch, known.name)
        ]
        if len(seen) < FEWEST_KNOWN:
            continue
        z, values = np.array([f.z_score for f in seen]), np.array([f.value for f in seen])
        yield FeatureDrift(
            model=metadata.bundle_id,
            feature=f"{known.branch}: {known.name}",
            mean_z=float(z.mean()),
            sd_z=float(z.std(ddof=1)),
            n=len(seen),
            share_outside=_outside(values, known.minimum, known.maximum),
        )


def _of_records(
    metadata: BundleMetadata, fusion: FittedFusion, clinical: Sequence[ClinicalRecord]
) -> Iterator[FeatureDrift]:
    """Clinical variables, each under the first place that reads it in this form."""
    seen: list[tuple[ClinicalInput, FusionColumn]] = []
    for place, variable, column in _variables(metadata, fusion):
        if (variable, column) in seen:
            continue
        seen.append((variable, column))
        values = np.array(
            [
                variable.encode(record.values[variable.name])
                for record in clinical
                if variable.name in record.values
            ]
        )
        z = (values - column.mean) / column.sd
        n = values.size
        yield FeatureDrift(
            model=metadata.bundle_id,
            feature=f"{place}: {variable.name}",
            mean_z=float(z.mean()) if n else np.nan,
            sd_z=float(z.std(ddof=1)) if n >= FEWEST_KNOWN else np.nan,
            share_outside=_outside(values, column.minimum, column.maximum) if n else np.nan,
            n=n,
            share_missing=1 - n / len(clinical),
        )


def _variables(
    metadata: BundleMetadata, fusion: FittedFusion
) -> Iterator[tuple[str, ClinicalInput, FusionColumn]]:
    """Place, variable, and what training knew of it."""
    for variable, column in zip(fusion.settings.clinical, fusion.clinical, strict=True):
        yield FUSION, variable, column
    for part in metadata.branches:
        for variable, column in part.clinical_columns:
            yield part.settings.name, variable, column


def _outside(values: Floats, low: float, high: float) -> float:
    """Share beyond the smallest or largest training value."""
    return float(((values < low) | (values > high)).mean())
