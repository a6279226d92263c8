"""The panel's words, whatever the library says, and what it says of images by their names."""

from typing import Any

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import Subject, part_of
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.basics.vocabulary import ARGUMENTS, SubjectKind
from TACEResponseLib.worker.answers import Variable


def refused(where: object, rule: str, remedy: str = "copy the bundle again") -> Any:
    from TACEResponsePanel.process.problem import Problem

    error = InputError(where, rule, got="ROI of 'a bundle'", names=("my ROI",), remedy=remedy)
    return Problem.of(error)


@pytest.mark.parametrize(
    ("where", "rule", "shown"),
    [
        (Subject(SubjectKind.BUNDLE, "x"), "must be readable", "Model x: must be readable"),
        (Subject(SubjectKind.ROI, "a.nrrd"), "must hold a lesion", "Lesion a.nrrd: must hold a"),
        (
            Subject(SubjectKind.CLINICAL),
            "this bundle's branches need age",
            "Clinical data: this model's sources of evidence need age",
        ),
        (
            Subject(SubjectKind.IMAGE, "ct_arterial"),
            "12 % of the ROI is denser",
            "Images: arterial phase: 12 % of the lesion is denser",
        ),
        (Subject(SubjectKind.IMAGE), "at least one is needed", "Images: at least one is needed"),
        ("my bundle.zip", "must be a bundle", "my bundle.zip: must be a model"),
    ],
)
@pytest.mark.usefixtures("person")
def test_a_refusal_is_worded_by_what_it_is_about_and_leaves_the_user_s_words_alone(
    where: object, rule: str, shown: str
) -> None:
    from TACEResponsePanel.sections.words import inPanelWords

    words = inPanelWords(refused(where, rule))
    assert words.startswith(shown)
    assert words.endswith(", got lesion of 'a bundle' (my ROI); copy the model again")


@pytest.mark.usefixtures("person")
def test_a_part_of_an_input_is_named_and_no_option_of_the_terminal_is() -> None:
    from TACEResponsePanel.sections.words import inPanelWords

    part = part_of(part_of(Subject(SubjectKind.BUNDLE, "m"), "configs/metadata.json"), "line 2")
    words = inPanelWords(refused(part, "must be JSON"))
    assert words.startswith("Model m, configs/metadata.json, line 2: must be JSON")
    # The background process serves no terminal.
    remedy = f"give {ARGUMENTS.image_files(('ct_delayed', 'mr_t2'))}"
    words = inPanelWords(refused(Subject(SubjectKind.IMAGE), "bundle needs ct_delayed", remedy))
    assert words.startswith("Images: model needs delayed phase, ")
    assert words.endswith("; give an image of delayed phase and an image of T2-weighted")


@pytest.mark.usefixtures("person")
def test_every_subject_and_every_sequence_has_words_in_the_panel() -> None:
    from TACEResponsePanel.sections.words import PHASES, SUBJECTS, inPanelWords

    assert set(SUBJECTS) == set(SubjectKind)
    assert set(PHASES) == set(ImageSequence)
    for kind in SubjectKind:
        words = inPanelWords(refused(Subject(kind, text="--x"), "must be a"))
        assert words.startswith(f"{SUBJECTS[kind]}: must be a")
        assert "--" not in words


@pytest.mark.usefixtures("person")
def test_a_clinical_value_is_called_as_the_form_calls_it() -> None:
    from TACEResponsePanel.sections.words import inPanelWords

    problem = refused(Subject(SubjectKind.CLINICAL, "age_years"), "must lie in 18 to 110")
    words = inPanelWords(problem, (variable("age_years", "age"),))
    assert words.startswith("Clinical data: age: must lie in 18 to 110")


@pytest.mark.usefixtures("person")
def test_the_panel_s_own_words_are_shown_as_they_are() -> None:
    from TACEResponsePanel.process.problem import Problem
    from TACEResponsePanel.sections.words import inPanelWords

    assert inPanelWords(Problem("The bundle --image ROI.")) == "The bundle --image ROI."


def variable(name: str, label: str) -> Variable:
    return Variable(
        name=name,
        label=label,
        type="number",
        unit="1",
        units=(),
        range=None,
        categories=(),
        required=False,
    )


@pytest.mark.usefixtures("person")
def test_labels_replace_whole_names_once() -> None:
    from TACEResponsePanel.sections.words import withLabels

    form = (
        variable("earlier_treatment", "earlier treatment of the tumor"),
        variable("treatment", "planned treatment"),
    )
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
    guesses = guessImages([sequence, "mr_dual_echo"], [other, node])
    assert guesses == ({sequence: node} if is_taken else {})


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
    form = (variable("treatment", "planned treatment"),)
    monkeypatch.setattr(section, "_variables", lambda: form)
    shown = [
        section._inWords(CaseWarning(code=code, message="treatment is missing"))
        for code in ("clinical_imputed", "suspected_lipiodol")
    ]
    assert shown == ["planned treatment is missing", "treatment is missing"]
