"""Somebody else's table: what is read, warned of and refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.from_files.cohort import COLUMNS
from TACEResponseLib.validation.study.predictions_table import (
    TableOptions,
    read_prediction_studies,
    read_predictions,
)
from TACEResponseLib.validation.study.study import HALF_SET_ON, Study

Write = Callable[..., Path]
PLAIN = TableOptions()


def test_every_unknown_column_of_numbers_is_a_model(study: Study) -> None:
    assert [model.name for model in study.models] == ["fused", "guess"]
    assert study.models[0].threshold == 0.55
    assert list(study.attributes) == ["site", "sex", "age", "tumor size"]
    assert [t.follow_up.endpoint for t in study.timed] == ["PFS", "TTP", "OS"]


def test_the_order_of_rows_does_not_move_a_number(write: Write, law: dict[str, list]) -> None:
    table = read_predictions(write(), PLAIN)
    rows = np.arange(120)[::-1]
    turned = write(extra={name: [cells[i] for i in rows] for name, cells in law.items()})
    other = read_predictions(turned, PLAIN)
    assert auc(table.outcome, table.models[0].probabilities) == auc(
        other.outcome, other.models[0].probabilities
    )


def test_without_a_threshold_one_half_is_used_and_said(write: Write) -> None:
    model = read_predictions(write(), PLAIN).models[0]
    assert (model.threshold, model.threshold_set_on) == (0.5, HALF_SET_ON)


def test_repeats_of_a_cross_validation_become_one_model(write: Write) -> None:
    rng = np.random.default_rng(1)
    extra = {f"cv#{i}": rng.uniform(0, 1, 120).round(3).tolist() for i in (1, 2)}
    table = read_predictions(write(extra=extra, drop=("fused", "guess")), PLAIN)
    assert [m.name for m in table.models] == ["cv"]
    assert table.origin.cross_validated
    np.testing.assert_allclose(table.models[0].probabilities, np.mean(list(extra.values()), 0))


def test_patients_without_outcome_are_left_out_counted_and_named(write: Write) -> None:
    table = read_predictions(write({("outcome", 3): "", ("fused", 7): ""}), PLAIN)
    assert table.n == 118
    assert [f.case_id for f in table.failures] == ["P003", "P007"]
    text = next(w.message for w in table.warnings if w.code == "left_out")
    assert "2 of 120 patients" in text
    assert "first in row 4: 1 without an outcome, 1 without a probability" in text


def test_few_patients_get_wide_intervals_and_a_warning(write: Write) -> None:
    table = read_predictions(write(rows=8), PLAIN)
    assert {"few_patients", "few_of_a_class"} <= {w.code for w in table.warnings}
    area = auc(table.outcome, table.models[0].probabilities)
    assert area.high - area.low > 0.3


def test_ties_and_perfect_separation_are_warned_of(write: Write, law: dict[str, list]) -> None:
    tied = [0.2 + 0.6 * y for y in law["outcome"]]
    table = read_predictions(write(extra={"fused": tied}), PLAIN)
    assert {"ties", "perfect_separation"} <= {w.code for w in table.warnings}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({("fused", 4): 1.3}, r"fused, row 5: must lie within 0\.\.1, got 1\.3"),
        ({("fused", 0): -2.2}, r"row 1: must lie within 0\.\.1, got -2\.2; turn logits"),
        ({("fused", 0): "high"}, r"fused: must be probabilities of a model.*got 'high'"),
        ({("case_id", 9): "P002"}, r"case_id, row 10: must name each patient once.*row 3"),
        ({("case_id", 9): ""}, r"case_id, row 10: must not be blank"),
        ({("outcome", 2): "CR"}, r"outcome, row 3 \(P002\): must be a number or blank"),
        ({("survival_days", 2): -3}, r"survival_days, row 3 \(P002\): must be 0 days or more"),
        ({("died", 1): 2}, r"died, row 2 \(P001\): must be yes or no \(1 or 0\)"),
        ({("time_to_progression_days", 5): 99999}, r"row 6 \(P005\): must not exceed survival"),
        ({("tumor_size_cm", 0): 900}, r"P000 \(row 1\), .*tumor_size_cm"),
    ],
)
def test_a_bad_cell_is_refused_with_rule_row_and_remedy(
    write: Write, changes: dict[tuple[str, int], object], rule: str
) -> None:
    with pytest.raises(InputError, match=rule):
        read_predictions(write(changes), PLAIN)


def test_outcomes_coded_one_and_two_are_refused(write: Write, law: dict[str, list]) -> None:
    with pytest.raises(InputError, match=r"must be 0 or 1.*coded 1 and 2"):
        read_predictions(write(extra={"outcome": [2 - y for y in law["outcome"]]}), PLAIN)


def test_one_class_is_refused(write: Write) -> None:
    with pytest.raises(InputError, match="must hold both 0 and 1"):
        read_predictions(write(extra={"outcome": [1] * 120}), PLAIN)


def test_percents_are_refused_with_the_way_out(write: Write, law: dict[str, list]) -> None:
    with pytest.raises(InputError, match="divide percents by 100"):
        read_predictions(write(extra={"fused": [100 * p for p in law["fused"]]}), PLAIN)


def test_a_misspelt_column_is_answered_with_the_nearest(write: Write, law: dict[str, list]) -> None:
    with pytest.raises(InputError, match="did you mean site"):
        read_predictions(write(extra={"sitee": law["site"]}), PLAIN)


def test_a_table_without_probabilities_or_outcome_is_refused(write: Write) -> None:
    with pytest.raises(InputError, match="must hold a column of probabilities"):
        read_predictions(write(drop=("fused", "guess")), PLAIN)
    with pytest.raises(InputError, match="outcome: must be a column"):
        read_predictions(write(drop=("outcome",)), PLAIN)


def test_of_a_table_that_score_wrote_the_probability_alone_is_a_model(tmp_path: Path) -> None:
    cells = {
        "probability": "0.{}",
        "low_90": "0.1",
        "high_90": "0.9",
        "answer": "can't tell",
        "call": "above",
        "warnings": "",
        "problem": "",
        "role": "external_test",
        "response": "",
    }
    lines = [",".join(COLUMNS)]
    for n in range(1, 10):
        own = {"case_id": f"P{n}", "outcome": str(n % 2), **cells}
        lines.append(",".join(own[name].format(n) for name in COLUMNS))
    path = tmp_path / "predictions.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert [model.name for model in read_predictions(path, PLAIN).models] == ["probability"]


def test_a_threshold_outside_0_to_1_is_refused(write: Write) -> None:
    with pytest.raises(InputError, match="--threshold: must lie inside"):
        read_predictions(write(), TableOptions(threshold=1.0))


def test_a_role_that_trained_makes_the_study_in_sample(write: Write) -> None:
    roles = ["training"] * 60 + ["external_test"] * 60
    studies = read_prediction_studies(write(extra={"role": roles}), PLAIN)
    assert [(role, s.n, s.origin.in_sample) for role, s in studies.items()] == [
        (CohortRole.EXTERNAL_TEST, 60, False),
        (CohortRole.TRAINING, 60, True),
    ]
    few = ["training"] + ["external_test"] * 119
    (study,) = read_prediction_studies(write(extra={"role": few}), PLAIN).values()
    assert study.n == 119
    assert "1 patient of role training are not judged" in study.warnings[0].message
    with pytest.raises(InputError, match="role, row 1: must be one of training"):
        read_predictions(write(extra={"role": ["train"] * 120}), PLAIN)


def test_features_and_diagnostics_of_pyradiomics_are_no_models(tmp_path: Path) -> None:
    rows = "".join(f"P{n},{n % 2},0.{n + 1},{n}.5,{n}\n" for n in range(9))
    path = tmp_path / "p.csv"
    path.write_text(
        "case_id,outcome,model,original_shape_MeshVolume,"
        "diagnostics_Mask-original_VoxelNum\n" + rows
    )
    assert [m.name for m in read_predictions(path, PLAIN).models] == ["model"]


def test_a_table_in_any_way_of_saving_gives_the_same_numbers(tmp_path: Path) -> None:
    plain, german = tmp_path / "p.csv", tmp_path / "g.csv"
    cells = [(f"P{n}", n % 2, f"0.{n + 1}") for n in range(9)]
    plain.write_text("case_id,outcome,model\n" + "".join(f"{a},{b},{c}\n" for a, b, c in cells))
    words = {0: "no", 1: "yes"}
    german.write_text(
        "case_id;outcome;model\n"
        + "".join(f"{a};{words[b]};{c.replace('.', ',')}\n" for a, b, c in cells),
        encoding="utf-16",
    )
    one, other = read_predictions(plain, PLAIN), read_predictions(german, PLAIN)
    assert one.outcome.tolist() == other.outcome.tolist()
    assert one.models[0].probabilities.tolist() == other.models[0].probabilities.tolist()


def test_table_one_gives_no_role_to_patients_of_whom_none_is_given(
    write: Write, law: dict[str, list]
) -> None:
    without = read_predictions(write(), PLAIN).table_one
    assert without is not None
    assert without.header == ("", "no role given, positive", "no role given, negative")
    roles = ["external_test", ""] * (len(law["case_id"]) // 2)
    apart = read_prediction_studies(write(extra={"role": roles}), PLAIN)
    tables = [study.table_one for study in apart.values() if study.table_one]
    assert [{name.split(",")[0] for name in table.header[1:]} for table in tables] == [
        {"external test"},
        {"no role given"},
    ]
    assert sum(int(n) for table in tables for n in table.rows[0][1:]) == len(roles)


def test_an_image_from_after_treatment_is_refused(write: Write) -> None:
    days = {"image_to_treatment_days": [5] * 119 + [-30], "criterion": ["mRECIST"] * 120}
    with pytest.raises(InputError, match="row 120, P119, image_to_treatment_days") as refused:
        read_predictions(write(extra=days), TableOptions())
    assert "taken before treatment" in str(refused.value)


def test_criterion_and_days_are_counted(write: Write) -> None:
    days = {"readout_days": [30] * 60 + [""] * 60, "criterion": ["mRECIST"] * 40 + [""] * 80}
    facts = read_predictions(write(extra=days), TableOptions()).facts
    assert facts is not None
    assert facts.criterion.words == "mRECIST 40, RECIST 1.1 0, not stated 80"
    assert facts.readout.words == "median 30 (30 to 30) days of 60; not stated 60"
