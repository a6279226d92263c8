"""The ROI as segments: one a label, on the ROI's own grid."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.scene.segmentation import TERMINOLOGY, roi_to_node
from TACEResponseLib.scene.volumes import volume_to_node


@pytest.fixture
def roi(oblique: Geometry) -> Roi:
    labels = np.zeros(oblique.shape_kji, dtype=np.uint8)
    labels[1:3, 2:4, 1:5] = 3
    labels[4, 5, 6] = 7
    return Roi(labels=labels, geometry=oblique, names=((3, "Tumor"), (7, "Satellit ä")))


def add_segmentation(scene: Any, roi: Roi) -> tuple[Any, Any]:
    image = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    volume_to_node(Volume(voxels=roi.labels, geometry=roi.geometry), image)
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "ROI")
    roi_to_node(roi, node, image)
    return node, image


def test_each_label_is_a_segment_with_its_value_and_no_name_of_the_file(
    scene: Any, roi: Roi
) -> None:
    node, image = add_segmentation(scene, roi)
    segmentation = node.GetSegmentation()
    segments = [segmentation.GetNthSegment(n) for n in range(segmentation.GetNumberOfSegments())]
    assert [(s.GetLabelValue(), s.GetName()) for s in segments] == [
        (3, "tumor 3"),
        (7, "tumor 7"),
    ]
    assert segmentation.GetNumberOfLayers() == 1
    role = node.GetReferenceImageGeometryReferenceRole()
    assert node.GetNodeReferenceID(role) == image.GetID()


def test_slicers_own_export_finds_the_mask_on_the_reference_volume(scene: Any, roi: Roi) -> None:
    import slicer
    import vtk

    node, image = add_segmentation(scene, roi)
    ids = vtk.vtkStringArray()
    ids.InsertNextValue("label_3")
    exported = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    assert logic.ExportSegmentsToLabelmapNode(node, ids, exported, image)
    assert np.array_equal(slicer.util.arrayFromVolume(exported) > 0, roi.labels == 3)


def test_labels_above_255_keep_their_value(scene: Any, roi: Roi) -> None:
    wide = np.where(roi.labels == 7, 300, 0).astype(np.uint16)
    node, _ = add_segmentation(scene, replace(roi, labels=wide, names=((300, "far"),)))
    import slicer
    from vtk.util.numpy_support import vtk_to_numpy

    mask = slicer.vtkOrientedImageData()
    assert node.GetBinaryLabelmapRepresentation("label_300", mask)
    assert vtk_to_numpy(mask.GetPointData().GetScalars()).sum() == 1


def test_writing_again_replaces_the_segments(scene: Any, roi: Roi) -> None:
    node, image = add_segmentation(scene, roi)
    roi_to_node(replace(roi, names=((7, "Only"),)), node, image)
    assert node.GetSegmentation().GetNumberOfSegments() == 1
    assert node.GetSegmentation().GetNthSegment(0).GetName() == "tumor 7"


def test_the_terminology_is_one_that_slicer_can_read(scene: Any, roi: Roi) -> None:
    import slicer

    node, _ = add_segmentation(scene, roi)
    entry = slicer.vtkSlicerTerminologyEntry()
    stored = node.GetSegmentation().GetNthSegment(0).GetTerminology()
    assert stored == TERMINOLOGY
    logic = slicer.vtkSlicerTerminologiesModuleLogic
    assert logic.DeserializeTerminologyEntry(stored, entry)
    assert entry.GetTypeObject().GetCodeMeaning() == "Neoplasm, Primary"
    assert entry.GetTypeObject().GetCodeValue() == "86049000"
    assert entry.GetRegionObject().GetCodeMeaning() == "Liver"
    assert logic.SerializeTerminologyEntry(entry) == TERMINOLOGY
