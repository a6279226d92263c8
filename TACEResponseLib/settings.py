"""The base of every settings class: frozen, unknown keys refused, one class a step."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Settings of one step, as they stand in a recipe and in a bundle."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
