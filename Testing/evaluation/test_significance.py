"""Holm's correction against a worked example."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.significance import holm


def test_four_hypotheses_worked_by_hand() -> None:
    # In rising order .005 x 4, .01 x 3, .03 x 2, .04 x 1, never below the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_order_and_bounds_are_kept() -> None:
    p = np.random.default_rng(0).random(20)
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()


def test_a_missing_p_value_is_refused() -> None:
    with pytest.raises(ValueError, match=r"0\.\.1"):
        holm([0.1, np.nan])
