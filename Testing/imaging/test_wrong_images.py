"""What is no CT or MR of the sequence that it was given for is refused or told, in each format."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import read_roi
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Volume, Voxels
from TACEResponseLib.patient.case import Case
from Testing.written_series import write_series

CT, MR = ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2
FORMATS = (".nii", ".nii.gz", ".nrrd", ".mha", "/")
GRID = Geometry(
    size_ijk=(40, 36, 10),
    spacing_mm=(3.0, 3.0, 4.0),
    origin_lps=(-60.0, -54.0, 20.0),
    direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
)
ROI = np.zeros(GRID.shape_kji, np.uint8)
ROI[4:7, 14:20, 16:24] = 1


def layers() -> Voxels:
    """0 air, 1 fat, 2 tissue, 3 bone, 4 tumor."""
    parts = np.zeros(GRID.shape_kji, np.uint8)
    parts[:, 5:31, 5:35] = 1
    parts[:, 7:29, 7:33] = 2
    parts[:, 26:29, 18:22] = 3
    parts[ROI > 0] = 4
    return parts


def painted(*levels: float, noise: float) -> Voxels:
    values = np.array(levels)[layers()]
    return (values + np.random.default_rng(5).normal(0, noise, values.shape)).round()


def ct() -> Voxels:
    return painted(-1000, -100, 55, 500, 95, noise=10)


def mr() -> Voxels:
    return np.abs(painted(0, 900, 300, 40, 420, noise=12))


def pet() -> Voxels:
    """Becquerels a milliliter: air and body alike near nothing, a hot tumor."""
    return np.abs(painted(20, 800, 2500, 1500, 14000, noise=200))


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """An image that was given for `sequence`, what a DICOM header would call it, and the words."""

    voxels: Callable[[], Voxels]
    says: str
    sequence: ImageSequence = CT
    modality: str = "CT"
    dicom_says: str = ""


WRONG = {
    "MR as CT": Wrong(
        voxels=mr,
        modality="MR",
        says="looks like MR",
        dicom_says="must be CT, got a DICOM series of modality MR",
    ),
    "CT as MR": Wrong(
        voxels=ct,
        sequence=MR,
        says="look like CT in Hounsfield units",
        dicom_says="must be MR, got a DICOM series of modality CT",
    ),
    "PET as CT": Wrong(
        voxels=pet, modality="PT", says="must be CT in Hounsfield units", dicom_says="got .*PT"
    ),
    "8-bit picture as CT": Wrong(
        voxels=lambda: np.clip((ct() + 100) / 400, 0, 1) * 255, says=r"looks scaled to 0\.\.255"
    ),
    "labels as CT": Wrong(voxels=layers, says="got 5 values in patches, as in a label image"),
    "mask as CT": Wrong(voxels=ROI.copy, says="got 2 values in patches, as in a label image"),
    "labels as MR": Wrong(
        voxels=layers,
        sequence=MR,
        modality="MR",
        says="got 5 values in patches, as in a label image",
    ),
    "mask as MR": Wrong(
        voxels=ROI.copy,
        sequence=MR,
        modality="MR",
        says="got 2 values in patches, as in a label image",
    ),
    "nothing": Wrong(voxels=lambda: np.full(GRID.shape_kji, 7), says="must not be constant, got 7"),
    "an ROI of one value in CT": Wrong(
        voxels=lambda: np.where(ROI > 0, 80, ct()), says="must vary within the ROI, got 80 in each"
    ),
    "an ROI of one value in MR": Wrong(
        voxels=lambda: np.where(ROI > 0, 350, mr()),
        sequence=MR,
        modality="MR",
        says="must vary within the ROI, got 350 in each",
    ),
}


def written(voxels: Voxels, ending: str, modality: str, folder: Path) -> Path:
    volume = Volume(voxels=voxels.astype(np.int16), geometry=GRID)
    path = folder / f"image{ending}"
    if ending == "/":
        write_series(path, volume, modality)
    else:
        sitk.WriteImage(volume.to_sitk(), str(path))
    return path


def said(image: Path, roi: Path, sequence: ImageSequence) -> str:
    """A refusal, or every warning."""
    try:
        volume, warnings = read_image(image, sequence)
        drawn, more = read_roi(roi)
        case = Case(
            case_id="P1", images={sequence: volume}, roi=drawn, reading_warnings=(*warnings, *more)
        )
    except InputError as error:
        return str(error)
    return " ".join(w.message for w in case.warnings)


@pytest.fixture
def roi(tmp_path: Path) -> Path:
    volume = Volume(voxels=ROI, geometry=GRID)
    sitk.WriteImage(volume.to_sitk(), str(tmp_path / "roi.nrrd"))
    return tmp_path / "roi.nrrd"


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(("sequence", "voxels"), [(CT, ct), (MR, mr)], ids=["CT", "MR"])
def test_the_right_image_is_taken_with_no_such_word(
    sequence: ImageSequence, voxels: Callable[[], Voxels], ending: str, tmp_path: Path, roi: Path
) -> None:
    message = said(written(voxels(), ending, sequence.modality, tmp_path), roi, sequence)
    # Of a file without words the phase can't be verified; nothing else is said.
    assert message.count(".") <= 1
    assert "contrast phase" in message or not message or "header that says" in message


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("name", WRONG)
def test_the_wrong_image_is_refused_or_told(
    name: str, ending: str, tmp_path: Path, roi: Path
) -> None:
    wrong = WRONG[name]
    path = written(wrong.voxels(), ending, wrong.modality, tmp_path)
    says = wrong.dicom_says if ending == "/" and wrong.dicom_says else wrong.says
    assert re.search(says, said(path, roi, wrong.sequence))


@pytest.mark.parametrize("ending", [e for e in FORMATS if e != "/"])
@pytest.mark.parametrize("sequence", [CT, MR])
def test_image_and_mask_that_were_swapped_are_refused(
    sequence: ImageSequence, ending: str, tmp_path: Path
) -> None:
    image = written(ct() if sequence is CT else mr(), ending, sequence.modality, tmp_path)
    (tmp_path / "m").mkdir()
    mask = written(ROI, ending, sequence.modality, tmp_path / "m")
    message = said(mask, image, sequence)
    assert re.search("label image, not the image|several labels|label image of whole", message)


@pytest.mark.parametrize("ending", [".nii", ".nrrd", ".mha", "/"])
def test_a_color_picture_is_refused_in_each_format(ending: str, tmp_path: Path, roi: Path) -> None:
    gray = np.clip((ct() + 100) / 400 * 255, 0, 255).astype(np.uint8)
    path = tmp_path / f"image{ending}"
    if ending == "/":
        flat = Volume(voxels=gray.astype(np.int16), geometry=GRID)
        write_series(
            path,
            flat,
            "CT",
            SamplesPerPixel=3,
            PhotometricInterpretation="RGB",
            PlanarConfiguration=0,
            BitsAllocated=8,
            BitsStored=8,
            HighBit=7,
            PixelRepresentation=0,
            PixelData=bytes(3 * 40 * 36),
        )
    else:
        color = sitk.GetImageFromArray(np.stack([gray] * 3, axis=-1), isVector=True)
        sitk.WriteImage(replace(GRID).apply_to(color), str(path))
    assert re.search("one value a (voxel|pixel)", said(path, roi, CT))
