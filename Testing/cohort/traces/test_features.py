"""Rounded features are known as copies, two patients' are not: limits measured on real lesions."""

import csv
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.cohort.traces.feature_levels import (
    LEVELS,
    MOST_LEVELS_APART,
    are_near,
    level_edges,
    levels_of,
)
from TACEResponseLib.cohort.traces.feature_ranks import (
    FEWEST_FEATURES,
    FEWEST_ROWS,
    feature_copies,
    shared_names,
)

Row = dict[str, float]


@pytest.fixture(scope="module")
def lesions(shared_data: Path) -> list[tuple[str, Row]]:
    """Patient and features of each arterial lesion of WAW-TACE."""
    with (shared_data / "waw_tace" / "features_arterial.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name.startswith("original_")]
    return [(row["identifier"], {name: float(row[name]) for name in names}) for row in rows]


def rounded(row: Row, digits: int) -> Row:
    return {name: float(f"{value:.{digits}g}") for name, value in row.items()}


def test_no_two_patients_of_a_real_cohort_are_taken_for_one(lesions: list[tuple[str, Row]]) -> None:
    pairs = feature_copies([row for _, row in lesions])
    assert [(a, b) for a, b in pairs if lesions[a][0] != lesions[b][0]] == []


@pytest.mark.parametrize("digits", [5, 4, 3])
def test_every_rounded_copy_is_known(lesions: list[tuple[str, Row]], digits: int) -> None:
    first = [row for _, row in lesions[:40]]
    copies = [rounded(row, digits) for row in first]
    pairs = set(feature_copies([row for _, row in lesions] + copies))
    assert {(len(lesions) + n, n) for n in range(40)} <= pairs


def test_levels_tell_copies_from_other_patients(lesions: list[tuple[str, Row]]) -> None:
    names = shared_names([row for _, row in lesions])
    edges = level_edges(np.array([[row[name] for name in names] for _, row in lesions]))
    levels = np.array([levels_of(row, names, edges) for _, row in lesions])
    for n in range(40):
        copy = levels_of(rounded(lesions[n][1], 3), names, edges)
        near = are_near(copy, levels)
        assert near[n]
        assert {lesions[m][0] for m in np.flatnonzero(near)} == {lesions[n][0]}


def test_levels_are_quantiles() -> None:
    edges = level_edges(np.arange(640.0)[:, np.newaxis])
    assert edges.shape == (LEVELS - 1, 1)
    values = (0.0, 9.0, 11.0, 320.0, 10_000.0)
    assert [int(levels_of({"a": v}, ["a"], edges)[0]) for v in values] == [0, 0, 1, 32, 63]
    assert all(a < b for a, b in pairwise(edges[:, 0]))
    assert 0 < MOST_LEVELS_APART < 1


@pytest.mark.parametrize(
    ("features", "rows"), [(FEWEST_FEATURES - 1, 40), (FEWEST_FEATURES, FEWEST_ROWS - 1)]
)
def test_too_little_to_tell_patients_apart_refuses_nobody(features: int, rows: int) -> None:
    values = np.random.default_rng(1).normal(size=(rows, features))
    values[-1] = values[0]
    table = [{f"f{i}": float(v) for i, v in enumerate(row)} for row in values]
    assert list(feature_copies(table)) == []


def test_a_second_reader_s_features_are_no_names_of_a_row() -> None:
    assert shared_names([{"a": 1.0, "reader2:a": 2.0}, {"a": 1.0, "b": 2.0}]) == ["a"]
