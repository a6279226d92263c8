"""Whatever view shows a simulated model's map says so, whoever put it there and in which layer."""

from typing import Any

import numpy as np
import pytest

from TACEResponseLib.patient.case import Case
from Testing.slicer_standins.layout import lines_in_views

SIMULATED = "SIMULATED MODEL: means nothing for a real patient"
EARLIER = "Attention map of an earlier result: no longer compared with its case"
OUT_OF_DATE = "Attention map out of date: its case has changed"
LAYERS = {"background": 0, "foreground": 1, "label": 2, "a layer above": 3}


def layers_of(person: Any, name: str = "Green") -> Any:
    return person.standins.app.layoutManager().sliceWidget(name).mrmlSliceCompositeNode()


def lay(node: Any, view: Any, layer: int, opacity: float = 1.0) -> None:
    """As the controls of a slice view do."""
    view.SetNthLayerVolumeID(layer, node.GetID() if node is not None else None)
    view.SetNthLayerOpacity(layer, opacity)


def said(person: Any) -> dict[str, list[str]]:
    """The views that say something."""
    return {view: lines for view, lines in lines_in_views(person.standins.app).items() if lines}


@pytest.fixture
def scored(person: Any, patient: Case) -> Any:
    person.image, person.segmentation = person.make_ready(patient)
    person.score()
    person.map = person.panel.book.maps()["ct_arterial"]
    return person


@pytest.fixture
def begun_anew(scored: Any) -> Any:
    scored.ui.newCaseButton.click()
    assert said(scored) == {}
    return scored


@pytest.mark.parametrize("layer", LAYERS)
def test_after_a_new_case_a_map_that_is_put_back_by_hand_is_marked_in_its_view_alone(
    begun_anew: Any, layer: str
) -> None:
    view = layers_of(begun_anew)
    lay(begun_anew.map, view, LAYERS[layer])
    assert said(begun_anew) == {"Green": [SIMULATED, EARLIER]}
    # It is the user's choice from now on: nothing takes it away.
    begun_anew.ui.mapOpacitySlider.value = 0.6
    begun_anew.pause(0.3)
    assert view.GetNthLayerVolumeID(LAYERS[layer]) == begun_anew.map.GetID()
    assert said(begun_anew) == {"Green": [SIMULATED, EARLIER]}
    if layer != "background":
        view.SetNthLayerOpacity(LAYERS[layer], 0.0)
        assert said(begun_anew) == {}
        view.SetNthLayerOpacity(LAYERS[layer], 0.1)
        assert said(begun_anew) == {"Green": [SIMULATED, EARLIER]}
    lay(begun_anew.image, view, LAYERS[layer])
    assert said(begun_anew) == {}


def test_an_edit_of_the_earlier_lesion_leaves_no_map_without_its_remark(begun_anew: Any) -> None:
    import slicer

    lay(begun_anew.map, layers_of(begun_anew), 1, 0.5)
    content = begun_anew.segmentation.GetSegmentation()
    content.RemoveSegment(content.GetNthSegmentID(0))
    begun_anew.pause(0.4)
    assert said(begun_anew) == {"Green": [SIMULATED, EARLIER]}
    slicer.util.updateVolumeFromArray(
        begun_anew.image, slicer.util.arrayFromVolume(begun_anew.image) + 1
    )
    begun_anew.pause(0.4)
    assert said(begun_anew) == {"Green": [SIMULATED, EARLIER]}


def test_a_map_that_is_off_and_shown_by_hand_has_its_banner(scored: Any) -> None:
    scored.ui.mapCheck.click()
    assert said(scored) == {}
    layers_of(scored).SetForegroundOpacity(0.7)
    assert said(scored) == {"Green": [SIMULATED]}
    lay(scored.map, layers_of(scored, "Red"), 0)
    assert said(scored) == {"Green": [SIMULATED], "Red": [SIMULATED]}
    scored.ui.mapCheck.click()


def test_a_map_that_went_out_of_date_says_so_wherever_it_is_shown(scored: Any) -> None:
    lay(scored.map, layers_of(scored), 0)
    combo = scored.ui.bclcCombo
    combo.setCurrentIndex(combo.findText("C"))
    scored.wait(lambda: scored.panel.book.isOutOfDate)
    assert said(scored) == {"Green": [SIMULATED, OUT_OF_DATE]}
    combo.setCurrentIndex(combo.findText("B"))
    scored.wait(lambda: not scored.panel.book.isOutOfDate)
    assert said(scored)["Green"] == [SIMULATED]


@pytest.mark.parametrize("change", ["renamed", "copied", "both"])
def test_neither_a_new_name_nor_a_copy_takes_the_banner_away(scored: Any, change: str) -> None:
    import slicer

    node = scored.map
    if change != "renamed":
        node = slicer.modules.volumes.logic().CloneVolume(slicer.mrmlScene, node, "copy")
    if change != "copied":
        node.SetName("perfusion")
    scored.ui.newCaseButton.click()
    assert said(scored) == {}
    lay(node, layers_of(scored), 0)
    assert said(scored) == {"Green": [SIMULATED, EARLIER]}


def test_a_copy_is_not_followed_while_its_map_is(scored: Any) -> None:
    import slicer

    copy = slicer.modules.volumes.logic().CloneVolume(slicer.mrmlScene, scored.map, "copy")
    lay(copy, layers_of(scored), 0)
    assert said(scored)["Green"] == [SIMULATED, EARLIER]
    assert said(scored)["Red"] == [SIMULATED]


def test_a_view_of_another_layout_and_one_that_comes_later_say_it_too(begun_anew: Any) -> None:
    layouts = begun_anew.standins.app.layoutManager()
    layouts._add_view("Slice4", "Axial")
    try:
        lay(begun_anew.map, layers_of(begun_anew, "Slice4"), 0)
        assert said(begun_anew) == {"Slice4": [SIMULATED, EARLIER]}
    finally:
        layouts._remove_view("Slice4")
    assert said(begun_anew) == {}


def test_a_view_in_space_says_it_of_slices_and_of_rendered_maps(begun_anew: Any) -> None:
    import slicer

    layouts = begun_anew.standins.app.layoutManager()
    layouts._add_three_d_view("View1")
    try:
        lay(begun_anew.map, layers_of(begun_anew), 0)
        assert said(begun_anew) == {"Green": [SIMULATED, EARLIER]}
        node = layouts.sliceWidget("Green").mrmlSliceNode()
        node.SetSliceVisible(True)
        assert said(begun_anew)["View1"] == [SIMULATED, EARLIER]
        node.SetSliceVisible(False)
        assert set(said(begun_anew)) == {"Green"}
        display = slicer.vtkMRMLGPURayCastVolumeRenderingDisplayNode()
        slicer.mrmlScene.AddNode(display)
        begun_anew.map.AddAndObserveDisplayNodeID(display.GetID())
        assert said(begun_anew)["View1"] == [SIMULATED, EARLIER]
        display.SetVisibility(False)
        assert set(said(begun_anew)) == {"Green"}
    finally:
        layouts._remove_three_d_view("View1")


def test_a_map_of_a_model_of_patients_says_only_what_is_not_followed(scored: Any) -> None:
    from TACEResponseLib.scene.map_names import mark_map

    scored.ui.newCaseButton.click()
    mark_map(scored.map, "ct_arterial", is_simulated=False)
    scored.map.SetName("case saliency ct_arterial")
    lay(scored.map, layers_of(scored), 0)
    assert said(scored) == {"Green": [EARLIER]}


def test_a_map_that_is_removed_takes_its_banner_along(begun_anew: Any) -> None:
    lay(begun_anew.map, layers_of(begun_anew), 0)
    begun_anew.standins.scene.RemoveNode(begun_anew.map)
    assert said(begun_anew) == {}


def test_whatever_a_person_lays_where_a_view_speaks_if_and_only_if_it_shows_a_map(
    scored: Any,
) -> None:
    """Sixty steps at random, the map's own button and new cases among them."""
    import slicer

    rng = np.random.default_rng(5)
    copy = slicer.modules.volumes.logic().CloneVolume(slicer.mrmlScene, scored.map, "copy")
    maps, volumes = {scored.map.GetID(), copy.GetID()}, [scored.map, copy, scored.image, None]
    names = ["Green", "Red", "Yellow"]
    for step in range(60):
        view = layers_of(scored, names[rng.integers(3)])
        kind = rng.integers(10)
        if kind == 0:
            scored.ui.mapCheck.click()
        elif kind == 1 and step % 3 == 0:
            scored.ui.newCaseButton.click()
        else:
            opacity = float(rng.choice([0.0, 0.4, 1.0]))
            lay(volumes[rng.integers(4)], view, int(rng.integers(4)), opacity)
        showing = {
            name
            for name in names
            if any(
                layers_of(scored, name).GetNthLayerVolumeID(layer) in maps
                and layers_of(scored, name).GetNthLayerOpacity(layer) > 0
                for layer in range(4)
            )
        }
        assert {view for view, lines in said(scored).items() if SIMULATED in lines} == showing
