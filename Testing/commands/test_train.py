"""`train` from files to a bundle that scores."""

import csv
from pathlib import Path

import pytest
import yaml

from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle import load_bundle
from TACEResponseLib.cohort.loading import load_case
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.commands.cli import main
from TACEResponseLib.scoring import score
from TACEResponseLib.simulation.cohort import write_cohort
from TACEResponseLib.simulation.settings import SimulationSettings
from Testing.coarse_images import CT_GRID
from Testing.in_process import stay_in_process

COARSE = SimulationSettings(grid=CT_GRID)


def small_recipe(folder: Path) -> Path:
    """The shipped recipe with one epoch, two folds, few features and an eighth of the voxels."""
    path = resource_path("Recipes", "ct-radiomics-cnn-demo.yaml")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content |= {"name": "small", "folds": 2, "refits": 0}
    content["branches"][0]["fitting"]["epochs"] = 1
    content["branches"][1]["n_features"] = 3
    content["branches"][1]["extraction"]["spacing_mm"] = 4.0
    content["fusion"] |= {"n_bootstrap": 40, "folds": 2}
    target = folder / "small.yaml"
    target.write_text(yaml.safe_dump(content), encoding="utf-8")
    return target


def cohort_of_two_roles(folder: Path) -> Path:
    """Twenty patients to train on, eight to test on, in one table, the test patients first."""
    training = write_cohort(COARSE, 20, 3, folder / "a")
    test = write_cohort(COARSE, 8, 4, folder / "b", role=CohortRole.INTERNAL_TEST)
    rows = []
    for table, prefix in ((test, "T"), (training, "P")):
        with table.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                files = ("ct_arterial", "roi", "roi_reader2")
                paths = {column: str(table.parent / row[column]) for column in files}
                rows.append({**row, **paths, "case_id": prefix + row["case_id"]})
    path = folder / "cohort.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.slow
def test_a_cohort_on_disk_becomes_a_bundle_that_scores_and_the_same_bytes_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, table = small_recipe(tmp_path), cohort_of_two_roles(tmp_path)
    words = [
        "train",
        "--recipe",
        str(recipe),
        "--cohort",
        str(table),
        "--simulated",
        "--seed",
        "2",
        "--cache",
        str(tmp_path / "cache"),
    ]
    first, second = tmp_path / "mine", tmp_path / "again" / "mine"
    with monkeypatch.context() as patch:
        stay_in_process(patch)
        assert main([*words, "--output", str(first)]) == 0
    assert "simulated patients" in capsys.readouterr().out.splitlines()[0]
    bundle = load_bundle(first)
    assert bundle.metadata.cohorts[CohortRole.TRAINING].n == 20
    assert bundle.metadata.cohorts[CohortRole.INTERNAL_TEST].n == 8
    case = load_case(usable_cohort(table)[0])
    assert 0 < score(case, bundle).fused.probability < 1
    assert main([*words, "--jobs", "2", "--output", str(second)]) == 0
    assert (first / "SHA256SUMS").read_bytes() == (second / "SHA256SUMS").read_bytes()
    assert main([*words, "--output", str(first)]) == 2
