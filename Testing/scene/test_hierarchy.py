"""One folder a case, and items that the application knows how to show."""

from typing import Any

import pytest

from TACEResponseLib.scene.hierarchy import OWNERS, case_folder, put_in_folder


def test_nodes_of_a_case_share_its_folder(scene: Any) -> None:
    tree = scene.GetSubjectHierarchyNode()
    folder = case_folder(scene, "P001")
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", "a")
    put_in_folder(scene, folder, node)
    assert tree.GetItemName(tree.GetItemParent(tree.GetItemByDataNode(node))) == "P001"
    assert case_folder(scene, "P001", beside=node) == folder


def test_another_case_gets_a_folder_of_its_own(scene: Any) -> None:
    folder = case_folder(scene, "P001")
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", "a")
    put_in_folder(scene, folder, node)
    assert case_folder(scene, "P002", beside=node) != folder


def test_a_node_that_the_application_has_listed_is_moved_not_doubled(scene: Any) -> None:
    tree = scene.GetSubjectHierarchyNode()
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", "a")
    item = tree.CreateItem(tree.GetSceneItemID(), node)
    put_in_folder(scene, case_folder(scene, "P001"), node)
    assert tree.GetItemByDataNode(node) == item
    assert tree.GetItemName(tree.GetItemParent(item)) == "P001"


@pytest.mark.parametrize(("kind", "owner"), OWNERS.items(), ids=OWNERS)
def test_items_name_the_plugin_that_shows_them(scene: Any, kind: str, owner: str) -> None:
    tree = scene.GetSubjectHierarchyNode()
    node = scene.AddNewNodeByClass(kind)
    put_in_folder(scene, case_folder(scene, "P001"), node)
    assert tree.GetItemOwnerPluginName(tree.GetItemByDataNode(node)) == owner


def test_segments_are_listed_under_their_segmentation(scene: Any) -> None:
    import vtk

    tree = scene.GetSubjectHierarchyNode()
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "ROI")
    ids = [node.GetSegmentation().AddEmptySegment("", name) for name in ("Tumor", "Satellite")]
    put_in_folder(scene, case_folder(scene, "P001"), node)
    children = vtk.vtkIdList()
    tree.GetItemChildren(tree.GetItemByDataNode(node), children, False)
    items = [children.GetId(n) for n in range(children.GetNumberOfIds())]
    assert [tree.GetItemName(item) for item in items] == ["Tumor", "Satellite"]
    assert [tree.GetItemAttribute(item, "segmentID") for item in items] == ids
    assert {tree.GetItemOwnerPluginName(item) for item in items} == {"Segments"}


def test_a_kind_of_node_without_a_known_plugin_is_an_error(scene: Any) -> None:
    node = scene.AddNewNodeByClass("vtkMRMLModelNode")
    with pytest.raises(KeyError, match="vtkMRMLModelNode"):
        put_in_folder(scene, case_folder(scene, "P001"), node)
