"""The slice views show a new image once, fitted, and stay as the user set them afterwards."""

from typing import Any

import pytest

from TACEResponseLib.patient.case import Case


def views(person: Any) -> list[Any]:
    layouts = person.standins.app.layoutManager()
    return [layouts.sliceWidget(name) for name in layouts.sliceViewNames()]


def center(view: Any) -> tuple[float, float, float]:
    matrix = view.mrmlSliceNode().GetSliceToRAS()
    return tuple(matrix.GetElement(axis, 3) for axis in range(3))


def is_on_the_image(view: Any, image: Any) -> bool:
    bounds = [0.0] * 6
    image.GetRASBounds(bounds)
    pairs = zip(center(view), bounds[::2], bounds[1::2], strict=True)
    return all(low - 1 <= place <= high + 1 for place, low, high in pairs)


@pytest.fixture
def empty_views(person: Any) -> Any:
    """Views as at the start of Slicer: nothing shown, at the world's center."""
    for view in views(person):
        composite, node = view.mrmlSliceCompositeNode(), view.mrmlSliceNode()
        composite.SetBackgroundVolumeID(None)
        composite.SetForegroundVolumeID(None)
        node.JumpSliceByCentering(0, 0, 0)
        node.SetFieldOfView(250, 250, 1)
    return person


def moved_away(patient: Case) -> Case:
    """The patient on a table that isn't at the world's center."""
    from dataclasses import replace

    def move(geometry: Any) -> Any:
        x, y, z = geometry.origin_lps
        return replace(geometry, origin_lps=(x + 300, y - 400, z + 900))

    images = {s: replace(v, geometry=move(v.geometry)) for s, v in patient.images.items()}
    return replace(
        patient, images=images, roi=replace(patient.roi, geometry=move(patient.roi.geometry))
    )


def test_an_image_that_code_loaded_is_seen_whole_in_every_view_after_scoring(
    empty_views: Any, patient: Case
) -> None:
    image, _ = empty_views.make_ready(moved_away(patient))
    empty_views.score()
    for view in views(empty_views):
        assert view.mrmlSliceCompositeNode().GetBackgroundVolumeID() == image.GetID()
        assert is_on_the_image(view, image), view.sliceViewName
        assert view.mrmlSliceNode().GetFieldOfView()[0] >= 200


def test_the_views_are_fitted_once_an_image_and_never_again(
    empty_views: Any, patient: Case
) -> None:
    empty_views.make_ready(patient)
    for view in views(empty_views):
        view.mrmlSliceNode().SetFieldOfView(33, 33, 1)
    empty_views.score()
    empty_views.score()
    assert {round(v.mrmlSliceNode().GetFieldOfView()[0]) for v in views(empty_views)} == {33}


def test_a_view_that_shows_something_is_left_alone(
    empty_views: Any, patient: Case, other_patient: Case
) -> None:
    other, _ = empty_views.load_patient(other_patient)
    red = views(empty_views)[1]
    red.mrmlSliceCompositeNode().SetBackgroundVolumeID(other.GetID())
    red.mrmlSliceNode().SetFieldOfView(33, 33, 1)
    image, _ = empty_views.make_ready(patient)
    empty_views.score()
    assert red.mrmlSliceCompositeNode().GetBackgroundVolumeID() == other.GetID()
    assert round(red.mrmlSliceNode().GetFieldOfView()[0]) == 33
    green = views(empty_views)[0]
    assert green.mrmlSliceCompositeNode().GetBackgroundVolumeID() == image.GetID()


def test_the_simulated_patient_of_sample_data_is_seen_at_once(empty_views: Any) -> None:
    import SampleData

    from Testing.slicer_standins.sample_data import click

    empty_views.standins.app.startupCompleted.emit()
    image, _segmentation = click("TACEResponseSimulatedPatient")
    for view in views(empty_views):
        assert view.mrmlSliceCompositeNode().GetBackgroundVolumeID() == image.GetID()
        assert is_on_the_image(view, image), view.sliceViewName
    with pytest.raises(IndexError):
        SampleData.downloadSample("TACEResponseSimulatedPatient")


def test_a_script_loads_the_simulated_patient_through_the_logic(empty_views: Any) -> None:
    image, segmentation = empty_views.widget.logic.loadSimulatedPatient()
    assert image.GetClassName() == "vtkMRMLScalarVolumeNode"
    assert segmentation.GetSegmentation().GetNumberOfSegments() == 1
    assert all(is_on_the_image(view, image) for view in views(empty_views))
