"""The report of one case: whole, self-contained, and silent on who the patient is."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import MAP_CAPTION
from TACEResponseLib.output.case_report import (
    CaseHistory,
    report_html,
    scored_lesion,
    write_case_report,
)
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction

PNG = b"\x89PNG\r\n\x1a\n"


def entry(probability: float, volume: float = 20.0) -> dict[str, object]:
    return {
        "time": "2026-03-31 10:00:00",
        "volume_ml": volume,
        "probability": probability,
        "interval": [probability - 0.1, probability + 0.1],
        "model": "small",
    }


HISTORY = CaseHistory.of([entry(0.58), entry(0.65, 18.5), entry(0.41)])


@pytest.fixture
def prediction(ball_case: Case, make_prediction: Callable[..., Prediction]) -> Prediction:
    return make_prediction(ball_case)


class Tags(HTMLParser):
    """Opened and closed tags in balance, and every address."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "img", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_loads_nothing(prediction: Prediction) -> None:
    tags = Tags()
    tags.feed(report_html(prediction, PNG, HISTORY))
    assert tags.open == []
    assert all(address.startswith("data:") for address in tags.addresses)


def test_every_score_is_told_with_its_range(prediction: Prediction) -> None:
    page = report_html(prediction, PNG, HISTORY).replace("\N{NO-BREAK SPACE}", " ")
    assert "Scored 3 times; results from 41 % to 65 %. The first is marked." in page
    assert page.count("2026-03-31 10:00:00") == 3
    assert "1 (first)" in page


def test_one_score_is_one_score() -> None:
    assert CaseHistory.of([entry(0.5)]).sentence == "Scored once."


def test_warnings_come_before_the_number(prediction: Prediction) -> None:
    page = report_html(prediction, PNG, HISTORY)
    assert page.index("The phase can&#39;t be verified.") < page.index(
        "Estimated probability of objective response: 58"
    )


def test_the_patient_is_named_only_on_request(prediction: Prediction) -> None:
    assert "Patient:" not in report_html(prediction, PNG, HISTORY)
    assert "Patient: Doe &lt;Jane&gt;" in report_html(prediction, PNG, HISTORY, "Doe <Jane>")


def test_text_from_outside_can_not_become_markup(prediction: Prediction) -> None:
    evil = replace(
        prediction,
        case_id="<script>alert(1)</script>",
        warnings=(CaseWarning(code="x", message="<img src=x onerror=y>"),),
    )
    page = report_html(evil, PNG, HISTORY)
    assert "<script" not in page
    assert re.search(r"<img src=x", page) is None


def test_the_scored_lesion_is_named_with_its_size(prediction: Prediction) -> None:
    # The first ball has a diameter of 24 mm; voxels of 2 mm make that 25 at most.
    assert scored_lesion(prediction) in (
        "Scored: lesion 1 of 2, 24 mm",
        "Scored: lesion 1 of 2, 25 mm",
    )


def test_a_map_is_explained_where_there_is_one(prediction: Prediction) -> None:
    assert any(branch.saliency for branch in prediction.branches)
    assert MAP_CAPTION in report_html(prediction, PNG, HISTORY)
    branches = tuple(replace(branch, saliency={}) for branch in prediction.branches)
    without = report_html(replace(prediction, branches=branches), PNG, HISTORY)
    assert "ttention map" not in without
    assert 'alt="Slices with lesion outline"' in without


def test_clinical_values_read_as_a_person_writes_them(prediction: Prediction) -> None:
    values = {"bilirubin_umol_per_l": 1.1 * 17.1, "age_years": 61.0, "multinodular": False}
    values |= {
        "ascites": "moderate_severe",
        "platelets_1e9_per_l": 150_000.0,
        "obsolete": 3.5,
    }
    page = report_html(replace(prediction, clinical=values), PNG, HISTORY)
    rows = {
        "total bilirubin": "18.81 umol/L",
        "age": "61 years",
        "more than one tumor": "no",
        "ascites": "moderate severe",
        "platelets": "150000 1e9/L",
        "obsolete": "3.5",
    }
    for label, text in rows.items():
        assert f">{label}</td><td>{text}</td>" in re.sub(r">\s+<", "><", page)
    assert "bilirubin_umol_per_l" not in page


def test_the_report_is_written_as_a_whole_or_not_at_all(
    ball_case: Case, prediction: Prediction, tmp_path: Path
) -> None:
    folder = tmp_path / "report"
    files = write_case_report(ball_case, prediction, folder, history=HISTORY)
    assert files[0].name == "report.html"
    assert {"overview.png", "prediction.json", "radiomics.csv"} <= {f.name for f in files}
    with pytest.raises(InputError, match="must not exist yet"):
        write_case_report(ball_case, prediction, folder, history=HISTORY)
