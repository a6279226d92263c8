"""What a bundle's metadata says of clinical evidence."""

from typing import Literal

from pydantic import model_validator

from TACEResponseLib.evidence.clinical.settings import ClinicalSettings
from TACEResponseLib.evidence.clinical.state import ClinicalState, check_columns
from TACEResponseLib.evidence.part import EvidencePart, LesionFeature
from TACEResponseLib.patient.columns import ClinicalInput, FusionColumn


class ClinicalPart(EvidencePart):
    """A clinical formula of the bundle, whole: its state is its every number."""

    kind: Literal["clinical"] = "clinical"
    settings: ClinicalSettings
    state: ClinicalState

    @model_validator(mode="after")
    def _state_fits(self) -> "ClinicalPart":
        check_columns(self.settings, self.state)
        return self

    @property
    def card_lines(self) -> list[str]:
        """Every term of the formula."""
        state = self.state
        lines = [
            f"- {self.settings.name}: logistic formula, intercept {state.intercept:.3f}; logits a "
            "standard deviation over the training patients' mean:"
        ]
        for column, coefficient in zip(state.columns, state.coefficients, strict=True):
            seen = (
                f"mean {column.mean:.4g}, SD {column.sd:.4g}, "
                f"{column.minimum:.4g} to {column.maximum:.4g}"
            )
            gap = "" if column.filled_in is None else f", {column.filled_in:.4g} where missing"
            lines.append(f"  - {column.name}: {coefficient:+.3f} ({seen}{gap})")
        return lines

    @property
    def lesion_features(self) -> tuple[LesionFeature, ...]:
        """What it measures of the tumor."""
        return tuple(
            LesionFeature(
                branch=self.settings.name,
                name=column.name,
                mean=column.mean,
                sd=column.sd,
                minimum=column.minimum,
                maximum=column.maximum,
            )
            for column in self.state.columns[: len(self.settings.measures)]
        )

    @property
    def clinical_columns(self) -> tuple[tuple[ClinicalInput, FusionColumn], ...]:
        """What stands behind the measures."""
        columns = self.state.columns[len(self.settings.measures) :]
        return tuple(zip(self.settings.variables, columns, strict=True))
