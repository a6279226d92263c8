"""Two phases whose slices lie between each other are told apart by whatever a header holds."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pydicom
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.dicom_series.phases import numbers_in_turn
from TACEResponseLib.imaging.files.dicom_series.values import slice_numbers
from TACEResponseLib.imaging.files.reading import read_image
from Testing.imaging.dicom_slices import write_slice

CT, MR = ImageSequence.CT_ARTERIAL, ImageSequence.MR_ARTERIAL
# What programs leave that remove names: nothing of when and in which order.
BLANK = {
    "SeriesInstanceUID": "",
    "StudyInstanceUID": "",
    "InstanceNumber": None,
    "AcquisitionTime": "",
    "ContentTime": "",
    "AcquisitionNumber": None,
}
AS_MR = {"Modality": "MR", "RescaleSlope": None, "RescaleIntercept": None}
Changes = Callable[[int, int], Mapping[str, object]]


def two_phases(
    folder: Path, changes: Changes, *, each: int = 6, step: float = 1.25, **common: object
) -> None:
    """Slices of the first phase, and of the second half a spacing further on."""
    folder.mkdir(exist_ok=True)
    for n in range(each):
        for phase in (0, 1):
            z = 2 * step * n + step * phase
            write_slice(folder, 2 * n + phase, z, **(BLANK | common | dict(changes(n, phase))))


TELLING: dict[str, Changes] = {
    "KVP": lambda _, phase: {"KVP": (120, 100)[phase]},
    "Exposure": lambda _, phase: {"Exposure": (253, 180)[phase]},
    "XRayTubeCurrent": lambda n, phase: {"XRayTubeCurrent": 300 + 3 * n + 150 * phase},
    "AcquisitionDateTime": lambda n, p: {
        "AcquisitionDateTime": f"202603011030{0.3 * n + 35 * p:04.1f}"
    },
    "RescaleIntercept": lambda _, phase: {"RescaleIntercept": (-1024, -1000)[phase]},
    "RescaleSlope": lambda _, phase: {"RescaleSlope": (2, 1)[phase]},
    "ContrastBolusStartTime": lambda _, phase: {"ContrastBolusStartTime": f"10300{phase}"},
    "ContrastBolusVolume": lambda _, phase: {"ContrastBolusVolume": ("", 90)[phase]},
    "TriggerTime": lambda _, phase: {"TriggerTime": 35000 * phase + 1},
    "ImageComments": lambda _, phase: {"ImageComments": ("arterial", "portal")[phase]},
    "EchoTime": lambda _, phase: {"EchoTime": (1.1, 2.2)[phase]},
    "ImageType": lambda _, phase: {"ImageType": ["ORIGINAL", "PRIMARY", f"P{phase}"]},
    "IrradiationEventUID": lambda _, phase: {"IrradiationEventUID": f"1.2.3.4.{phase}"},
    "SeriesTime": lambda _, phase: {"SeriesTime": f"10300{phase}"},
    "AcquisitionTime": lambda n, p: {"AcquisitionTime": f"1030{0.3 * n + 35:04.1f}" if p else ""},
    "ContentTime": lambda n, p: {
        "ContentTime": "" if n == 3 and p else f"1030{0.3 * n + 35 * p:04.1f}"
    },
    "InstanceNumber": lambda n, phase: {"InstanceNumber": 1 + n + 40 * phase},
}


@pytest.mark.parametrize("keyword", TELLING)
def test_phases_in_turn_are_told_apart_by_any_element(keyword: str, tmp_path: Path) -> None:
    two_phases(tmp_path / "both", TELLING[keyword])
    with pytest.raises(
        InputError,
        match=rf"of one patient, scan and phase, got .*{keyword}.*; lay "
        rf"the files of one.*by {keyword}$",
    ):
        read_image(tmp_path / "both", CT)
    one = tmp_path / "one"
    one.mkdir()
    for path in sorted((tmp_path / "both").iterdir())[::2]:
        path.rename(one / path.name)
    assert read_image(one, CT)[0].geometry.spacing_mm[2] == 2.5


@pytest.mark.parametrize("keyword", ["KVP", "RepetitionTime", "TriggerTime"])
def test_phases_of_mr_are_told_apart_by_how_they_were_taken(keyword: str, tmp_path: Path) -> None:
    two_phases(tmp_path, lambda _, phase: {keyword: (120, 100)[phase]}, **AS_MR)
    with pytest.raises(InputError, match=f"slices in turn .*{keyword}"):
        read_image(tmp_path, MR)


@pytest.mark.parametrize("keyword", ["AcquisitionTime", "InstanceNumber"])
def test_times_and_numbers_in_turn_are_phases_in_3d_mr(keyword: str, tmp_path: Path) -> None:
    two_phases(
        tmp_path,
        lambda n, phase: {keyword: f"1030{n + 35 * phase:02d}"},
        MRAcquisitionType="3D",
        **AS_MR,
    )
    with pytest.raises(InputError, match=f"got slices in turn .*{keyword}"):
        read_image(tmp_path, MR)


def test_a_private_element_tells_phases_of_ct_apart(tmp_path: Path) -> None:
    two_phases(tmp_path, lambda _n, _p: {})
    for n in range(12):
        path = tmp_path / f"{99 - n:03d}.dcm"
        dataset = pydicom.dcmread(path)
        dataset.private_block(0x0019, "MAKER", create=True).add_new(0x90, "LO", f"phase {n % 2}")
        dataset.save_as(path)
    with pytest.raises(InputError, match=r"by \(0019,1090\)"):
        read_image(tmp_path, CT)


def test_three_phases_in_turn_are_told_apart(tmp_path: Path) -> None:
    for n in range(12):
        write_slice(tmp_path, n, 1.25 * n, **(BLANK | {"KVP": (80, 100, 120)[n % 3]}))
    with pytest.raises(InputError, match=r"in turn .* by KVP"):
        read_image(tmp_path, CT)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("1 41 2 42 3 43 4 44", True),
        ("80 40 79 39 78 38 77 37", True),
        ("1 80 2 79 3 78 4 77", True),
        ("1 1 2 2 3 3", True),
        ("1 9 2 8 3 7 4 6", True),
        ("1 2 3 4 5 6 7 8", False),
        ("208 207 206 205 204 203", False),
        ("1 3 5 7 9 11 13 15", False),
        ("5 3 9 1 12 8 2 11 4", False),
        ("1 2 3 4 1 2 3 4", False),
        ("1 2 3 4 5 7 8 9", False),
        ("2 1 4 3 6 5 8 7", False),
        ("0 0 0 0 0 0 0 0", False),
        ("1 41 2", False),
    ],
)
def test_numbers_of_two_scans_are_known_by_their_order(numbers: str, expected: bool) -> None:
    assert numbers_in_turn(tuple(map(int, numbers.split()))) is expected


@pytest.mark.parametrize(
    ("shown", "numbers"),
    [
        (("1", "-2", "+3"), (1, -2, 3)),
        (("1", "", "3"), None),
        (("1", "2\\3"), None),
        (("1", "+-2"), None),
        (("1", "1.0"), None),
        (("1", "9" * 16), None),
    ],
    ids=["signed", "blank", "several", "two signs", "a point", "too long"],
)
def test_slices_have_numbers_if_each_has_one(
    shown: tuple[str, ...], numbers: tuple[int, ...] | None
) -> None:
    assert slice_numbers([{"InstanceNumber": one} for one in shown]) == numbers


SOUND: dict[str, Changes] = {
    "counted down": lambda n, phase: {"InstanceNumber": 286 - (2 * n + phase)},
    "counted from anywhere": lambda n, phase: {"InstanceNumber": 99 + 2 * n + phase},
    "helical": lambda n, phase: {"AcquisitionTime": f"1030{0.049 * (2 * n + phase):06.3f}"},
    "two slices a turn": lambda n, _: {"AcquisitionTime": f"10{30 + n}00"},
    "modulated": lambda n, phase: {
        "XRayTubeCurrent": (615, 612, 616, 609, 611, 600, 620, 615, 614, 590)[2 * n + phase - 2],
        "Exposure": (253, 254)[(2 * n + phase) // 5 % 2],
    },
    "a value that one slice lacks": lambda n, phase: {"KVP": "" if n == 2 and phase else 120},
    "one value written in two ways": lambda _, phase: {"KVP": ("120", "120.0")[phase]},
    "lengths of groups": lambda n, phase: {"SliceLocation": 1.25 * (2 * n + phase)},
}


@pytest.mark.parametrize("what", SOUND)
def test_what_varies_along_one_scan_is_no_sign_of_phases(what: str, tmp_path: Path) -> None:
    two_phases(tmp_path, SOUND[what])
    volume, warnings = read_image(tmp_path, CT)
    assert (volume.geometry.spacing_mm[2], warnings) == (1.25, ())


@pytest.mark.parametrize("kind", ["2D", None])
def test_slices_of_mr_that_were_taken_in_passes_are_one_scan(
    kind: str | None, tmp_path: Path
) -> None:
    """Every second slice first, as scanners do that keep neighbors from disturbing each other."""
    two_phases(
        tmp_path,
        lambda n, phase: {
            "InstanceNumber": 1 + 2 * n + phase,
            "MRAcquisitionType": kind,
            "AcquisitionTime": f"1030{n + 30 * phase:02d}",
            "ContentTime": f"1031{30 * phase:02d}",
            "AcquisitionDateTime": f"202603011030{n + 30 * phase:02d}",
            "InstanceCreationTime": f"1035{30 * phase:02d}",
        },
        **AS_MR,
    )
    volume, warnings = read_image(tmp_path, MR)
    assert (volume.geometry.spacing_mm[2], warnings) == (1.25, ())
    assert np.array_equal(volume.voxels[:, 0, 0], 7 * np.arange(12))


def test_slices_of_mr_whose_numbers_are_in_turn_are_read_and_told(tmp_path: Path) -> None:
    two_phases(tmp_path, TELLING["InstanceNumber"], MRAcquisitionType="2D", **AS_MR)
    _, warnings = read_image(tmp_path, MR)
    assert [w.code for w in warnings] == ["slices_in_turn"]


@pytest.mark.parametrize("passes", [2, 3, 4])
@pytest.mark.parametrize(
    ("kind", "keyword", "value"),
    [
        ("2D", "AcquisitionNumber", lambda _, p: 1 + p),
        ("2D", "TriggerTime", lambda _, p: 100 + 500 * p),
        ("2D", "TriggerTime", lambda n, p: 100.5 + 500 * p + n),
        ("2D", "AcquisitionTime", lambda _, p: f"1030{10 * p:02d}"),
        (None, "AcquisitionNumber", lambda _, p: 1 + p),
    ],
)
def test_what_counts_the_passes_of_one_mr_is_no_sign_of_phases(
    kind: str | None, keyword: str, value: Callable[[int, int], object], passes: int, tmp_path: Path
) -> None:
    for n in range(4 * passes):
        write_slice(
            tmp_path,
            n,
            3.0 * n,
            **BLANK
            | AS_MR
            | {
                "InstanceNumber": n + 1,
                "MRAcquisitionType": kind,
                keyword: value(n // passes, n % passes),
            },
        )
    volume, warnings = read_image(tmp_path, MR)
    assert np.array_equal(volume.voxels[:, 0, 0], 7 * np.arange(4 * passes))
    assert all(w.code == "slices_in_turn" and keyword in w.message for w in warnings)


@pytest.mark.parametrize("keyword", ["AcquisitionNumber", "TriggerTime"])
def test_what_may_be_passes_or_phases_of_2d_mr_is_told(keyword: str, tmp_path: Path) -> None:
    two_phases(tmp_path, lambda _, p: {keyword: 1 + 500 * p}, MRAcquisitionType="2D", **AS_MR)
    _, warnings = read_image(tmp_path, MR)
    assert [w.code for w in warnings] == ["slices_in_turn"]
    assert f"({keyword})" in warnings[0].message


def test_the_rhythm_of_a_heart_is_no_sign_of_anything(tmp_path: Path) -> None:
    for n in range(12):
        rhythm = (612, 640, 612, 633, 655, 640, 628, 612, 660, 655, 633, 612)[n]
        write_slice(
            tmp_path,
            n,
            3.0 * n,
            **BLANK | AS_MR | {"MRAcquisitionType": "2D", "TriggerTime": rhythm},
        )
    assert read_image(tmp_path, MR)[1] == ()


@pytest.mark.parametrize("keyword", ["AcquisitionNumber", "TriggerTime"])
def test_3d_has_no_passes(keyword: str, tmp_path: Path) -> None:
    two_phases(tmp_path, lambda _, p: {keyword: 1 + 500 * p}, MRAcquisitionType="3D", **AS_MR)
    with pytest.raises(InputError, match=f"got slices .*in turn.* by {keyword}"):
        read_image(tmp_path, MR)


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom's, of the odd time
def test_an_odd_time_is_no_time(tmp_path: Path) -> None:
    two_phases(tmp_path, lambda n, _: {"AcquisitionTime": "1e3000", "ContentTime": f"{n}:0"})
    assert read_image(tmp_path, CT)[0].geometry.spacing_mm[2] == 1.25
