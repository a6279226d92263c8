"""The result in tables: what stands in them, and that saving keeps it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.terms import NOT_A_DEVICE
from TACEResponseLib.evidence.branch import FeatureContribution
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.scene.mrb import save_scene
from TACEResponseLib.scene.tables import branches, contributions, fill_table, radiomics, summary
from Testing.scene.saved_scenes import read_scene


@pytest.fixture
def prediction(ball_case: Case, make_prediction: Callable[..., Prediction]) -> Prediction:
    return make_prediction(ball_case)


def with_features(prediction: Prediction, *values: float | None) -> Prediction:
    features = tuple(
        FeatureContribution(
            name=f"f{n}", value=1.0, z_score=0.0, contribution=value, ibsi_code=None
        )
        for n, value in enumerate(values)
    )
    network, classifier = prediction.branches
    return replace(prediction, branches=(network, replace(classifier, features=features)))


def cells(node: Any) -> dict[str, list[Any]]:
    table = node.GetTable()
    columns = [table.GetColumn(n) for n in range(table.GetNumberOfColumns())]
    return {c.GetName(): [c.GetValue(r) for r in range(table.GetNumberOfRows())] for c in columns}


def test_the_summary_says_first_what_must_be_read_first(prediction: Prediction) -> None:
    table = summary(prediction)
    rows = list(zip(table["Item"], table["Value"], strict=True))
    assert rows[:4] == [
        ("Notice", prediction.simulated_banner),
        ("Result", prediction.sentence),
        ("Answer", prediction.answer_sentence),
        ("Warning", "The phase can't be verified."),
    ]
    assert ("Range", "0.410 to 0.740") in rows
    assert ("Range of", "90 % of what another draw of training patients would give") in rows
    assert ("Venn-Abers pair", "0.550 and 0.620") in rows
    assert ("Cut-off", "0.550, set on out-of-fold outputs of the training cohort") in rows
    assert rows[-1] == ("Use", NOT_A_DEVICE)


def test_a_model_of_real_patients_has_no_notice(prediction: Prediction) -> None:
    assert "Notice" not in summary(replace(prediction, simulated_banner=None))["Item"]


def test_branches_name_the_lesions_they_looked_at(prediction: Prediction) -> None:
    network, classifier = prediction.branches
    table = branches(replace(prediction, branches=(network, replace(classifier, lesions=(1, 3)))))
    assert table["Kind"] == ["image network", "radiomics"]
    assert table["Lesions"] == ["1", "1, 3"]


def test_a_feature_without_contribution_is_nan_not_zero(prediction: Prediction) -> None:
    column = radiomics(prediction)["Contribution (logit)"]
    assert column[0] == 0.3
    assert np.isnan(column[1])


def test_the_strongest_contributions_come_first_whatever_their_sign(
    prediction: Prediction,
) -> None:
    bars = contributions(with_features(prediction, 0.1, -0.5, None, 0.3))
    assert bars.names == ("f1", "f3", "f0")
    assert bars.logits == (-0.5, 0.3, 0.1)
    assert bars.title == "What moved the result: radiomics"


def test_of_many_contributions_twelve_are_shown_and_the_title_says_so(
    prediction: Prediction,
) -> None:
    bars = contributions(with_features(prediction, *np.linspace(-1, 1, 40)))
    assert len(bars.names) == 12
    assert min(abs(v) for v in bars.logits) > 0.7
    assert bars.title.endswith("(12 strongest of 40)")


def test_without_contributions_of_features_the_fusion_is_shown(prediction: Prediction) -> None:
    bars = contributions(with_features(prediction, None, None))
    assert (bars.names, bars.logits) == (("cnn",), (0.3,))
    assert "branches" in bars.title


def test_a_saved_table_is_equal_to_the_one_on_screen(scene: Any, tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    numbers = [*(random.normal(size=20) * 10.0 ** random.integers(-9, 9, 20)).tolist(), np.nan]
    texts = [f"größer ≥ {n}, \"so\"; 'x'" for n in range(20)] + ["two\tcells\nor lines"]
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", "t")
    fill_table(node, {"text": texts, "number": numbers})
    before = cells(node)
    assert before["text"][0] == "größer ≥ 0, 'so'; 'x'"
    assert before["text"][-1] == "two cells or lines"
    assert np.allclose(before["number"][:-1], numbers[:-1], rtol=5e-6)
    save_scene(scene, tmp_path / "t.mrb")
    with read_scene(tmp_path / "t.mrb") as again:
        after = cells(again.GetFirstNodeByName("t"))
    assert after["text"] == before["text"]
    assert np.array_equal(after["number"], before["number"], equal_nan=True)


def test_a_table_is_locked_and_refilled_without_leftovers(scene: Any) -> None:
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", "t")
    fill_table(node, {"a": ["x", "y"], "b": [1.0, 2.0]})
    fill_table(node, {"a": ["z"]})
    assert node.GetLocked()
    assert cells(node) == {"a": ["z"]}


def test_columns_of_unequal_length_are_refused(scene: Any) -> None:
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", "t")
    with pytest.raises(ValueError, match=r"equally long.*\[1, 2\]"):
        fill_table(node, {"a": ["z"], "b": [1.0, 2.0]})
