"""What a trained clinical branch keeps: every number of its formula."""

from typing import Annotated

from pydantic import Field, model_validator

from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.evidence.clinical.settings import ClinicalSettings
from TACEResponseLib.patient.columns import FusionColumn

Coefficient = Annotated[float, Field(ge=-1e6, le=1e6)]


class ClinicalState(Settings):
    """logit = intercept + sum of coefficient x (value - mean) / sd."""

    columns: tuple[FusionColumn, ...] = Field(min_length=1)
    """Measures, then variables, with mean, sd, range and what fills a gap in."""
    intercept: Coefficient
    coefficients: tuple[Coefficient, ...]
    """Logits per standard deviation."""
    clips: bool = False
    """Whether values beyond a column's range enter as its ends; bundles of before let them enter
    as they are, and score as they did."""

    @model_validator(mode="after")
    def _one_coefficient_a_column(self) -> "ClinicalState":
        if len(self.coefficients) != len(self.columns):
            raise ValueError("there must be one coefficient a column")
        return self


def check_columns(settings: ClinicalSettings, state: ClinicalState) -> None:
    """Settings and state name the same columns, and gaps can be filled where they may occur.

    Raises: ValueError: they don't.
    """
    names = tuple(column.name for column in state.columns)
    if names != settings.column_names:
        raise ValueError(f"columns must be {settings.column_names}, got {names}")
    optional = {variable.name for variable in settings.variables if not variable.required}
    if {c.name for c in state.columns if c.filled_in is not None} != optional:
        raise ValueError("filled_in must be given for optional variables, and only there")
