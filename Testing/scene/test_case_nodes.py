"""A case becomes nodes and comes back as the same case."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Acquisition, Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.scene.case_nodes import CaseNodes, case_to_nodes
from Testing.scene.nodes_as_case import case_from_nodes

CT = ImageSequence.CT_ARTERIAL


def segment_ids(nodes: CaseNodes) -> list[str]:
    segmentation = nodes.segmentation.GetSegmentation()
    return [segmentation.GetNthSegmentID(n) for n in range(segmentation.GetNumberOfSegments())]


def back(scene: Any, nodes: CaseNodes, **options: Any) -> Case:
    return case_from_nodes(
        scene, nodes.volumes, nodes.segmentation, segment_ids(nodes), nodes.case_id, **options
    )


def put_under_shift(scene: Any, node: Any, right_mm: float) -> None:
    import vtk

    shift = vtk.vtkMatrix4x4()
    shift.SetElement(0, 3, right_mm)
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(shift)
    node.SetAndObserveTransformNodeID(transform.GetID())


def test_the_same_case_comes_back(scene: Any, ball_case: Case) -> None:
    clinical = ClinicalRecord(values={"albumin_g_per_l": 38.0})
    again = back(scene, case_to_nodes(scene, ball_case), clinical=clinical)
    image, before = again.images[CT], ball_case.images[CT]
    assert np.array_equal(image.voxels, before.voxels)
    assert image.geometry == before.geometry
    assert before.acquisition.description == "arterial phase"
    assert image.acquisition == replace(before.acquisition, description="arterial")
    assert np.array_equal(again.roi.labels, ball_case.roi.labels)
    assert again.roi.geometry == ball_case.roi.geometry
    assert again.roi.names == ((1, "tumor 1"), (2, "tumor 2"))
    assert again.lesions == ball_case.lesions
    assert [w.code for w in again.warnings] == [w.code for w in ball_case.warnings]
    assert again.clinical is clinical


def test_nodes_are_named_and_lie_in_the_folder_of_the_case(scene: Any, ball_case: Case) -> None:
    nodes = case_to_nodes(scene, ball_case)
    assert nodes.volumes[CT].GetName() == "P001 ct_arterial"
    tree = scene.GetSubjectHierarchyNode()
    folders = {
        tree.GetItemName(tree.GetItemParent(tree.GetItemByDataNode(node)))
        for node in (*nodes.volumes.values(), nodes.segmentation)
    }
    assert folders == {"P001"}


def test_two_sequences_and_an_roi_of_a_third_grid_keep_their_grids(
    scene: Any, ball_case: Case, ball_geometry: Geometry
) -> None:
    coarse = Geometry(
        size_ijk=(24, 20, 16),
        spacing_mm=(4.0, 4.0, 4.0),
        origin_lps=(-59.0, -34.0, 110.0),
        direction_lps=ball_geometry.direction_lps,
    )
    second = Volume(
        voxels=np.ascontiguousarray(ball_case.images[CT].voxels[:, ::2, ::2]),
        geometry=coarse,
        source="portal.nii.gz",
        acquisition=Acquisition(modality="CT", description="portal venous"),
    )
    labels = ball_case.roi.labels[2:14]
    cropped = ball_geometry.cropped((0, 0, 2), labels.shape[::-1])
    case = Case(
        case_id="P002",
        images={ImageSequence.CT_PORTAL_VENOUS: second, CT: ball_case.images[CT]},
        roi=Roi(labels=labels, geometry=cropped, names=ball_case.roi.names),
    )
    nodes = case_to_nodes(scene, case)
    again = back(scene, nodes)
    assert list(again.images) == [ImageSequence.CT_PORTAL_VENOUS, CT]
    assert again.images[ImageSequence.CT_PORTAL_VENOUS].geometry == coarse
    # The ROI's grid is a part of the arterial one, so it comes back on that, voxel for voxel.
    assert again.roi.geometry == ball_geometry
    assert np.array_equal(again.roi.labels, ball_case.roi.labels)


def test_the_editor_is_offered_the_image_that_the_roi_was_drawn_on(
    scene: Any, ball_case: Case
) -> None:
    image = ball_case.images[CT]
    other = Volume(
        voxels=image.voxels[1:],
        geometry=image.geometry.cropped((0, 0, 1), (48, 40, 15)),
        acquisition=Acquisition(description="portal venous"),
    )
    images = {ImageSequence.CT_PORTAL_VENOUS: other, CT: image}
    nodes = case_to_nodes(scene, Case(case_id="P003", images=images, roi=ball_case.roi))
    role = nodes.segmentation.GetReferenceImageGeometryReferenceRole()
    assert nodes.segmentation.GetNodeReference(role) is nodes.volumes[CT]


def test_one_transform_over_both_moves_the_case_as_a_whole(scene: Any, ball_case: Case) -> None:
    nodes = case_to_nodes(scene, ball_case)
    put_under_shift(scene, nodes.volumes[CT], right_mm=20.0)
    nodes.segmentation.SetAndObserveTransformNodeID(nodes.volumes[CT].GetTransformNodeID())
    again = back(scene, nodes)
    assert np.array_equal(again.roi.labels, ball_case.roi.labels)
    assert again.images[CT].geometry.origin_lps == pytest.approx((-80.0, -35.0, 110.0))
    x, y, z = ball_case.lesions[0].center_lps
    assert again.lesions[0].center_lps == pytest.approx((x - 20, y, z))


def test_a_transform_over_the_image_alone_moves_the_roi_the_other_way_in_it(
    scene: Any, ball_case: Case
) -> None:
    nodes = case_to_nodes(scene, ball_case)
    put_under_shift(scene, nodes.volumes[CT], right_mm=10.0)  # 5 voxels against i
    labels = back(scene, nodes).lesion_labels[CT]
    assert np.array_equal(labels[:, :, 5:] > 0, ball_case.roi.mask[:, :, :-5])


def test_a_ct_is_shown_in_a_liver_window_and_an_mr_in_one_of_its_own(
    scene: Any, ball_case: Case
) -> None:
    image = ball_case.images[CT]
    mr_image = Volume(voxels=image.voxels[::-1].copy(), geometry=image.geometry)
    images = {CT: image, ImageSequence.MR_T2: mr_image}
    nodes = case_to_nodes(scene, Case(case_id="P004", images=images, roi=ball_case.roi))
    ct, mr = (node.GetDisplayNode() for node in nodes.volumes.values())
    assert (ct.GetWindowLevelMin(), ct.GetWindowLevelMax()) == (-160.0, 240.0)
    assert (ct.GetAutoWindowLevel(), mr.GetAutoWindowLevel()) == (0, 1)
    assert {d.GetColorNode().GetName() for d in (ct, mr)} == {"Grey"}


def test_one_of_two_segments_may_be_chosen(scene: Any, ball_case: Case) -> None:
    nodes = case_to_nodes(scene, ball_case)
    case = case_from_nodes(scene, nodes.volumes, nodes.segmentation, ["label_2"], "P001")
    assert case.roi.names == ((1, "tumor 2"),)
    assert np.array_equal(case.roi.mask, ball_case.roi.labels == 2)


def test_an_empty_selector_is_refused(scene: Any, ball_case: Case) -> None:
    nodes = case_to_nodes(scene, ball_case)
    with pytest.raises(InputError, match="must be a node of the scene, got none; choose it again"):
        case_from_nodes(scene, {CT: None}, nodes.segmentation, ["label_1"], "P001")


def test_a_node_that_was_removed_is_refused(scene: Any, ball_case: Case) -> None:
    nodes = case_to_nodes(scene, ball_case)
    scene.RemoveNode(nodes.volumes[CT])
    with pytest.raises(InputError, match="P001 ct_arterial, which was removed"):
        back(scene, nodes)
