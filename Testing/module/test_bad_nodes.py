"""What a radiologist may choose by mistake: one plain sentence each, and the scene unchanged."""

from typing import Any

import numpy as np
import pytest

from TACEResponseLib.imaging.files.segment_parts import SegmentPart
from TACEResponseLib.patient.case import Case


def add(person: Any, kind: str, name: str = "node") -> Any:
    return person.standins.scene.AddNewNodeByClass(kind, name)


def copy_of(person: Any, image: Any, kind: str, name: str) -> Any:
    node = add(person, kind, name)
    node.SetAndObserveImageData(image.GetImageData())
    return node


def nonlinear(person: Any) -> Any:
    import vtk

    transform = add(person, "vtkMRMLTransformNode", "warp")
    spline = vtk.vtkThinPlateSplineTransform()
    transform.SetAndObserveTransformToParent(spline)
    return transform


def problem(image: Any) -> str:
    from TACEResponsePanel.case.gates import imageProblem

    return str(imageProblem(image, "ct_arterial"))


def test_a_label_map_is_no_image(person: Any, patient: Case) -> None:
    image, _ = person.load_patient(patient)
    node = copy_of(person, image, "vtkMRMLLabelMapVolumeNode", "labels")
    assert problem(node) == "labels is a label map, not an image; choose the image."
    person.choose_model()
    row = person.row()
    row.selector.setCurrentNode(node)
    assert row.selector.currentNode() is not node


def test_a_color_image_is_refused(person: Any, patient: Case) -> None:
    image, _ = person.load_patient(patient)
    assert "is a color image" in problem(copy_of(person, image, "vtkMRMLVectorVolumeNode", "rgb"))


def test_a_volume_without_voxels_is_refused(person: Any) -> None:
    assert "holds no voxels" in problem(add(person, "vtkMRMLScalarVolumeNode"))


def test_a_frame_of_a_sequence_is_refused(person: Any, patient: Case) -> None:
    import slicer

    image, _ = person.load_patient(patient)
    for kind in (slicer.vtkMRMLSequenceNode, slicer.vtkMRMLSequenceBrowserNode):
        person.standins.scene.RegisterNodeClass(kind())
    sequence = add(person, "vtkMRMLSequenceNode")
    browser = add(person, "vtkMRMLSequenceBrowserNode")
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    browser.AddProxyNode(image, sequence, False)
    assert "one frame of a 4D sequence" in problem(image)


def test_a_non_linear_transform_is_refused(person: Any, patient: Case) -> None:
    image, _ = person.load_patient(patient)
    image.SetAndObserveTransformNodeID(nonlinear(person).GetID())
    assert "lies under a non-linear transform; harden it" in problem(image)


@pytest.mark.parametrize("name", ["a/b\\c:*?", "\u809d\u81d3 \u2014 \u0430\u0440\u0442", "  "])
def test_names_of_any_letters_are_scored(person: Any, patient: Case, name: str) -> None:
    image, segmentation = person.make_ready(patient)
    for node in (image, segmentation):
        node.SetName(name)
    assert 0 < person.score().fused.probability < 1


def test_an_empty_segment_is_told(person: Any, patient: Case) -> None:
    image, segmentation = person.make_ready(patient)
    import slicer

    segment_id = segmentation.GetSegmentation().GetNthSegmentID(0)
    shape = slicer.util.arrayFromVolume(image).shape
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        np.zeros(shape, dtype=np.uint8), segmentation, segment_id, image
    )
    person.wait(lambda: "must mark at least one voxel" in person.missing)
    assert not person.ui.scoreButton.enabled


def test_a_surface_without_labelmap_is_told(person: Any, patient: Case) -> None:
    image, _ = person.load_patient(patient)
    import slicer
    import vtk

    segmentation = add(person, "vtkMRMLSegmentationNode", "surface")
    sphere = vtk.vtkSphereSource()
    sphere.SetRadius(10)
    sphere.Update()
    segmentation.AddSegmentFromClosedSurfaceRepresentation(sphere.GetOutput(), "ball", [1, 0, 0])
    content = segmentation.GetSegmentation()
    name = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
    content.SetSourceRepresentationName(name)
    person.choose_model()
    person.choose_image(image)
    person.choose_lesion(segmentation)
    person.wait(lambda: "must have a binary labelmap" in person.missing)


def test_two_segments_of_one_name_are_told(person: Any, patient: Case) -> None:
    _, segmentation = person.make_ready(patient)
    content = segmentation.GetSegmentation()
    first = content.GetNthSegment(0).GetName()
    content.AddEmptySegment("second", first)
    person.panel.desk.parameters.segments = [
        content.GetNthSegmentID(n) for n in range(content.GetNumberOfSegments())
    ]
    assert f"Two chosen segments are called {first}" in person.missing


def test_a_lesion_of_another_patient_is_told(
    person: Any, patient: Case, other_patient: Case
) -> None:
    person.make_ready(patient)
    _, foreign = person.load_patient(other_patient)
    import vtk

    transform = add(person, "vtkMRMLLinearTransformNode")
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(0, 3, 5000.0)
    transform.SetMatrixTransformToParent(matrix)
    foreign.SetAndObserveTransformNodeID(transform.GetID())
    person.choose_lesion(foreign)
    person.pause(0.5)
    before = person.standins.scene.GetNumberOfNodes()
    person.ui.scoreButton.click()
    person.wait(lambda: not person.panel.bar.isScoring)
    assert "outside" in person.missing or "inside" in person.missing
    assert person.panel.book.prediction is None
    assert person.standins.scene.GetNumberOfNodes() == before


def test_a_moved_lesion_is_scored_where_it_is_seen(person: Any, patient: Case) -> None:
    image, segmentation = person.make_ready(patient)
    first = person.score()
    import vtk

    transform = add(person, "vtkMRMLLinearTransformNode")
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(2, 3, 2 * image.GetSpacing()[2])
    transform.SetMatrixTransformToParent(matrix)
    segmentation.SetAndObserveTransformNodeID(transform.GetID())
    person.wait(lambda: person.panel.book.isOutOfDate)
    second = person.score()
    x, y, z = first.lesions[0].center_lps
    moved = (x, y, z + 2 * image.GetSpacing()[2])
    assert second.lesions[0].center_lps == pytest.approx(moved)
    assert second.fused.probability != first.fused.probability


def test_image_and_lesion_moved_together_score_the_same(person: Any, patient: Case) -> None:
    image, segmentation = person.make_ready(patient)
    first = person.score()
    import vtk

    transform = add(person, "vtkMRMLLinearTransformNode")
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(0, 3, 16.0)
    transform.SetMatrixTransformToParent(matrix)
    for node in (image, segmentation):
        node.SetAndObserveTransformNodeID(transform.GetID())
    person.wait(lambda: person.panel.book.isOutOfDate)
    second = person.score()
    assert second.fused.probability == pytest.approx(first.fused.probability, abs=1e-6)
    saliency = person.panel.book.maps()["ct_arterial"]
    assert saliency.GetParentTransformNode() is transform


def test_a_removed_segment_or_image_is_told(person: Any, patient: Case) -> None:
    image, segmentation = person.make_ready(patient)
    segmentation.GetSegmentation().RemoveAllSegments()
    person.wait(lambda: "Tick the segment" in person.missing)
    person.standins.scene.RemoveNode(image)
    person.wait(lambda: "Choose the image" in person.missing)


def test_segments_read_from_the_scene_are_what_the_process_measures(
    person: Any, patient: Case
) -> None:
    from TACEResponseLib.scene.segment_reading import read_segment

    _, segmentation = person.make_ready(patient)
    part: SegmentPart = read_segment(
        segmentation, segmentation.GetSegmentation().GetNthSegmentID(0)
    )
    volume = part.mask.sum() * part.geometry.voxel_volume_mm3 / 1000
    assert person.panel.desk.lesions[0].volume_ml == pytest.approx(volume)
    assert person.ui.lesionsTable.item(0, 2).text() == f"{volume:.2f}"
