"""Intraclass correlations against Shrout and Fleiss' table and pingouin."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.agreement.intraclass import IccForm, intraclass

# Shrout and Fleiss 1979, table 2: six targets by four judges.
JUDGES = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)


@pytest.mark.parametrize(
    ("form", "value", "low", "high"),
    [
        ("ICC(1,1)", 0.17, -0.133, 0.72),
        ("ICC(2,1)", 0.29, 0.019, 0.76),
        ("ICC(3,1)", 0.71, 0.342, 0.95),
        ("ICC(1,k)", 0.44, -0.884, 0.91),
        ("ICC(2,k)", 0.62, 0.071, 0.93),
        ("ICC(3,k)", 0.91, 0.676, 0.99),
    ],
)
def test_all_six_forms_are_the_published_ones(
    form: IccForm, value: float, low: float, high: float
) -> None:
    # Values: table 4 of the paper. Limits: R's psych::ICC on the same data.
    iccs = intraclass(JUDGES)[form]
    assert iccs.value == pytest.approx(value, abs=5e-3)
    assert iccs.low == pytest.approx(low, abs=1e-3)
    assert iccs.high == pytest.approx(high, abs=5e-3)
    assert form in iccs.method
    assert iccs.n == 6


def test_on_random_tables_they_are_pingouins() -> None:
    pingouin = pytest.importorskip("pingouin")
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(1)
    table = rng.normal(size=(25, 1)) + rng.normal(size=(25, 3)) + [0, 0.4, -0.3]
    long = pd.DataFrame(table).melt(ignore_index=False, var_name="r", value_name="v")
    expected = pingouin.intraclass_corr(long.reset_index(names="t"), "t", "r", "v")
    order: list[IccForm] = ["ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]
    iccs = [intraclass(table)[form] for form in order]
    assert [e.value for e in iccs] == pytest.approx(expected["ICC"].tolist())
    limits = [tuple(np.round([e.low, e.high], 2)) for e in iccs]
    assert limits == [tuple(interval) for interval in expected["CI95"]]


def test_a_reader_who_adds_a_constant_is_consistent_but_does_not_agree() -> None:
    values = np.random.default_rng(2).normal(size=30)
    icc = intraclass(np.stack([values, values + 1], axis=1))
    assert icc["ICC(3,1)"].value == pytest.approx(1)
    assert icc["ICC(2,1)"].value == pytest.approx(
        values.var(ddof=1) / (values.var(ddof=1) + 0.5), abs=1e-9
    )


def test_a_feature_that_never_differs_has_none() -> None:
    assert all(np.isnan(e.value) for e in intraclass(np.ones((5, 2))).values())


def test_a_patient_not_read_by_all_is_refused() -> None:
    with pytest.raises(ValueError, match="ratings, row 2: must be complete"):
        intraclass([[1, 2], [3, np.nan], [4, 4]])
