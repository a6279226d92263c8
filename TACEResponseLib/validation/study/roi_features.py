"""Which numbers of a bundle come from the ROI, and what training knew of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.evidence.clinical.part import ClinicalPart
from TACEResponseLib.evidence.radiomics.part import RadiomicsPart
from TACEResponseLib.evidence.radiomics.settings import IccFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class RoiFeature:
    """One number with its training values."""

    branch: str
    name: str
    sd: float
    minimum: float
    maximum: float
    icc: IccFilter | None
    """Filter of its branch; None where training had none."""


def roi_features(metadata: BundleMetadata) -> Iterator[RoiFeature]:
    """Selected radiomics of every branch, and what clinical branches measure of the tumor."""
    for part in metadata.branches:
        if isinstance(part, RadiomicsPart):
            state, settings = part.state, part.settings
            for name, sd, low, high in zip(
                state.feature_names, state.sd, state.minimum, state.maximum, strict=True
            ):
                yield RoiFeature(
                    branch=settings.name,
                    name=name,
                    sd=sd,
                    minimum=low,
                    maximum=high,
                    icc=settings.icc,
                )
        if isinstance(part, ClinicalPart):
            for column in part.state.columns[: len(part.settings.measures)]:
                yield RoiFeature(
                    branch=part.settings.name,
                    name=column.name,
                    sd=column.sd,
                    minimum=column.minimum,
                    maximum=column.maximum,
                    icc=None,
                )
