"""One folder a case in the tree that Slicer shows."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import slicer

# The application asks its plugins who shows a node; items made without it must say so themselves,
# or the tree lists them without an eye icon and without their menus.
OWNERS = {
    "vtkMRMLScalarVolumeNode": "Volumes",
    "vtkMRMLSegmentationNode": "Segmentations",
    "vtkMRMLTableNode": "Tables",
    "vtkMRMLTextNode": "Texts",
    "vtkMRMLPlotSeriesNode": "Plots",
    "vtkMRMLPlotChartNode": "Plots",
}
# Level of an item that stands for a part of a node, as a segment does.
VIRTUAL_BRANCH = "VirtualBranch"


def case_folder(
    scene: "slicer.vtkMRMLScene", case_id: str, beside: "slicer.vtkMRMLNode | None" = None
) -> int:
    """The folder of a case; made if there is none.

    Args:
        scene: with a subject hierarchy, as the application's has.
        case_id: the folder's name.
        beside: a node of the case; the folder it lies in is used when it bears the case's name.
    Returns: item in the subject hierarchy.
    """
    tree = scene.GetSubjectHierarchyNode()
    if beside is not None and (item := tree.GetItemByDataNode(beside)):
        parent = tree.GetItemParent(item)
        if parent != tree.GetSceneItemID() and tree.GetItemName(parent) == case_id:
            return int(parent)
    folder = tree.CreateFolderItem(tree.GetSceneItemID(), case_id)
    tree.SetItemOwnerPluginName(folder, "Folder")
    return int(folder)


def put_in_folder(scene: "slicer.vtkMRMLScene", folder: int, node: Any) -> None:
    """Show a node in a folder; the application has made its item already, a bare scene hasn't."""
    tree = scene.GetSubjectHierarchyNode()
    if item := tree.GetItemByDataNode(node):
        tree.SetItemParent(item, folder)
        return
    item = tree.CreateItem(folder, node)
    tree.SetItemOwnerPluginName(item, OWNERS[node.GetClassName()])
    if node.IsA("vtkMRMLSegmentationNode"):
        _add_segments(tree, item, node)


def _add_segments(
    tree: "slicer.vtkMRMLSubjectHierarchyNode",
    parent: int,
    node: "slicer.vtkMRMLSegmentationNode",
) -> None:
    """An item a segment; the application doesn't add them to a segmentation that has an item."""
    segmentation = node.GetSegmentation()
    for position in range(segmentation.GetNumberOfSegments()):
        segment_id = segmentation.GetNthSegmentID(position)
        name = segmentation.GetSegment(segment_id).GetName()
        item = tree.CreateHierarchyItem(parent, name, VIRTUAL_BRANCH, position)
        tree.SetItemAttribute(item, node.GetSegmentIDAttributeName(), segment_id)
        tree.SetItemOwnerPluginName(item, "Segments")
