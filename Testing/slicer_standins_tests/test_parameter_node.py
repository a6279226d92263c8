"""Typed parameters on a real node, and their widgets."""

import enum
import pathlib
from typing import Annotated, Any

import pytest
import slicer

from Testing.slicer_standins import Standins
from Testing.slicer_standins.parameter_node import (
    Choice,
    Decimals,
    Default,
    Maximum,
    Minimum,
    WithinRange,
    isParameterNodeWrapper,
    parameterNodeWrapper,
    parameterPack,
)


class Sex(enum.Enum):
    FEMALE = 1
    MALE = 2


@parameterPack
class Overlay:
    opacity: Annotated[float, WithinRange(0, 1), Default(0.5)]
    shown: bool = True


@parameterNodeWrapper
class Parameters:
    image: slicer.vtkMRMLScalarVolumeNode
    opacity: Annotated[float, WithinRange(0, 1), Decimals(2)] = 0.4
    count: Annotated[int, Minimum(0), Maximum(9)]
    age: int | None
    sex: Sex
    note: str = "none"
    agreed: bool
    folder: pathlib.Path
    phase: Annotated[str, Choice(["arterial", "venous"])] = "arterial"
    names: list[str]
    overlay: Overlay

    def describe(self) -> str:
        return f"{self.count} of {self.note}"


wrap: Any = Parameters


@pytest.fixture
def node(standins: Standins) -> Any:
    """A parameter node."""
    return standins.scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "parameters")


@pytest.fixture
def parameters(node: Any) -> Any:
    """The wrapper of that node."""
    return wrap(node)


def test_defaults_are_those_of_the_annotation_or_the_type(parameters: Any) -> None:
    assert isParameterNodeWrapper(parameters)
    assert parameters.image is None
    assert (parameters.opacity, parameters.count, parameters.age) == (0.4, 0, None)
    assert (parameters.sex, parameters.note, parameters.agreed) == (Sex.FEMALE, "none", False)
    assert (list(parameters.names), parameters.overlay.opacity) == ([], 0.5)
    assert parameters.describe() == "0 of none"
    assert parameters.default("opacity").value == 0.4


def test_values_are_kept_in_the_node_as_slicer_keeps_them(node: Any, parameters: Any) -> None:
    image = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    parameters.image = image
    parameters.opacity = 0.25
    parameters.agreed = True
    parameters.sex = Sex.MALE
    parameters.age = 61
    parameters.names = ["a", "b"]
    parameters.overlay.shown = False
    assert node.GetNodeReference("image") is image
    kept = {name: node.GetParameter(name) for name in node.GetParameterNames()}
    expected = {
        "opacity": "0.25",
        "agreed": "True",
        "sex": "MALE",
        "age.0": "61",
        "names.len": "2",
        "names.1": "b",
        "overlay.shown": "False",
    }
    assert {name: kept[name] for name in expected} == expected
    again = wrap(node)
    assert (again.age, list(again.names), again.overlay.shown) == (61, ["a", "b"], False)
    parameters.age = None
    assert again.age is None


def test_a_list_changed_in_place_is_kept(parameters: Any) -> None:
    parameters.names.append("late")
    assert list(parameters.names) == ["late"]
    with pytest.raises(TypeError, match="Value must be of type"):
        parameters.names.append(3)
    assert list(parameters.names) == ["late"]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("opacity", 1.5, ValueError),
        ("opacity", "high", TypeError),
        ("count", -1, ValueError),
        ("count", 2.5, TypeError),
        ("age", "old", TypeError),
        ("sex", "MALE", TypeError),
        ("note", None, ValueError),
        ("note", 3, TypeError),
        ("agreed", 1, TypeError),
        ("image", "vtkMRMLScalarVolumeNode1", TypeError),
        ("phase", "late", ValueError),
        ("names", "abc", TypeError),
        ("folder", "/tmp", TypeError),
        ("opacty", 0.5, AttributeError),
    ],
)
def test_a_wrong_value_is_refused_and_nothing_changes(
    parameters: Any, name: str, value: Any, error: type[Exception]
) -> None:
    before = {key: parameters.getValue(key) for key in ("opacity", "count", "age", "note")}
    with pytest.raises(error, match=r"Value|no parameter"):
        setattr(parameters, name, value)
    assert before == {key: parameters.getValue(key) for key in before}


def test_a_node_of_another_class_is_refused(parameters: Any) -> None:
    with pytest.raises(TypeError, match="vtkMRMLScalarVolumeNode"):
        parameters.image = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode")
    with pytest.raises(TypeError, match="vtkMRMLScriptedModuleNode"):
        wrap(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode"))


@pytest.mark.parametrize("name", ["default", "connectGui", "parameterNode", "Modified"])
def test_reserved_names_are_refused(name: str) -> None:
    kind = type("Bad", (), {"__annotations__": {name: int}})
    with pytest.raises(ValueError, match=f"reserved name '{name}'"):
        parameterNodeWrapper(kind)


@pytest.mark.parametrize("member", [complex, 3, dict[str, int], Any])
def test_types_that_can_not_be_kept_are_refused(member: Any) -> None:
    kind = type("Bad", (), {"__annotations__": {"member": member}})
    with pytest.raises(TypeError, match="Bad member member"):
        parameterNodeWrapper(kind)


def test_dotted_names_reach_into_packs(parameters: Any) -> None:
    parameters.setValue("overlay.opacity", 0.75)
    assert parameters.overlay.opacity == 0.75
    assert parameters.dataType("overlay.shown") is bool
    with pytest.raises(ValueError, match="within"):
        parameters.overlay.opacity = 2
    with pytest.raises(AttributeError, match="no attribute 'opacty'"):
        parameters.overlay.opacty = 0.5
    with pytest.raises(ValueError, match="no member 'hue'"):
        parameters.getValue("overlay.hue")


def test_a_change_is_one_modified_event(parameters: Any) -> None:
    events: list[str] = []
    tag = parameters.AddObserver("ModifiedEvent", lambda *_: events.append("modified"))
    parameters.names = ["a", "b", "c"]
    assert len(events) == 1
    parameters.RemoveObserver(tag)
    parameters.note = "unheard"
    assert len(events) == 1


def bound(qt: Any, name: str, widget: Any) -> Any:
    """A panel with one widget that names its parameter."""
    panel = qt.QWidget()
    widget.setParent(panel)
    widget.setProperty("SlicerParameterName", name)
    return panel


def test_widget_and_node_follow_each_other(standins: Standins, parameters: Any) -> None:
    qt, ctk = standins.qt, standins.ctk
    line, slider, box = qt.QLineEdit(), ctk.ctkSliderWidget(), qt.QComboBox()
    panel = qt.QWidget()
    for name, widget in (("note", line), ("overlay.opacity", slider), ("sex", box)):
        widget.setParent(panel)
        widget.setProperty("SlicerParameterName", name)
    tag = parameters.connectGui(panel)
    assert (line.text, slider.value, slider.maximum) == ("none", 0.5, 1.0)
    assert (box.count, box.currentText) == (2, "FEMALE")
    line.text = "typed"
    slider.value = 0.75
    box.currentIndex = 1
    assert (parameters.note, parameters.overlay.opacity, parameters.sex) == (
        "typed",
        0.75,
        Sex.MALE,
    )
    parameters.note = "set"
    assert line.text == "set"
    parameters.disconnectGui(tag)
    line.text = "unheard"
    assert parameters.note == "set"
    parameters.note = "unseen"
    assert line.text == "unheard"
    assert not parameters.parameterNode.HasObserver("ModifiedEvent")


def test_a_selector_is_bound_to_its_node_and_type(standins: Standins, parameters: Any) -> None:
    box = slicer.qMRMLNodeComboBox()
    box.noneEnabled = True
    box.setMRMLScene(standins.scene)
    panel = bound(standins.qt, "image", box)
    parameters.connectGui(panel)
    assert box.nodeTypes == ["vtkMRMLScalarVolumeNode"]
    image = standins.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    standins.choose_node(box, image)
    assert parameters.image is image
    standins.scene.RemoveNode(image)
    assert parameters.image is None


@pytest.mark.parametrize(
    ("name", "widget"),
    [
        ("note", "QPlainTextEdit"),
        ("note", "QComboBox"),
        ("agreed", "QToolButton"),
        ("age", "QSpinBox"),
        ("opacity", "QSlider"),
        ("image", "QComboBox"),
        ("names", "QLineEdit"),
    ],
)
def test_pairs_without_a_connector_are_refused(
    standins: Standins, parameters: Any, name: str, widget: str
) -> None:
    with pytest.raises(RuntimeError, match=r"Unable to create GUI connector|requires the Choice"):
        parameters.connectGui(bound(standins.qt, name, getattr(standins.qt, widget)()))


def test_an_unbounded_number_is_refused_by_sliders(standins: Standins, node: Any) -> None:
    @parameterNodeWrapper
    class Unbounded:
        level: float

    unbounded: Any = Unbounded
    with pytest.raises(RuntimeError, match="unbounded"):
        unbounded(node).connectGui(bound(standins.qt, "level", standins.ctk.ctkSliderWidget()))


def test_a_widget_that_names_no_parameter_is_refused(standins: Standins, parameters: Any) -> None:
    with pytest.raises(ValueError, match="Cannot find a param with the given name: colour"):
        parameters.connectGui(bound(standins.qt, "colour", standins.qt.QLineEdit()))


def test_a_parameter_that_is_set_notifies_at_once(parameters: Any) -> None:
    """What listeners compare must be set before.

    Source: Slicer 583e9b37, Base/Python/slicer/parameterNodeWrapper/wrapper.py (`write` ends its
    modification before it returns).
    """
    heard: list[tuple[int, str]] = []
    parameters.AddObserver(
        "ModifiedEvent", lambda *_: heard.append((parameters.count, parameters.note))
    )
    parameters.count = 3
    assert heard == [(3, "none")]
    parameters.note = "later"
    assert heard == [(3, "none"), (3, "later")]
