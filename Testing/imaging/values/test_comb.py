"""Two phases whose slices lie in turn are seen in the voxels where no header tells."""

from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.checks import check_intensities
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.values.comb import comb_share, comb_warnings
from TACEResponseLib.imaging.values.slice_blocks import slice_blocks
from TACEResponseLib.imaging.values.slice_jumps import jump_warnings
from TACEResponseLib.imaging.volume import Volume

CT, MR = ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2
LIVER = 5  # in organs.nii.gz
UPRIGHT = (1, 0, 0, 0, 1, 0, 0, 0, 1)


@pytest.fixture(scope="module")
def scan(shared_data: Path) -> Volume:
    return read_image(shared_data / "liver_ct" / "ct.nii.gz", CT)[0]


@pytest.fixture(scope="module")
def liver(shared_data: Path) -> np.ndarray:
    return read_image(shared_data / "liver_ct" / "organs.nii.gz", MR)[0].voxels == LIVER


def combs_of(volume: Volume) -> tuple[CaseWarning, ...]:
    return comb_warnings(slice_blocks(volume), CT)


def in_turn(scan: Volume, liver: np.ndarray, more_hu: float) -> Volume:
    """Every second slice of another phase, in which the liver is brighter."""
    brighter = liver.copy()
    brighter[1::2] = False
    return scan.with_voxels((scan.voxels + more_hu * brighter).astype(np.float32))


@pytest.mark.parametrize("more_hu", [15, 40, -40])
def test_phases_in_turn_are_seen_in_a_liver(
    scan: Volume, liver: np.ndarray, more_hu: float
) -> None:
    (combs,) = combs_of(in_turn(scan, liver, more_hu))
    assert combs.code == "slices_alternate"
    assert "Every second slice of the arterial CT is brighter or darker" in combs.message


def test_the_check_of_an_image_tells_of_it_whatever_the_format(
    scan: Volume, liver: np.ndarray
) -> None:
    codes = [w.code for w in check_intensities(in_turn(scan, liver, 40), CT, None)]
    assert "slices_alternate" in codes
    # Of slices in turn, each is out of line: that is the same once more.
    assert "slice_out_of_line" not in codes
    assert "slices_alternate" not in [w.code for w in check_intensities(scan, CT, None)]


def test_a_short_stretch_in_a_long_scan_is_seen(scan: Volume, liver: np.ndarray) -> None:
    """A scan of trunk and legs: the liver fills a fifth of it."""
    mixed = in_turn(scan, liver, 40).voxels
    long = np.concatenate([scan.voxels[::-1], mixed, *[scan.voxels[::-1], scan.voxels] * 2])
    i, j, _ = scan.geometry.size_ijk
    geometry = Geometry(
        size_ijk=(i, j, len(long)),
        spacing_mm=scan.geometry.spacing_mm,
        origin_lps=(0, 0, 0),
        direction_lps=UPRIGHT,
    )
    assert combs_of(Volume(voxels=long, geometry=geometry))


@pytest.mark.parametrize(
    ("name", "sequence"),
    [("ct.nii.gz", CT), ("ct_whole_body.nii.gz", CT), ("mr.nii.gz", MR), ("dicom", CT)],
)
def test_one_scan_has_no_comb(name: str, sequence: ImageSequence, shared_data: Path) -> None:
    volume, *_ = read_image(shared_data / "liver_ct" / name, sequence)
    assert comb_share(slice_blocks(volume)) < 0.005


@pytest.mark.parametrize(("slices", "side"), [(2, 5), (13, 300), (14, 64), (40, 20), (20, 300)])
def test_noise_has_no_comb(slices: int, side: int) -> None:
    geometry = Geometry(
        size_ijk=(side, side, slices),
        spacing_mm=(2.0, 2.0, 4.0),
        origin_lps=(0, 0, 0),
        direction_lps=UPRIGHT,
    )
    draw = np.random.default_rng([7, slices])
    voxels = draw.normal(0, 100, geometry.shape_kji).astype(np.float32)
    noise = Volume(voxels=voxels, geometry=geometry)
    assert combs_of(noise) == jump_warnings(noise, slice_blocks(noise), CT) == ()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_are_looked_for_along_the_coarsest_axis(axis: int) -> None:
    """Half of the picture by 30 HU, in numbers known without noise: half of the blocks."""
    voxels = np.zeros((20, 40, 80), np.float32)
    voxels[::2, :, :40] = 30
    order = np.roll([0, 1, 2], axis)
    spacing = np.array([3.0, 1.0, 1.0])[order]
    turned = np.ascontiguousarray(np.transpose(voxels, order))
    k, j, i = turned.shape
    geometry = Geometry(
        size_ijk=(i, j, k),
        spacing_mm=tuple(spacing[::-1].tolist()),
        origin_lps=(0, 0, 0),
        direction_lps=UPRIGHT,
    )
    assert comb_share(slice_blocks(Volume(voxels=turned, geometry=geometry))) == pytest.approx(0.5)
