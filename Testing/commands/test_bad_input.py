"""Every kind of bad input: one line with place, rule, value and remedy; status 2; no folder."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.commands.cli import main
from TACEResponseLib.simulation.cohort import write_patient
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import GridSettings, SimulationSettings

BUNDLE = "ct-radiomics-cnn-simulated"
Change = Callable[[sitk.Image], sitk.Image]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small simulated patient's CT and ROI."""
    settings = SimulationSettings(grid=GridSettings(size_ijk=(110, 85, 20), spacing_mm=(3, 3, 6)))
    paths = write_patient(simulate_patient(settings, 5, 0), tmp_path_factory.mktemp("patient"))
    return paths.image, paths.roi


def refusal(
    image: Path,
    roi: Path,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    *options: str,
    bundle: str = BUNDLE,
) -> str:
    """The one line that refuses, after checking that it is one and that nothing was written."""
    capsys.readouterr()
    before = sorted(p.name for p in folder.iterdir())
    status = main(
        [
            "score",
            "--bundle",
            bundle,
            "--image",
            f"ct_arterial={image}",
            "--roi",
            str(roi),
            "--output",
            str(folder / "out"),
            "--no-scene",
            *options,
        ]
    )
    captured = capsys.readouterr()
    assert status == 2, captured.err
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert ", got " in captured.err
    assert "; " in captured.err
    assert sorted(p.name for p in folder.iterdir()) == before
    return captured.err


def saved(image: sitk.Image, path: Path) -> Path:
    sitk.WriteImage(image, str(path))
    return path


def with_voxels(image: sitk.Image, change: Callable[[np.ndarray], np.ndarray]) -> sitk.Image:
    """The same grid with other voxels."""
    changed = sitk.GetImageFromArray(change(sitk.GetArrayFromImage(image)))
    changed.CopyInformation(image)
    return changed


def one_nan(voxels: np.ndarray) -> np.ndarray:
    voxels = voxels.astype(np.float32)
    voxels[3, 4, 5] = np.nan
    return voxels


def thick(image: sitk.Image) -> sitk.Image:
    image.SetSpacing((3.0, 3.0, 25.0))
    return image


BAD_IMAGES: dict[str, tuple[Change, str]] = {
    "2D": (lambda i: i[:, :, 5], "must be 3D"),
    "4D": (lambda i: sitk.JoinSeries([i, i]), "must be 3D"),
    "NaN": (lambda i: with_voxels(i, one_nan), "finite"),
    "constant": (lambda i: with_voxels(i, np.zeros_like), "constant"),
    "spacing of 25 mm": (thick, "20 mm"),
    "offset of 1024": (lambda i: with_voxels(i, lambda v: v + 1024), "1024"),
    "0 to 255": (
        lambda i: with_voxels(i, lambda v: (np.clip(v + 100, 0, 400) / 400 * 255).astype(np.uint8)),
        "0..255",
    ),
    "color": (lambda i: sitk.Compose(i, i, i), "one value a voxel"),
}


@pytest.mark.parametrize("name", BAD_IMAGES)
def test_a_bad_image_is_refused(
    name: str, files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, says = BAD_IMAGES[name]
    image = saved(change(sitk.ReadImage(str(files[0]))), tmp_path / "bad.nrrd")
    line = refusal(image, files[1], tmp_path, capsys)
    assert says in line
    assert "--image ct_arterial=bad.nrrd" in line


def test_a_truncated_or_foreign_file_is_refused(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = files[0].read_bytes()
    (tmp_path / "cut.nii.gz").write_bytes(whole[: len(whole) // 2])
    assert "cut.nii.gz" in refusal(tmp_path / "cut.nii.gz", files[1], tmp_path, capsys)
    (tmp_path / "letter.nii").write_text("Dear colleague,")
    assert "readable" in refusal(tmp_path / "letter.nii", files[1], tmp_path, capsys)
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    assert "NIfTI" in refusal(tmp_path / "photo.png", files[1], tmp_path, capsys)
    assert "must exist" in refusal(tmp_path / "none.nii", files[1], tmp_path, capsys)
    (tmp_path / "empty").mkdir()
    assert "DICOM" in refusal(tmp_path / "empty", files[1], tmp_path, capsys)


def one_voxel(voxels: np.ndarray) -> np.ndarray:
    marked = np.zeros_like(voxels)
    marked[tuple(np.argwhere(voxels > 0)[0])] = 1
    return marked


def moved(image: sitk.Image) -> sitk.Image:
    image.SetOrigin(tuple(o + 2000.0 for o in image.GetOrigin()))
    return image


BAD_ROIS: dict[str, tuple[Change, str]] = {
    "empty": (lambda r: with_voxels(r, np.zeros_like), "at least one voxel"),
    "one voxel": (lambda r: with_voxels(r, one_voxel), "lesion"),
    "in another frame": (moved, "frame"),
    "more than half of the image": (lambda r: with_voxels(r, lambda v: 1 - (v > 0) * 1), "50 %"),
    "fractions": (lambda r: with_voxels(r, lambda v: v * 0.3), "whole numbers"),
}


@pytest.mark.parametrize("name", BAD_ROIS)
def test_a_bad_roi_is_refused(
    name: str, files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, says = BAD_ROIS[name]
    roi = saved(change(sitk.ReadImage(str(files[1]))), tmp_path / "bad.nrrd")
    line = refusal(files[0], roi, tmp_path, capsys)
    assert says in line
    assert "bad.nrrd" in line


def test_wrong_labels_and_segments_are_refused(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "it has 1" in refusal(*files, tmp_path, capsys, "--roi-label", "7")
    assert "--roi-label" in refusal(*files, tmp_path, capsys, "--roi-segment", "Tumor")


def liver_round(voxels: np.ndarray) -> np.ndarray:
    """As the Decathlon has it: 1 the liver, 2 the tumor."""
    k, j, i = (slice(max(f.min() - 3, 0), f.max() + 4) for f in np.nonzero(voxels))
    labels = np.zeros_like(voxels)
    labels[k, j, i] = 1
    labels[voxels > 0] = 2
    return labels


def test_a_liver_with_its_tumor_is_never_scored_without_a_choice(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roi = saved(with_voxels(sitk.ReadImage(str(files[1])), liver_round), tmp_path / "both.nii.gz")
    assert "has several labels; say which" in refusal(files[0], roi, tmp_path, capsys)
    words = ("--roi-label", "all")
    assert "label 1 round label 2" in refusal(files[0], roi, tmp_path, capsys, *words)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "line 1"),
        ("[]", "JSON object"),
        ('{"albumn_g_per_l": 40}', "did you mean albumin_g_per_l, in g/L?"),
        ('{"age_years": 250}', "18 to 110"),
        ('{"albumin_g_per_l": 4.2}', '"unit": "g/dL"'),
        ('{"haic_cycles": 3}', "pre-treatment"),
        ('{"age_years": 250, "sex": "x"}', "sex must be one of"),
    ],
    ids=["broken", "list", "unknown", "range", "unit", "post-treatment", "two at once"],
)
def test_bad_clinical_values_are_refused(
    content: str,
    says: str,
    files: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "patient.json").write_text(content)
    options = ("--clinical", str(tmp_path / "patient.json"))
    assert says in refusal(*files, tmp_path, capsys, *options)


def tampered(folder: Path) -> None:
    weights = folder / "models" / "cnn.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)


def truncated(folder: Path) -> None:
    weights = folder / "models" / "cnn.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])


def pickled(folder: Path) -> None:
    (folder / "models" / "more.pkl").write_bytes(b"\x80\x04N.")


def newer(folder: Path) -> None:
    import hashlib

    path = folder / "configs" / "metadata.json"
    content = json.loads(path.read_text())
    content["tace_response"]["format_version"] = 99
    path.write_text(json.dumps(content))
    sums = folder / "SHA256SUMS"
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  configs/metadata.json"
        if line.endswith("configs/metadata.json")
        else line
        for line in sums.read_text().splitlines()
    ]
    sums.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("change", [tampered, truncated, pickled, newer])
def test_a_bad_bundle_is_refused(
    change: Callable[[Path], None],
    files: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(resource_path("Bundles", BUNDLE), tmp_path / "bundle")
    change(tmp_path / "bundle")
    line = refusal(*files, tmp_path, capsys, bundle=str(tmp_path / "bundle"))
    assert "--bundle bundle" in line


def test_a_good_patient_passes_the_same_gate(files: tuple[Path, Path], tmp_path: Path) -> None:
    status = main(
        [
            "score",
            "--bundle",
            BUNDLE,
            "--image",
            f"ct_arterial={files[0]}",
            "--roi",
            str(files[1]),
            "--output",
            str(tmp_path / "out"),
            "--no-scene",
        ]
    )
    assert status == 0
    assert (tmp_path / "out" / "prediction.json").is_file()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "must be JSON"),
        ("[]", "must hold one JSON object"),
        ('{"planned": "cTACE"}', "knows image_date"),
        ('{"bclc_stage": "E"}', "bclc_stage must be one of"),
        ('{"image_date": "2026-02-30"}', "image_date must be a date"),
    ],
)
def test_an_error_of_the_context_names_its_file(content: str, says: str, tmp_path: Path) -> None:
    from TACEResponseLib.from_files.reading import read_context_file

    (tmp_path / "said.json").write_text(content)
    with pytest.raises(InputError, match=says) as caught:
        read_context_file(tmp_path / "said.json")
    assert caught.value.where == "--context said.json"


def test_a_flag_that_can_do_nothing_is_shown_as_it_was_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["score", "--bundle", "b", "--image", "ct_arterial=x", "--output", str(tmp_path / "o")]
    assert main([*words, "--large-roi"]) == 2
    assert "got --large-roi; leave it out" in capsys.readouterr().err


def test_an_roi_is_compared_with_a_liver_mask_that_is_given(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tumor = sitk.ReadImage(str(files[1])) > 0
    grown = tmp_path / "liver.nii.gz"
    words = ("--roi-label", "all", "--liver", str(grown))
    sitk.WriteImage(tumor, str(grown))
    refusal_line = refusal(*files, tmp_path, capsys, *words)
    assert "must have at most 80 % of the volume of the liver mask, got 100 %" in refusal_line
    sitk.WriteImage(sitk.BinaryDilate(tumor, [6] * 3), str(grown))
    (command,) = [
        ["score", "--bundle", BUNDLE, "--image", f"ct_arterial={files[0]}", "--roi", str(files[1])]
    ]
    runs = {}
    for name, more in (("with", words), ("without", words[:2])):
        assert main([*command, *more, "--no-scene", "--output", str(tmp_path / name)]) == 0
        record = (tmp_path / name / "prediction.json").read_text()
        runs[name] = json.loads(record)
    share = runs["with"]["provenance"].pop("liver")["roi_share_of_volume"]
    assert 0 < share < 0.8
    for record in runs.values():
        del record["seconds"]
    del runs["with"]["files"], runs["without"]["files"]
    assert runs["with"] == runs["without"]


@pytest.mark.parametrize("n", ["4", "201", "-1"])
def test_too_few_or_too_many_contours_are_refused_before_anything_is_read(
    n: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nowhere.nii.gz"
    line = refusal(nowhere, nowhere, tmp_path, capsys, f"--contours={n}")
    assert f"--contours: must be 5 to 200, got {n}; " in line


def test_contours_are_told_recorded_and_move_no_other_number(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["score", "--bundle", BUNDLE, "--image", f"ct_arterial={files[0]}"]
    command += ["--roi", str(files[1]), "--roi-label", "all", "--no-scene"]
    runs = {}
    for name, more in (("with", ["--contours", "5"]), ("without", [])):
        assert main([*command, *more, "--output", str(tmp_path / name)]) == 0
        runs[name] = json.loads((tmp_path / name / "prediction.json").read_text())
    said = capsys.readouterr().out
    contours = runs["with"].pop("contours")
    assert said.count(contours["sentence"]) == 1
    assert contours["sentence"].startswith("Between ")
    assert " over 5 plausible contours (Dice ." in contours["sentence"]
    assert [o["kind"] for o in contours["outcomes"]] == [
        *["grown"] * 2,
        *["shrunk"] * 2,
        "deformed",
    ]
    own = [w for w in runs["with"]["warnings"] if w["code"] != "contour_changes_answer"]
    assert len(own) == len(runs["with"]["warnings"]) - bool(contours["n_changed"])
    runs["with"]["warnings"] = own
    for record in runs.values():
        del record["seconds"], record["files"]
    assert runs["with"] == runs["without"]
