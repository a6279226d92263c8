"""AUC and DeLong's interval against pROC's published example and pairs counted by hand."""

import csv
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.evaluation.discrimination import auc


@pytest.fixture(scope="module")
def asah(shared_data: Path) -> dict[str, np.ndarray]:
    """pROC's aSAH patients: outcome (1 = poor) and three predictors."""
    with (shared_data / "statistics" / "asah.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    columns = {name: np.array([float(r[name]) for r in rows]) for name in ("s100b", "ndka", "wfns")}
    return columns | {"poor": np.array([int(r["outcome"] == "Poor") for r in rows])}


@pytest.mark.parametrize(
    ("predictor", "published"),
    [("s100b", 0.7313686), ("ndka", 0.6119580), ("wfns", 0.8236789)],
)
def test_auc_is_the_one_that_proc_publishes(
    asah: dict[str, np.ndarray], predictor: str, published: float
) -> None:
    assert auc(asah["poor"], asah[predictor]).value == pytest.approx(published, abs=5e-8)


def test_delong_interval_is_the_one_that_proc_publishes(asah: dict[str, np.ndarray]) -> None:
    estimate = auc(asah["poor"], asah["s100b"])
    assert (estimate.low, estimate.high) == pytest.approx((0.6301, 0.8326), abs=5e-5)
    assert estimate.n == 113


def test_auc_counts_pairs_and_half_of_ties() -> None:
    # Pairs: (3, 1) won, (3, 3) tied, (2, 1) won, (2, 3) lost: 2.5 of 4.
    assert auc([1, 1, 0, 0], [3, 2, 1, 3]).value == pytest.approx(2.5 / 4)


def test_auc_ignores_any_rising_transformation() -> None:
    rng = np.random.default_rng(5)
    labels, scores = rng.integers(0, 2, 200), rng.normal(size=200)
    plain, transformed = auc(labels, scores), auc(labels, np.exp(scores))
    assert plain == transformed


def test_few_patients_get_an_interval_on_the_logit_scale_inside_0_to_1() -> None:
    estimate = auc([1] * 10 + [0] * 10, [*range(9, 19), *range(10)])
    assert 0 < estimate.low < estimate.value < estimate.high < 1
    assert estimate.method == "DeLong, logit scale"


def test_one_class_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="both 0 and 1"):
        auc([1, 1, 1], [0.1, 0.2, 0.3])
