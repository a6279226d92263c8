"""A number with its interval, its cases and its method."""

from dataclasses import dataclass

Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A point estimate with a 95 % interval."""

    value: float
    low: float
    high: float
    n: int
    """Patients it rests on."""
    method: str
    """How the interval was made."""
