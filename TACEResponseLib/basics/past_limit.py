"""A value beside the limit that it breaks: rounded, it must not seem to keep it."""

from collections.abc import Sequence

MOST_DIGITS = 17
"""A double has no more."""


def past(value: float, limit: float, spec: str = ".3g") -> str:
    """A value with as many digits as it takes to lie on its own side of a limit.

    Args:
        value: finite or not.
        limit: as the message prints it.
        spec: of the fewest digits, as of `format`: `.3g`, `.0f`, `,.0f`.
    Returns: text that as a number is above, below or at the limit as the value is.
    """
    head, _, tail = spec.partition(".")
    for digits in range(int(tail[:-1]), MOST_DIGITS + 1):
        text = f"{value:{head}.{digits}{tail[-1]}}"
        if _side(float(text.replace(",", "")), limit) == _side(value, limit):
            return text
    return repr(value)


def past_any(values: Sequence[float], limits: Sequence[float], spec: str = ".3g") -> str:
    """Values in a row, `1 x 2 x 50.001`, each on its own side of every limit."""
    return " x ".join(max((past(v, limit, spec) for limit in limits), key=len) for v in values)


def _side(value: float, limit: float) -> tuple[bool, bool]:
    return value < limit, value > limit
