"""Whole way on real images: sarcoma CTs, an abdominal CT, a scanner's DICOM; MR is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.commands.cli import main

BUNDLE = "ct-radiomics-cnn-simulated"
PATIENTS = ("002", "008", "012", "019", "024", "025", "041", "042")


def run(image: Path, roi: Path, output: Path, *options: str) -> int:
    return main(
        [
            "score",
            "--bundle",
            BUNDLE,
            "--image",
            f"ct_arterial={image}",
            "--roi",
            str(roi),
            "--output",
            str(output),
            "--case-id",
            "P1",
            "--json",
            *options,
        ]
    )


def made_ball(image: sitk.Image, center_ijk: tuple[int, int, int], radius_mm: float) -> sitk.Image:
    """A ball as label image on the grid of an image."""
    shape = sitk.GetArrayViewFromImage(image).shape
    k, j, i = np.indices(shape)
    offset = np.stack([i, j, k], axis=-1) - np.array(center_ijk)
    inside = np.linalg.norm(offset * np.array(image.GetSpacing()), axis=-1) <= radius_mm
    roi = sitk.GetImageFromArray(inside.astype(np.uint8))
    roi.CopyInformation(image)
    return roi


def assert_saliency_fits(saliency: sitk.Image, image: sitk.Image, roi: sitk.Image) -> None:
    """Exact grid; something near the ROI, nothing far from it."""
    assert saliency.GetSize() == image.GetSize()
    assert saliency.GetSpacing() == image.GetSpacing()
    assert saliency.GetOrigin() == image.GetOrigin()
    assert saliency.GetDirection() == image.GetDirection()
    heat = sitk.GetArrayFromImage(saliency)
    mask = sitk.GetArrayFromImage(roi) > 0
    away = sitk.GetArrayFromImage(
        sitk.SignedMaurerDistanceMap(roi > 0, squaredDistance=False, useImageSpacing=True)
    )
    assert heat[away < 15].max() > 0
    assert heat[away > 40].max(initial=0.0) == 0
    assert 0 <= heat.min() <= heat.max() <= 1
    assert mask.any()


@pytest.mark.parametrize("patient", PATIENTS)
def test_a_sarcoma_ct_is_scored_on_its_own_grid(
    patient: str, shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = shared_data / "sts" / f"STS_{patient}_CT_image.nii.gz"
    roi = shared_data / "sts" / f"STS_{patient}_CT_mask.nii.gz"
    assert run(image, roi, tmp_path / "out", "--no-scene") == 0
    record = json.loads(capsys.readouterr().out)
    assert 0 < record["probability"] < 1
    codes = {w["code"] for w in record["warnings"]}
    assert {"phase_unverified", "roi_not_enhanced"} <= codes
    saliency = sitk.ReadImage(str(tmp_path / "out" / "saliency_ct_arterial.nii.gz"))
    assert_saliency_fits(saliency, sitk.ReadImage(str(image)), sitk.ReadImage(str(roi)))


@pytest.mark.parametrize("patient", PATIENTS)
def test_a_sarcoma_mr_is_refused_with_the_reason(
    patient: str, shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = shared_data / "sts" / f"STS_{patient}_MR_T1_image.nii.gz"
    roi = shared_data / "sts" / f"STS_{patient}_MR_T1_mask.nii.gz"
    assert run(image, roi, tmp_path / "out", "--no-scene") == 2
    stderr = capsys.readouterr().err
    assert "Hounsfield" in stderr
    assert "MR" in stderr
    assert stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_liver_ct_is_scored_with_an_roi_inside_the_liver(
    shared_data: Path, tmp_path: Path
) -> None:
    path = shared_data / "liver_ct" / "ct.nii.gz"
    image = sitk.ReadImage(str(path))
    organs = sitk.ReadImage(str(shared_data / "liver_ct" / "organs.nii.gz"))
    liver = sitk.Cast(organs == 5, sitk.sitkUInt8)
    depth = sitk.GetArrayFromImage(
        sitk.SignedMaurerDistanceMap(
            liver, insideIsPositive=True, squaredDistance=False, useImageSpacing=True
        )
    )
    k, j, i = np.unravel_index(int(depth.argmax()), depth.shape)
    roi = made_ball(image, (int(i), int(j), int(k)), 18.0)
    assert (sitk.GetArrayFromImage(organs)[sitk.GetArrayFromImage(roi) > 0] == 5).mean() > 0.95
    sitk.WriteImage(roi, str(tmp_path / "roi.nii.gz"))
    assert run(path, tmp_path / "roi.nii.gz", tmp_path / "out", "--no-scene") == 0
    saliency = sitk.ReadImage(str(tmp_path / "out" / "saliency_ct_arterial.nii.gz"))
    assert_saliency_fits(saliency, image, roi)


def test_a_dicom_series_is_scored_and_its_scene_reads_back(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shared_data / "liver_ct" / "dicom"
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    image = reader.Execute()
    roi = made_ball(image, (200, 250, 10), 16.0)
    sitk.WriteImage(roi, str(tmp_path / "roi.nrrd"))
    assert run(folder, tmp_path / "roi.nrrd", tmp_path / "out") == 0
    record = json.loads(capsys.readouterr().out)
    assert "phase_unverified" in {w["code"] for w in record["warnings"]}
    saliency = sitk.ReadImage(str(tmp_path / "out" / "saliency_ct_arterial.nii.gz"))
    assert_saliency_fits(saliency, image, roi)
    from Testing.scene.saved_scenes import read_scene

    with read_scene(tmp_path / "out" / "scene.mrb") as scene:
        names = {
            scene.GetNthNodeByClass(n, "vtkMRMLScalarVolumeNode").GetName()
            for n in range(scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode"))
        }
        text = scene.GetFirstNodeByClass("vtkMRMLTextNode").GetText()
    assert any("ct_arterial" in name for name in names)
    assert len(names) == 2
    # Which files lie beside it, the scene can't say: it is one of them.
    assert json.loads(text) == {key: value for key, value in record.items() if key != "files"}
