"""Two probabilities of one case: what isotonic calibration says if it responds, and if it doesn't.

The truth is one of the two, and that one is calibrated whatever the scores mean. They lie apart
where few patients scored alike. Source: Vovk and Petej, UAI 2014:829; computed as Vovk, Petej and
Fedorova, NeurIPS 2015;28:892, say it can be: one isotonic regression for each assumed label.
"""

import numpy as np
from numpy.typing import ArrayLike


def venn_abers(positive: ArrayLike, negative: ArrayLike, score: float) -> tuple[float, float]:
    """Lower and upper probability of the positive class.

    Args:
        positive: (m,), scores of patients of the positive class, whom the fit behind them did not
            see.
        negative: (k,), of the others.
        score: of the case.
    Returns: p0, the case taken as negative, and p1, taken as positive; p0 < p1.
    """
    return _isotonic_at(positive, [*np.ravel(negative), score], score), _isotonic_at(
        [*np.ravel(positive), score], negative, score
    )


def _isotonic_at(positive: ArrayLike, negative: ArrayLike, score: float) -> float:
    """Isotonic regression of the labels on the scores, at one of them."""
    from sklearn.isotonic import isotonic_regression

    events, others = np.ravel(positive), np.ravel(negative)
    values, place = np.unique(np.concatenate([events, others]), return_inverse=True)
    weights = np.bincount(place, minlength=values.size)
    successes = np.bincount(place[: events.size], minlength=values.size)
    fitted = isotonic_regression(successes / weights, sample_weight=weights.astype(float))
    return float(fitted[np.searchsorted(values, score)])
