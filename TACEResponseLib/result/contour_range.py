"""Between what a result lies had the tumor been drawn a little otherwise."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from TACEResponseLib.basics.case_warning import CaseWarning

PERCENTILES = (5.0, 95.0)
METHOD = "5th to 95th percentile over plausible contours of the ROI"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContourOutcome:
    """The result under one contour."""

    kind: str
    """What was done to the contour: grown, shrunk, shifted or deformed."""
    amount: float
    """mm that were planned; of a deformation the Dice."""
    dice: float
    """With the ROI as it was drawn."""
    probability: float | None
    """None where the model can't score it."""
    is_changed: bool = False
    """Whether the answer is another; of a model without answers, the side of its cut-off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContourRange:
    """The range of results over plausible contours."""

    low: float
    high: float
    as_drawn: float
    """Probability under the ROI as it was drawn; the range need not hold it."""
    reader_dice: float
    """Mean Dice of two readers, by which contours were deformed."""
    is_reader_dice_measured: bool
    """On the bundle's training patients; else it is the usual one."""
    outcomes: tuple[ContourOutcome, ...]
    sentence: str
    """The range in words."""
    warning: CaseWarning | None = None
    """Where the answer changes."""

    @property
    def scored(self) -> tuple[float, ...]:
        """Probabilities, of the contours that the model can score."""
        return tuple(o.probability for o in self.outcomes if o.probability is not None)

    @property
    def n_changed(self) -> int:
        """Contours under which the answer is another one."""
        return sum(outcome.is_changed for outcome in self.outcomes)

    def to_record(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "range_90": [self.low, self.high],
            "method": METHOD,
            "as_drawn": self.as_drawn,
            "n": len(self.outcomes),
            "n_scored": len(self.scored),
            "n_changed": self.n_changed,
            "reader_dice": self.reader_dice,
            "is_reader_dice_measured": self.is_reader_dice_measured,
            "sentence": self.sentence,
            "warning": asdict(self.warning) if self.warning else None,
            "outcomes": [asdict(outcome) for outcome in self.outcomes],
        }


def range_from_record(record: Mapping[str, Any]) -> ContourRange:
    """What `to_record` gave.

    Raises: LookupError, TypeError, ValueError: a part is missing or odd.
    """
    low, high = record["range_90"]
    warning = record["warning"]
    return ContourRange(
        low=low,
        high=high,
        as_drawn=record["as_drawn"],
        reader_dice=record["reader_dice"],
        is_reader_dice_measured=record["is_reader_dice_measured"],
        outcomes=tuple(ContourOutcome(**outcome) for outcome in record["outcomes"]),
        sentence=record["sentence"],
        warning=None if warning is None else CaseWarning(**warning),
    )
