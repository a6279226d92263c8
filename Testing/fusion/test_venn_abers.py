"""The pair that is calibrated whichever of the two the truth is."""

import numpy as np
import pytest

from TACEResponseLib.fusion.venn_abers import venn_abers

PACKAGE = {
    0.05: (0.318181818, 0.363636364),
    0.3: (0.318181818, 0.363636364),
    0.5: (0.318181818, 0.5),
    0.7: (0.444444444, 0.6),
    0.95: (0.875, 1.0),
}


def test_by_hand() -> None:
    # Labels by score: 1:0, 2:0, 3:1, 4:0, 5:1, 6:1. The case scores 3.5.
    # As 0: 0, 0, then {3:1, 3.5:0, 4:0} pool to 1/3. As 1: {3:1, 3.5:1, 4:0} pool to 2/3.
    pair = venn_abers([3, 5, 6], [1, 2, 4], 3.5)
    assert pair == pytest.approx((1 / 3, 2 / 3))


def test_they_are_those_of_the_venn_abers_package() -> None:
    # venn-abers 1.5.4, VennAbers().fit(...) and predict_proba(...), on scores of a fixed formula.
    scores = np.array([((7 * k) % 40 + 0.5) / 40 for k in range(40)])
    labels = np.array([(k % 3 == 0) or scores[k] > 0.8 for k in range(40)])
    ours = [venn_abers(scores[labels], scores[~labels], s) for s in PACKAGE]
    assert np.array(ours) == pytest.approx(np.array(list(PACKAGE.values())), abs=1e-8)


def test_the_truth_lies_between_them_on_average() -> None:
    rng = np.random.default_rng(11)
    low, high, truth = [], [], []
    for _ in range(400):
        scores = rng.normal(size=60)
        events = rng.random(60) < 1 / (1 + np.exp(-scores))
        case = rng.normal()
        p0, p1 = venn_abers(scores[events], scores[~events], case)
        low.append(p0)
        high.append(p1)
        truth.append(1 / (1 + np.exp(-case)))
    assert np.mean(low) < np.mean(truth) < np.mean(high)
    assert (np.array(low) < np.array(high)).all()
