"""`validate`, `compare` and `recalibrate` as a person runs them."""

import json
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.commands.cli import main
from TACEResponseLib.simulation.cohort import write_cohort
from TACEResponseLib.simulation.settings import SimulationSettings

SHIPPED = "ct-radiomics-cnn-simulated"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Sixty patients with a model that knows something."""
    rng = np.random.default_rng(3)
    logit = rng.normal(0, 1, 60)
    lines = [
        f"C{i},{int(rng.random() < 1 / (1 + np.exp(-x)))},{1 / (1 + np.exp(-x)):.4f}"
        for i, x in enumerate(logit)
    ]
    path = tmp_path / "predictions.csv"
    path.write_text("case_id,outcome,model\n" + "\n".join(lines))
    return path


def test_validate_tells_the_answer_and_compare_reads_it(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["validate", "--predictions", str(table), "--resamples", "200", "--output"]
    assert main([*words, str(tmp_path / "one")]) == 0
    printed_lines = capsys.readouterr().out.splitlines()
    assert printed_lines[0].startswith("It ranks a patient of the class")
    assert printed_lines[-1] == str(tmp_path / "one" / "report.html")
    assert main([*words, str(tmp_path / "two"), "--threshold", ".4"]) == 0
    metrics = json.loads((tmp_path / "two" / "metrics.json").read_text())
    assert metrics["results"]["models"][0]["threshold"]["threshold"] == 0.4
    capsys.readouterr()
    folders = [str(tmp_path / name) for name in ("one", "two")]
    assert main(["compare", *folders, "--output", str(tmp_path / "both")]) == 0
    assert "one: model" in capsys.readouterr().out
    assert (tmp_path / "both" / "paired.csv").is_file()


def test_a_refusal_leaves_nothing_behind(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table.write_text(table.read_text().replace("C5,", "C4,"))
    assert main(["validate", "--predictions", str(table), "--output", str(tmp_path / "x")]) == 2
    assert "must name each patient once" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["predictions.csv"]


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ([], "needs --predictions, or --bundle and --cohort"),
        (["--predictions", "p.csv", "--bundle", SHIPPED], "needs --predictions, or --bundle"),
        (
            ["--bundle", SHIPPED, "--cohort", "c.csv", "--threshold", ".5"],
            "--threshold: is for --predictions",
        ),
        (["--predictions", "p.csv", "--resamples", "10"], "must be 200 to 1000000"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    words: list[str], rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", *words, "--output", str(tmp_path / "x")]) == 2
    assert rule in capsys.readouterr().err


def test_compare_refuses_a_folder_beside_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").symlink_to(tmp_path / "one")
    assert main(["compare", str(tmp_path / "one"), str(tmp_path / "other")]) == 2
    assert capsys.readouterr().err == (
        "error: compare: must name each folder once, got other twice; "
        "name the folder of another validation\n"
    )


def test_recalibrate_scores_nobody_where_the_outcomes_are_too_few(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def scores_nobody(*_: object, **__: object) -> None:
        raise AssertionError("outcomes come first")

    monkeypatch.setattr("TACEResponseLib.validation.recalibration.score_patients", scores_nobody)
    for n in range(30):
        (tmp_path / f"ct{n}.nii.gz").write_text(f"image {n}")
        (tmp_path / f"roi{n}.nii.gz").write_text(f"ROI {n}")
    lines = [f"P{n},external_test,ct{n}.nii.gz,roi{n}.nii.gz,SD" for n in range(30)]
    table = tmp_path / "cohort.csv"
    table.write_text("\n".join(["case_id,role,ct_arterial,roi,response", *lines]))
    words = ["recalibrate", "--bundle", SHIPPED, "--cohort", str(table), "--method", "slope"]
    assert main([*words, "--output", str(tmp_path / "new")]) == 2
    assert "outcome: must hold both 0 and 1 (both classes), got only 0" in capsys.readouterr().err


def test_compare_needs_two_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(tmp_path)]) == 2
    assert "at least two folders" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.usefixtures("in_process")
def test_a_bundle_is_judged_on_a_cohort_with_a_patient_that_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort = write_cohort(
        SimulationSettings(), 14, 5, tmp_path / "c", role=CohortRole.EXTERNAL_TEST
    )
    first = cohort.read_text().splitlines()[1].split(",")[0]
    image = next(p for p in cohort.parent.rglob("*") if first in str(p) and "ct" in p.name)
    image.write_bytes(b"broken")
    words = ["validate", "--bundle", SHIPPED, "--cohort", str(cohort), "--resamples", "200"]
    assert main([*words, "--jobs", "1", "--output", str(tmp_path / "out")]) == 0
    assert f"left out: {first}" in capsys.readouterr().err
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert (metrics["n"], len(metrics["failures"])) == (13, 1)
    assert metrics["drift"]
    assert {c["other"] for c in metrics["results"]["comparisons"]} >= {"lesion volume, mL"}
    assert list((tmp_path / "out" / "cases").glob("*.png"))
