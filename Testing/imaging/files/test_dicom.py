"""DICOM series: rescaled, ordered, checked for gaps; nothing that names a patient is kept."""

import hashlib
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from Testing.imaging.dicom_slices import SPACING, write_slice

CT = ImageSequence.CT_ARTERIAL


@pytest.fixture
def series(tmp_path: Path) -> tuple[Path, np.ndarray]:
    """Five slices 2.5 mm apart, and their HU from foot to head."""
    folder = tmp_path / "series"
    folder.mkdir()
    return folder, np.stack([write_slice(folder, n, 50 + 2.5 * n) for n in range(5)])


@pytest.mark.parametrize("which", ["folder", "file"])
def test_slices_are_rescaled_and_stacked_by_position(
    which: str, series: tuple[Path, np.ndarray]
) -> None:
    folder, expected = series
    path = folder if which == "folder" else folder / "097.dcm"
    volume, _ = read_image(path, CT)
    assert np.array_equal(volume.voxels, expected)
    assert volume.geometry.spacing_mm == pytest.approx((SPACING[1], SPACING[0], 2.5))
    assert volume.geometry.origin_lps == pytest.approx((-30.0, -20.0, 50.0))


def test_the_phase_s_words_are_kept_and_the_patient_is_not(series: tuple[Path, np.ndarray]) -> None:
    volume, _ = read_image(series[0], CT)
    acquisition = volume.acquisition
    assert acquisition.description == "Abdomen arterial"
    assert acquisition.has_contrast is True
    assert acquisition.frame_of_reference == "1.2.3.9"
    assert len(str(acquisition.patient_digest)) == 64
    assert acquisition.patient_digest != hashlib.sha256(b"12345").hexdigest()
    for secret in ("Doe", "12345", "1950"):
        assert secret not in repr(acquisition)


def test_a_digest_of_an_id_is_worth_nothing_in_another_process(
    series: tuple[Path, np.ndarray],
) -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from TACEResponseLib.imaging.files.reading import read_image;"
        "from TACEResponseLib.basics.terms import ImageSequence as S;"
        "print(read_image(Path(sys.argv[1]), S.CT_ARTERIAL)[0].acquisition.patient_digest)"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, str(series[0])], check=True, capture_output=True, text=True
    ).stdout.strip()
    here = [read_image(series[0], CT)[0].acquisition.patient_digest for _ in range(2)]
    assert here[0] == here[1] != process
    assert len(process) == 64


@pytest.mark.parametrize(
    ("number", "z", "changes", "says"),
    [
        (9, 72.5, {}, "evenly spaced"),
        (9, 55.0, {}, "one slice a position"),
        (9, 62.5, {"ImageOrientationPatient": [0, 1, 0, 0, 0, 1]}, "parallel"),
        (9, 62.5, {"SeriesInstanceUID": "1.2.3.5", "SeriesDescription": "venous"}, "one series"),
    ],
    ids=["missing slice", "slice twice", "localizer", "two series"],
)
def test_an_irregular_folder_is_refused(
    number: int,
    z: float,
    changes: dict[str, object],
    says: str,
    series: tuple[Path, np.ndarray],
) -> None:
    write_slice(series[0], number, z, **changes)
    with pytest.raises(InputError, match=says):
        read_image(series[0], CT)


def test_a_tilted_gantry_is_refused_with_its_angle(tmp_path: Path) -> None:
    for n in range(4):
        write_slice(tmp_path, n, 2.5 * n, ImagePositionPatient=[0.0, 1.0 * n, 2.5 * n])
    # arctan(1 / 2.5) = 21.8 degrees.
    with pytest.raises(InputError, match=r"21\.8 degrees"):
        read_image(tmp_path, CT)


def test_another_modality_is_refused(tmp_path: Path) -> None:
    for n in range(3):
        write_slice(tmp_path, n, 2.5 * n, Modality="MR")
    with pytest.raises(InputError, match="must be CT, got a DICOM series of modality MR"):
        read_image(tmp_path, CT)


def test_a_real_series_equals_its_pixel_arithmetic(shared_data: Path) -> None:
    folder = shared_data / "liver_ct" / "dicom"
    volume, _ = read_image(folder, CT)
    slices = sorted(
        (pydicom.dcmread(p) for p in folder.iterdir()), key=lambda d: d.ImagePositionPatient[2]
    )
    expected = np.stack(
        [d.pixel_array * float(d.RescaleSlope) + float(d.RescaleIntercept) for d in slices]
    )
    assert np.array_equal(volume.voxels, expected)
    assert volume.geometry.origin_lps == pytest.approx(slices[0].ImagePositionPatient)


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("20260301", "2026-03-01"),
        ("2026.03.01", "2026-03-01"),
        ("", None),
        ("20260231", None),
        ("unknown", None),
        ("2026", None),
    ],
)
def test_the_day_of_the_study_is_read_where_it_is_one(
    stated: str, kept: str | None, tmp_path: Path
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pydicom's, of the odd dates
        for number in range(3):
            write_slice(tmp_path, number, 2.5 * number, StudyDate=stated)
        volume, _ = read_image(tmp_path, CT)
    assert volume.acquisition.study_date == kept
