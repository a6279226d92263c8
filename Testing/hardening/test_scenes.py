"""Scenes whose case, record or references hold anything: no error leaves the panel."""

import json
from typing import Any

import numpy as np

from TACEResponseLib.patient.case import Case
from Testing.hardening.attempts import Attempt, Outcome, Tally
from Testing.hardening.hostile_texts import hostile_text
from Testing.module import conftest as panel
from Testing.module.scenes import open_texts, sound_texts

SEED = 20260812
# Its fixtures: the panel on stand-ins, with a person in front of it.
installed, opened, escaped = panel.installed, panel.opened, panel.escaped
person, patient = panel.person, panel.patient


def tried(escaped: list[str], what: Any) -> Attempt:
    """Do something in the panel; an error in an observer or a slot counts as well."""
    try:
        what()
    except Exception as error:  # noqa: BLE001  # whatever it is, it is the answer
        escaped.append(f"{type(error).__name__}: {error}")
    words = "; ".join(escaped)
    escaped.clear()
    return Attempt(outcome=Outcome.INTERNAL_ERROR if words else Outcome.ACCEPTED, words=words)


def look(person: Any) -> None:
    """What the panel does with a scene that was opened."""
    person.panel.book.check(person.panel.bar.scoreInput())
    person.panel.result.refresh()
    person.panel._onQuiet()


def opened_again(person: Any) -> None:
    """As after a scene was read."""
    person.widget.onSceneStartImport(None, None)
    person.widget.onSceneEndImport(None, None)
    look(person)


def test_no_text_of_a_case_brings_the_panel_down(
    person: Any,
    patient: Case,
    escaped: list[str],
    tries: Any,
    tally: Tally,
) -> None:
    """Each parameter, one or several at once, under a result that lies in the scene."""
    person.make_ready(patient)
    person.score()
    sound = sound_texts(person)
    names = sorted(sound)
    for i in tries(50):
        rng = np.random.default_rng([SEED, i])
        texts = dict(sound)
        for name in {names[i % len(names)], *rng.choice(names, size=int(rng.integers(0, 3)))}:
            texts[str(name)] = hostile_text(rng, sound[str(name)])

        def work(texts: dict[str, str] = texts, beside: str = f"beside {i}") -> None:
            open_texts(person, texts, beside)
            assert person.standins.scene.GetFirstNodeByName(beside) is not None
            look(person)

        tally.add(tried(escaped, work), f"case, try {i}")
    assert tally.bad == []


def test_no_record_brings_the_panel_down(
    person: Any,
    patient: Case,
    escaped: list[str],
    tries: Any,
    tally: Tally,
) -> None:
    """A value of the record replaced by one of another type, or its text by any other."""
    person.make_ready(patient)
    person.score()
    node = person.panel.book.node("record")
    sound = node.GetText()
    for i in tries(50):
        rng = np.random.default_rng([SEED, 1, i])
        node.SetText(spoiled(rng, sound) if i % 3 else hostile_text(rng, sound))
        tally.add(tried(escaped, lambda: opened_again(person)), f"record, try {i}")
    assert tally.bad == []


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
    "vtkMRMLTextNode",
    "vtkMRMLTableNode",
    "vtkMRMLScalarVolumeNode",
    "vtkMRMLLabelMapVolumeNode",
    "vtkMRMLSegmentationNode",
    "vtkMRMLLinearTransformNode",
    "vtkMRMLPlotChartNode",
)


def test_no_node_in_another_s_place_brings_the_panel_down(
    person: Any,
    patient: Case,
    escaped: list[str],
    tally: Tally,
) -> None:
    """Every reference of case and result leads to an empty node of every kind."""
    _, segmentation = person.make_ready(patient)
    person.score()
    scene, own = person.standins.scene, person.panel.desk.parameters.parameterNode
    others = [scene.AddNewNodeByClass(kind) for kind in NODES]
    places = [
        (anchor, anchor.GetNthNodeReferenceRole(n))
        for anchor in (own, segmentation)
        for n in range(anchor.GetNumberOfNodeReferenceRoles())
    ]
    begins = ("segmentation", "image.", "TACEResponse.")
    places = [(anchor, role) for anchor, role in places if role.startswith(begins)]
    assert len(places) > 8

    def work() -> None:
        opened_again(person)
        person.panel.map._toMostSalient()
        person.ui.tablesButton.click()
        person.ui.mapOpacitySlider.value = 0.45

    for anchor, role in places:
        before = anchor.GetNodeReferenceID(role)
        for other in others:
            person.widget.onSceneStartImport(None, None)
            anchor.SetNodeReferenceID(role, other.GetID())
            tally.add(tried(escaped, work), f"{role}: {other.GetClassName()}")
        person.widget.onSceneStartImport(None, None)
        anchor.SetNodeReferenceID(role, before)
        person.widget.onSceneEndImport(None, None)
    assert tally.bad == []
