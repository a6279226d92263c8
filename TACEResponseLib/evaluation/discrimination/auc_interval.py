"""95 % interval of an AUC, by how many patients the smaller class has.

Many patients: DeLong's, plain or on the logit scale. Few: the spread of five placements is a poor
guess of their variance, and is next to 0 where hardly a pair is wrong, so that DeLong's interval
holds the truth in 75 to 93 % of studies of 5 patients against 150. There it takes quantiles of t,
is never narrower than Newcombe's interval, which guesses no variance, and never wider than what
holds for any two distributions: of all pairs, as many share no patient as the smaller class has
patients, and the AUC is at least as sure as the share of these that are won.
"""

from collections.abc import Callable
from dataclasses import dataclass

from scipy.special import expit, logit, stdtrit

from TACEResponseLib.evaluation.estimate import Z_95

# Below this many patients in a class, or above this AUC, the plain interval leaves 0..1 or
# covers too little; it is then made on the logit scale.
FEW_PER_CLASS = 35
HIGH_AUC = 0.9
# Below this many patients in a class the logit scale alone covers too little as well.
VERY_FEW_PER_CLASS = 20
UPPER_TAIL = 0.975

Limits = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class DelongSpread:
    """An AUC and how sure it is by DeLong's method."""

    auc: float
    of_positives: float
    """Variance of the mean of the positive patients' placements."""
    of_negatives: float
    positives: int
    """Patients."""
    negatives: int
    covariance: float = 0.0
    """Twice that of the two means; 0 unless patients have rows of both classes."""

    @property
    def error(self) -> float:
        """Standard error; 0 where no pair is wrong, and too small where a class has one patient."""
        return max(0.0, self.of_positives + self.of_negatives + self.covariance) ** 0.5

    @property
    def smaller(self) -> int:
        """Patients of the smaller class."""
        return min(self.positives, self.negatives)

    @property
    def degrees_of_freedom(self) -> float:
        """Welch and Satterthwaite's, of a sum of two variances that are estimated."""
        parts = (
            (self.of_positives, self.positives - 1),
            (self.of_negatives, self.negatives - 1),
        )
        unsure: float = sum(variance**2 / degrees for variance, degrees in parts)
        return self.error**4 / unsure if unsure > 0 else float(self.smaller - 1)


def auc_interval(spread: DelongSpread) -> tuple[float, float, str]:
    """Limits inside 0..1 and how they were made.

    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837; Newcombe, Statistics in
        Medicine 2006;25:559 (method 5); the bound on the variance by Birnbaum and Klose, Annals of
        Mathematical Statistics 1957;28:933. Putting the three together is ours;
        docs/coverage.md shows how often the result holds the truth.
    """
    value, smaller = spread.auc, spread.smaller
    if smaller == 1:
        return 0.0, 1.0, "none, for a class of one patient has no spread"
    if value in (0, 1):
        return all_pairs_alike(value, smaller)
    if smaller < VERY_FEW_PER_CLASS:
        method = f"DeLong, logit scale, t and Newcombe's for {smaller} patients in a class"
        return *_of_very_few(spread), method
    if smaller < FEW_PER_CLASS or value > HIGH_AUC:
        return *_on_logit_scale(spread, Z_95), "DeLong, logit scale"
    half = Z_95 * spread.error
    return max(0.0, value - half), min(1.0, value + half), "DeLong"


def all_pairs_alike(value: float, smaller: int) -> tuple[float, float, str]:
    """Interval of an AUC of 1 or 0, whose estimated variance is 0.

    Pairs that share no patient are independent, and the smaller class has as many of them: all
    were won, so the exact binomial limit of so many pairs holds.
    """
    limit = 0.025 ** (1 / smaller)
    method = f"exact binomial on {smaller} disjoint pairs, none of them wrong"
    return (limit, 1.0, method) if value == 1 else (0.0, 1 - limit, method)


def _of_very_few(spread: DelongSpread) -> Limits:
    """DeLong's by t, at least as wide as Newcombe's, at most as wide as any law allows."""
    quantile = float(stdtrit(spread.degrees_of_freedom, UPPER_TAIL))
    low, high = _on_logit_scale(spread, quantile)
    least_low, least_high = _score_limits(spread.auc, _newcombe_variance(spread))
    most_low, most_high = _score_limits(spread.auc, lambda area: area * (1 - area) / spread.smaller)
    return max(most_low, min(low, least_low)), min(most_high, max(high, least_high))


def _on_logit_scale(spread: DelongSpread, quantile: float) -> Limits:
    """Symmetric about the logit of the AUC."""
    center = logit(spread.auc)
    half = quantile * spread.error / (spread.auc * (1 - spread.auc))
    return float(expit(center - half)), float(expit(center + half))


def _newcombe_variance(spread: DelongSpread) -> Callable[[float], float]:
    """Variance by the true AUC if both classes' scores were exponential; both classes alike."""
    others = (spread.positives + spread.negatives) / 2 - 1
    pairs = spread.positives * spread.negatives

    def variance(area: float) -> float:
        shared = (1 - area) / (2 - area) + area / (1 + area)
        return area * (1 - area) * (1 + others * shared) / pairs

    return variance


def _score_limits(value: float, variance: Callable[[float], float]) -> Limits:
    """The areas from which `value` lies just 1.96 of their own standard errors away."""
    from scipy.optimize import brentq

    def too_far(area: float) -> float:
        return abs(value - area) - Z_95 * variance(area) ** 0.5

    return float(brentq(too_far, 0.0, value)), float(brentq(too_far, value, 1.0))
