"""Kappas against published worked examples."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from TACEResponseLib.evaluation.agreement.kappa import cohen_kappa, fleiss_kappa


def readings(table: list[list[int]], categories: str) -> tuple[list[str], list[str]]:
    """Two readers' categories from their cross table."""
    pairs = [
        (a, b)
        for a, row in zip(categories, table, strict=True)
        for b, n in zip(categories, row, strict=True)
        for _ in range(n)
    ]
    return [a for a, _ in pairs], [b for _, b in pairs]


def test_fleiss_levin_and_paiks_hundred_diagnoses() -> None:
    # Statistical Methods for Rates and Proportions, 3rd edition, table 18.1: kappa .676, standard
    # error .087 (psychotic, neurotic, organic).
    first, second = readings([[75, 1, 4], [5, 4, 1], [0, 0, 10]], "PNO")
    kappa = cohen_kappa(first, second, "PNO")
    assert kappa.value == pytest.approx(0.676, abs=1e-3)
    assert (kappa.high - kappa.low) / 2 / 1.96 == pytest.approx(0.087, abs=1e-3)
    assert kappa.n == 100


def test_fifty_grant_applications_worked_by_hand() -> None:
    # Seen .7, by chance .5 * .6 + .5 * .4 = .5: (.7 - .5) / .5.
    kappa = cohen_kappa(*readings([[20, 5], [10, 15]], "YN"), "YN")
    assert kappa.value == pytest.approx(0.4)


def test_weights_are_scikit_learns() -> None:
    rng = np.random.default_rng(3)
    names = np.array(["CR", "PR", "SD", "PD"])
    one = rng.integers(0, 4, 80)
    other = np.clip(one + rng.integers(-1, 2, 80), 0, 3)
    for weights in ("linear", "quadratic"):
        kappa = cohen_kappa(
            names[one].tolist(), names[other].tolist(), names.tolist(), weights=weights
        )
        assert kappa.value == pytest.approx(cohen_kappa_score(one, other, weights=weights))


def test_fourteen_raters_of_ten_subjects_have_their_published_kappa() -> None:
    # The worked example of Fleiss' kappa that is quoted everywhere: .210.
    table = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    given = [[c for c, n in zip("12345", row, strict=True) for _ in range(n)] for row in table]
    kappa = fleiss_kappa(given, "12345", np.random.default_rng(0), resamples=200)
    assert kappa.value == pytest.approx(0.210, abs=5e-4)
    assert kappa.low < 0.210 < kappa.high
    assert kappa.n == 10


def test_perfect_agreement_is_1_and_one_category_has_no_kappa() -> None:
    perfect = cohen_kappa(["a", "b"], ["a", "b"], "ab")
    assert perfect.value == pytest.approx(1)
    # Not 1 (1 to 1): two patients read alike don't prove that all would be.
    assert np.isnan([perfect.low, perfect.high]).all()
    assert np.isnan(cohen_kappa(["a", "a"], ["a", "a"], "ab").value)
    assert np.isnan(fleiss_kappa([["a", "a"]] * 3, "ab", np.random.default_rng(0)).value)


def test_a_category_nobody_named_is_refused() -> None:
    with pytest.raises(ValueError, match="second, reading 2: must be one of CR, PR, got NE"):
        cohen_kappa(["CR", "PR"], ["CR", "NE"], ["CR", "PR"])
