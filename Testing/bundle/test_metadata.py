from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle import Bundle, BundleMetadata
from TACEResponseLib.bundle.metadata import CohortSummary, Metric, ReaderAgreement


def changed(bundle: Bundle, **values: Any) -> dict[str, Any]:
    content = bundle.metadata.model_dump(mode="json")
    content.update(values)
    return content


def test_metadata_survives_its_file(bundle: Bundle) -> None:
    text = bundle.metadata.model_dump_json()
    assert BundleMetadata.model_validate_json(text, strict=True) == bundle.metadata


def test_files_are_named_after_the_branches(bundle: Bundle) -> None:
    assert [part.file for part in bundle.metadata.branches] == [
        "models/cnn.safetensors",
        "models/radiomics.skops",
    ]


def _rename(to: str) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        content["branches"][0]["settings"]["name"] = to

    return change


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"bundle_id": "../elsewhere"}, "pattern"),
        ({"sequences": ["ct_arterial", "ct_delayed"]}, "those that branches read"),
        ({"modality": "MR"}, "modality MR"),
        ({"cohorts": {"internal_test": {"n": 5, "events": 2}}}, "training cohort"),
        ({"cohorts": {"holdout": {"n": 5, "events": 2}}}, "training"),
        ({"calibration": {"method": "none", "fitted_on": "x"}}, "fusion settings"),
        ({"threshold": 1.0}, "less than 1"),
        ({"auc": 0.9}, "Extra inputs"),
        ({"branches": []}, "at least 1"),
    ],
)
def test_metadata_that_contradict_themselves_are_refused(
    bundle: Bundle, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        BundleMetadata.model_validate(changed(bundle, **values))


@pytest.mark.parametrize("name", ["../cnn", "a/b", "CNN", "", "radiomics"])
def test_branch_names_are_plain_and_different(bundle: Bundle, name: str) -> None:
    content = changed(bundle)
    _rename(name)(content)
    with pytest.raises(ValidationError, match=r"names|at least 1 character"):
        BundleMetadata.model_validate(content)


def test_a_cohort_has_no_more_events_than_patients() -> None:
    with pytest.raises(ValidationError, match="events must be <= n, got 6 of 5"):
        CohortSummary(n=5, events=6)


def test_an_interval_holds_its_value() -> None:
    with pytest.raises(ValidationError, match="low <= value <= high must hold for AUC"):
        Metric(
            name="AUC",
            cohort=CohortRole.INTERNAL_TEST,
            value=0.9,
            low=0.6,
            high=0.8,
            n=9,
            method="x",
        )


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("sd", [1.0, 0.0, 1.0], "sd > 0 must hold for original_firstorder_Mean"),
        ("minimum", [0.0, 500.0, 0.0], "must hold for original_firstorder_Mean"),
        ("sd", [1.0], "one a feature"),
    ],
)
def test_training_ranges_that_are_none_are_refused(
    bundle: Bundle, key: str, value: list[float], message: str
) -> None:
    content = changed(bundle)
    content["branches"][1]["state"][key] = value
    with pytest.raises(ValidationError, match=message):
        BundleMetadata.model_validate(content)


def test_metadata_from_before_readers_were_compared_is_read(bundle: Bundle) -> None:
    content = changed(bundle)
    assert content.pop("readers") is None
    assert BundleMetadata.model_validate(content) == bundle.metadata
    stated = changed(bundle, readers={"dice": 0.87, "n": 50})
    assert BundleMetadata.model_validate(stated).readers == ReaderAgreement(dice=0.87, n=50)


@pytest.mark.parametrize("readers", [{"dice": 1.2, "n": 5}, {"dice": 0.0, "n": 5}, {"dice": 0.8}])
def test_readers_who_agree_by_no_dice_are_refused(bundle: Bundle, readers: Any) -> None:
    with pytest.raises(ValidationError, match="readers"):
        BundleMetadata.model_validate(changed(bundle, readers=readers))
