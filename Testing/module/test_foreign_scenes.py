"""A scene may hold anything: no error leaves the panel, the rest opens, one line tells the rest."""

import json
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.case import Case
from Testing.hardening.conftest import tally, tries  # noqa: F401
from Testing.hardening.hostile_texts import hostile_text

SEED = 20260812
SENTENCE = "Left out of this scene, for it can't be read: "


def opened(person: Any, names: dict[str, str]) -> None:
    """Open a scene whose case has these texts, and a text node beside it."""
    import slicer

    scene = slicer.vtkMRMLScene()
    node = slicer.vtkMRMLScriptedModuleNode()
    own = person.panel.desk.parameters.parameterNode
    node.SetSingletonTag(own.GetSingletonTag())
    node.SetModuleName(own.GetModuleName())
    node.SetAttribute("ModuleName", "TACEResponse")
    for name, text in names.items():
        node.SetParameter(name, text)
    scene.AddNode(node)
    scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "beside it")
    scene.SetSaveToXMLString(1)
    scene.Commit()
    main = person.standins.scene
    main.SetLoadFromXMLString(1)
    main.SetSceneXMLString(scene.GetSceneXMLString())
    try:
        assert main.Import()
    finally:
        main.SetLoadFromXMLString(0)


def sound_texts(person: Any) -> dict[str, str]:
    """The texts of the case on the desk."""
    node = person.panel.desk.parameters.parameterNode
    return {name: node.GetParameter(name) for name in node.GetParameterNames()}


def test_the_gate_knows_every_parameter(person: Any) -> None:
    from TACEResponsePanel.case_parameters import TACEResponseParameterNode
    from TACEResponsePanel.scene_gate import LISTS, TEXTS

    known = {*LISTS, *TEXTS, "segmentation"}
    assert known == set(TACEResponseParameterNode.allParameters)
    assert person.panel.desk.note == ""


def test_a_sound_case_passes_the_gate_as_it_is(person: Any, patient: Case) -> None:
    from TACEResponsePanel.scene_gate import leaveOut

    person.make_ready(patient)
    person.score()
    before = sound_texts(person)
    assert leaveOut(person.panel.desk.parameters.parameterNode) == []
    assert sound_texts(person) == before


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("clinicalForm", "x", "clinical data"),
        ("clinicalForm", '{"texts": {"age_years": 5}, "units": {}}', "clinical data"),
        ("history", '[{"a": 1}]', "history of scores"),
        ("history", "[" * 100_000, "history of scores"),
        ("scoredVoxels", "[]", "marks of the last score"),
        ("plannedTreatment", "Maybe", "planned treatment"),
        ("mapOpacity", "NaN", "settings of the map"),
        ("mapCut", "9" * 5000, "settings of the map"),
        ("mapVisible", "yes", "settings of the map"),
        ("segments.len", "-1", "chosen segments"),
        ("settled.len", "999999999999", "answered questions"),
        ("confirmed.len", "NaN", "confirmed phases"),
    ],
)
def test_what_can_not_be_read_is_told_in_one_line_and_the_rest_opens(
    person: Any, escaped: list[str], name: str, text: str, words: str
) -> None:
    opened(person, {"caseId": "P9", "bclcStage": "C", name: text})
    person.pause(0.05)
    assert escaped == []
    assert person.ui.caseProblemLabel.text == f"{SENTENCE}{words}."
    assert person.panel.desk.parameters.caseId == "P9"
    assert person.panel.desk.parameters.bclcStage == "C"
    assert person.standins.scene.GetFirstNodeByName("beside it") is not None
    person.ui.newCaseButton.click()
    assert person.ui.caseProblemLabel.text == ""


def test_no_text_of_a_case_brings_the_panel_down(
    person: Any,
    patient: Case,
    escaped: list[str],
    tries: Any,  # noqa: F811
) -> None:
    """Each parameter, one or several at once, under a result that lies in the scene."""
    _, segmentation = person.make_ready(patient)
    person.score()
    sound = sound_texts(person)
    names = sorted(sound)

    bad: list[str] = []
    for i in tries(60):
        rng = np.random.default_rng([SEED, i])
        texts = dict(sound)
        for name in {names[i % len(names)], *rng.choice(names, size=int(rng.integers(0, 3)))}:
            texts[str(name)] = hostile_text(rng, sound[str(name)])
        try:
            opened(person, texts)
            person.panel.book.check(person.panel.bar.scoreInput())
            person.panel._onQuiet()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is the answer
            bad.append(f"try {i}: {type(error).__name__}: {error}"[:300])
        bad += [f"try {i}: {words}" for words in escaped]
        escaped.clear()
        if person.standins.scene.GetFirstNodeByName("beside it") is None:
            bad.append(f"try {i}: the rest is gone")
    assert bad == []
    assert segmentation.GetScene() is not None


def test_no_record_brings_the_panel_down(
    person: Any,
    patient: Case,
    escaped: list[str],
    tries: Any,  # noqa: F811
) -> None:
    """A value of the record replaced by one of another type, or its text by any other."""
    person.make_ready(patient)
    person.score()
    node = person.panel.book.node("record")
    sound = node.GetText()
    bad: list[str] = []
    for i in tries(60):
        rng = np.random.default_rng([SEED, 1, i])
        node.SetText(spoiled(rng, sound) if i % 3 else hostile_text(rng, sound))
        try:
            person.widget.onSceneStartImport(None, None)
            person.widget.onSceneEndImport(None, None)
            person.panel.result.refresh()
            person.panel.book.check(person.panel.bar.scoreInput())
        except Exception as error:  # noqa: BLE001  # as above
            bad.append(f"try {i}: {type(error).__name__}: {error}"[:300])
        bad += [f"try {i}: {words}" for words in escaped]
        escaped.clear()
    assert bad == []


def spoiled(rng: np.random.Generator, sound: str) -> str:
    """A record with one value, however deep, of another type."""
    record = json.loads(sound)
    part: Any = record
    odd = [None, True, -1, 1e308, 10**19, "x", [], {}, [[[]]], {"a": 1}, "\u202e"]
    while True:
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        key = keys[int(rng.integers(len(keys)))]
        inner = part[key]
        if not isinstance(inner, dict | list) or not inner or rng.random() < 0.2:
            part[key] = odd[int(rng.integers(len(odd)))]
            return json.dumps(record)
        part = inner


NODES = (
    "vtkMRMLTextNode", "vtkMRMLTableNode", "vtkMRMLScalarVolumeNode", "vtkMRMLLabelMapVolumeNode",
    "vtkMRMLSegmentationNode", "vtkMRMLLinearTransformNode", "vtkMRMLPlotChartNode",
)  # fmt: skip


def test_no_node_in_another_s_place_brings_the_panel_down(
    person: Any, patient: Case, escaped: list[str]
) -> None:
    """Every reference of case and result leads to an empty node of every kind."""
    _, segmentation = person.make_ready(patient)
    person.score()
    own = person.panel.desk.parameters.parameterNode
    bad: list[str] = []
    places = [
        (anchor, anchor.GetNthNodeReferenceRole(n))
        for anchor in (own, segmentation)
        for n in range(anchor.GetNumberOfNodeReferenceRoles())
    ]
    roles = [(a, r) for a, r in places if r in ("segmentation", "image.ct_arterial")
             or r.startswith("TACEResponse.")]  # fmt: skip
    assert len(roles) > 8
    scene = person.standins.scene
    others = [scene.AddNewNodeByClass(kind) for kind in NODES]
    for anchor, role in roles:
        before = anchor.GetNodeReferenceID(role)
        for other in others:
            try:
                person.widget.onSceneStartImport(None, None)
                anchor.SetNodeReferenceID(role, other.GetID())
                person.widget.onSceneEndImport(None, None)
                person.panel.result.refresh()
                person.panel.map._toMostSalient()
                person.ui.tablesButton.click()
                person.panel._onQuiet()
                person.ui.mapOpacitySlider.value = 0.45
            except Exception as error:  # noqa: BLE001  # as above
                bad.append(f"{role} {other.GetClassName()}: {type(error).__name__}: {error}"[:300])
            bad += [f"{role} {other.GetClassName()}: {words}" for words in escaped]
            escaped.clear()
        person.widget.onSceneStartImport(None, None)
        anchor.SetNodeReferenceID(role, before)
        person.widget.onSceneEndImport(None, None)
    assert bad == []


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e308, 0.0])
def test_no_number_of_a_grid_brings_the_panel_down(
    person: Any, patient: Case, escaped: list[str], number: float
) -> None:
    image, _ = person.make_ready(patient)
    person.score()
    image.SetOrigin(number, 0.0, number)
    image.SetSpacing(number or 1e-300, 1.0, 1.0)
    person.pause(0.5)
    person.ui.scoreButton.click()
    person.wait(lambda: not person.panel.bar.isScoring, 20)
    assert escaped == []
    assert person.panel.book.prediction.fused
    assert ("is no number" in person.missing) is not bool(np.isfinite(number))
