"""Nodes as a case, in one process: what the panel and its process do in two."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.scene.segment_reading import roi_from_node
from TACEResponseLib.scene.volumes import volume_from_node

if TYPE_CHECKING:
    import slicer


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
