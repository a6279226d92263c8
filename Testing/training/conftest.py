"""A recipe that trains in a second, and patients whose features stand in a table."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.prepared_cohort import PreparedCohort

SIZE = "original_shape_MeshVolume"
TEXTURE = ("original_firstorder_Mean", "original_firstorder_Entropy", "original_glcm_Contrast")
FEATURES = (SIZE, *TEXTURE)
CANDIDATES = ("size", "texture", "both")


def radiomics(name: str, *features: str, **changes: Any) -> dict[str, Any]:
    """A logistic classifier of given features."""
    return {
        "kind": "radiomics",
        "name": name,
        "sequences": ["ct_arterial"],
        "extraction": {"name": "table"},
        "selection": "given",
        "given": list(features),
        **changes,
    }


def recipe_content(**changes: Any) -> dict[str, Any]:
    """Two branches, three candidates, few folds."""
    fusion = {"n_bootstrap": 40, "folds": 3}
    return {
        "name": "quick",
        "title": "A quick model",
        "citation": "Doe J. A paper. 2021. doi:10.1000/1",
        "modality": "CT",
        "sequences": ["ct_arterial"],
        "endpoint": "objective_response",
        "positive_class": "responder",
        "criterion": "mRECIST",
        "readout": "about 30 days after first TACE",
        "treatment": "cTACE",
        "population": "made by a test",
        "intended_use": "tests",
        "folds": 3,
        # As a network has; five would only make tests slow.
        "repeats": 1,
        "refits": 0,
        "branches": [radiomics("size", SIZE), radiomics("texture", *TEXTURE)],
        "fusion": fusion,
        "candidates": [
            {"name": "size", "branches": ["size"], "paper": "Model 1"},
            {"name": "texture", "branches": ["texture"]},
            {
                "name": "both",
                "branches": ["size", "texture"],
                "fusion": {**fusion, "model": "linear_svm"},
            },
        ],
        **changes,
    }


@pytest.fixture(scope="session")
def make_recipe() -> Callable[..., Recipe]:
    """A quick recipe with some keys changed."""
    return lambda **changes: Recipe.model_validate(recipe_content(**changes))


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    """The quick recipe as a file."""
    path = tmp_path / "quick.yaml"
    path.write_text(yaml.safe_dump(recipe_content()), encoding="utf-8")
    return path


def drawn_features(labels: np.ndarray, rng: np.random.Generator, signal: float) -> np.ndarray:
    """Features of which the first texture carries the label."""
    values = rng.normal(size=(labels.size, len(FEATURES)))
    values[:, 1] += signal * labels
    return values


@pytest.fixture(scope="session")
def make_cohort() -> Callable[..., PreparedCohort]:
    """Prepared patients, as many of each class."""

    def make(n: int = 60, seed: int = 4, signal: float = 1.5, prefix: str = "P") -> PreparedCohort:
        labels = np.tile([0, 1], n // 2)
        values = drawn_features(labels, np.random.default_rng(seed), signal)
        rows = [dict(zip(FEATURES, row.tolist(), strict=True)) for row in values]
        return PreparedCohort(
            case_ids=tuple(f"{prefix}{i:03d}" for i in range(n)),
            labels=labels,
            clinical=(ClinicalRecord(),) * n,
            by_branch={"size": tuple(rows), "texture": tuple(rows)},
        )

    return make


@pytest.fixture
def write_table(tmp_path: Path) -> Callable[..., Path]:
    """A cohort table with features and without images."""

    def write(
        n: int = 90,
        seed: int = 4,
        signal: float = 1.5,
        name: str = "cohort.csv",
        change: Callable[[dict[str, Any]], dict[str, Any]] = lambda row: row,
        order: Callable[[list[Any]], list[Any]] = lambda rows: rows,
    ) -> Path:
        labels = np.tile([0, 1], n // 2)
        values = drawn_features(labels, np.random.default_rng(seed), signal)
        roles = ("training", "training", "training", "training", "internal_test", "internal_test")
        rows = [
            {
                "case_id": f"P{i:03d}",
                "role": roles[i % 6],
                "response": str(label),
                **dict(zip(FEATURES, map(repr, row.tolist()), strict=True)),
            }
            for i, (label, row) in enumerate(zip(labels, values, strict=True))
        ]
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(order([change(row) for row in rows]))
        return path

    return write


@pytest.fixture
def cache_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache folder, empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "taceresponse"
