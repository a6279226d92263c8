"""A mask of the liver: every kind of file, every rule of an ROI, in words of its own."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.liver_reading import read_liver
from TACEResponseLib.imaging.roi.roi_choice import LIVER_COLUMN
from Testing.imaging.made_segmentations import write_seg

SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".mha")


def labels(kind: type = np.uint8) -> np.ndarray:
    voxels = np.zeros((6, 7, 8), dtype=kind)
    voxels[1:5, 1:6, 1:7] = 1
    return voxels


def write(voxels: np.ndarray, path: Path) -> Path:
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing((0.9, 0.8, 3.0))
    image.SetOrigin((10.0, -20.0, 30.0))
    sitk.WriteImage(image, str(path))
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_label_image_of_any_kind_is_a_liver(suffix: str, tmp_path: Path) -> None:
    liver, remarks = read_liver(write(labels(), tmp_path / f"liver{suffix}"))
    assert liver.volume_ml == pytest.approx(120 * 0.9 * 0.8 * 3.0 / 1000)
    assert (liver.place, remarks) == (f"--liver liver{suffix}", ())


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda v: v * 0, "must mark at least one voxel"),
        (lambda v: np.where(v[:, :, ::-1] > 0, v * 2, v), "must mark the liver alone"),
        (lambda v: np.where(np.arange(8) == 4, np.nan, v.astype(np.float32)), ""),
        (lambda v: v.astype(np.float32) * 0.4, "must be a label image of whole numbers"),
        (lambda v: v.astype(np.int16) * -1, "labels must lie in 0 to"),
    ],
    ids=["empty", "two labels", "NaN", "fractions", "negative"],
)
def test_what_no_roi_may_be_no_liver_may_be(
    suffix: str, change: Callable[[np.ndarray], np.ndarray], rule: str, tmp_path: Path
) -> None:
    voxels = labels()
    voxels[2, 2, 1] = 0  # else the mirrored box is the box
    path = write(change(voxels), tmp_path / f"liver{suffix}")
    with pytest.raises(InputError) as caught:
        read_liver(path)
    assert rule in caught.value.rule
    assert caught.value.where.startswith("--liver")
    assert not any(word in str(caught.value) for word in ("ROI", "--roi", "the tumor"))


def test_several_labels_are_refused_with_a_way_that_works(tmp_path: Path) -> None:
    voxels = labels()
    voxels[2, 2, 2] = 2
    with pytest.raises(InputError, match="tumors included, as one label") as caught:
        read_liver(write(voxels, tmp_path / "decathlon.nii.gz"), LIVER_COLUMN, name="")
    assert caught.value.where == "liver"
    assert caught.value.got.startswith("1 (0.26 mL), 2")
    whole, _ = read_liver(write((voxels > 0).astype(np.uint8), tmp_path / "whole.nii.gz"))
    assert np.count_nonzero(whole.labels) == 120


def seg_nrrd(path: Path, *names: str) -> Path:
    """Slicer's segmentation with a layer a segment, the second smaller."""
    layers = [labels(), np.where(np.arange(8) < 4, labels(), 0).astype(np.uint8)][: len(names)]
    channels = [sitk.GetImageFromArray(layer) for layer in layers]
    image = sitk.Compose(channels) if len(channels) > 1 else channels[0]
    for number, name in enumerate(names):
        image.SetMetaData(f"Segment{number}_Name", name)
        image.SetMetaData(f"Segment{number}_ID", f"Segment_{number + 1}")
        image.SetMetaData(f"Segment{number}_Layer", str(number))
        image.SetMetaData(f"Segment{number}_LabelValue", "1")
    sitk.WriteImage(image, str(path))
    return path


def dicom_seg(path: Path, *names: str) -> Path:
    masks = np.zeros((5, 6, 8, 2), dtype=np.uint8)
    masks[1:4, 1:5, 1:7, 0] = 1
    masks[1:4, 1:5, 1:3, 1] = 1
    write_seg(path, masks, *names)
    return path


@pytest.mark.parametrize(
    ("make", "name"), [(seg_nrrd, "liver.seg.nrrd"), (dicom_seg, "liver.dcm")], ids=["nrrd", "dcm"]
)
def test_of_a_segmentation_one_segment_is_the_liver(
    make: Callable[..., Path], name: str, tmp_path: Path
) -> None:
    liver, _ = read_liver(make(tmp_path / name, "Leber"))
    assert (liver.kind, np.count_nonzero(liver.labels)) == (
        "liver",
        120 if name.endswith("d") else 72,
    )
    with pytest.raises(InputError, match="must mark the liver alone") as caught:
        read_liver(make(tmp_path / name, "Leber", "Tumor"))
    assert caught.value.where == f"--liver {name}"
    assert "Leber" not in caught.value.written
    assert "--roi" not in str(caught.value)


def test_who_and_where_a_dicom_segmentation_is_of_is_kept(tmp_path: Path) -> None:
    liver, _ = read_liver(dicom_seg(tmp_path / "liver.dcm", "Leber"))
    assert liver.acquisition.frame_of_reference == "1.2.3.9"
    assert liver.acquisition.patient_digest
