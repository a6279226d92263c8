"""Log-rank test of two or more groups."""

import numpy as np
from numpy.typing import ArrayLike

from TACEResponseLib.evaluation.significance import Significance, untestable
from TACEResponseLib.evaluation.survival.follow_up import FollowUp, checked_groups


def log_rank(follow_up: FollowUp, groups: ArrayLike) -> Significance:
    """Do the groups share one survival curve?

    Args:
        follow_up: of all patients; at least one event.
        groups: (n,), at least two names, known at the start of the clock.
    Returns: groups that nobody was left of at the first event are not counted, as in R's survival;
        p is nan where fewer than two are, or everyone has the event at once.
    Raises: InputError: one group only, or no event at all.
    Source: Mantel, Cancer Chemotherapy Reports 1966;50:163; Peto and Peto, JRSS A 1972;135:185.
    """
    from lifelines.statistics import multivariate_logrank_test

    names = checked_groups(groups, follow_up)
    first = follow_up.time[follow_up.event].min()
    is_left = follow_up.time >= first
    compared = np.unique(names[is_left])
    everyone = bool((follow_up.event & (follow_up.time == first)).sum() == is_left.sum())
    if compared.size < 2 or everyone:
        return untestable(follow_up.n, "log-rank, none: the groups were never at risk together")
    kept = np.isin(names, compared)
    test = multivariate_logrank_test(follow_up.time[kept], names[kept], follow_up.event[kept])
    return Significance(
        statistic=float(test.test_statistic),
        p=float(test.p_value),
        n=follow_up.n,
        method="log-rank, chi-squared",
        degrees_of_freedom=compared.size - 1,
    )
