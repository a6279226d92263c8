"""Marks on a result in the scene: out of date, and the first score, which is kept."""

from typing import TYPE_CHECKING

from TACEResponseLib.scene.hierarchy import case_folder, put_in_folder
from TACEResponseLib.scene.own_nodes import own_node, roles_of

if TYPE_CHECKING:
    import slicer

OUT_OF_DATE = " (out of date)"
# Not a part of the result: its role must not begin like theirs, or a new result would remove it.
FIRST_SCORE_ROLE = "TACEResponseKept.first_score"


def result_nodes(anchor: "slicer.vtkMRMLSegmentationNode") -> list["slicer.vtkMRMLNode"]:
    """Every node of ours in the result that belongs to a segmentation."""
    nodes = [own_node(anchor, role) for role in roles_of(anchor)]
    return [node for node in nodes if node is not None]


def mark_out_of_date(anchor: "slicer.vtkMRMLSegmentationNode", *, is_out_of_date: bool) -> None:
    """Say in the name of every node of a result that its case has changed since, or hasn't."""
    for node in result_nodes(anchor):
        name = node.GetName().removesuffix(OUT_OF_DATE)
        if is_out_of_date:
            name += OUT_OF_DATE
        if name != node.GetName():
            node.SetName(name)


def keep_first_score(
    scene: "slicer.vtkMRMLScene",
    anchor: "slicer.vtkMRMLSegmentationNode",
    case_id: str,
    record: str,
) -> None:
    """Keep the record of a case's first score; a later one of that case replaces nothing."""
    name = f"{case_id} first score (kept)"
    kept = anchor.GetNodeReference(FIRST_SCORE_ROLE)
    if kept is not None and kept.GetName() == name:
        return
    node = scene.AddNewNodeByClass("vtkMRMLTextNode", name)
    node.SetText(record)
    anchor.SetNodeReferenceID(FIRST_SCORE_ROLE, node.GetID())
    put_in_folder(scene, case_folder(scene, case_id, beside=anchor), node)
