"""Fitting: rows in any order give the same features and the same bytes; oddities are told."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.bundle.writing import write_branch
from TACEResponseLib.evidence.icc_filter import IccFilter
from TACEResponseLib.evidence.radiomics.branch import RadiomicsRecipe
from TACEResponseLib.evidence.radiomics.part import RadiomicsPart
from TACEResponseLib.evidence.radiomics.settings import ClassifierName, RadiomicsSettings
from TACEResponseLib.evidence.radiomics.training_table import training_table

Maker = Callable[..., RadiomicsSettings]
NAMES = [
    f"original_firstorder_{name}"
    for name in ("Mean", "Median", "Energy", "Entropy", "Range", "Skewness")
]
FITS = [{"classifier": name} for name in get_args(ClassifierName)] + [
    {"rfe_estimator": "random_forest"},
    {"selection": "mrmr"},
    {"selection": "none", "icc": IccFilter()},
]


def patients(n: int = 60) -> tuple[list[Mapping[str, float]], np.ndarray]:
    """Two informative features of six, read twice."""
    rng = np.random.default_rng(2)
    labels = np.tile([0, 1], n // 2)
    values = rng.normal((100, 90, 5000, 4, 50, 0), (10, 9, 700, 0.5, 9, 0.3), size=(n, 6))
    values[:, 0] += 12 * labels
    values[:, 2] -= 800 * labels
    return [
        {
            **dict(zip(NAMES, row, strict=True)),
            **{f"reader2:{k}": v * 1.001 for k, v in zip(NAMES, row, strict=True)},
        }
        for row in values.tolist()
    ], labels


def written(settings: RadiomicsSettings, order: np.ndarray, path: Path) -> tuple[str, bytes]:
    """State and file of a branch fitted on patients in this order."""
    prepared, labels = patients()
    branch = RadiomicsRecipe(settings).fit([prepared[i] for i in order], labels[order], seed=5)
    write_branch(branch, RadiomicsPart(settings=settings, state=branch.state), path)
    return branch.state.model_dump_json(), path.read_bytes()


@pytest.mark.parametrize("changes", FITS, ids=lambda c: "-".join(map(str, c.values()))[:30])
def test_the_order_of_patients_changes_no_byte(
    changes: dict[str, object], make_settings: Maker, tmp_path: Path
) -> None:
    settings = make_settings(**changes)
    n = len(patients()[1])
    shuffled = np.random.default_rng(1).permutation(n)
    first = written(settings, np.arange(n), tmp_path / "a")
    assert written(settings, shuffled, tmp_path / "b") == first


def test_rows_are_sorted_by_value_and_then_by_label() -> None:
    a, b = NAMES[:2]
    rows = [{a: 2.0, b: 1.0}, {a: 1.0, b: 9.0}, {a: 1.0, b: 3.0}, {a: 1.0, b: 3.0}]
    sorted_table = training_table(rows, np.array([0, 1, 1, 0]))
    assert sorted_table.columns([a, b]).tolist() == [[1, 3], [1, 3], [1, 9], [2, 1]]
    assert sorted_table.labels.tolist() == [0, 1, 1, 0]


def test_a_constant_feature_is_left_out_and_told(make_settings: Maker) -> None:
    prepared, labels = patients()
    constant = [{**features, "original_shape_Sphericity": 0.8} for features in prepared]
    branch = RadiomicsRecipe(make_settings()).fit(constant, labels, seed=1)
    assert "original_shape_Sphericity" not in branch.state.feature_names
    assert branch.state.remarks == (
        "1 features never vary among training patients and were left out: "
        "original_shape_Sphericity.",
    )


@pytest.mark.parametrize(
    ("n_features", "n", "is_warned"), [(5, 4, True), (2, 4, False), (5, 60, False)]
)
def test_fewer_patients_than_features_are_told(
    n_features: int, n: int, is_warned: bool, make_settings: Maker
) -> None:
    prepared, labels = patients()
    settings = make_settings(n_features=n_features)
    remarks = RadiomicsRecipe(settings).fit(prepared[:n], labels[:n], seed=1).state.remarks
    expected = "5 features were asked for of 4 training patients: so few fit anything."
    assert remarks == ((expected,) if is_warned else ())


def test_all_features_constant_is_refused_in_one_line(make_settings: Maker) -> None:
    prepared, labels = [dict.fromkeys(NAMES, 1.0)] * 20, np.tile([0, 1], 10)
    with pytest.raises(InputError, match="--cohort: at least one feature must vary"):
        RadiomicsRecipe(make_settings()).fit(prepared, labels, seed=1)


def test_patients_of_different_features_are_refused(make_settings: Maker) -> None:
    prepared, labels = patients()
    prepared[7] = {name: value for name, value in prepared[7].items() if name != NAMES[3]}
    with pytest.raises(InputError, match=f"same radiomics features, got some without {NAMES[3]}"):
        RadiomicsRecipe(make_settings()).fit(prepared, labels, seed=1)
