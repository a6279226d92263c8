"""Every request that the panel sends is one that the process takes."""

import re
from pathlib import Path
from typing import Any

from TACEResponseLib.patient.case import Case
from TACEResponseLib.worker.requests import JOBS, REQUESTS
from Testing.module.conftest import MODULE
from Testing.module.test_cases import field, open_model

MADE = re.compile(r"""\b(\w+)\(""")


def test_the_panel_asks_for_every_job_and_for_no_other() -> None:
    """The `person` of each test in this folder checks what was really sent."""
    sources = [p.read_text(encoding="utf-8") for p in MODULE.parent.rglob("*.py")]
    kinds = {kind.__name__ for kind in REQUESTS.values()}
    made = {name for text in sources for name in MADE.findall(text)}
    # The process is ended by closing its stdin; `Stop` is for others who start it.
    assert made & kinds == kinds - {"Stop"}


def test_a_case_from_model_to_report_sends_each_job_once_at_least(
    person: Any, patient: Case, with_clinical: Path, tmp_path: Path
) -> None:
    person.sent.clear()
    open_model(person, with_clinical)
    person.image, segmentation = person.load_patient(patient)
    person.choose_image(person.image)
    person.tick_phase()
    person.choose_lesion(segmentation)
    person.answer_context()
    field(person, "albumin_g_per_l").setText("3,8")
    row = person.panel.clinical._rows["albumin_g_per_l"]
    row.unit.setCurrentIndex(row.units.index("g/dL"))
    field(person, "albumin_g_per_l").setText("3.8")
    field(person, "bilirubin_umol_per_l").setText("12")
    person.panel.clinical.fill(
        {
            "albumin_g_per_l": {"value": 38, "unit": "g/L"},
            "bilirubin_umol_per_l": 12.5,
            "hypertension": True,
        }
    )
    person.wait(lambda: person.missing == "")
    person.score()
    person.ui.caseIdEdit.setText("P7")
    person.score()
    person.panel.result.writeReport(tmp_path / "report")
    person.wait(lambda: "Report written" in person.ui.reportLabel.text)
    person.ui.newCaseButton.click()
    assert {ask.request.do for ask in person.sent} == set(JOBS)
