"""The model of real patients in the panel: volume and clinical data, no network, so no map."""

from typing import Any

from TACEResponseLib.bundle import load_bundle
from TACEResponseLib.patient.case import Case
from TACEResponseLib.scoring import score
from Testing.module.test_cases import field

TITLE = "Tumor volume and clinical variables"


def choose(person: Any, name: str, answer: str) -> None:
    """Answer a question that has a list."""
    combo = field(person, name)
    combo.setCurrentIndex(combo.findText(answer))


def make_ready(person: Any, patient: Case) -> Any:
    """Everything up to the Score button, with an AFP that nobody measured."""
    image, segmentation = person.load_patient(patient)
    person.choose_model(TITLE)
    person.choose_image(image)
    person.tick_phase()
    person.choose_lesion(segmentation)
    person.answer_context()
    choose(person, "multinodular", "no")
    choose(person, "portal_vein_invasion", "yes")
    choose(person, "child_pugh_class", "A")
    person.wait(lambda: person.panel.desk.lesions and person.missing == "")
    return segmentation


def test_what_the_model_needs_is_asked_for(person: Any) -> None:
    person.choose_model(TITLE)
    rows = person.panel.clinical._rows
    assert list(rows) == [
        "multinodular",
        "portal_vein_invasion",
        "child_pugh_class",
        "afp_ng_per_ml",
    ]
    needed = [rows[name].variable.label for name in ("multinodular", "portal_vein_invasion")]
    assert f"Fill in: {needed[0]}, {needed[1]}." in person.missing


def test_the_panel_s_result_is_the_library_s_and_it_says_why_there_is_no_map(
    person: Any, patient: Case
) -> None:
    from dataclasses import replace

    from TACEResponseLib.patient.record import ClinicalRecord

    segmentation = make_ready(person, patient)
    prediction = person.score()
    values = {"multinodular": False, "portal_vein_invasion": True, "child_pugh_class": "A"}
    case = replace(patient, clinical=ClinicalRecord(values=values))
    expected = score(case, load_bundle("ct-volume-clinical"))
    assert prediction.fused.probability == expected.fused.probability
    assert 0.3 < prediction.fused.probability < 0.9
    assert segmentation.GetNodeReference("TACEResponse.saliency.ct_arterial") is None
    assert segmentation.GetNodeReference("TACEResponse.summary") is not None
    warnings = person.ui.warningsLabel.text
    assert "no image network, so there is no attention map" in warnings
    assert "alpha-fetoprotein is missing; the training cohort's median, 37.5," in warnings
    assert "no image network, so there is no attention map" in person.ui.noMapLabel.text
    assert not person.ui.mapFrame.isVisibleTo(person.ui.resultButton)
    table = person.ui.contributionsTable
    shown = {table.item(row, 0).text() for row in range(table.rowCount)}
    assert "portal venous invasion or thrombus" in shown
    # Real patients taught it, so no banner says the contrary; what it is worth stands beside it.
    assert person.ui.bannerLabel.text == ""
    assert "AUC" in person.ui.resultLabel.text


def test_nothing_is_cut_off_on_a_narrow_panel(person: Any, patient: Case) -> None:
    make_ready(person, patient)
    person.score()
    area = person.ui.sectionsArea
    top = area.window()
    top.resize(460, 640)
    top.show()
    person.pause(0.2)
    contents = person.ui.sectionsWidget
    assert contents.width <= area.viewport().width
    for name in ("modelButton", "imagesButton", "lesionButton", "clinicalButton", "resultButton"):
        section = getattr(person.ui, name)
        assert section.geometry.right() <= contents.width, name
        assert section.minimumSizeHint.width() <= contents.width, name
    assert person.ui.modelButton.text.endswith("\u2026")
    assert "HCC-TACE-Seg" in person.ui.modelButton.toolTip
    top.hide()


def test_correcting_the_roi_gives_a_new_answer(person: Any, patient: Case) -> None:
    from Testing.module.test_scoring import edit

    segmentation = make_ready(person, patient)
    first = person.score()
    edit(segmentation, person.row().selector.currentNode())
    person.wait(lambda: person.panel.book.isOutOfDate)
    second = person.score()
    # Half of the tumor is gone, and volume is what the model reads of it.
    assert second.fused.probability > first.fused.probability
