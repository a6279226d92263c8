"""A record read back is the prediction it was made from."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.context import read_context
from TACEResponseLib.result.contour_range import ContourRange
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.record import record_json, to_record
from TACEResponseLib.result.record_reading import prediction_from_record

SEQUENCE = ImageSequence.CT_ARTERIAL


@pytest.fixture
def prediction(ball_case: Case, make_prediction: Callable[..., Prediction]) -> Prediction:
    context = read_context({"image_date": "2026-03-24", "bclc_stage": "B"})
    return replace(make_prediction(ball_case), context=context)


def test_a_record_gives_its_prediction_back(prediction: Prediction) -> None:
    volume = prediction.branches[0].saliency[SEQUENCE].volume
    record = json.loads(record_json(prediction))
    again = prediction_from_record(record, {("cnn", SEQUENCE): volume})
    assert to_record(again) == to_record(prediction)
    assert record_json(again) == record_json(prediction)
    assert again.lesions == prediction.lesions
    assert again.fused == prediction.fused
    assert again.branches[0].saliency[SEQUENCE].volume is volume


def test_without_voxels_there_is_no_map(prediction: Prediction) -> None:
    again = prediction_from_record(to_record(prediction), {})
    assert not again.branches[0].saliency
    assert again.sentence == prediction.sentence


def test_a_record_of_another_version_is_refused(prediction: Prediction) -> None:
    with pytest.raises(InputError, match="must be a record of version 2, got 3"):
        prediction_from_record({**to_record(prediction), "record_version": 3}, {})


def test_a_record_of_before_refits_keeps_its_interval(prediction: Prediction) -> None:
    new = ("model_range", "venn_abers", "answer", "answer_sentence")
    record = {k: v for k, v in to_record(prediction).items() if k not in new}
    old = record | {"record_version": 1, "interval_95": [0.5, 0.7], "interval_method": "bootstrap"}
    again = prediction_from_record(old, {})
    assert again.fused.limits == again.fused.interval == (0.5, 0.7)
    assert again.fused.model_range is again.fused.answer is None
    assert again.answer_sentence == prediction.call_sentence


@pytest.mark.parametrize("record", [None, 5, [], "x", {}, {"record_version": True}])
def test_what_is_no_record_at_all_is_refused(record: object) -> None:
    with pytest.raises(InputError, match="must be a record of version 2, got"):
        prediction_from_record(record, {})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("probability", "0.5"),
        ("probability", 1.5),
        ("probability", True),
        ("interval_95", [0.1, None]),
        ("sentence", 5),
        ("simulated_model", {}),
        ("class_probabilities", {"CR": "x"}),
        ("branches", [{}]),
        ("lesions", [5]),
    ],
)
def test_a_part_of_another_type_is_refused(prediction: Prediction, key: str, value: object) -> None:
    with pytest.raises(InputError, match="must be a whole record"):
        prediction_from_record({**to_record(prediction), key: value}, {})


def test_a_record_of_before_names_left_is_read(
    ball_case: Case, make_prediction: Callable[..., Prediction]
) -> None:
    record = to_record(make_prediction(ball_case))
    assert "Tumor" not in json.dumps(record)
    for lesion in record["lesions"]:
        lesion["name"] = "Tumor"
    record["provenance"]["images"] = {"ct_arterial": {"file": "ct.nii.gz", "sha256": "0" * 64}}
    assert prediction_from_record(record, {}).lesions == ball_case.lesions


@pytest.mark.parametrize(
    "change",
    [
        {"branches": 3},
        {"branches": [{}]},
        {"interval_95": [1]},
        {"endpoint": "x"},
        {"lesions": [{"center_lps": []}]},
        {"threshold": None},
        {"warnings": [{"odd": 1}]},
        {"context": {"image_date": "2026-13-45"}},
        {"bundle": []},
    ],
    ids=str,
)
def test_a_record_with_an_odd_part_is_refused_in_a_line(
    prediction: Prediction, change: dict[str, object]
) -> None:
    with pytest.raises(InputError, match=r"must be a whole record|--context"):
        prediction_from_record({**to_record(prediction), **change}, {})


def test_a_record_that_lacks_any_part_is_refused_in_a_line(prediction: Prediction) -> None:
    whole = to_record(prediction)
    refused = 0
    for name in whole:
        try:
            prediction_from_record({k: v for k, v in whole.items() if k != name}, {})
        except InputError:
            refused += 1
    # What isn't read back needn't be there.
    assert refused >= 20


def test_a_range_over_contours_is_read_back(
    prediction: Prediction, made_contours: ContourRange
) -> None:
    record = json.loads(record_json(replace(prediction, contours=made_contours)))
    again = prediction_from_record(record, {})
    assert again.contours == made_contours
    assert made_contours.scored == (0.47, 0.63, 0.57, 0.52)
    assert (record["contours"]["n"], record["contours"]["n_scored"]) == (5, 4)
    assert prediction_from_record(to_record(prediction), {}).contours is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("range_90", [0.1]),
        ("range_90", [0.1, 1.5]),
        ("outcomes", [{}]),
        ("outcomes", [{"kind": "grown", "amount": 1.0, "dice": 0.9, "probability": 2.0}]),
        ("warning", {"odd": 1}),
        ("sentence", 5),
    ],
)
def test_an_odd_range_over_contours_is_refused(
    prediction: Prediction, made_contours: ContourRange, key: str, value: object
) -> None:
    record = json.loads(record_json(replace(prediction, contours=made_contours)))
    record["contours"][key] = value
    with pytest.raises(InputError, match="must be a whole record"):
        prediction_from_record(record, {})
