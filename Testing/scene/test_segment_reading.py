"""Segments as the user sees them: own grids, overlaps, transforms."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Mask
from TACEResponseLib.scene.segment_reading import roi_from_node
from TACEResponseLib.scene.transforms import direction_ras, origin_ras

IMAGE = Geometry(
    size_ijk=(20, 16, 10),
    spacing_mm=(1.0, 1.5, 3.0),
    origin_lps=(-10.0, 4.0, 100.0),
    direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
)


@pytest.fixture
def segmentation(scene: Any) -> Any:
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "drawn")
    node.SetSourceRepresentationToBinaryLabelmap()
    return node


def add_segment(
    node: Any, name: str, mask: Mask, geometry: Geometry, start_ijk: Sequence[int] = (0, 0, 0)
) -> str:
    """A segment with a labelmap of its own, as Slicer's editor keeps overlapping segments."""
    import slicer
    from vtk.util.numpy_support import numpy_to_vtk

    size = mask.shape[::-1]
    image = slicer.vtkOrientedImageData()
    image.SetExtent(*[v for s, n in zip(start_ijk, size, strict=True) for v in (s, s + n - 1)])
    image.SetSpacing(geometry.spacing_mm)
    image.SetOrigin(origin_ras(geometry))
    image.SetDirections(direction_ras(geometry).tolist())
    image.GetPointData().SetScalars(numpy_to_vtk(mask.astype(np.uint8).ravel(), deep=True))
    segment = slicer.vtkSegment()
    segment.SetName(name)
    segment.AddRepresentation("Binary labelmap", image)
    node.GetSegmentation().AddSegment(segment, f"id_{name}")
    return f"id_{name}"


def box(geometry: Geometry, *ranges: tuple[int, int]) -> Mask:
    """A box of voxels, ranges along k, j, i."""
    mask = np.zeros(geometry.shape_kji, dtype=bool)
    mask[tuple(slice(*r) for r in ranges)] = True
    return mask


def test_a_cropped_segment_is_found_on_the_grid_of_the_image(segmentation: Any) -> None:
    inner = np.ones((2, 3, 4), dtype=bool)
    segment_id = add_segment(segmentation, "Tumor", inner, IMAGE, start_ijk=(5, 6, 7))
    roi, warnings = roi_from_node(segmentation, [segment_id], [IMAGE])
    assert roi.geometry == IMAGE
    assert np.array_equal(roi.labels, box(IMAGE, (7, 9), (6, 9), (5, 9)))
    assert (roi.names, roi.source, warnings) == (((1, "Tumor"),), "drawn", ())


def test_labels_follow_the_order_of_the_choice(segmentation: Any) -> None:
    a = add_segment(segmentation, "a", box(IMAGE, (1, 2), (1, 3), (1, 3)), IMAGE)
    b = add_segment(segmentation, "b", box(IMAGE, (5, 6), (1, 3), (1, 3)), IMAGE)
    roi, _ = roi_from_node(segmentation, [b, a], [IMAGE])
    assert roi.names == ((1, "b"), (2, "a"))
    assert (roi.labels[5, 1, 1], roi.labels[1, 1, 1]) == (1, 2)


def test_a_voxel_in_two_segments_counts_for_the_first_and_is_reported(segmentation: Any) -> None:
    a = add_segment(segmentation, "a", box(IMAGE, (2, 4), (2, 4), (2, 4)), IMAGE)
    b = add_segment(segmentation, "b", box(IMAGE, (3, 5), (2, 4), (2, 4)), IMAGE)
    roi, warnings = roi_from_node(segmentation, [a, b], [IMAGE])
    assert [(roi.labels == n).sum() for n in (1, 2)] == [8, 4]
    assert [w.code for w in warnings] == ["roi_overlap"]
    assert "4 voxels (33.3 % of it)" in warnings[0].message


def test_a_segment_hidden_under_another_is_not_named(segmentation: Any) -> None:
    a = add_segment(segmentation, "a", box(IMAGE, (2, 4), (2, 4), (2, 4)), IMAGE)
    b = add_segment(segmentation, "b", box(IMAGE, (2, 3), (2, 3), (2, 3)), IMAGE)
    roi, _ = roi_from_node(segmentation, [a, b], [IMAGE])
    assert roi.names == ((1, "a"),)


def test_the_first_image_that_carries_the_segments_gives_the_grid(segmentation: Any) -> None:
    finer = Geometry(
        size_ijk=(40, 16, 10),
        spacing_mm=(0.5, 1.5, 3.0),
        origin_lps=(-10.0, 4.0, 100.0),
        direction_lps=IMAGE.direction_lps,
    )
    a = add_segment(segmentation, "a", box(finer, (2, 4), (2, 4), (3, 8)), finer)
    roi, _ = roi_from_node(segmentation, [a], [IMAGE, finer])
    assert roi.geometry == finer
    assert roi.mask.sum() == 20


def test_a_segment_beyond_the_image_keeps_its_own_grid(segmentation: Any) -> None:
    inner = np.ones((2, 2, 2), dtype=bool)
    a = add_segment(segmentation, "a", inner, IMAGE, start_ijk=(19, 0, 0))
    roi, _ = roi_from_node(segmentation, [a], [IMAGE])
    assert roi.geometry.size_ijk == (2, 2, 2)
    assert roi.geometry.origin_lps == pytest.approx(IMAGE.to_lps((19, 0, 0)))


def test_segments_on_two_grids_meet_on_the_finer_one(segmentation: Any) -> None:
    fine = Geometry(
        size_ijk=(8, 8, 8),
        spacing_mm=(0.5, 0.5, 0.5),
        origin_lps=(0.1, 10.0, 110.0),
        direction_lps=IMAGE.direction_lps,
    )
    a = add_segment(segmentation, "coarse", box(IMAGE, (2, 4), (3, 5), (2, 6)), IMAGE)
    b = add_segment(segmentation, "fine", box(fine, (0, 8), (0, 8), (0, 8)), fine)
    roi, _ = roi_from_node(segmentation, [a, b], [IMAGE])
    assert roi.geometry.spacing_mm == fine.spacing_mm
    volumes = [(roi.labels == n).sum() * roi.geometry.voxel_volume_mm3 for n in (1, 2)]
    # 16 voxels of 4.5 mm3 (apart from the half-voxels at its border), and exactly 4 x 4 x 4 mm.
    assert volumes[0] == pytest.approx(72.0, rel=0.2)
    assert volumes[1] == 64.0
    positions = np.argwhere(roi.labels == 1)[:, ::-1]
    expected = IMAGE.to_lps((3.5, 3.5, 2.5))
    assert roi.geometry.to_lps(positions.mean(axis=0)) == pytest.approx(expected, abs=0.26)


def test_a_transform_of_the_segmentation_alone_moves_the_roi(scene: Any, segmentation: Any) -> None:
    import vtk

    a = add_segment(segmentation, "a", box(IMAGE, (2, 4), (2, 4), (2, 6)), IMAGE)
    shift = vtk.vtkMatrix4x4()
    shift.SetElement(0, 3, -5.0)  # to the patient's left by 5 mm = 5 voxels along i
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(shift)
    segmentation.SetAndObserveTransformNodeID(transform.GetID())
    roi, _ = roi_from_node(segmentation, [a], [IMAGE])
    assert np.array_equal(roi.labels, box(IMAGE, (2, 4), (2, 4), (7, 11)))


def test_reading_adds_no_node_to_the_scene(scene: Any, segmentation: Any) -> None:
    a = add_segment(segmentation, "a", box(IMAGE, (2, 4), (2, 4), (2, 6)), IMAGE)
    before = scene.GetNumberOfNodes()
    roi_from_node(segmentation, [a], [IMAGE])
    assert scene.GetNumberOfNodes() == before


def test_an_unknown_segment_is_refused(segmentation: Any) -> None:
    with pytest.raises(InputError, match=r"segmentation drawn: must hold.*no segment gone"):
        roi_from_node(segmentation, ["gone"], [IMAGE])


def test_no_segment_is_refused(segmentation: Any) -> None:
    with pytest.raises(InputError, match="at least one segment must be chosen"):
        roi_from_node(segmentation, [], [IMAGE])


def test_an_empty_segment_is_refused(segmentation: Any) -> None:
    a = add_segment(segmentation, "a", np.zeros(IMAGE.shape_kji, dtype=bool), IMAGE)
    with pytest.raises(InputError, match="segmentation drawn, segment a: must mark at least one"):
        roi_from_node(segmentation, [a], [IMAGE])


def test_a_segment_added_but_never_drawn_is_refused(segmentation: Any) -> None:
    segment_id = segmentation.GetSegmentation().AddEmptySegment("", "new")
    with pytest.raises(InputError, match="segment new: must"):
        roi_from_node(segmentation, [segment_id], [IMAGE])


def test_a_surface_without_labelmap_is_refused(segmentation: Any) -> None:
    import slicer
    import vtk

    segmentation.SetSourceRepresentationToClosedSurface()
    segment = slicer.vtkSegment()
    segment.SetName("shell")
    segment.AddRepresentation("Closed surface", vtk.vtkPolyData())
    segmentation.GetSegmentation().AddSegment(segment, "shell")
    with pytest.raises(InputError, match=r"must have a binary labelmap.*Segmentations module"):
        roi_from_node(segmentation, ["shell"], [IMAGE])
