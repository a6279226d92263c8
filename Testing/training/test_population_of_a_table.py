"""A table of other patients than the recipe's: each part of it refused, told, or on the card.

The patients were read by RECIST 1.1 at 180 days, received HAIC in BCLC stage D after an earlier
treatment, and their images are from 30 days after it.
"""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from TACEResponseLib.bundle import load_bundle
from TACEResponseLib.commands.cli import main
from Testing.training.conftest import recipe_content

pytestmark = pytest.mark.usefixtures("in_process", "cache_home")
WriteTable = Callable[..., Path]

OTHERS = {
    "readout_days": "180",
    "treatment": "HAIC low dose",
    "bclc": "D",
    "earlier_treatment": "yes",
}
LIMITS = {
    "treatments": ["cTACE"],
    "first_treatment_only": True,
    "bclc_stages": ["B"],
    "image_age_days": 7,
}


@pytest.fixture
def train(tmp_path: Path, write_table: WriteTable) -> Callable[..., int]:
    """Trains on a table with these cells, of all patients or of some."""
    recipe = tmp_path / "limited.yaml"
    content = recipe_content(population_limits=LIMITS, readout_window_days=[14, 45], candidates=[])
    recipe.write_text(yaml.safe_dump(content), encoding="utf-8")

    def run(
        cells: dict[str, str], *words: str, some: Callable[[int], bool] = lambda _: True
    ) -> int:
        def changed(row: dict[str, Any]) -> dict[str, Any]:
            return row | (cells if some(int(row["case_id"][1:])) else dict.fromkeys(cells, ""))

        given = ["--recipe", str(recipe), "--cohort", str(write_table(change=changed))]
        output = ["--output", str(tmp_path / "mine"), "--jobs", "1"]
        return main(["train", *given, *output, *words])

    return run


def line(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line of a refusal."""
    (error_line,) = capsys.readouterr().err.splitlines()
    return error_line


def test_another_criterion_is_refused_and_the_remedy_trains(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert train({"criterion": "RECIST 1.1"}) == 2
    messages = line(capsys)
    assert "criterion: must be the model's, mRECIST" in messages
    assert "RECIST 1.1 in 90 of 90 patients" in messages
    assert "--set 'criterion=RECIST 1.1'" in messages
    assert not (tmp_path / "mine").exists()
    assert train({"criterion": "RECIST 1.1"}, "--set", "criterion=RECIST 1.1") == 0
    assert "RECIST 1.1, read-out day not stated" in load_bundle(tmp_path / "mine").card


def test_another_endpoint_is_refused(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert train({"endpoint": "disease control"}) == 2
    assert "endpoint: must be the model's, objective_response" in line(capsys)


def test_responders_are_no_disease_control(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--set", "endpoint=disease_control")
    assert train({"response": "responder"}, *words, some=lambda n: n % 2 == 1) == 2
    assert "must be CR, PR, SD or PD for the endpoint disease_control" in line(capsys)


def test_images_from_after_treatment_are_refused(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert train({"image_to_treatment_days": "-30"}) == 2
    assert "the model reads images taken before treatment, got -30" in line(capsys)
    assert train({"image_date": "2026-04-30", "treatment_date": "2026-03-31"}) == 2
    assert "must not be after treatment" in line(capsys)


def test_other_patients_are_told_kept_and_on_the_card(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert train(OTHERS) == 0
    messages = capsys.readouterr().err
    assert "outside the recipe's population: 90 of 90 outside" in messages
    for words in ("BCLC D 90", "HAIC 90", "treated before 90", "exclude_outside=true"):
        assert words in messages
    card = load_bundle(tmp_path / "mine").card
    for words in (
        "mRECIST 0, RECIST 1.1 0, not stated 60",
        "median 180 (180 to 180) days of 60, 60 of them outside; not stated 0",
        "cTACE 0, DEB-TACE 0, HAIC 60, not stated 0",
        "BCLC 0 0, BCLC A 0, BCLC B 0, BCLC C 0, BCLC D 60, not stated 0",
        "first treatment 0, treated before 60, not stated 0",
        "60 of 60 outside (BCLC D 60, HAIC 60, treated before 60); 0 not verified",
        "criterion not stated, read 180 days (median) after treatment",
    ):
        assert words in card
    # The recipe's words stand in their own column and nowhere else.
    of_recipe = [text for text in card.splitlines() if "cTACE |" in text or "first TACE" in text]
    assert all(text.startswith(("| Treatment |", "| Read-out |")) for text in of_recipe)


def test_other_patients_are_left_out_where_the_recipe_says_so(
    train: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ("--set", "exclude_outside=true")
    assert train({"bclc": "D"}, *words, some=lambda n: n % 3 == 0) == 0
    messages = capsys.readouterr().err
    assert messages.count("is left out: values outside the recipe's population (BCLC D)") == 30
    metadata = load_bundle(tmp_path / "mine").metadata
    assert sum(cohort.n for cohort in metadata.cohorts.values()) == 60
    assert metadata.facts is not None
    assert metadata.facts.n_beyond == 0
    assert (tmp_path / "mine-log" / "left-out.csv").read_text().count("BCLC D") == 30


@pytest.fixture
def judged(
    train: Callable[..., int], write_table: WriteTable, tmp_path: Path
) -> Callable[..., tuple[int, Path]]:
    """Trains on patients of whom nothing is said, and judges the model on others."""

    def run(cells: dict[str, str], some: Callable[[int], bool]) -> tuple[int, Path]:
        def changed(row: dict[str, Any]) -> dict[str, Any]:
            given = cells if some(int(row["case_id"][1:])) else dict.fromkeys(cells, "")
            return row | {"role": "external_test", "case_id": f"N{row['case_id']}"} | given

        assert train({"sex": "female"}) == 0
        cohort = write_table(seed=9, name="others.csv", change=lambda row: changed(row))
        words = ["--bundle", str(tmp_path / "mine"), "--cohort", str(cohort)]
        output = tmp_path / "report"
        code = main(["validate", *words, "--output", str(output), "--resamples", "200"])
        return code, output

    return run


def test_a_validation_reports_other_patients_both_ways(
    judged: Callable[..., tuple[int, Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    code, output = judged(OTHERS, lambda n: n % 3 == 0)
    assert code == 0
    assert "30 of 90 (33 %) lie outside the population" in capsys.readouterr().out
    with (output / "population.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["patients"], r["n"], r["events"]) for r in rows] == [
        ("all", "90", "45"),
        ("inside the limits only", "60", "30"),
    ]
    numbers = json.loads((output / "metrics.json").read_text())["results"]
    assert numbers["inside_limits"][0]["n"] == 60
    assert numbers["inside_limits"][0]["auc"]["value"] != numbers["models"][0]["auc"]["value"]
    with (output / "checklist_tripod_ai.csv").open(newline="") as file:
        answers = {row["item"]: row["answer"] for row in csv.DictReader(file)}
    assert "criterion mRECIST 0, RECIST 1.1 0, not stated 90; read-out median 180" in answers["8a"]
    assert answers["6c"] == "cTACE 0, DEB-TACE 0, HAIC 30, not stated 60"
    assert answers["6b"].startswith("30 of 90 outside (BCLC D 30, HAIC 30, treated before 30); 60")
    assert answers["6a"].startswith("not verified")
    assert "training: 6 candidate parameters need" in answers["10"]


def test_a_validation_refuses_another_criterion(
    judged: Callable[..., tuple[int, Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    code, output = judged({"criterion": "RECIST 1.1"}, lambda n: n == 6)
    assert code == 2
    messages = capsys.readouterr().err.splitlines()[-1]
    assert "must be the model's, mRECIST, got RECIST 1.1 in 1 of 90 patients" in messages
    assert "score them, then validate the table of predictions" in messages
    assert not output.exists()


def test_a_validation_refuses_images_from_after_treatment(
    judged: Callable[..., tuple[int, Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    code, output = judged({"image_to_treatment_days": "-30"}, lambda n: n == 6)
    assert code == 2
    assert "taken before treatment, got -30" in capsys.readouterr().err.splitlines()[-1]
    assert not output.exists()


def test_imputed_values_and_sample_size_are_on_the_card(
    train: Callable[..., int], tmp_path: Path
) -> None:
    fusion = "fusion={clinical: [{name: afp_ng_per_ml, transform: log10, required: false}]}"
    assert train({"afp_ng_per_ml": "20"}, "--set", fusion, some=lambda n: n % 2 == 0) == 0
    metadata = load_bundle(tmp_path / "mine").metadata
    assert "| afp_ng_per_ml 30 of 60 (50 %) |" in load_bundle(tmp_path / "mine").card
    # A size, three textures, two branches to be fused, and AFP.
    assert metadata.development is not None
    assert metadata.development.parameters == 1 + 3 + 2 + 1
    assert (metadata.development.n, metadata.development.events) == (60, 30)
    assert "7 candidate parameters need" in load_bundle(tmp_path / "mine").card
