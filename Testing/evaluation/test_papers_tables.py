"""P values of the papers' own tables: which test they are, and which are misprinted.

Table 1 of the four-classifier MRI paper compares non-responders and responders. Its training set
is Pearson's chi-squared WITHOUT Yates' correction (scipy corrects by default) or, where counts are
small, Fisher's exact test; each tuple is NOR and OR without the trait, then NOR and OR with it.
"""

import pytest
from scipy.stats import chi2_contingency, fisher_exact

Table = tuple[int, int, int, int]


def pearson(table: Table) -> float:
    a, b, c, d = table
    return float(chi2_contingency([[a, b], [c, d]], correction=False).pvalue)


def fisher(table: Table) -> float:
    a, b, c, d = table
    return float(fisher_exact([[a, b], [c, d]])[1])


@pytest.mark.parametrize(
    ("table", "printed"),
    [
        ((50, 47, 9, 9), 0.904),
        ((50, 44, 9, 12), 0.392),
        ((18, 14, 41, 42), 0.510),
        ((39, 46, 20, 10), 0.050),
        ((32, 39, 27, 17), 0.089),
        ((37, 27, 22, 29), 0.118),
        ((42, 38, 17, 18), 0.698),
        ((52, 45, 7, 11), 0.251),
        ((27, 33, 32, 23), 0.158),
        ((42, 35, 17, 21), 0.322),
        ((10, 12, 49, 44), 0.542),
        ((27, 30, 32, 26), 0.403),
        ((36, 37, 23, 19), 0.574),
        ((25, 28, 34, 28), 0.412),
        ((7, 5, 9, 8), 0.774),
    ],
    ids=[
        "sex",
        "hypertension",
        "HBsAg",
        "Child-Pugh",
        "BCLC",
        "treatment",
        "AFP",
        "CEA",
        "AST",
        "ALT",
        "albumin",
        "bilirubin",
        "prothrombin",
        "platelets",
        "platelets in the test set",
    ],
)
def test_most_p_values_are_pearsons_without_correction(table: Table, printed: float) -> None:
    assert pearson(table) == pytest.approx(printed, abs=6e-4)
    a, b, c, d = table
    corrected = float(chi2_contingency([[a, b], [c, d]]).pvalue)
    assert abs(corrected - printed) > 0.02


@pytest.mark.parametrize(
    ("table", "printed"),
    [
        ((53, 52, 6, 4), 0.743),
        ((14, 13, 2, 0), 0.488),
        ((11, 10, 5, 3), 0.697),
        ((4, 7, 12, 6), 0.143),
        ((13, 12, 3, 1), 0.606),
    ],
)
def test_those_of_small_counts_are_fishers(table: Table, printed: float) -> None:
    assert fisher(table) == pytest.approx(printed, abs=6e-4)


def test_hypertension_in_the_test_set_is_misprinted_by_a_factor_of_ten() -> None:
    # Printed .78 for 16 and 10 without, 0 and 3 with: Fisher gives .078, near significance.
    assert fisher((16, 10, 0, 3)) == pytest.approx(0.078, abs=6e-4)


def test_hbsag_of_the_test_set_counts_patients_of_another_column() -> None:
    # Printed for columns of 16 and 13 patients: 9 + 50 and 9 + 47 are the training set's 59 and 56.
    assert (9 + 50, 9 + 47) == (59, 56)
    assert fisher((9, 9, 50, 47)) == pytest.approx(1.0, abs=6e-4)
