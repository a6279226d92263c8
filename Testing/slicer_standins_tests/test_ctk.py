"""CTK's widgets through their wrapping: properties, signals, slots, one constructor."""

from typing import Any

import pytest

from Testing.slicer_standins import Standins


def test_a_collapsed_section_hides_what_it_holds_and_tells(standins: Standins) -> None:
    heard: list[bool] = []
    section = standins.ctk.ctkCollapsibleButton()
    layout = standins.qt.QVBoxLayout(section)
    shown, hidden = standins.qt.QLabel("shown"), standins.qt.QLabel("hidden")
    layout.addWidget(shown)
    layout.addWidget(hidden)
    hidden.hide()
    section.contentsCollapsed.connect(heard.append)
    section.collapsed = True
    assert (shown.isHidden(), hidden.isHidden()) == (True, True)
    section.collapsed = False
    assert (shown.isHidden(), hidden.isHidden()) == (False, True)
    assert heard == [True, False]


def test_a_child_that_comes_while_a_section_is_folded_is_hidden_until_it_is_unfolded(
    standins: Standins,
) -> None:
    section = standins.ctk.ctkCollapsibleButton()
    section.collapsed = True
    late = standins.qt.QLabel("late", section)
    never = standins.qt.QLabel("never")
    never.hide()
    never.setParent(section)
    dialog = standins.qt.QDialog()
    dialog.setParent(section)
    dialog.show()
    assert [w.isHidden() for w in (late, never, dialog)] == [True, True, True]
    late.show()
    assert late.isHidden()
    section.collapsed = False
    assert [w.isHidden() for w in (late, never, dialog)] == [False, True, False]


def test_a_click_on_the_header_collapses(standins: Standins) -> None:
    section = standins.ctk.ctkCollapsibleButton()
    section.click()
    assert section.collapsed is True


@pytest.mark.parametrize(
    "name", ["ctkCollapsibleButton", "ctkCollapsibleGroupBox", "ctkDoubleSlider", "ctkCheckBox"]
)
def test_the_constructor_takes_a_parent_only(standins: Standins, name: str) -> None:
    kind = getattr(standins.ctk, name)
    parent = standins.qt.QWidget()
    assert kind(parent).parent() is parent
    with pytest.raises(ValueError, match="Could not find matching overload"):
        kind("Images")


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("ctkCollapsibleButton", "setCollapsed"),
        ("ctkSliderWidget", "setMinimum"),
        ("ctkSliderWidget", "setRange"),
        ("ctkSliderWidget", "setSuffix"),
        ("ctkPathLineEdit", "setFilters"),
        ("ctkDirectoryButton", "setDirectory"),
    ],
)
def test_a_setter_that_is_no_slot_does_not_exist(
    standins: Standins, kind: str, method: str
) -> None:
    with pytest.raises(AttributeError, match=method):
        getattr(getattr(standins.ctk, kind)(), method)(1)


def test_a_slider_keeps_within_its_bounds(standins: Standins) -> None:
    heard: list[float] = []
    slider = standins.ctk.ctkSliderWidget()
    slider.valueChanged.connect(heard.append)
    slider.minimum, slider.maximum = 0.0, 1.0
    slider.value = 0.5
    slider.setValue(7)
    assert (slider.value, heard) == (1.0, [0.5, 1.0])
    slider.maximum = 0.25
    assert (slider.value, heard[-1]) == (0.25, 0.25)


@pytest.mark.parametrize("value", ["half", True, None])
def test_a_slider_refuses_what_is_no_number(standins: Standins, value: Any) -> None:
    with pytest.raises(AttributeError, match="Property 'value' of type 'double'"):
        standins.ctk.ctkSliderWidget().value = value


def test_unknown_attributes_are_refused(standins: Standins) -> None:
    for kind in ("ctkCollapsibleButton", "ctkSliderWidget", "ctkPathLineEdit"):
        with pytest.raises(AttributeError, match="creating new attributes"):
            getattr(standins.ctk, kind)().note = 1
    assert not hasattr(standins.ctk, "ctkCollapsiblePanel")


def test_a_path_is_read_set_and_told(standins: Standins) -> None:
    heard: list[str] = []
    line = standins.ctk.ctkPathLineEdit()
    line.currentPathChanged.connect(heard.append)
    line.currentPath = "/data/model"
    assert (line.currentPath, heard) == ("/data/model", ["/data/model"])
    with pytest.raises(AttributeError, match="Property 'currentPath'"):
        line.currentPath = 3


def test_a_collapsed_group_box_hides_its_contents(standins: Standins) -> None:
    box = standins.ctk.ctkCollapsibleGroupBox()
    label = standins.qt.QLabel("inside", box)
    box.collapsed = True
    assert (label.isHidden(), box.checked) == (True, False)
