"""What a clinical branch is: its variables, what it measures of the ROI, its penalty."""

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from TACEResponseLib.basics.settings import Name
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.settings import EvidenceSettings, LesionsUsed
from TACEResponseLib.patient.columns import MOST_VARIABLES, ClinicalInput

Measure = Literal[
    "log_volume_ml",
    "n_lesions",
    "longest_axial_diameter_mm",
    "longest_diameter_mm",
    "sphericity",
    "surface_to_volume_per_mm",
    "elongation",
    "flatness",
]
"""Of the union of all lesions; `clinical.measures` says how each is made."""


class ClinicalSettings(EvidenceSettings):
    """Ridge logistic regression on clinical variables and sizes of the tumor."""

    kind: Literal["clinical"] = "clinical"
    name: Name = "clinical"
    sequences: tuple[ImageSequence, ...] = ()
    """The image whose ROI is measured; none without measures."""
    variables: tuple[ClinicalInput, ...] = Field(default=(), max_length=MOST_VARIABLES)
    """A missing value is filled in from the training patients of the fit alone."""
    measures: tuple[Measure, ...] = ()
    inverse_regularization: float = Field(default=1.0, ge=1e-9, le=1e9)
    """scikit-learn's C: the variance of each coefficient's prior, in logits per SD."""

    prepared_by: ClassVar[str] = "TACEResponseLib.evidence.clinical.preparation"

    @property
    def preparation(self) -> dict[str, Any]:
        """All that what `prepare` gives depends on: equal here, equal values."""
        return self.model_dump(mode="json", exclude={"name", "inverse_regularization"})

    @property
    def needs_roi(self) -> bool:
        """Whether it measures the tumor."""
        return bool(self.measures)

    def reach_mm(self, extent_mm: float) -> float:  # noqa: ARG002
        """Nothing: no voxel of an image is read."""
        return 0.0

    @property
    def lesions_used(self) -> LesionsUsed:
        """Measures are of all lesions together."""
        return "all" if self.measures else "none"

    @property
    def clinical_inputs(self) -> tuple[ClinicalInput, ...]:
        """Its variables."""
        return self.variables

    @property
    def is_logistic_regression(self) -> bool:
        """Always."""
        return True

    @property
    def column_names(self) -> tuple[str, ...]:
        """Measures, then variables: the order of the coefficients."""
        return (*self.measures, *(variable.name for variable in self.variables))

    @property
    def of_tumor_alone(self) -> Self | None:
        """Its measures."""
        return self.model_copy(update={"variables": ()}) if self.measures else None

    @property
    def of_record_alone(self) -> Self | None:
        """Its variables; no image is measured."""
        without = {"measures": (), "sequences": ()}
        return self.model_copy(update=without) if self.variables else None

    @model_validator(mode="after")
    def _columns_make_sense(self) -> "ClinicalSettings":
        names = self.column_names
        if not names or len(set(names)) != len(names):
            raise ValueError("at least one variable or measure is needed, each once")
        if len(self.sequences) != (1 if self.measures else 0):
            raise ValueError("sequences must name one image with measures, and none without")
        return self
