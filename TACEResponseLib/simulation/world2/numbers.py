"""Distributions as five numbers: what a standard normal of -2, -1, 0, 1 and 2 stands for."""

from itertools import pairwise

import numpy as np

FiveNumbers = tuple[float, float, float, float, float]
POSITIONS = (-2.0, -1.0, 0.0, 1.0, 2.0)
FARTHEST = 3.5
"""Standard deviations at which a quantity stops."""


def value_at(numbers: FiveNumbers, z: float) -> float:
    """The quantity that a standard normal stands for.

    Straight between the five numbers and beyond the outer two, so that it rises strictly up to
    `FARTHEST` and nothing of a latent is lost.

    Args:
        numbers: rising.
        z: a standard normal.
    """
    z = float(np.clip(z, -FARTHEST, FARTHEST))
    piece = int(np.clip(np.floor(z) + 2, 0, 3))
    low, high = numbers[piece], numbers[piece + 1]
    return low + (high - low) * (z - POSITIONS[piece])


def size_at(numbers: FiveNumbers, z: float) -> float:
    """Like `value_at`, but below the lowest number by equal ratios, so that no size is 0.

    Args:
        numbers: rising, > 0.
        z: a standard normal.
    """
    if z >= POSITIONS[0]:
        return value_at(numbers, z)
    steps = POSITIONS[0] - max(z, -FARTHEST)
    return numbers[0] * (numbers[0] / numbers[1]) ** steps


def check_rising(name: str, numbers: FiveNumbers) -> None:
    """Refuse numbers that do not rise.

    Raises: ValueError: two are equal, or one is below the one before it.
    """
    if not all(low < high for low, high in pairwise(numbers)):
        raise ValueError(f"{name} must be five rising numbers, got {numbers}")
