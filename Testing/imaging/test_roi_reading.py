"""ROIs from label images, Slicer segmentations and DICOM SEG."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi_reading import read_roi


def label_image(kind: type = np.uint8) -> sitk.Image:
    """Label 2 in 8 voxels, label 5 in 4."""
    labels = np.zeros((4, 6, 8), dtype=kind)
    labels[1:3, 1:3, 1:3] = 2
    labels[2, 4, 4:8] = 5
    image = sitk.GetImageFromArray(labels)
    image.SetSpacing((0.9, 0.8, 3.0))
    image.SetOrigin((10.0, -20.0, 30.0))
    image.SetDirection((0, -1, 0, 1, 0, 0, 0, 0, 1))
    return image


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.float32])
def test_all_labels_are_used_with_their_grid(kind: type, tmp_path: Path) -> None:
    sitk.WriteImage(label_image(kind), str(tmp_path / "roi.nrrd"))
    roi, warnings = read_roi(tmp_path / "roi.nrrd")
    assert roi.names == ((2, "label 2"), (5, "label 5"))
    assert np.array_equal(roi.labels, sitk.GetArrayFromImage(label_image()))
    assert roi.geometry == Geometry.of(label_image())
    assert warnings == ()


def test_chosen_labels_leave_the_others_out(tmp_path: Path) -> None:
    sitk.WriteImage(label_image(), str(tmp_path / "roi.nii.gz"))
    roi, _ = read_roi(tmp_path / "roi.nii.gz", labels=(5,))
    assert roi.names == ((5, "label 5"),)
    assert np.count_nonzero(roi.labels) == 4


def test_an_unknown_label_is_answered_with_those_that_exist(tmp_path: Path) -> None:
    sitk.WriteImage(label_image(), str(tmp_path / "roi.nrrd"))
    with pytest.raises(InputError, match=r"it has 2 \(8 voxels\), 5 \(4 voxels\)"):
        read_roi(tmp_path / "roi.nrrd", labels=(1,))


def segmentation(path: Path, *, layers: int = 2) -> None:
    """What Slicer writes: two overlapping segments in two layers, with names in the header."""
    first, second = np.zeros((2, 4, 6, 8), dtype=np.uint8)
    first[1:3, 1:3, 1:3] = 1
    second[1:3, 2:5, 2:5] = 1
    channels = [sitk.GetImageFromArray(layer) for layer in (first, second)]
    image = sitk.Compose(channels[:layers]) if layers > 1 else channels[0]
    image.SetSpacing((0.9, 0.8, 3.0))
    for number, name in enumerate(("Tumor", "Satellite lesion")[:layers]):
        image.SetMetaData(f"Segment{number}_ID", f"Segment_{number + 1}")
        image.SetMetaData(f"Segment{number}_Name", name)
        image.SetMetaData(f"Segment{number}_LabelValue", "1")
        image.SetMetaData(f"Segment{number}_Layer", str(number))
    sitk.WriteImage(image, str(path))


def test_segments_in_layers_become_labels_and_overlap_is_said(tmp_path: Path) -> None:
    path = tmp_path / "case.seg.nrrd"
    segmentation(path)
    roi, warnings = read_roi(path)
    assert roi.names == ((1, "Tumor"), (2, "Satellite lesion"))
    # 2 x 2 x 2 voxels of the first; 2 x 3 x 3 of the second less the 2 x 1 x 1 they share.
    assert np.bincount(roi.labels.ravel())[1:].tolist() == [8, 16]
    assert [w.code for w in warnings] == ["roi_overlap"]


def test_one_segment_is_chosen_by_name_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "case.seg.nrrd"
    segmentation(path)
    roi, warnings = read_roi(path, segments=("satellite LESION",))
    assert np.count_nonzero(roi.labels) == 18
    assert warnings == ()


def test_an_unknown_segment_is_answered_with_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "case.seg.nrrd"
    segmentation(path)
    with pytest.raises(InputError, match="did you mean Tumor"):
        read_roi(path, segments=("Tumour",))
    with pytest.raises(InputError, match="--roi-segment NAME"):
        read_roi(path, labels=(1,))


def test_slicer_s_own_file_is_read(tmp_path: Path) -> None:
    """Written by the real Slicer's segmentation storage node."""
    slicer = pytest.importorskip("slicer")
    import vtk

    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    labelmap = slicer.vtkOrientedImageData()
    labelmap.SetDimensions(8, 6, 4)
    labelmap.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    labelmap.SetSpacing(0.9, 0.8, 3.0)
    for i, j, k in np.ndindex(8, 6, 4):
        labelmap.SetScalarComponentFromDouble(i, j, k, 0, float(i in (3, 4) and j in (2, 3)))
    node.AddSegmentFromBinaryLabelmapRepresentation(labelmap, "Tumor")
    storage = slicer.vtkMRMLSegmentationStorageNode()
    scene.AddNode(storage)
    storage.SetFileName(str(tmp_path / "slicer.seg.nrrd"))
    assert storage.WriteData(node)
    roi, _ = read_roi(tmp_path / "slicer.seg.nrrd")
    assert roi.names == ((1, "Tumor"),)
    assert np.count_nonzero(roi.labels) == 2 * 2 * 4
    center = roi.geometry.to_lps(np.argwhere(roi.mask)[:, ::-1].mean(axis=0))
    # Center of the marked voxels in Slicer's RAS, x and y reversed for LPS.
    assert center == pytest.approx((-3.5 * 0.9, -2.5 * 0.8, 1.5 * 3.0))


def test_organs_beside_the_tumor_must_be_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "case.seg.nrrd"
    segmentation(path)
    image = sitk.ReadImage(str(path))
    image.SetMetaData("Segment1_Name", "Liver")
    sitk.WriteImage(image, str(path))
    rule = "must say which segments are tumor, got 2 segments"
    with pytest.raises(InputError, match=rf"{rule} \(Tumor, Liver\)") as refused:
        read_roi(path)
    assert f"{rule};" in refused.value.written
    assert read_roi(path, segments=("Tumor",))[0].names == ((1, "Tumor"),)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda v: v * 0.5 + 0.25, "whole numbers"),
        (lambda v: v - 3, "labels must lie in 0"),
        (lambda v: v * 0, "at least one voxel"),
    ],
    ids=["fractions", "negative", "empty"],
)
def test_what_is_no_label_image_is_refused(change, says: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    voxels = change(sitk.GetArrayFromImage(label_image(np.float32)))
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(tmp_path / "roi.nrrd"))
    with pytest.raises(InputError, match=says):
        read_roi(tmp_path / "roi.nrrd")


def layered(path: Path, **words: str) -> None:
    """Three layers with 1 in one voxel more each, and what their header says of the segments."""
    layers = np.zeros((3, 4, 6, 8), dtype=np.uint8)
    for number in range(3):
        layers[number, 1:3, 1:3, 1 : 3 + number] = 1
    image = sitk.Compose([sitk.GetImageFromArray(layer) for layer in layers])
    for key, value in words.items():
        image.SetMetaData(key, value)
    sitk.WriteImage(image, str(path))


def test_without_a_layer_the_segments_number_is_its_layer(tmp_path: Path) -> None:
    """Slicer 4.10 and before wrote neither layers nor label values."""
    path = tmp_path / "old.seg.nrrd"
    layered(path, Segment0_ID="Segment_1", Segment0_Name="Liver", Segment1_ID="Segment_2",
            Segment1_Name="Vessels", Segment2_ID="Segment_3", Segment2_Name="Tumor")  # fmt: skip
    roi, _ = read_roi(path, segments=("Tumor",))
    assert np.count_nonzero(roi.labels) == 2 * 2 * 4


def test_a_segment_without_a_name_has_its_id_and_ends_no_list(tmp_path: Path) -> None:
    path = tmp_path / "x.seg.nrrd"
    layered(path, Segment0_ID="Segment_1", Segment0_Name="Lesion", Segment1_ID="Segment_2",
            Segment2_ID="Segment_3", Segment2_Name="Tumor")  # fmt: skip
    assert read_roi(path, segments=("Tumor",))[0].names == ((1, "Tumor"),)
    roi, _ = read_roi(path, segments=("Segment_2",))
    assert np.count_nonzero(roi.labels) == 2 * 2 * 3


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"Segment5_ID": "a"}, "layer 5 of 3"),
        ({"Segment0_ID": "a", "Segment0_Layer": "x"}, "Segment0_Layer must be a whole number"),
        ({"Segment0_ID": "a", "Segment0_LabelValue": "1.5"}, "LabelValue must be a whole number"),
        ({"Segment0_ID": "a", "Segment0_LabelValue": "0"}, "other than the background's"),
    ],
)
def test_segments_that_lie_nowhere_are_refused(
    words: dict[str, str], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.seg.nrrd"
    layered(path, **words)
    with pytest.raises(InputError, match=says):
        read_roi(path)
