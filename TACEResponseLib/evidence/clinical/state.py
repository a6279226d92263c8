"""What a trained clinical branch keeps: every number of its formula."""

from typing import Annotated

from pydantic import Field, model_validator

from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.patient.columns import FusionColumn

Coefficient = Annotated[float, Field(ge=-1e6, le=1e6)]


class ClinicalState(Settings):
    """logit = intercept + sum of coefficient x (value - mean) / sd."""

    columns: tuple[FusionColumn, ...] = Field(min_length=1)
    """Measures, then variables, with mean, sd, range and what fills a gap in."""
    intercept: Coefficient
    coefficients: tuple[Coefficient, ...]
    """Logits per standard deviation."""

    @model_validator(mode="after")
    def _one_coefficient_a_column(self) -> "ClinicalState":
        if len(self.coefficients) != len(self.columns):
            raise ValueError("there must be one coefficient a column")
        return self
