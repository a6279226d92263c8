"""A refusal that is written for a patient of a table names no file and nothing of its header."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import read_roi
from TACEResponseLib.patient.case import Case
from Testing.identity.canaries import WORDS, traces
from Testing.identity.named_patient import CT, simulated_case, write_segmentation, write_series

NAME = WORDS["image file"]


def changed(case: Case, folder: Path, which: slice, **values: str) -> Path:
    """A series of which some headers are others."""
    write_series(case, folder / NAME)
    for path in sorted((folder / NAME).iterdir())[which]:
        header = pydicom.dcmread(path)
        for name, value in values.items():
            setattr(header, name, value)
        header.save_as(path)
    return folder / NAME


def image(folder: Path, size: tuple[int, ...], ending: str) -> Path:
    path = folder / f"{NAME}{ending}"
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros(size[::-1], np.int16)), str(path))
    return path


def text(folder: Path, ending: str) -> Path:
    (folder / f"{NAME}{ending}").write_text("no image")
    return folder / f"{NAME}{ending}"


def organs(case: Case, folder: Path) -> Path:
    """A segmentation of a tumor and of a liver that is called after the patient."""
    assert case.roi is not None
    path = write_segmentation(case.roi, folder / f"{NAME}.seg.nrrd")
    volume = sitk.ReadImage(str(path))
    for key, value in (("Name", f"Liver {WORDS['segment']}"), ("LabelValue", "2"), ("Layer", "0")):
        volume.SetMetaData(f"Segment1_{key}", value)
    sitk.WriteImage(volume, str(path))
    return path


IMAGES: dict[str, Callable[[Case, Path], Path]] = {
    "absent": lambda _case, folder: folder / f"{NAME}.nii",
    "ending": lambda _case, folder: text(folder, f".{WORDS['folder']}"),
    "damaged": lambda _case, folder: text(folder, ".nrrd"),
    "one slice": lambda _case, folder: image(folder, (8, 8, 1), ".nii"),
    "two-dimensional": lambda _case, folder: image(folder, (8, 8), ".nrrd"),
    "empty folder": lambda _case, folder: folder,
    "another modality": lambda case, folder: changed(case, folder, slice(None), Modality="QXMODQX"),
    "two series": lambda case, folder: changed(case, folder, slice(3), SeriesInstanceUID="1.2.3"),
}


@pytest.fixture(scope="module")
def case() -> Case:
    return simulated_case()


@pytest.mark.parametrize("kind", IMAGES)
def test_an_image_that_is_refused_stays_unnamed(kind: str, case: Case, tmp_path: Path) -> None:
    path = IMAGES[kind](case, tmp_path)
    with pytest.raises(InputError) as refused:
        read_image(path, CT, name="")
    assert refused.value.where == "--image ct_arterial"
    assert traces(refused.value.written.encode()) == set()
    assert "QX" not in refused.value.written


def test_the_same_on_the_terminal_says_which_file(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=rf"ct_arterial={NAME}\.txt: .*got another ending \(\.txt\)"
    ):
        read_image(text(tmp_path, ".txt"), CT)


def test_a_segmentation_that_is_refused_stays_unnamed(case: Case, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=WORDS["segment"]) as refused:
        read_roi(organs(case, tmp_path), name="")
    assert refused.value.where == "--roi"
    assert "got 2 segments;" in refused.value.written
    assert traces(refused.value.written.encode()) == set()
