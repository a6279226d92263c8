"""The base of every settings class: frozen, unknown keys refused, one class a step."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MOST_EPOCHS = 100_000
Name = Annotated[str, Field(min_length=1, max_length=200)]
"""Of a branch, a feature, a module: what is printed in one line."""
Moderate = Annotated[float, Field(ge=-1e100, le=1e100)]
"""A measured number, whose square and whose sums are numbers still."""


class Settings(BaseModel):
    """Settings of one step, as they stand in a recipe and in a bundle."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
