"""The line beside the button gives no number of a case unlike the model's patients."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from TACEResponseLib.fusion.fused import FusedProbability

FUSED = FusedProbability(
    probability=0.97,
    interval=(0.9, 0.99),
    interval_method="by hand",
    threshold=0.5,
    threshold_set_on="nobody",
    terms=(),
)


def line(fused: FusedProbability) -> str:
    from TACEResponsePanel.sections.score_bar import oneLine

    prediction = SimpleNamespace(fused=fused, simulated_banner=None)
    book: Any = SimpleNamespace(prediction=prediction, isOutOfDate=False, reason="")
    return oneLine(book)


@pytest.mark.usefixtures("person")
def test_an_unlike_case_has_no_number_in_the_line() -> None:
    assert "97 %" in line(FUSED)
    said = line(replace(FUSED, is_unlike=True))
    assert "unlike the model's patients: no call" in said
    assert "%" not in said
