"""A case as nodes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.patient.case import Case
from TACEResponseLib.scene.hierarchy import case_folder, put_in_folder
from TACEResponseLib.scene.segmentation import roi_to_node
from TACEResponseLib.scene.volumes import add_display, volume_to_node

if TYPE_CHECKING:
    import slicer

# Slicer's abdominal preset; MR has no fixed scale and gets an automatic window.
CT_WINDOW_HU = (-160.0, 240.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseNodes:
    """The nodes that hold a case: made from one, or chosen by the user."""

    case_id: str
    volumes: Mapping[ImageSequence, "slicer.vtkMRMLScalarVolumeNode"]
    segmentation: "slicer.vtkMRMLSegmentationNode"


def case_to_nodes(scene: "slicer.vtkMRMLScene", case: Case) -> CaseNodes:
    """Add the images and the ROI of a case to a scene, in a folder named after it.

    Args:
        scene: a bare scene or the application's.
        case: images are named `<case id> <sequence>`; the ROI keeps its own grid.
    """
    folder = case_folder(scene, case.case_id)
    volumes = {}
    for sequence, volume in case.images.items():
        node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", f"{case.case_id} {sequence}")
        volume_to_node(volume, node)
        _show_image(node, sequence)
        volumes[sequence] = node
    segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", f"{case.case_id} ROI")
    if case.roi is not None:
        roi_to_node(case.roi, segmentation, volumes[_drawn_on(case, case.roi)])
    _show_outline(segmentation)
    for node in (*volumes.values(), segmentation):
        put_in_folder(scene, folder, node)
    return CaseNodes(case_id=case.case_id, volumes=volumes, segmentation=segmentation)


def _drawn_on(case: Case, roi: Roi) -> ImageSequence:
    """The image whose grid the ROI has, else the first."""
    images = case.images.items()
    same = [s for s, volume in images if volume.geometry.same_grid(roi.geometry)]
    return [*same, *case.images][0]


def _show_image(node: "slicer.vtkMRMLScalarVolumeNode", sequence: ImageSequence) -> None:
    """Gray, in a window in which a liver tumor can be seen."""
    if sequence.modality == "CT":
        display = add_display(node, CT_WINDOW_HU)
    else:
        node.CreateDefaultDisplayNodes()
        display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID("vtkMRMLColorTableNodeGrey")


def _show_outline(node: "slicer.vtkMRMLSegmentationNode") -> None:
    """The outline alone, so that the saliency under it stays visible."""
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetVisibility2DFill(False)
    display.SetVisibility2DOutline(True)
