"""From a network of four classes and a cohort to the section on response classes, end to end."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.basics.process.progress import silent
from TACEResponseLib.validation.report.metrics import measure_study, plain
from TACEResponseLib.validation.report.writing import write_validation
from TACEResponseLib.validation.study.cohort_study import score_study
from TACEResponseLib.validation.study.predictions_table import TableOptions, read_predictions
from TACEResponseLib.validation.topics.classes.classes import ClassResults
from Testing.in_process import stay_in_process
from Testing.validation.four_class_training import CLASSES, train_bundle, write_patients

# Nobody progressed; one patient is only said to respond, one was never read.
RESPONSES = [*CLASSES[:3] * 5, "responder", ""]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("four")
    with pytest.MonkeyPatch.context() as patch:
        stay_in_process(patch)
        bundle = train_bundle(path)
        cohort = write_patients(path / "test", "external_test", RESPONSES, 2)
        study, _ = score_study(
            [str(bundle)], cohort, role=None, device="cpu", jobs=1, progress=silent
        )
    write_validation(study, measure_study(study, resamples=200), path / "out")
    return path / "out"


@pytest.fixture(scope="module")
def measured_bundle(folder: Path) -> dict[str, Any]:
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert len(metrics["results"]["classes"]) == 1
    result: dict[str, Any] = metrics["results"]["classes"][0]
    return result


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_network_that_sees_the_class_tells_classes_apart(measured_bundle: dict[str, Any]) -> None:
    assert measured_bundle["name"] == "brightness: net"
    assert measured_bundle["result"]["macro"]["value"] > 0.9
    assert (
        measured_bundle["result"]["accuracy"]["value"]
        > measured_bundle["commonest_accuracy"]["value"]
    )


def test_every_patient_is_counted_once(measured_bundle: dict[str, Any], folder: Path) -> None:
    assert (measured_bundle["n"], measured_bundle["unknown"]) == (15, 1)
    assert sum(map(sum, measured_bundle["result"]["confusion"])) == 15
    assert measured_bundle["counts"] == {"CR": 5, "PR": 5, "SD": 5, "PD": 0}
    assert [r["reason"] for r in rows(folder / "failures.csv")] == ["no response in the table"]


def test_the_two_first_classes_are_the_branch_s_probability(folder: Path) -> None:
    of_class = {r["case_id"]: r for r in rows(folder / "class_predictions.csv")}
    for row in rows(folder / "predictions.csv"):
        known = of_class[row["case_id"]]
        assert sum(float(known[f"p_{name}"]) for name in CLASSES) == pytest.approx(1)
        assert float(known["p_CR"]) + float(known["p_PR"]) == pytest.approx(
            float(row["brightness: net"])
        )


def test_the_confusion_figure_counts_what_the_predictions_say(folder: Path) -> None:
    seen: dict[tuple[str, str], int] = {}
    for row in rows(folder / "class_predictions.csv"):
        called = max(CLASSES, key=lambda name: float(row[f"p_{name}"]))
        seen[row["response"], called] = seen.get((row["response"], called), 0) + 1
    cells = rows(folder / "figures" / "confusion.csv")
    assert len(cells) == 16
    for cell in cells:
        pair = cell["observed"], cell["most_probable"]
        assert int(cell["patients"]) == seen.get(pair, 0)
        assert (cell["share_of_observed"] == "") == (cell["observed"] == "PD")


def test_the_report_says_who_is_missing_and_what_the_probabilities_are(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "<h2>Response classes</h2>" in text
    assert "The response class of 15 of 16 patients is known and judged" in text
    assert "Nobody has PD" in text
    assert "the calibration of the model&#39;s probability does not reach them" in text
    assert "unweighted mean (macro AUC" in text
    for cell in rows(folder / "classes.csv")[0].values():
        assert cell in text


def test_what_it_predicted_is_read_back_as_somebody_else_s_model(
    folder: Path, measured_bundle: dict[str, Any]
) -> None:
    # The branch's column has a name of its own and is no model of four classes.
    assert len(read_predictions(folder / "predictions.csv", TableOptions()).models) == 2
    study = read_predictions(folder / "class_predictions.csv", TableOptions())
    assert study.positive_class == "CR or PR"
    again = plain(measure_study(study, resamples=200).of(ClassResults).classes[0].result)
    assert again["one_vs_rest"] == measured_bundle["result"]["one_vs_rest"]
    assert again["confusion"] == measured_bundle["result"]["confusion"]
