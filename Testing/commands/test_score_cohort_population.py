"""`score --cohort` of patients whom the model is not made for: as `score` of one."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from TACEResponseLib.commands.cli import main
from TACEResponseLib.simulation.cohort import write_cohort
from TACEResponseLib.simulation.settings import GridSettings, SimulationSettings

pytestmark = pytest.mark.usefixtures("in_process")
SMALL = SimulationSettings(grid=GridSettings(size_ijk=(110, 85, 20), spacing_mm=(3, 3, 6)))
# The bundle is for first cTACE in BCLC stage B, with images of the last 7 days before.
SAID = (
    {"treatment": "HAIC low dose", "bclc": "D", "image_to_treatment_days": "30"},
    {"earlier_treatment": "yes"},
    {"image_to_treatment_days": "-30"},
)


@pytest.fixture
def lines(tmp_path: Path) -> list[dict[str, str]]:
    """Three patients scored, each outside in a way of its own."""
    table = write_cohort(SMALL, len(SAID), 5, tmp_path)
    with table.open(newline="", encoding="utf-8") as file:
        kept = ("case_id", "ct_arterial", "roi", "roi_label")
        rows = [{name: row[name] for name in kept} for row in csv.DictReader(file)]
    names = [*kept, *dict.fromkeys(name for said in SAID for name in said)]
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(row | said for row, said in zip(rows, SAID, strict=True))
    words = ["--bundle", "ct-radiomics-cnn-simulated", "--cohort", str(table), "--no-scene"]
    assert main(["score", *words, "--output", str(tmp_path / "out")]) == 2
    with (tmp_path / "out" / "predictions.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_patient_outside_is_warned_of_and_one_from_after_treatment_refused(
    lines: list[dict[str, str]],
) -> None:
    warned, treated, after = lines
    assert warned["probability"]
    codes = warned["warnings"].split("; ")
    assert {"image_too_old", "other_treatment", "other_stage", "population_unknown"} <= set(codes)
    assert "must be the first" in treated["problem"]
    assert "images taken before treatment" in after["problem"]
    assert not treated["probability"]
    assert not after["probability"]


@pytest.fixture
def alone(tmp_path: Path) -> Callable[..., int]:
    """Scores one patient of whom clinical values and context say these."""

    def run(clinical: dict[str, str], context: dict[str, str]) -> int:
        folder = tmp_path / "one"
        table = write_cohort(SMALL, 1, 5, folder)
        with table.open(newline="", encoding="utf-8") as file:
            (row,) = csv.DictReader(file)
        words = ["--image", f"ct_arterial={folder / row['ct_arterial']}"]
        words += ["--roi", str(folder / row["roi"]), "--roi-label", "all", "--no-scene"]
        for name, content in (("clinical", clinical), ("context", context)):
            path = tmp_path / f"{name}.json"
            path.write_text(json.dumps(content), encoding="utf-8")
            words += [f"--{name}", str(path)] if content else []
        bundle = ["--bundle", "ct-radiomics-cnn-simulated"]
        return main(["score", *bundle, *words, "--output", str(tmp_path / "out")])

    return run


def test_clinical_values_of_one_patient_are_compared_as_a_table_s(
    alone: Callable[..., int], tmp_path: Path
) -> None:
    assert alone({"bclc": "D", "treatment": "HAIC low dose"}, {}) == 0
    record = json.loads((tmp_path / "out" / "prediction.json").read_text())
    codes = {warning["code"] for warning in record["warnings"]}
    assert {"other_stage", "other_treatment", "population_unknown"} <= codes


def test_clinical_values_that_contradict_the_context_are_refused(
    alone: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert alone({"bclc": "D"}, {"bclc_stage": "B"}) == 2
    messages = capsys.readouterr().err.splitlines()[-1]
    assert "bclc_stage must say what bclc of the clinical values says, got B beside D" in messages
