"""Lesions whose features stand at the same places of a table: rounded or hardly changed copies.

Two rows are as far apart as the share of the table's rows that lie strictly between them, averaged
over features. Rounding moves no row past many others, whatever the feature's unit and law.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.terms import SECOND_READER

Floats = NDArray[np.float64]

MOST_BETWEEN = 0.005
"""Of copies. Measured on 371 and 372 lesions of WAW-TACE and 104 of HCC-TACE-Seg: features rounded
to three digits lie at most .0036 apart and to four at most .0010; lesions of two patients at least
.0096 by 14 features of shape and .0140 by all 107, also in tables of 50 of them."""
FEWEST_FEATURES = 8
"""By fewer, lesions of two patients may be as near as copies."""
FEWEST_ROWS = 20
"""In a smaller table places say too little."""


def feature_copies(rows: Sequence[Mapping[str, float]]) -> Iterator[tuple[int, int]]:
    """Places of rows whose features are another row's, rounded, and of that other row.

    Args:
        rows: features of each row by name; those of a second reader say nothing.
    Returns: pairs, the later row first.
    """
    names = shared_names(rows)
    if len(names) < FEWEST_FEATURES or len(rows) < FEWEST_ROWS:
        return
    values = np.array([[row[name] for name in names] for row in rows])
    lowest, highest = _places(values)
    for later in range(1, len(rows)):
        between = np.maximum(lowest[later], lowest[:later]) - np.minimum(
            highest[later], highest[:later]
        )
        distance = np.maximum(between - 1, 0).mean(axis=1) / len(rows)
        for earlier in np.flatnonzero(distance <= MOST_BETWEEN):
            yield later, int(earlier)


def shared_names(rows: Sequence[Mapping[str, float]]) -> list[str]:
    """Features that every row has, in alphabetic order."""
    if not rows:
        return []
    names = set.intersection(*(set(row) for row in rows))
    return sorted(name for name in names if not name.startswith(SECOND_READER))


def _places(values: Floats) -> tuple[Floats, Floats]:
    """First and last place of each value in its column, (n, features) both; equals share them."""
    from scipy.stats import rankdata

    return rankdata(values, method="min", axis=0), rankdata(values, method="max", axis=0)
