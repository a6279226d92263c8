"""Log-rank test of two or more groups."""

from numpy.typing import ArrayLike

from TACEResponseLib.evaluation.significance import Significance
from TACEResponseLib.evaluation.survival.follow_up import FollowUp, checked_groups


def log_rank(follow_up: FollowUp, groups: ArrayLike) -> Significance:
    """Do the groups share one survival curve?

    Args:
        follow_up: of all patients; at least one event.
        groups: (n,), at least two names, known at the start of the clock.
    Raises: InputError: one group only, or no event at all.
    Source: Mantel, Cancer Chemotherapy Reports 1966;50:163; Peto and Peto, JRSS A 1972;135:185.
    """
    from lifelines.statistics import multivariate_logrank_test

    names = checked_groups(groups, follow_up)
    test = multivariate_logrank_test(follow_up.time, names, follow_up.event)
    return Significance(
        statistic=float(test.test_statistic),
        p=float(test.p_value),
        n=follow_up.n,
        method="log-rank, chi-squared",
        degrees_of_freedom=len(set(names)) - 1,
    )
