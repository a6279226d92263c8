"""A share of patients with its exact interval."""

from typing import Literal

from TACEResponseLib.evaluation.estimate import Estimate

ProportionMethod = Literal["Clopper-Pearson", "Wilson"]


def proportion(successes: int, n: int, *, method: ProportionMethod = "Clopper-Pearson") -> Estimate:
    """A binomial share with its 95 % interval.

    Args:
        successes: 0..n.
        n: trials; 0 gives nan with the interval 0..1, for nothing is known.
        method: exact (covers at least 95 %, wide), or Wilson's score (covers 95 % on average).
    Raises: ValueError: `successes` is not within 0..n.
    Source: Clopper and Pearson, Biometrika 1934;26:404; Wilson, JASA 1927;22:209.
    """
    from scipy.stats import binomtest

    if not 0 <= successes <= n:
        raise ValueError(f"successes must lie within 0..n = {n}, got {successes}")
    if n == 0:
        return Estimate(value=float("nan"), low=0.0, high=1.0, n=0, method=f"{method}; no patients")
    exact = method == "Clopper-Pearson"
    interval = binomtest(successes, n).proportion_ci(method="exact" if exact else "wilson")
    return Estimate(
        value=successes / n,
        low=float(interval.low),
        high=float(interval.high),
        n=n,
        method=method,
    )
