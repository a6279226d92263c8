"""`score --cohort` of patients whom the model is not made for: as `score` of one."""

import csv
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
