"""`recipe` and `simulate` on the command line."""

import csv
from pathlib import Path

import pytest

from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.commands.cli import main
from TACEResponseLib.recipe.reading import read_recipe, shipped_recipes
from TACEResponseLib.simulation.patient import simulate_truth
from TACEResponseLib.simulation.settings import SimulationSettings
from TACEResponseLib.simulation.world2.settings import World2Settings

SIMULATE = ["simulate", "--patients", "1", "--seed", "1", "--output", "c"]


def test_every_recipe_is_listed_with_its_paper(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipe", "list"]) == 0
    stdout = capsys.readouterr().out
    for path in shipped_recipes():
        assert path.stem in stdout
        assert read_recipe(path).citation in stdout


def test_show_prints_every_difference_from_the_paper(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipe", "show", "ct-radiomics-cnn-demo"]) == 0
    stdout = capsys.readouterr().out
    recipe = read_recipe(resource_path("Recipes", "ct-radiomics-cnn-demo.yaml"))
    for difference in recipe.differences:
        assert difference.paper in stdout
        assert difference.ours in stdout
    assert "we do       64 x 64, one channel" in stdout


def test_a_copy_has_the_new_name_and_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["recipe", "new", "mine", "--from", "ct-radiomics-cnn"]) == 0
    shipped = resource_path("Recipes", "ct-radiomics-cnn.yaml")
    mine, source = read_recipe(tmp_path / "mine.yaml"), read_recipe(shipped)
    assert mine == source.model_copy(update={"name": "mine"})
    assert main(["recipe", "new", "mine", "--from", "ct-radiomics-cnn"]) == 2


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (["recipe", "show", "ct-radiomic-cnn"], "did you mean ct-radiomics-cnn?"),
        (["recipe", "new", "Mine!", "--from", "ct-radiomics-cnn"], "lower-case letters"),
        (["simulate", "--patients", "0", "--seed", "1", "--output", "c"], "must be 1 to 100000"),
        (
            ["simulate", "--patients", "1", "--seed", "-1", "--output", "c"],
            "must be 0 to 4294967295",
        ),
        (
            [*SIMULATE, "--world", "2", "--modality", "mr"],
            "leave it out for MR",
        ),
        ([*SIMULATE, "--null"], "--world: must be 2 for --null"),
        ([*SIMULATE, "--world", "2", "--reader-kappa", "0"], "--reader-kappa: must be 0.01 to 1"),
        ([*SIMULATE, "--world", "2", "--portal-share", "1.5"], "--portal-share: must be 0 to 1"),
    ],
)
def test_mistakes_get_one_line(
    words: list[str],
    rule: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    stderr = capsys.readouterr().err
    assert rule in stderr
    assert stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_simulated_cohort_is_written_with_its_answers(tmp_path: Path) -> None:
    folder = tmp_path / "cohort"
    words = ["simulate", "--patients", "2", "--seed", "5", "--role", "tuning"]
    assert main([*words, "--output", str(folder)]) == 0
    with (folder / "cohort.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    truths = [simulate_truth(SimulationSettings(), 5, index) for index in range(2)]
    assert [row["case_id"] for row in rows] == [truth.case_id for truth in truths]
    assert [float(row["true_probability"]) for row in rows] == pytest.approx(
        [truth.probability for truth in truths], abs=1e-6
    )
    assert [row["response"] for row in rows] == [truth.response_class for truth in truths]
    assert {row["role"] for row in rows} == {"tuning"}
    assert all((folder / row["ct_arterial"]).is_file() for row in rows)
    assert main([*words, "--output", str(folder)]) == 2


def test_a_simulated_mr_cohort_passes_the_check(tmp_path: Path) -> None:
    folder = tmp_path / "cohort"
    words = ["simulate", "--modality", "mr", "--treatment", "haic", "--patients", "1"]
    assert main([*words, "--seed", "5", "--output", str(folder)]) == 0
    assert main(["cohort", "check", str(folder / "cohort.csv")]) == 0
    with (folder / "cohort.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert row["treatment"].startswith("HAIC")
    sequences = {s.value for s in ImageSequence if s.modality == "MR"}
    files = {*sequences, *(f"roi_{s}" for s in sequences), "roi", "roi_reader2"}
    assert all((folder / row[name]).is_file() for name in files)


def test_a_cohort_of_the_second_world_passes_the_check(tmp_path: Path) -> None:
    folder = tmp_path / "cohort"
    words = [*SIMULATE[:-1], str(folder), "--world", "2", "--site-shift", "1"]
    assert main([*words, "--reader-kappa", "0.4", "--informative-missingness"]) == 0
    assert main(["cohort", "check", str(folder / "cohort.csv")]) == 0
    with (folder / "cohort.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert row["response"] == row["response_reader1"]
    assert row["latent_response"] in ("CR", "PR", "SD", "PD")
    assert row["site"].startswith("site-")
    kept = World2Settings.model_validate_json((folder / "simulation.json").read_text())
    assert kept.switches.reader_kappa == 0.4
