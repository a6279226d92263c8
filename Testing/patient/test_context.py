"""Comparing a case with the model's population; dates and limits worked by hand."""

from datetime import date
from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.bundle import load_bundle
from TACEResponseLib.patient.context import (
    BclcStage,
    CaseContext,
    PopulationLimits,
    Treatment,
    context_record,
    read_context,
)
from TACEResponseLib.patient.population import check_population
from TACEResponseLib.recipe.reading import read_recipe

TODAY = date(2026, 3, 31)
LIMITS = PopulationLimits(
    treatments=(Treatment.CTACE,), bclc_stages=(BclcStage.B,), image_age_days=7
)
FITTING = {
    "image_date": "2026-03-24",
    "treatment_date": "2026-03-31",
    "planned_treatment": "cTACE",
    "is_first_treatment": True,
    "bclc_stage": "B",
}


def codes(limits: PopulationLimits = LIMITS, **answers: object) -> list[str]:
    context = read_context({**FITTING, **answers})
    return [warning.code for warning in check_population(context, limits, TODAY)]


def test_a_patient_of_the_population_gets_no_warning() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"image_date": "2026-03-23"}, ["image_too_old"]),
        ({"image_date": "2026-03-23", "treatment_date": None}, ["image_too_old"]),
        ({"planned_treatment": "HAIC"}, ["other_treatment"]),
        ({"bclc_stage": "C"}, ["other_stage"]),
        ({"bclc_stage": None, "image_date": ""}, ["population_unknown"]),
    ],
    ids=["8 days before", "8 days old today", "HAIC", "stage C", "blanks"],
)
def test_a_patient_outside_it_is_warned_of(answers: dict[str, object], expected: list[str]) -> None:
    assert codes(**answers) == expected


def test_unknown_answers_are_named_all_at_once() -> None:
    (warning,) = check_population(CaseContext(), LIMITS, TODAY)
    for words in ("date of the image", "planned treatment", "first", "BCLC"):
        assert words in warning.message


def test_a_model_without_limits_asks_for_the_date_alone() -> None:
    (warning,) = check_population(
        CaseContext(), PopulationLimits(first_treatment_only=False), TODAY
    )
    assert "date of the image" in warning.message
    assert "BCLC" not in warning.message


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"image_date": "2026-04-01", "treatment_date": None}, "must not lie in the future"),
        ({"treatment_date": "2026-03-23"}, "must not be after treatment"),
        ({"is_first_treatment": False}, "must be the first"),
    ],
    ids=["future", "after treatment", "second treatment"],
)
def test_no_number_is_given_for(answers: dict[str, object], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        codes(**answers)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ({"stage": "B"}, "knows image_date"),
        ({"image_date": "31.3.2026"}, "a date written 2026-03-31"),
        ({"image_date": 20260331}, "a date written"),
        ({"planned_treatment": "TARE"}, "one of cTACE, DEB-TACE, HAIC"),
        ({"is_first_treatment": "yes"}, "true or false"),
        ({"image_to_treatment_days": -30}, "the model reads images taken before treatment"),
        ({"image_to_treatment_days": True}, "a number of days"),
        ({"image_to_treatment_days": "7"}, "a number of days"),
    ],
)
def test_answers_of_another_kind_are_refused(content: dict[str, object], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        read_context(content)


def test_answers_survive_the_record() -> None:
    context = read_context(FITTING)
    assert read_context(context_record(context)) == context
    assert context_record(context) == FITTING


@pytest.mark.parametrize(("days", "expected"), [(7, []), (7.5, ["image_too_old"])])
def test_days_stand_for_dates(days: float, expected: list[str]) -> None:
    undated = {"image_date": None, "treatment_date": None, "image_to_treatment_days": days}
    assert codes(**undated) == expected
    context = read_context({**FITTING, **undated})
    assert read_context(context_record(context)) == context


def test_days_that_contradict_the_dates_are_refused() -> None:
    # Seven days lie between the dates; a day more or less is the hour of the day.
    assert codes(image_to_treatment_days=8) == []
    with pytest.raises(InputError, match="must be as many days before treatment"):
        codes(image_to_treatment_days=9)


def test_the_shipped_recipe_and_bundle_have_the_paper_s_limits() -> None:
    recipe = read_recipe(Path(resource_path("Recipes", "ct-radiomics-cnn-demo.yaml")))
    assert recipe.population_limits == LIMITS
    assert load_bundle("ct-radiomics-cnn-simulated").metadata.population_limits == LIMITS


@pytest.mark.parametrize(
    "text",
    [
        "2021-05-03",
        "20210503",
        "2021-05-03 00:00:00",
        "2021-05-03T00:00",
        "2021-05-03 00:00:00.000",
    ],
)
def test_a_day_is_read_with_midnight_or_without_time(text: str) -> None:
    assert read_context({"image_date": text}).image_date == date(2021, 5, 3)


@pytest.mark.parametrize(
    "text",
    [
        "2021-W18-1",
        "2021W181",
        "2021-123",
        "0001-01-01",
        "1899-12-30",
        "1904-01-01",
        "1970-01-01",
        "2021-05-03 10:30:00",
        "2021-05-03T00:00:01",
        "2021-02-30",
        "2021-5-3",
        "03.05.2021",
        "2021-05-03+00:00",
        "\uff12021-05-03",
        "2021-05",
        "44319",
    ],
)
@pytest.mark.parametrize("key", ["image_date", "treatment_date"])
def test_what_is_no_plain_day_is_refused_with_the_way_to_write_it(key: str, text: str) -> None:
    with pytest.raises(InputError, match=rf"{key} must be a date written 2026-03-31, without"):
        read_context({key: text})
