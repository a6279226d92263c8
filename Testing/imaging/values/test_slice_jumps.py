"""A slice that does not follow its neighbors is told, whatever was done to it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.checks import check_intensities
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.values.slice_blocks import slice_blocks
from TACEResponseLib.imaging.values.slice_jumps import jump_warnings, odd_slices, value_steps
from TACEResponseLib.imaging.volume import Volume, Voxels

CT, MR = ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2
REAL = [("ct.nii.gz", CT), ("ct_whole_body.nii.gz", CT), ("dicom", CT), ("mr.nii.gz", MR)]


@pytest.fixture(scope="module")
def scan(shared_data: Path) -> Volume:
    return read_image(shared_data / "liver_ct" / "ct.nii.gz", CT)[0]


def jumps_of(volume: Volume, sequence: ImageSequence) -> tuple[CaseWarning, ...]:
    return jump_warnings(volume, slice_blocks(volume), sequence)


def jumps_in(volume: Volume, voxels: Voxels, sequence: ImageSequence = CT) -> dict[str, str]:
    return {w.code: w.message for w in jumps_of(volume.with_voxels(voxels), sequence)}


def made(voxels: np.ndarray, spacing: tuple[float, float, float] = (5.0, 5.0, 5.0)) -> Volume:
    k, j, i = voxels.shape
    geometry = Geometry(
        size_ijk=(i, j, k),
        spacing_mm=spacing,
        origin_lps=(0, 0, 0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    return Volume(voxels=voxels.astype(np.float32), geometry=geometry)


JUMPS: dict[str, Callable[[Voxels], Voxels]] = {
    "intercept 0": lambda hu: hu + 1024,
    "slope 2": lambda hu: 2 * (hu + 1024) - 1024,
    "black": lambda hu: np.full_like(hu, -1024),
    "upside down": lambda hu: hu[::-1],
    "inverted": lambda hu: -hu,
}


@pytest.mark.parametrize("number", [1, 14, 28])
@pytest.mark.parametrize("what", JUMPS)
def test_a_slice_whose_values_jump_is_named(what: str, number: int, scan: Volume) -> None:
    voxels = scan.voxels.astype(np.float32)
    voxels[number] = JUMPS[what](voxels[number])
    assert list(jumps := jumps_in(scan, voxels)) == ["slice_out_of_line"]
    assert jumps["slice_out_of_line"].startswith(f"Slice {number + 1} of the arterial CT differs")


def test_two_slices_that_changed_places_are_told(shared_data: Path) -> None:
    whole = read_image(shared_data / "liver_ct" / "ct_whole_body.nii.gz", CT)[0]
    voxels = whole.voxels.copy()
    voxels[[40, 60]] = voxels[[60, 40]]
    message = jumps_in(whole, voxels)["slice_out_of_line"]
    assert message.startswith("Slices 41, 61 of the arterial CT differ each")


@pytest.mark.parametrize(("name", "sequence"), REAL)
def test_slices_of_one_scan_follow_each_other(
    name: str, sequence: ImageSequence, shared_data: Path
) -> None:
    """Also where they lie up to 9 mm apart."""
    volume = read_image(shared_data / "liver_ct" / name, sequence)[0]
    for step in (1, 2, 3):
        blocks = slice_blocks(volume)[::step]
        assert odd_slices(blocks) == []
        assert value_steps(blocks) == [] or sequence is MR
    assert jumps_of(volume, sequence) == ()


def test_two_scales_in_one_image_are_told(scan: Volume) -> None:
    voxels = scan.voxels.astype(np.float32)
    voxels[20:] += 1024
    jumps = jumps_in(scan, voxels)
    assert list(jumps) == ["slices_step"]
    assert jumps["slices_step"].startswith("From slice 21 of the arterial CT on,")


def test_padding_at_the_ends_is_no_jump(scan: Volume) -> None:
    for value in (0, -1024, -3024):
        voxels = scan.voxels.astype(np.float32)
        voxels[:4], voxels[-3:] = value, value
        assert jumps_in(scan, voxels) == {}


def test_slices_that_are_there_twice_are_told(scan: Volume) -> None:
    once = scan.voxels.copy()
    once[12] = once[11]
    assert jumps_in(scan, once)["slices_equal"].startswith(
        "Slice 13 of the arterial CT is the slice"
    )
    twice = np.repeat(scan.voxels[::2], 2, axis=0)
    assert jumps_in(scan, twice)["slices_equal"].startswith(
        "Slices 2, 4, 6 and 12 more of the arterial CT are the slice before"
    )


def test_drawn_slices_that_are_alike_are_no_copies() -> None:
    """A cube in air, as phantoms are: equal slices without noise."""
    voxels = np.full((12, 60, 60), -1000.0)
    voxels[3:9, 20:40, 20:40] = 60
    assert jumps_of(made(voxels), CT) == ()
    voxels[5, 22:26, 22:26] = 900  # a thing in one slice alone
    assert jumps_of(made(voxels), CT) == ()


@pytest.mark.parametrize("shape", [(2, 90, 90), (3, 90, 90), (30, 9, 9), (30, 90, 90)])
def test_noise_and_few_slices_do_not_jump(shape: tuple[int, int, int]) -> None:
    draw = np.random.default_rng([3, *shape])
    assert jumps_of(made(draw.normal(0, 100, shape)), MR) == ()


def test_an_image_with_holes_of_nan_is_not_judged() -> None:
    voxels = np.random.default_rng(0).normal(0, 100, (8, 60, 60))
    voxels[3] = np.nan
    assert jumps_of(made(voxels), MR) == ()


def test_the_check_of_an_image_tells_of_it_whatever_the_format(scan: Volume) -> None:
    voxels = scan.voxels.astype(np.float32)
    voxels[14] = JUMPS["slope 2"](voxels[14])
    warnings = check_intensities(scan.with_voxels(voxels), CT, None)
    assert "slice_out_of_line" in [w.code for w in warnings]
