"""What a table says of its patients, counted by hand."""

from dataclasses import replace
from datetime import date

import pytest

from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.population.facts import TableFacts, day_counts, table_facts
from TACEResponseLib.patient.context import BclcStage, CaseContext, PopulationLimits, Treatment
from TACEResponseLib.patient.record import ClinicalRecord

LIMITS = PopulationLimits(
    treatments=(Treatment.CTACE,), bclc_stages=(BclcStage.B,), image_age_days=7
)
NOBODY_KNOWS = CohortPatient(
    row=2, case_id="P0", role=None, clinical=ClinicalRecord(values={}), response="PR"
)
FITTING = replace(
    NOBODY_KNOWS,
    case_id="P1",
    clinical=ClinicalRecord(values={"afp_ng_per_ml": 20.0}),
    context=CaseContext(
        planned_treatment=Treatment.CTACE,
        is_first_treatment=True,
        bclc_stage=BclcStage.B,
        image_to_treatment_days=7,
    ),
    other={"criterion": "modified RECIST", "readout_days": "30"},
)
OTHER = replace(
    FITTING,
    case_id="P2",
    response="SD",
    context=CaseContext(
        image_date=date(2026, 3, 1),
        treatment_date=date(2026, 3, 9),
        planned_treatment=Treatment.HAIC,
        is_first_treatment=False,
    ),
    other={"readout_days": "180"},
)


def facts(*patients: CohortPatient) -> TableFacts:
    return table_facts(patients, LIMITS, (14, 45), ["afp_ng_per_ml"])


def test_every_part_is_counted() -> None:
    counted = facts(NOBODY_KNOWS, FITTING, OTHER)
    assert counted.criterion.words == "mRECIST 1, RECIST 1.1 0, not stated 2"
    assert counted.response.words == "PR 2, SD 1, not stated 0"
    assert counted.readout.words == "median 105 (30 to 180) days of 2, 1 of them outside; " + (
        "not stated 1"
    )
    assert counted.treatment.words == "cTACE 1, DEB-TACE 0, HAIC 1, not stated 1"
    assert counted.earlier.words == "first treatment 1, treated before 1, not stated 1"
    assert counted.stage.by_name["BCLC B"] == 1
    assert counted.stage.not_stated == 2
    # Seven days are within the limit, eight are not.
    assert counted.image.words == "median 7.5 (7 to 8) days of 2, 1 of them outside; not stated 1"
    assert counted.missing == {"afp_ng_per_ml": 1}
    assert counted.beyond == {
        "HAIC": 1,
        "image more than 7 days before treatment": 1,
        "treated before": 1,
    }
    assert (counted.n_beyond, counted.n_unverified) == (1, 1)


def test_the_order_of_patients_means_nothing_and_facts_survive_a_file() -> None:
    counted = facts(NOBODY_KNOWS, FITTING, OTHER)
    again = facts(OTHER, NOBODY_KNOWS, FITTING)
    assert again.model_dump_json() == counted.model_dump_json()
    assert TableFacts.model_validate_json(counted.model_dump_json()) == counted


def test_counts_below_nobody_are_refused() -> None:
    content = facts(FITTING).model_dump() | {
        "criterion": {"by_name": {"mRECIST": -1}, "not_stated": 0}
    }
    with pytest.raises(ValueError, match="0 or more"):
        TableFacts.model_validate(content)


def test_days_of_nobody_have_no_median() -> None:
    assert day_counts([None, None], (0, 7)).words == "not stated 2"
