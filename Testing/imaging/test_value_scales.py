"""Values that are HU no more, in every real image and some simulated ones: none passes unsaid."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import read_roi
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.values.hounsfield import check_hounsfield, ct_like_warnings
from TACEResponseLib.imaging.volume import Mask, Volume, Voxels
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings
from Testing.coarse_images import CT_GRID

CT, MR = ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2
STS = ("002", "008", "012", "019", "024", "025", "041", "042")
CHANGES: dict[str, Callable[[Voxels], Voxels]] = {
    "clipped to -100..240": lambda v: np.clip(v, -100, 240),
    "clipped to -160..240": lambda v: np.clip(v, -160, 240),
    "clipped to -200..300": lambda v: np.clip(v, -200, 300),
    "clipped from -100 up": lambda v: np.maximum(v, -100),
    "clipped up to 240": lambda v: np.minimum(v, 240),
    "negated": lambda v: -v,
    "times 1.5": lambda v: 1.5 * v,
    "times 0.75": lambda v: 0.75 * v,
    "times 2": lambda v: 2 * v,
    "times 4": lambda v: 4 * v,
    "times 10": lambda v: 10 * v,
    "divided by 2": lambda v: v / 2,
    "divided by 4": lambda v: v / 4,
    "divided by 10": lambda v: v / 10,
    "divided by 100": lambda v: v / 100,
    "standardized": lambda v: (v - v.mean()) / v.std(),
    "0 to 1": lambda v: (v - v.min()) / np.ptp(v),
    "0 to 255": lambda v: np.round(255 * (v - v.min()) / np.ptp(v)),
    "0 to 4095": lambda v: np.round(4095 * (v - v.min()) / np.ptp(v)),
    "wrapped to 8 bits": lambda v: v.astype(int) % 256,
    "wrapped to 12 bits": lambda v: v.astype(int) % 4096,
    "wrapped to 16 bits": lambda v: v.astype(int) % 65536,
    "1000 more": lambda v: v + 1000,
    "1024 more": lambda v: v + 1024,
    "1024 less": lambda v: v - 1024,
    "slope 2 twice": lambda v: 2 * v - 1024,
    "slope 0.5 twice": lambda v: v / 2 - 1024,
    "upside down within 0 to 255": lambda v: 255 - np.round(255 * (v - v.min()) / np.ptp(v)),
}


def block_in(inside: Mask) -> Mask:
    """Stands for a tumor: a block in the middle of what is marked."""
    shape = inside.shape
    k, j, i = (int(np.median(axis)) for axis in np.nonzero(inside))
    block = np.zeros(shape, bool)
    block[max(k - 2, 0) : k + 3, max(j - 4, 0) : j + 5, max(i - 4, 0) : i + 5] = True
    return block & inside


def real_cts(folder: Path) -> Iterator[tuple[str, Voxels, Mask]]:
    """Every real CT, in every second row and column."""
    for patient in STS:
        stem = folder / "sts" / f"STS_{patient}_CT"
        roi, _ = read_roi(Path(f"{stem}_mask.nii.gz"))
        voxels = read_image(Path(f"{stem}_image.nii.gz"), CT)[0].voxels
        yield patient, voxels[:, ::2, ::2], roi.mask[:, ::2, ::2]
    liver = read_roi(folder / "liver_ct" / "organs.nii.gz", labels=(5,))[0].mask
    ct = read_image(folder / "liver_ct" / "ct.nii.gz", CT)[0].voxels
    yield "abdomen", ct, block_in(liver)
    for name, place in (("trunk", "ct_whole_body.nii.gz"), ("scanner", "dicom")):
        voxels = read_image(folder / "liver_ct" / place, CT)[0].voxels[:, ::2, ::2]
        yield name, voxels, block_in((voxels > 20) & (voxels < 110))


def simulated_cts() -> Iterator[tuple[str, Voxels, Mask]]:
    for seed in (1, 2):
        case = simulate_patient(SimulationSettings(grid=CT_GRID), seed, 1).to_case()
        yield f"simulated {seed}", case.images[CT].voxels, case.mask(CT, 1)


@pytest.fixture(scope="module", params=["real", "simulated"])
def cts(request: pytest.FixtureRequest) -> list[tuple[str, Voxels, Mask]]:
    if request.param == "simulated":
        return list(simulated_cts())
    return list(real_cts(request.getfixturevalue("shared_data")))


def as_volume(voxels: Voxels) -> Volume:
    k, j, i = voxels.shape
    grid = Geometry(
        size_ijk=(i, j, k),
        spacing_mm=(2.0, 2.0, 3.0),
        origin_lps=(0.0, 0.0, 0.0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    return Volume(voxels=voxels, geometry=grid)


def scale_remark(voxels: Voxels, mask: Mask) -> str:
    """The refusal or the doubts; lipiodol is of another kind."""
    try:
        messages = check_hounsfield(as_volume(voxels), CT, "--image", mask)
    except InputError as error:
        return str(error)
    return " ".join(w.message for w in messages if w.code != "suspected_lipiodol")


def test_every_genuine_ct_passes_without_a_doubt(cts: list[tuple[str, Voxels, Mask]]) -> None:
    assert {name: said for name, v, mask in cts if (said := scale_remark(v, mask))} == {}


def test_parts_of_a_genuine_ct_pass_or_show_neither_air_nor_fat(
    cts: list[tuple[str, Voxels, Mask]],
) -> None:
    """A crop may hold nothing that proves HU; it is never taken for another scale."""
    draw = np.random.default_rng(11)
    doubts = []
    for name, voxels, _ in cts:
        for _ in range(4):
            lengths = [int(draw.integers(max(6, n // 4), n + 1)) for n in voxels.shape]
            starts = [
                int(draw.integers(0, n - m + 1)) for n, m in zip(voxels.shape, lengths, strict=True)
            ]
            part = voxels[tuple(slice(s, s + m) for s, m in zip(starts, lengths, strict=True))]
            tissue = (part > 0) & (part < 110)
            if tissue.mean() < 0.02:
                continue
            said = scale_remark(part, tissue)
            if said and "neither air nor fat" not in said:
                doubts.append((name, starts, lengths, said))
    assert doubts == []


def test_every_genuine_ct_that_is_given_as_mr_is_told(
    cts: list[tuple[str, Voxels, Mask]],
) -> None:
    assert [name for name, v, _ in cts if not ct_like_warnings(as_volume(v), MR)] == []


def test_no_real_mr_is_taken_for_a_ct_nor_passes_as_one(shared_data: Path) -> None:
    paths = [*(shared_data / "sts").glob("*MR_T1_image.nii.gz"), shared_data / "liver_ct/mr.nii.gz"]
    assert len(paths) == 9
    for path in paths:
        voxels = read_image(path, MR)[0].voxels
        assert ct_like_warnings(as_volume(voxels), MR) == (), path.name
        # Wherever the ROI may lie.
        for share in (0.3, 0.6, 0.9):
            roi = np.abs(voxels - np.quantile(voxels, share)) < 0.05 * np.ptp(voxels)
            assert "looks like" in scale_remark(voxels, roi), path.name


SMALL = {
    "100 more": lambda v: v + 100,
    "100 less": lambda v: v - 100,
    "a quarter more": lambda v: 1.25 * v,
}


@pytest.mark.parametrize("change", SMALL)
def test_small_changes_are_told_where_air_is_shown(
    change: str, cts: list[tuple[str, Voxels, Mask]]
) -> None:
    """Lung has no fixed value: chests that end at the skin, or with as much lung as air, pass."""
    silent = [
        name
        for name, voxels, mask in cts
        if not scale_remark(SMALL[change](voxels.astype(np.float32)).astype(np.float32), mask)
    ]
    assert set(silent) <= {"002", "008", "025"}


@pytest.mark.parametrize("change", CHANGES)
def test_no_ct_whose_values_are_hu_no_more_passes_unsaid(
    change: str, cts: list[tuple[str, Voxels, Mask]]
) -> None:
    changed = CHANGES[change]
    silent = [
        name
        for name, voxels, mask in cts
        if not scale_remark(changed(voxels.astype(np.float32)).astype(np.float32), mask)
    ]
    assert silent == []
