"""Clinical values that say what the context says."""

import pytest

from TACEResponseLib.patient.context import BclcStage, CaseContext, Treatment
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.patient.said_twice import filled_context

RECORD = ClinicalRecord(
    values={"treatment": "HAIC low dose", "earlier_treatment": True, "bclc": "D"}
)
SAID = CaseContext(
    planned_treatment=Treatment.HAIC, is_first_treatment=False, bclc_stage=BclcStage.D
)


@pytest.mark.parametrize(
    "context", [None, CaseContext(), CaseContext(bclc_stage=BclcStage.D), SAID]
)
def test_gaps_are_filled_and_agreement_is_no_clash(context: CaseContext | None) -> None:
    assert filled_context(context, RECORD) == (SAID, ())


def test_nobody_was_asked_where_neither_says_anything() -> None:
    assert filled_context(None, ClinicalRecord(values={"age_years": 63})) == (None, ())


def test_a_contradiction_is_named_and_the_context_stays() -> None:
    context, (clash,) = filled_context(CaseContext(is_first_treatment=True), RECORD)
    assert clash == ("is_first_treatment", "earlier_treatment", "yes beside no")
    assert context is not None
    assert context.is_first_treatment is True
