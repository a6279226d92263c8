"""A case as nodes, and nodes as a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.scene.hierarchy import case_folder, put_in_folder
from TACEResponseLib.scene.segment_reading import roi_from_node
from TACEResponseLib.scene.segmentation import roi_to_node
from TACEResponseLib.scene.volumes import add_display, volume_from_node, volume_to_node

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


def case_from_nodes(
    scene: "slicer.vtkMRMLScene",
    images: Mapping[ImageSequence, "slicer.vtkMRMLScalarVolumeNode"],
    segmentation: "slicer.vtkMRMLSegmentationNode",
    segment_ids: Sequence[str],
    case_id: str,
    clinical: ClinicalRecord | None = None,
) -> Case:
    """The case that a user sees on screen: linear transforms of image and ROI included.

    Args:
        scene: that the nodes are in.
        images: volume by sequence; voxels are copied, so later edits don't reach the case.
        segmentation: on any grid, under transforms of its own.
        segment_ids: segments that are tumor; overlaps count for the first.
        case_id: name of the case.
        clinical: values of the form.
    Raises: InputError: a node is not of this scene, can't be used, or the case breaks a rule.
    """
    for node in (*images.values(), segmentation):
        _check_in_scene(scene, node)
    volumes = {sequence: volume_from_node(node) for sequence, node in images.items()}
    grids = [volume.geometry for volume in volumes.values()]
    roi, warnings = roi_from_node(segmentation, segment_ids, grids)
    return Case(
        case_id=case_id,
        images=volumes,
        roi=roi,
        clinical=clinical or ClinicalRecord(),
        reading_warnings=warnings,
    )


def _drawn_on(case: Case, roi: Roi) -> ImageSequence:
    """The image whose grid the ROI has, else the first."""
    images = case.images.items()
    same = [s for s, volume in images if volume.geometry.same_grid(roi.geometry)]
    return [*same, *case.images][0]


def _check_in_scene(scene: "slicer.vtkMRMLScene", node: "slicer.vtkMRMLNode | None") -> None:
    """A selector may be empty, or point to a node that was just deleted."""
    if node is None or node.GetScene() is not scene:
        got = "none" if node is None else f"{node.GetName()}, which was removed"
        raise InputError(
            "image or segmentation",
            "must be a node of the scene",
            got=got,
            remedy="choose it again",
        )


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
