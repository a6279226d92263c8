"""Four classes against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from TACEResponseLib.evaluation.discrimination.multiclass import multiclass

CLASSES = ("CR", "PR", "SD", "PD")


def test_macro_auc_is_scikit_learns() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 4, 120)
    p = rng.dirichlet(np.ones(4), 120) + 0.5 * np.eye(4)[truth]
    p /= p.sum(axis=1, keepdims=True)
    result = multiclass([CLASSES[i] for i in truth], p, CLASSES, rng, resamples=100)
    assert result.macro.value == pytest.approx(roc_auc_score(truth, p, multi_class="ovr"))
    assert result.macro.low < result.macro.value < result.macro.high


def test_three_patients_worked_by_hand() -> None:
    p = [[0.7, 0.1, 0.1, 0.1], [0.4, 0.3, 0.2, 0.1], [0.2, 0.6, 0.1, 0.1]]
    result = multiclass(["CR", "PR", "PR"], p, CLASSES, np.random.default_rng(0), resamples=20)
    assert result.confusion == ((1, 0, 0, 0), (1, 1, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0))
    assert result.accuracy.value == pytest.approx(2 / 3)
    assert {name: e.value for name, e in result.one_vs_rest.items()} == {"CR": 1, "PR": 1}
    assert result.absent == ("SD", "PD")


def test_a_perfect_macro_auc_is_no_surer_than_its_rarest_class() -> None:
    # By hand: two patients of PR, so two disjoint pairs, all won: .025 ** (1 / 2).
    p = np.eye(4)[[0, 0, 0, 1, 1]] * 0.6 + 0.1
    observed = ["CR", "CR", "CR", "PR", "PR"]
    macro = multiclass(observed, p, CLASSES, np.random.default_rng(0), resamples=50).macro
    assert (macro.value, macro.high) == (1, 1)
    assert macro.low == pytest.approx(0.025**0.5)


def test_logits_are_refused() -> None:
    with pytest.raises(ValueError, match="row 2: must be >= 0 and add to 1"):
        multiclass(["CR", "PR"], [[1, 0], [-2.0, 3.0]], ("CR", "PR"), np.random.default_rng(0))


def test_a_class_nobody_named_is_refused() -> None:
    with pytest.raises(ValueError, match="got NE"):
        multiclass(["CR", "NE"], [[1, 0], [0, 1]], ("CR", "PR"), np.random.default_rng(0))
