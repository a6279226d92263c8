"""What each number may be that a user chooses, by option or by argument."""

from collections.abc import Mapping

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.vocabulary import option

# numpy, torch and scikit-learn agree on no other seeds, and what is larger than the rest is a slip
# of the keyboard.
RANGES: Mapping[str, tuple[float, float]] = {
    "seed": (0, 2**32 - 1),
    "jobs": (1, 256),
    "epochs": (1, 100_000),
    "patients": (1, 100_000),
    "resamples": (200, 1_000_000),
    "permutations": (1000, 1_000_000),
    "threshold": (0, 1),
    "landmark": (0, 36_525),
    "contours": (5, 200),
    "world": (1, 2),
    "site-shift": (0, 3),
    "reader-kappa": (0.01, 1),
    "contour-error-mm": (0, 10),
    "portal-share": (0, 1),
}


def check_ranges(**numbers: float | None) -> None:
    """Refuse numbers out of range.

    Args:
        numbers: by the name of their option; those without a range pass, and so does `None`.
    Raises: InputError: names the option.
    """
    for name, value in numbers.items():
        if name not in RANGES or value is None:
            continue
        low, high = RANGES[name]
        if not low <= value <= high:
            raise InputError(
                option(name),
                f"must be {low} to {high}",
                got=str(value)[:40],
                remedy="give another number",
            )
