"""The base of every settings class: frozen, unknown keys refused, one class a step."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from TACEResponseLib.basics.plain_text import one_line

MOST_EPOCHS = 100_000
Name = Annotated[str, Field(min_length=1, max_length=200)]
"""Of a branch, a feature, a module: what is printed in one line."""
Moderate = Annotated[float, Field(ge=-1e100, le=1e100)]
"""A measured number, whose square and whose sums are numbers still."""


class Settings(BaseModel):
    """Settings of one step, as they stand in a recipe and in a bundle.

    Every text is put in one printable line: it comes from strangers and goes to terminals, pages,
    pictures and labels.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _texts_are_printable(cls, value: Any) -> Any:
        return _printable(value)


def _printable(value: Any) -> Any:
    """Texts in one line, also those of lists and mappings; everything else as it is."""
    if type(value) is str:
        return one_line(value)
    if type(value) in (tuple, list):
        return type(value)(_printable(item) for item in value)
    if type(value) is dict:
        return {_printable(key): _printable(item) for key, item in value.items()}
    return value
