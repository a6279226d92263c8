"""ROIs from label images, Slicer segmentations and DICOM SEG."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.roi_reading import as_labels, check_choice_used, read_roi
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi_choice import RoiChoice, choice_of


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
def test_all_labels_are_used_with_their_grid_if_the_user_says_so(
    kind: type, tmp_path: Path
) -> None:
    sitk.WriteImage(label_image(kind), str(tmp_path / "roi.nrrd"))
    roi, warnings = read_roi(tmp_path / "roi.nrrd", labels="all")
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
    with pytest.raises(InputError, match=r"it has 2 \(0\.017 mL\), 5 \(0\.0086 mL\)"):
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
    roi, warnings = read_roi(path, segments=("Tumor", "Satellite lesion"))
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


def labels_file(path: Path, labels: np.ndarray, spacing: float = 1.0) -> Path:
    image = sitk.GetImageFromArray(labels.astype(np.uint8))
    image.SetSpacing((spacing, spacing, spacing))
    sitk.WriteImage(image, str(path))
    return path


def liver_and_tumor() -> np.ndarray:
    """As the Decathlon numbers them: 1 the liver, 2 the tumor in it."""
    labels = np.zeros((30, 40, 40), dtype=np.uint8)
    labels[3:27, 4:36, 4:36] = 1
    labels[10:20, 15:25, 26:36] = 2
    return labels


def two_lesions() -> np.ndarray:
    labels = np.zeros((30, 40, 40), dtype=np.uint8)
    labels[5:12, 5:12, 5:12] = 1
    labels[15:25, 20:30, 20:30] = 2
    return labels


def test_several_labels_are_refused_with_their_sizes_until_the_user_chooses(tmp_path: Path) -> None:
    path = labels_file(tmp_path / "roi.nii.gz", liver_and_tumor())
    with pytest.raises(InputError) as caught:
        read_roi(path)
    assert str(caught.value) == (
        "--roi roi.nii.gz: has several labels; say which are the tumor, got 1 (24 mL), 2 (1 mL); "
        "add --roi-label N, or all if each is a tumor"
    )
    assert read_roi(path, labels=(2,))[0].names == ((2, "label 2"),)


def test_all_labels_are_refused_where_one_lies_round_another(tmp_path: Path) -> None:
    path = labels_file(tmp_path / "roi.nii.gz", liver_and_tumor())
    with pytest.raises(InputError, match="got label 1 round label 2; add --roi-label N"):
        read_roi(path, labels="all")
    apart = labels_file(tmp_path / "apart.nii.gz", two_lesions())
    assert read_roi(apart, labels="all")[0].names == ((1, "label 1"), (2, "label 2"))


def test_all_of_organs_is_refused_by_their_size_at_once(tmp_path: Path) -> None:
    labels = np.zeros((60, 60, 60), dtype=np.uint8)
    for n, place in enumerate(np.ndindex(3, 3, 3), start=1):
        k, j, i = (slice(20 * p + 1, 20 * p + 19) for p in place)
        labels[k, j, i] = n
    path = labels_file(tmp_path / "roi.nii.gz", labels, spacing=3.0)
    with pytest.raises(InputError, match=r"more than 2,500 mL, got 4,252 mL; add --roi-label N"):
        read_roi(path, labels="all")


def test_a_choice_round_something_unchosen_is_taken_and_said(tmp_path: Path) -> None:
    """`--roi-label 1` of a mask of the Decathlon is the liver."""
    path = labels_file(tmp_path / "roi.nii.gz", liver_and_tumor())
    _, (warning,) = read_roi(path, labels=(1,))
    assert warning.code == "roi_round_unchosen"
    assert "label 1 (24 mL) lies round label 2 (1 mL), which was not" in warning.message
    assert read_roi(path, labels=(2,))[1] == ()


def test_a_warning_of_segments_names_none(tmp_path: Path) -> None:
    """Warnings stand in the result, and a segment's name may be the patient's."""
    path = labels_file(tmp_path / "case.seg.nrrd", liver_and_tumor())
    image = sitk.ReadImage(str(path))
    for number in (0, 1):
        image.SetMetaData(f"Segment{number}_ID", f"Segment_{number + 1}")
        image.SetMetaData(f"Segment{number}_Name", f"Doe {number}")
        image.SetMetaData(f"Segment{number}_LabelValue", str(number + 1))
        image.SetMetaData(f"Segment{number}_Layer", "0")
    sitk.WriteImage(image, str(path))
    _, (warning,) = read_roi(path, segments=("Doe 0",))
    assert "segment 1 (24 mL) lies round segment 2 (1 mL)" in warning.message
    assert "Doe" not in warning.message
    _, (warning,) = read_roi(path, segments=("Doe 0", "Doe 1"))
    assert warning.code == "roi_round_chosen"
    assert "Doe" not in warning.message


def test_labels_that_are_named_are_taken_even_round_another_and_told(tmp_path: Path) -> None:
    """Viable tumor round its necrosis, say; or the liver with its tumor."""
    path = labels_file(tmp_path / "roi.nii.gz", liver_and_tumor())
    roi, (warning,) = read_roi(path, labels=(1, 2))
    assert np.count_nonzero(roi.labels) == 24 * 32 * 32
    assert warning.code == "roi_round_chosen"
    assert warning.message == (
        "The chosen label 1 (24 mL) lies round label 2 (1 mL), and both are taken for tumor. If it "
        "is the liver round its tumor, choose the label of the tumor alone."
    )
    apart = labels_file(tmp_path / "apart.nii.gz", two_lesions())
    assert read_roi(apart, labels=(1, 2))[1] == ()


def test_a_chosen_pair_and_an_unchosen_one_inside_are_both_told(tmp_path: Path) -> None:
    labels = liver_and_tumor()
    labels[13:17, 18:22, 29:33] = 3
    path = labels_file(tmp_path / "roi.nii.gz", labels)
    warnings = [w.code for w in read_roi(path, labels=(1, 2))[1]]
    assert warnings == ["roi_round_chosen", "roi_round_unchosen"]


@pytest.mark.parametrize(
    "names",
    [
        ("Tumor", "Liver"),
        ("Leber", "L\u00e4sion"),
        ("Segment_1", "Segment_2"),
        ("HCC 1", "HCC 2"),
        ("\u809d\u810f", "\u80bf\u7624"),
    ],
)
def test_no_name_in_any_language_chooses_a_segment(names: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "case.seg.nrrd"
    segmentation(path)
    image = sitk.ReadImage(str(path))
    for number, name in enumerate(names):
        image.SetMetaData(f"Segment{number}_Name", name)
    sitk.WriteImage(image, str(path))
    rule = "has several segments; say which are the tumor, got 2 segments"
    with pytest.raises(InputError, match=rule) as refused:
        read_roi(path)
    assert all(f"{name} (" in str(refused.value) for name in names)
    assert f"{rule};" in refused.value.written
    assert read_roi(path, segments=names[:1])[0].names == ((1, names[0]),)
    with pytest.raises(InputError, match="round"):
        overlapping(path)


def overlapping(path: Path) -> None:
    """One segment drawn over the whole of another, as an organ is over its tumor."""
    image = sitk.ReadImage(str(path))
    voxels = sitk.GetArrayFromImage(image)
    voxels[..., 0] = 1
    changed = sitk.GetImageFromArray(voxels, isVector=True)
    for key in image.GetMetaDataKeys():
        changed.SetMetaData(key, image.GetMetaData(key))
    sitk.WriteImage(changed, str(path))
    read_roi(path, segments="all")


def test_a_choice_that_no_file_can_follow_is_refused(tmp_path: Path) -> None:
    labels = labels_file(tmp_path / "roi.nii.gz", two_lesions())
    segments = tmp_path / "case.seg.nrrd"
    segmentation(segments)
    both = RoiChoice(labels=(1,), segments=("Tumor",))
    check_choice_used([labels, segments], both)
    with pytest.raises(InputError, match="--roi-segment: needs"):
        check_choice_used([labels], both)
    with pytest.raises(InputError, match="--roi-label: needs a label image"):
        check_choice_used([segments], both)
    check_choice_used([labels], RoiChoice(segments="all"))
    with pytest.raises(InputError, match="got no ROI; leave it out"):
        check_choice_used([], RoiChoice(labels=(1,)))


@pytest.mark.parametrize(
    ("labels", "segments", "says"),
    [
        (["2", "all"], [], "takes all alone"),
        (["two"], [], "whole numbers from 1 up, or all, got 'two'"),
        (["-1"], [], "whole numbers"),
        (["1.5"], [], "whole numbers"),
        ([], ["all", "Tumor"], "takes all alone"),
    ],
)
def test_a_choice_in_odd_words_is_refused(
    labels: list[str], segments: list[str], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        choice_of(labels, segments)


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


@pytest.mark.parametrize("value", [0.9999999, 1.0000005, 3.0000002, 254.9999])
def test_labels_off_by_a_rounding_are_whole(value: float) -> None:
    near = np.where(np.arange(64).reshape(4, 4, 4) % 3 > 0, np.float64(value), 0.0)
    labels = as_labels(near, "--roi")
    assert labels.dtype == np.uint8
    assert set(np.unique(labels)) == {0, round(value)}
    slope = np.float32(1) / np.float32(255)
    scaled = as_labels((255 * (near > 0)).astype(np.float32) * slope, "--roi")
    assert np.array_equal(scaled, near > 0)


@pytest.mark.parametrize("value", ["0.9999", "1.00001", "1e-05", "254.999", "0.50000001", "nan"])
def test_a_fraction_is_told_in_digits_that_show_it(value: str) -> None:
    labels = np.ones((2, 2, 2))
    labels[1, 1, 1] = float(value)
    with pytest.raises(InputError, match=f"whole numbers, got {value};"):
        as_labels(labels, "--roi")


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
    layered(
        path,
        Segment0_ID="Segment_1",
        Segment0_Name="Liver",
        Segment1_ID="Segment_2",
        Segment1_Name="Vessels",
        Segment2_ID="Segment_3",
        Segment2_Name="Tumor",
    )
    roi, _ = read_roi(path, segments=("Tumor",))
    assert np.count_nonzero(roi.labels) == 2 * 2 * 4


def test_a_segment_without_a_name_has_its_id_and_ends_no_list(tmp_path: Path) -> None:
    path = tmp_path / "x.seg.nrrd"
    layered(
        path,
        Segment0_ID="Segment_1",
        Segment0_Name="Lesion",
        Segment1_ID="Segment_2",
        Segment2_ID="Segment_3",
        Segment2_Name="Tumor",
    )
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


@pytest.mark.parametrize(
    ("named", "says"),
    [(True, "rename it to end in .seg.nrrd"), (False, "export it as a label map")],
)
def test_layers_in_a_plain_nrrd_are_refused_with_a_way_that_works(
    named: bool, says: str, tmp_path: Path
) -> None:
    segmentation(tmp_path / "a.seg.nrrd")
    content = (tmp_path / "a.seg.nrrd").read_bytes()
    (tmp_path / "a.nrrd").write_bytes(content if named else content.replace(b"Segment", b"Saw"))
    with pytest.raises(
        InputError, match=rf"must have one value a voxel, its label, got 2 layers; {says}"
    ):
        read_roi(tmp_path / "a.nrrd")
    if named:
        (tmp_path / "a.nrrd").rename(tmp_path / "b.seg.nrrd")
        assert len(read_roi(tmp_path / "b.seg.nrrd", segments="all")[0].names) == 2
