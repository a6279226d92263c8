"""Numbers of a case against the training patients' range: clipped to it, and told in words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Numbers named of a case; nobody reads more.
MOST_NAMED = 3
FAR_SD = 2.0
"""Nearer to the mean a number by itself is no reason for anything."""


def clipped_to(values: Floats, low: Sequence[float], high: Sequence[float]) -> Floats:
    """Values (m,) or (n, m), those beyond the range replaced by its nearer end.

    What a model says of a number that it never met is made up: a line goes on for ever.
    """
    return np.clip(values, np.asarray(low), np.asarray(high))


def used_in_place(values: Floats, entered: Floats) -> list[float | None]:
    """The number that entered, where it is another than the measured one; (m,) each."""
    return [None if was == used else float(used) for was, used in zip(values, entered, strict=True)]


def furthest_in_words(
    names: Sequence[str],
    values: Floats,
    z_scores: Floats,
    low: Sequence[float],
    high: Sequence[float],
) -> tuple[str, ...]:
    """The numbers furthest from the training patients' mean, beside the training range.

    Args:
        names: (m,), as a reader knows them.
        values: (m,).
        z_scores: (m,), against the training patients.
        low: (m,), the least of the training patients.
        high: (m,), the largest.
    Returns: at most three, the furthest first; none where every number alone is common.
    """
    order = np.argsort(-np.abs(z_scores), kind="stable")[:MOST_NAMED]
    return tuple(
        f"{names[i]} {values[i]:.4g} (training patients {low[i]:.4g} to {high[i]:.4g})"
        for i in order.tolist()
        if abs(z_scores[i]) >= FAR_SD
    )
