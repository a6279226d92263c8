"""Predictions with a known law, as a table and as a study."""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.validation.report.metrics import measure_study
from TACEResponseLib.validation.study.predictions_table import TableOptions, read_predictions
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.topic import Results

Write = Callable[..., Path]


@pytest.fixture(scope="session")
def law() -> Mapping[str, list[object]]:
    """120 patients: a model that knows, one that guesses, sites, size, follow-up."""
    n, rng = 120, np.random.default_rng(11)
    logit = rng.normal(0, 1.4, n)
    outcome = rng.random(n) < 1 / (1 + np.exp(-logit))
    death = rng.exponential(700 * np.exp(0.4 * outcome))
    progression = rng.exponential(300 * np.exp(0.6 * outcome))
    end = rng.uniform(200, 1500, n)
    seen = np.minimum(death, end)
    return {
        "case_id": [f"P{i:03d}" for i in range(n)],
        "outcome": outcome.astype(int).tolist(),
        "fused": np.round(1 / (1 + np.exp(-logit)), 4).tolist(),
        "guess": np.round(rng.uniform(0.2, 0.8, n), 4).tolist(),
        "site": rng.choice(["A", "B"], n).tolist(),
        "sex": rng.choice(["M", "F"], n).tolist(),
        "age": rng.integers(40, 80, n).tolist(),
        "tumor_size_cm": np.round(rng.uniform(2, 9, n), 1).tolist(),
        "time_to_progression_days": np.ceil(np.minimum(progression, seen)).tolist(),
        "progressed": (progression <= seen).astype(int).tolist(),
        "survival_days": np.ceil(seen).tolist(),
        "died": (death <= end).astype(int).tolist(),
    }


@pytest.fixture
def write(tmp_path: Path, law: Mapping[str, list[object]]) -> Write:
    """Writes the table, with changed cells, without some columns, or only the first rows."""

    def table(
        changes: Mapping[tuple[str, int], object] | None = None,
        *,
        drop: Sequence[str] = (),
        rows: int | None = None,
        extra: Mapping[str, Sequence[object]] | None = None,
    ) -> Path:
        columns = {k: list(v)[:rows] for k, v in {**law, **(extra or {})}.items() if k not in drop}
        for (name, row), cell in (changes or {}).items():
            columns[name][row] = cell
        path = tmp_path / "predictions.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        return path

    return table


@pytest.fixture(scope="session")
def study(law: Mapping[str, list[object]], tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The table as it is read."""
    path = tmp_path_factory.mktemp("study") / "predictions.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(law)
        writer.writerows(zip(*law.values(), strict=True))
    return read_predictions(path, TableOptions(threshold=0.55, positive_class="responder"))


@pytest.fixture(scope="session")
def results(study: Study) -> Results:
    """Its numbers, with few draws."""
    return measure_study(study, resamples=200, landmark_day=60)
