"""The panel's words, whatever the library says, and what it says of images by their names."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "--bundle x: must be readable, got y; copy the bundle again",
            "Model x: must be readable, got y; copy the model again",
        ),
        ("--roi a.nrrd: must hold a lesion", "Lesion a.nrrd: must hold a lesion"),
        ("--clinical: this bundle needs age", "Clinical data: this model needs age"),
        ("12 % of the ROI is denser", "12 % of the lesion is denser"),
    ],
)
@pytest.mark.usefixtures("person")
def test_options_and_bundles_become_the_reader_s_words(said: str, shown: str) -> None:
    from TACEResponsePanel.sections.words import inPanelWords

    assert inPanelWords(said) == shown


@pytest.mark.usefixtures("person")
def test_labels_replace_whole_names_once() -> None:
    from TACEResponsePanel.sections.words import withLabels

    form = [
        {"name": "earlier_treatment", "label": "earlier treatment of the tumor"},
        {"name": "treatment", "label": "planned treatment"},
    ]
    shown = withLabels("earlier_treatment is missing; treatment lies outside; treatments", form)
    assert shown == (
        "earlier treatment of the tumor is missing; planned treatment lies outside; treatments"
    )


@pytest.mark.parametrize(
    ("name", "sequence", "is_taken"),
    [
        ("5: ART 1.5mm", "ct_arterial", True),
        ("Abdomen AP", "ct_arterial", True),
        ("late arterial", "ct_arterial", True),
        ("portal venous", "ct_portal_venous", True),
        ("PVP 3mm", "ct_portal_venous", True),
        ("PV", "ct_portal_venous", True),
        ("DELAYED", "ct_delayed", True),
        ("t2_haste_tra", "mr_t2", True),
        ("arterial and portal", "ct_arterial", False),
        ("native", "ct_arterial", False),
        ("scout", "ct_arterial", False),
    ],
)
def test_names_suggest_a_phase(person: Any, name: str, sequence: str, is_taken: bool) -> None:
    from TACEResponsePanel.case.phase_guess import guessImages

    node = person.standins.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    other = person.standins.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "localizer")
    found = guessImages([sequence, "mr_dual_echo"], [other, node])
    assert found == ({sequence: node} if is_taken else {})


def test_of_two_candidates_none_is_guessed(person: Any) -> None:
    from TACEResponsePanel.case.phase_guess import guessImages

    nodes = [
        person.standins.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", f"arterial {n}")
        for n in range(2)
    ]
    assert guessImages(["ct_arterial"], nodes) == {}


def test_only_what_is_said_of_clinical_data_gets_the_form_s_labels(
    person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from TACEResponseLib.basics.case_warning import CaseWarning

    section = person.panel.result
    form = [{"name": "treatment", "label": "planned treatment"}]
    monkeypatch.setattr(section, "_variables", lambda: form)
    shown = [
        section._inWords(CaseWarning(code=code, message="treatment is missing"))
        for code in ("clinical_imputed", "suspected_lipiodol")
    ]
    assert shown == ["planned treatment is missing", "treatment is missing"]
