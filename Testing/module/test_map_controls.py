"""The attention map: overlay, hiding, cut, visits, legend, notes; nothing changes unasked."""

from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.patient.case import Case
from Testing.slicer_standins.layout import corner_text, hold_key, release_key
from Testing.slicer_standins.layout import lines_in_views as by_view


def composites(person: Any) -> list[Any]:
    scene = person.standins.scene
    count = scene.GetNumberOfNodesByClass("vtkMRMLSliceCompositeNode")
    return [scene.GetNthNodeByClass(n, "vtkMRMLSliceCompositeNode") for n in range(count)]


def axial(person: Any) -> Any:
    scene = person.standins.scene
    count = scene.GetNumberOfNodesByClass("vtkMRMLSliceNode")
    nodes = [scene.GetNthNodeByClass(n, "vtkMRMLSliceNode") for n in range(count)]
    return next(node for node in nodes if node.GetOrientation() == "Axial")


def superior(node: Any) -> float:
    return float(node.GetSliceToRAS().GetElement(2, 3))


@pytest.fixture
def scored(person: Any, patient: Case) -> Any:
    person.image, person.segmentation = person.make_ready(patient)
    person.score()
    person.map = person.panel.book.maps()["ct_arterial"]
    return person


def test_the_map_lies_over_the_image_with_the_chosen_opacity(scored: Any) -> None:
    assert composites(scored)
    for composite in composites(scored):
        assert composite.GetForegroundVolumeID() == scored.map.GetID()
        assert composite.GetForegroundOpacity() == pytest.approx(0.5)
    scored.ui.mapOpacitySlider.value = 0.8
    assert composites(scored)[0].GetForegroundOpacity() == pytest.approx(0.8)


def test_the_cut_hides_low_attention(scored: Any) -> None:
    scored.ui.mapCutSlider.value = 0.35
    assert scored.map.GetDisplayNode().GetLowerThreshold() == pytest.approx(0.35)
    scored.ui.mapCutSlider.value = 0.2


def test_off_is_off_and_on_is_on(scored: Any) -> None:
    scored.ui.mapCheck.click()
    assert {c.GetForegroundOpacity() for c in composites(scored)} == {0.0}
    scored.ui.mapCheck.click()
    assert composites(scored)[0].GetForegroundOpacity() > 0


def test_holding_the_button_or_the_key_hides_the_map(scored: Any) -> None:
    scored.ui.hideMapButton.pressed.emit()
    assert {c.GetForegroundOpacity() for c in composites(scored)} == {0.0}
    scored.ui.hideMapButton.released.emit()
    assert composites(scored)[0].GetForegroundOpacity() > 0
    hold_key(view(scored), "h")
    assert {c.GetForegroundOpacity() for c in composites(scored)} == {0.0}
    release_key(view(scored), "h")
    scored.wait(lambda: composites(scored)[0].GetForegroundOpacity() > 0, 1)
    hold_key(view(scored), "x")
    assert composites(scored)[0].GetForegroundOpacity() > 0


def view(person: Any) -> Any:
    """The first slice view."""
    layouts = person.standins.app.layoutManager()
    return layouts.sliceWidget(layouts.sliceViewNames()[0]).sliceView()


def test_a_held_key_that_repeats_itself_hides_the_map_without_a_flicker(scored: Any) -> None:
    composite = composites(scored)[0]
    seen: list[float] = []
    tag = composite.AddObserver(
        "ModifiedEvent", lambda *_: seen.append(composite.GetForegroundOpacity())
    )
    hold_key(view(scored), "h", repeats=10)
    scored.pause(0.03)
    hold_key(view(scored), "h", repeats=1)
    composite.RemoveObserver(tag)
    assert set(seen) == {0.0}
    release_key(view(scored), "h")
    scored.wait(lambda: composite.GetForegroundOpacity() > 0, 1)


@pytest.mark.parametrize("leave", ["pointer", "focus"])
def test_a_key_that_is_released_elsewhere_does_not_hide_the_map_for_good(
    scored: Any, leave: str
) -> None:
    hold_key(view(scored), "h")
    if leave == "pointer":
        view(scored).interactor().InvokeEvent("LeaveEvent")
    else:
        scored.standins.app.focusChanged.emit(None, None)
    scored.wait(lambda: composites(scored)[0].GetForegroundOpacity() > 0, 1)


def test_window_and_layout_stay_until_the_user_asks(person: Any, patient: Case) -> None:
    image, _ = person.make_ready(patient)
    display = image.GetDisplayNode()
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(-10, 90)
    layout = person.standins.app.layoutManager().layout
    person.score()
    assert display.GetWindowLevelMin() == -10
    assert person.standins.app.layoutManager().layout == layout
    person.ui.liverWindowButton.click()
    assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == (-160, 240)


def test_the_most_salient_slice_is_one_that_the_network_saw(scored: Any) -> None:
    scored.ui.salientSliceButton.click()
    z = superior(axial(scored))
    seen = [p.slice_z_mm for p in scored.panel.book.prediction.network_branch.patches]
    assert min(abs(z - s) for s in seen) <= scored.image.GetSpacing()[2]
    assert scored.ui.sliceNoteLabel.text.startswith("Map on this slice: ")


def test_slices_between_the_computed_ones_are_said_to_be_interpolated(scored: Any) -> None:
    seen = sorted(p.slice_z_mm for p in scored.panel.book.prediction.network_branch.patches)
    prediction, controls = scored.panel.book.prediction, scored.panel.map

    def note(superior_mm: float) -> str:
        return str(controls._sliceNote(prediction, superior_mm))

    assert note(seen[0]) == "Map on this slice: computed."
    assert note((seen[0] + seen[1]) / 2) == (
        "Map on this slice: interpolated between computed slices."
    )
    assert "the network did not see it" in note(seen[-1] + 40)


def test_next_lesion_moves_the_views_to_its_center(scored: Any) -> None:
    scored.ui.nextLesionButton.click()
    center = scored.panel.desk.lesions[0].center_lps
    assert superior(axial(scored)) == pytest.approx(center[2], abs=0.01)


def test_the_legend_shows_the_colors_of_the_map(scored: Any) -> None:
    pixmap = scored.ui.legendLabel.pixmap
    image = pixmap.toImage()
    first, last = image.pixelColor(0, 3), image.pixelColor(image.width() - 1, 3)
    assert first.lightness() < last.lightness()
    assert scored.ui.legendLabel.toolTip == "Attention from 0 (left) to 1 (right)"


def test_an_out_of_date_map_is_not_shown(scored: Any) -> None:
    combo = scored.ui.bclcCombo
    combo.setCurrentIndex(combo.findText("C"))
    scored.wait(lambda: scored.panel.book.isOutOfDate)
    assert {c.GetForegroundOpacity() for c in composites(scored)} == {0.0}


def lines_in_views(person: Any) -> list[str]:
    return [line for lines in by_view(person.standins.app).values() for line in lines]


def test_a_simulated_model_s_map_is_never_seen_without_its_banner(scored: Any) -> None:
    assert len(lines_in_views(scored)) == len(scored.standins.app.layoutManager().sliceViewNames())
    assert all("SIMULATED MODEL" in line for line in lines_in_views(scored))
    scored.ui.mapCheck.click()
    assert lines_in_views(scored) == []
    scored.ui.mapCheck.click()
    assert lines_in_views(scored)
    scored.ui.newCaseButton.click()
    assert lines_in_views(scored) == []


def test_a_loaded_scene_s_map_has_banner_slice_note_visits_and_key(
    scored: Any, tmp_path: Path
) -> None:
    """The module is open all the while."""
    import slicer

    path = tmp_path / "scene.mrb"
    assert slicer.mrmlScene.WriteToMRB(str(path))
    slicer.mrmlScene.Clear(0)
    assert lines_in_views(scored) == []
    assert slicer.mrmlScene.ReadFromMRB(str(path))
    scored.wait(lambda: scored.missing == "")
    assert composites(scored)[0].GetForegroundOpacity() > 0
    assert len(lines_in_views(scored)) == len(scored.standins.app.layoutManager().sliceViewNames())
    scored.ui.salientSliceButton.click()
    assert scored.ui.sliceNoteLabel.text == "Map on this slice: computed."
    hold_key(view(scored), "h")
    assert {c.GetForegroundOpacity() for c in composites(scored)} == {0.0}
    release_key(view(scored), "h")
    scored.wait(lambda: composites(scored)[0].GetForegroundOpacity() > 0, 1)


def test_slicer_prints_simulated_in_the_corner_with_or_without_the_module(scored: Any) -> None:
    scored.ui.caseIdEdit.setText("a-case-id-that-is-longer-than-a-corner-is-wide")
    scored.score()
    assert corner_text(composites(scored)[0]).startswith("F: SIMULATED ")
    scored.map.SetName("a name of an older version")
    scored.panel.map.apply()
    assert corner_text(composites(scored)[0]).startswith("F: SIMULATED a ")


def test_a_view_that_comes_later_has_map_and_banner_too(scored: Any) -> None:
    layouts = scored.standins.app.layoutManager()
    layouts._add_view("Slice4", "Axial")
    try:
        shown = layouts.sliceWidget("Slice4")
        assert shown.mrmlSliceCompositeNode().GetForegroundVolumeID() == scored.map.GetID()
        assert len(lines_in_views(scored)) == len(layouts.sliceViewNames()) == 4
        hold_key(shown.sliceView(), "h")
        assert shown.mrmlSliceCompositeNode().GetForegroundOpacity() == 0.0
        release_key(shown.sliceView(), "h")
    finally:
        layouts._remove_view("Slice4")
