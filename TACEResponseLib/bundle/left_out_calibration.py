"""What a procedure's probabilities were worth to patients whom it left out, for the card."""

from collections.abc import Iterable

from pydantic import Field, model_validator

from TACEResponseLib.basics.settings import Settings


class CalibrationGroup(Settings):
    """Patients of one group: what was said of them, and how many had the outcome."""

    name: str
    n: int = Field(ge=1)
    predicted: float = Field(ge=0, le=1)
    """Mean probability, of fits that had not seen the patient."""
    observed: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    """95 % limits of the observed share."""
    high: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _limits_hold_the_share(self) -> "CalibrationGroup":
        if not self.low <= self.observed <= self.high:
            raise ValueError(f"low <= observed <= high must hold for {self.name}")
        return self


def group_lines(groups: Iterable[CalibrationGroup]) -> list[str]:
    """A table of groups, as Markdown; nothing where nobody was grouped."""
    rows = [
        f"| {g.name} | {g.n} | {g.predicted:.3f} | {g.observed:.3f} ({g.low:.3f} to {g.high:.3f}) |"
        for g in groups
    ]
    head = ["", "| Patients left out | n | Predicted | Observed (95 %) |", "|---|---|---|---|"]
    return [*head, *rows] if rows else []
