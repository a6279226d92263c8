"""Data of published examples."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from TACEResponseLib.evaluation.survival.follow_up import FollowUp

if TYPE_CHECKING:
    import pandas as pd


@pytest.fixture(scope="package")
def asah(shared_data: Path) -> dict[str, np.ndarray]:
    """pROC's aSAH patients: outcome (1 = poor) and three predictors."""
    with (shared_data / "statistics" / "asah.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    columns = {name: np.array([float(r[name]) for r in rows]) for name in ("s100b", "ndka", "wfns")}
    return columns | {"poor": np.array([int(r["outcome"] == "Poor") for r in rows])}


@pytest.fixture(scope="package")
def remission() -> tuple[FollowUp, list[str]]:
    """Freireich's leukemia trial, weeks of remission: 6-MP against placebo, 21 patients each."""
    treated = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    return FollowUp(
        time=np.array(treated + placebo, dtype=float),
        event=np.array([True] * 9 + [False] * 12 + [True] * 21),
        unit="weeks",
        endpoint="relapse",
    ), ["6-MP"] * 21 + ["placebo"] * 21


@pytest.fixture(scope="package")
def lung() -> "pd.DataFrame":
    """The lung cancer patients of R's survival, as lifelines ships them: days, sex 2 is female."""
    from lifelines.datasets import load_lung

    return load_lung()
