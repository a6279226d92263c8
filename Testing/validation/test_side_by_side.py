"""Validations side by side."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evaluation.discrimination.auc_difference import auc_difference
from TACEResponseLib.validation.report.metrics import metrics_json
from TACEResponseLib.validation.report.names import METRICS, PREDICTIONS
from TACEResponseLib.validation.report.writing import prediction_rows
from TACEResponseLib.validation.side_by_side import paired, read_validation, side_by_side
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.figure import write_csv
from TACEResponseLib.validation.style.words import p_value
from TACEResponseLib.validation.topics.topic import Results


def written(study: Study, results: Results, folder: Path) -> None:
    """The two files that a comparison reads."""
    folder.mkdir()
    (folder / METRICS).write_text(metrics_json(study, results), encoding="utf-8")
    write_csv(folder / PREDICTIONS, *prediction_rows(study))


def test_the_same_patients_are_tested_in_pairs(
    study: Study, results: Results, tmp_path: Path
) -> None:
    written(study, results, tmp_path / "one")
    written(study, results, tmp_path / "two")
    validations = [read_validation(tmp_path / name) for name in ("one", "two")]
    assert len(side_by_side(validations)) == 4
    rows = {row[:2]: row for row in paired(validations)}
    assert len(rows) == 6
    expected = auc_difference(study.outcome, *(m.probabilities for m in study.models))
    assert rows["one: fused", "one: guess"][3] == p_value(expected.significance)
    assert rows["one: fused", "two: fused"][3] == "p = 1.000"


def test_other_patients_are_shown_and_not_tested(
    study: Study, results: Results, tmp_path: Path
) -> None:
    written(study, results, tmp_path / "one")
    other = replace(study, case_ids=tuple(f"Q{c}" for c in study.case_ids))
    written(other, results, tmp_path / "two")
    rows = paired([read_validation(tmp_path / name) for name in ("one", "two")])
    assert {(a[:3], b[:3]) for a, b, *_ in rows} == {("one", "one"), ("two", "two")}


def test_a_folder_that_validate_did_not_write_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must be a folder that validate wrote"):
        read_validation(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" * 100_000, "must be nested at most 64 deep"),
        ("[]", "must hold one JSON object"),
        ("{", "must be JSON"),
        ('{"format": 1, "format": 1}', "must give each key once"),
    ],
)
def test_metrics_that_are_no_sane_json_are_refused(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / METRICS).write_text(text)
    with pytest.raises(InputError, match=f"must be a folder that validate wrote.*{says}"):
        read_validation(tmp_path)


def test_metrics_without_what_is_compared_are_refused(
    study: Study, results: Results, tmp_path: Path
) -> None:
    written(study, results, tmp_path / "one")
    content = json.loads((tmp_path / "one" / METRICS).read_text())
    for name in ("results", "origin", "n", "positive_class"):
        odd = {k: v for k, v in content.items() if k != name}
        (tmp_path / "one" / METRICS).write_text(json.dumps(odd))
        with pytest.raises(InputError, match="as validate wrote them, got something else at"):
            read_validation(tmp_path / "one")


def test_a_folder_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_validation(tmp_path / "none")
    assert refused.value.got == "no such folder"
    assert str(refused.value).count("got ") == 1
    with pytest.raises(InputError) as refused:
        read_validation(tmp_path)
    assert str(refused.value).count("got ") == 1
