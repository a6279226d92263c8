"""The output folder is written whole or not at all, and never over the user's files."""

import csv
import errno
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.output import result_folder as outputs
from TACEResponseLib.output.result_folder import radiomics_csv, write_outputs
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.record import to_record


@pytest.fixture
def prediction(ball_case: Case, make_prediction: Callable[..., Prediction]) -> Prediction:
    return make_prediction(ball_case)


def write(case: Case, prediction: Prediction, folder: Path, **options: bool) -> list[str]:
    files = write_outputs(case, prediction, folder, with_scene=False, **options)
    return [path.name for path in files]


def test_the_folder_holds_record_tables_map_and_picture(
    ball_case: Case, prediction: Prediction, tmp_path: Path
) -> None:
    names = write(ball_case, prediction, tmp_path / "new" / "out")
    assert names == [
        "overview.png",
        "prediction.json",
        "radiomics.csv",
        "saliency_ct_arterial.nii.gz",
    ]
    record = json.loads((tmp_path / "new/out/prediction.json").read_text())
    files = record.pop("files")
    assert record == json.loads(json.dumps(to_record(prediction)))
    assert list(files) == names
    digests = {
        name: hashlib.sha256((tmp_path / "new/out" / name).read_bytes()).hexdigest()
        for name in names
        if name != "prediction.json"
    }
    assert files == digests | {"prediction.json": None}
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["out"]


def test_the_written_map_lies_on_the_grid_of_the_image(
    ball_case: Case, prediction: Prediction, tmp_path: Path
) -> None:
    write(ball_case, prediction, tmp_path / "out")
    written = sitk.ReadImage(str(tmp_path / "out" / "saliency_ct_arterial.nii.gz"))
    image = ball_case.images[ImageSequence.CT_ARTERIAL].to_sitk()
    assert written.GetSize() == image.GetSize()
    assert written.GetSpacing() == image.GetSpacing()
    assert written.GetOrigin() == image.GetOrigin()
    assert written.GetDirection() == image.GetDirection()
    assert sitk.GetArrayFromImage(written).max() == np.float32(0.8)


def test_radiomics_csv_leaves_blanks_blank(prediction: Prediction) -> None:
    rows = list(csv.reader(radiomics_csv(prediction).splitlines()))
    assert rows == [
        ["feature", "value", "z_score", "contribution", "ibsi_code"],
        ["original_firstorder_Mean", "118.25", "1.5", "0.3", "Q4LE"],
        ["original_shape_Sphericity", "0.9", "-0.5", "", ""],
    ]


def test_an_existing_folder_is_refused_and_untouched(
    ball_case: Case, prediction: Prediction, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="must not exist yet"):
        write(ball_case, prediction, folder)
    with pytest.raises(InputError, match=r"earlier result and nothing else.*notes\.txt"):
        write(ball_case, prediction, folder, overwrite=True)
    assert (folder / "notes.txt").read_text() == "mine"


def test_overwrite_replaces_an_earlier_result_whole(
    ball_case: Case, make_prediction: Callable[..., Prediction], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    write(ball_case, make_prediction(ball_case), folder)
    names = write(
        ball_case, make_prediction(ball_case, with_saliency=False), folder, overwrite=True
    )
    assert "saliency_ct_arterial.nii.gz" not in names
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_file_in_the_way_is_refused(
    ball_case: Case, prediction: Prediction, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError, match="a folder that doesn't exist yet"):
        write(ball_case, prediction, tmp_path / "out", overwrite=True)


@pytest.mark.parametrize(
    ("failure", "raised"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), InputError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (RuntimeError("bug"), RuntimeError),
    ],
    ids=["disk full", "Ctrl-C", "bug"],
)
def test_a_failure_half_way_leaves_nothing_behind(
    ball_case: Case,
    prediction: Prediction,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: BaseException,
    raised: type[BaseException],
) -> None:
    def fail(*_arguments: object) -> None:
        raise failure

    monkeypatch.setattr(outputs, "_write_saliency", fail)
    with pytest.raises(raised):
        write(ball_case, prediction, tmp_path / "deep" / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_keeps_the_earlier_result(
    ball_case: Case, prediction: Prediction, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    write(ball_case, prediction, folder)
    before = (folder / "prediction.json").read_bytes()

    def fail(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(outputs, "_write_saliency", fail)
    with pytest.raises(InputError, match="needs room on the disk"):
        write(ball_case, prediction, folder, overwrite=True)
    assert (folder / "prediction.json").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
