"""Minimum redundancy, maximum relevance: much of the label, little of each other.

Greedy, by the mutual information difference (MID): the first feature is the one that tells
most of the label; each next one has the largest I(feature; label) minus the mean of
I(feature; feature chosen before). Information is in nats, of features cut into three states.
Source: Ding and Peng, J Bioinform Comput Biol 2005;3:185 (MID, three states at mean +- SD / 2);
Peng, Long and Ding, IEEE Trans Pattern Anal Mach Intell 2005;27:1226.
"""

import numpy as np
from numpy.typing import NDArray

# Features are cut this many standard deviations below and above their mean.
CUT_SD = 0.5
# Differences of information below rounding are ties, which the first by name wins.
DECIMALS = 12


def choose_mrmr(z: NDArray[np.float64], labels: NDArray[np.int64], count: int) -> list[int]:
    """Columns in the order in which they are chosen.

    Args:
        z: (n, features), standardized.
        labels: (n,), classes.
        count: how many to choose; all if there are fewer.
    """
    return ranked_by_difference(three_states(z), labels, count)


def three_states(z: NDArray[np.float64]) -> NDArray[np.int64]:
    """0 below, 1 about, 2 above the mean, (n, features)."""
    return (z >= -CUT_SD).astype(np.int64) + (z > CUT_SD)


def ranked_by_difference(
    states: NDArray[np.int64], labels: NDArray[np.int64], count: int
) -> list[int]:
    """Columns of discrete features, best first; ties go to the first column.

    Args:
        states: (n, features), integers >= 0.
        labels: (n,), integers >= 0.
        count: how many to choose.
    """
    relevance = mutual_information(states, labels)
    redundancy = np.zeros_like(relevance)
    chosen: list[int] = []
    is_left = np.ones(relevance.size, dtype=bool)
    for step in range(min(count, relevance.size)):
        gain = np.round(relevance - redundancy / max(step, 1), DECIMALS)
        best = int(np.argmax(np.where(is_left, gain, -np.inf)))
        chosen.append(best)
        is_left[best] = False
        redundancy += mutual_information(states, states[:, best])
    return chosen


def mutual_information(states: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
    """I(feature; other) of each feature, (features,), in nats; plug-in estimate from counts.

    Args:
        states: (n, features), integers >= 0.
        other: (n,), integers >= 0.
    """
    n = len(states)
    information = np.zeros(states.shape[1])
    in_state = [states == state for state in range(int(states.max()) + 1)]
    for value in range(int(other.max()) + 1):
        rows = other == value
        for marked in in_state:
            joint = marked[rows].sum(axis=0) / n
            alone = marked.sum(axis=0) / n * (rows.sum() / n)
            here = joint > 0
            information[here] += joint[here] * np.log(joint[here] / alone[here])
    return information
