"""Small parts of a CT, with metal or lipiodol in them, are HU; the same on another scale is not.

Each change of a rule moves both: what is wrongly doubted and what passes wrongly.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.values.hounsfield import check_hounsfield
from TACEResponseLib.imaging.volume import Mask, Volume, Voxels

CT = ImageSequence.CT_ARTERIAL
SHAPE = (16, 40, 40)
ROI: Mask = np.zeros(SHAPE, bool)
ROI[6:10, 16:24, 16:24] = True
Change = Callable[[Voxels], Voxels]


def liver(*, fat: int = 0, seam: int = 0, air: int = 0, bone: int = 0) -> Voxels:
    """Liver of 60 HU and a tumor of 95 HU; rows of the others at its sides, noise of 12 HU."""
    hu = np.full(SHAPE, 60.0)
    hu[ROI] = 95
    hu[:, :fat] = -100
    hu[:, fat : fat + air] = -1000
    hu[:, -1, :seam] = -60
    hu[:, -1 - bone : -1, 10:30] = 800
    noise = np.random.default_rng(5).normal(0, 12, SHAPE)
    return (hu + noise).round()


def with_dense(share: float, level: float) -> Change:
    """A ball of metal or lipiodol beside the tumor."""

    def placed(hu: Voxels) -> Voxels:
        k, j, i = np.indices(SHAPE)
        nearest = np.argsort(((k - 8) ** 2 + (j - 20) ** 2 + (i - 32) ** 2).ravel(), kind="stable")
        dense = hu.copy()
        chosen = nearest[: int(share * hu.size)]
        spread = 60 if level < 1000 else 0  # metal ends where the numbers do
        dense.ravel()[chosen] = np.random.default_rng(6).normal(level, spread, chosen.size).round()
        return dense

    return placed


SOUND: dict[str, Voxels] = {
    "fat and a clip": with_dense(0.002, 3071)(liver(fat=2)),
    "fat and a stent": with_dense(0.02, 3071)(liver(fat=2)),
    "fat and a coil that stays within 12 bits": with_dense(0.01, 2000)(liver(fat=2)),
    "fat and lipiodol": with_dense(0.07, 900)(liver(fat=2)),
    "fat, bone and lipiodol": with_dense(0.04, 950)(liver(fat=2, bone=3)),
    "fat, air and a stent": with_dense(0.02, 3071)(liver(fat=2, air=6)),
    "fat alone": liver(fat=3),
    "fat and lung beside bright tissue": np.where(
        liver(fat=2, air=6) < -500, liver(fat=2, air=6) + 170, liver(fat=2, air=6) + 25
    ),
}
NO_PROOF: dict[str, Voxels] = {
    "a seam of fat and bone": liver(seam=10, bone=2),
    "a seam of fat and a stent": with_dense(0.02, 3071)(liver(seam=10)),
    "a seam of fat and lipiodol": with_dense(0.03, 900)(liver(seam=10)),
}
WRONG: dict[str, tuple[Voxels, str]] = {
    "all twofold": (2 * liver(fat=2, air=6), "multiplied"),
    "all twofold, with a stent": (2 * with_dense(0.02, 3071)(liver(fat=2, air=8)), "multiplied"),
    "all tenfold": (10 * liver(fat=2, air=6), "multiplied"),
    "slope of 2 in stored values": (2 * liver(fat=2, air=6) + 1024, "multiplied"),
    "no air, twofold": (2 * liver(fat=3), "multiplied"),
    "no air, bone, twofold": (2 * liver(fat=1, bone=4), "multiplied"),
    "no air, tenfold": (10 * liver(fat=3), "multiplied"),
    "negated": (-liver(fat=2, air=6), "sign"),
    "a tenth": (liver(fat=2, air=6) / 10, "divided by 10"),
    "MR": (np.abs(4 * liver(bone=4) + 8), "MR"),
    "clipped from above": (np.minimum(liver(fat=2, bone=3), 300), "clipped above 300"),
    "a small part, clipped": (np.clip(liver(fat=4)[6:10, :24], -80, 90), "clipped to -80 to 90"),
}


def said(voxels: Voxels, mask: Mask) -> str:
    """The refusal or the doubts; lipiodol is of another kind."""
    k, j, i = voxels.shape
    grid = Geometry(
        size_ijk=(i, j, k),
        spacing_mm=(1.5, 1.5, 3.0),
        origin_lps=(0.0, 0.0, 0.0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    try:
        warnings = check_hounsfield(Volume(voxels=voxels, geometry=grid), CT, "--image", mask)
    except InputError as error:
        return str(error)
    return " ".join(w.message for w in warnings if w.code != "suspected_lipiodol")


def roi_of(voxels: Voxels) -> Mask:
    """The tumor, in a part of the slices and rows as well."""
    return ROI if voxels.shape == SHAPE else ROI[6:10, :24]


def test_sound_crops_pass_and_other_scales_do_not() -> None:
    assert {name: message for name, v in SOUND.items() if (message := said(v, roi_of(v)))} == {}
    proofs = {name: said(v, roi_of(v)) for name, v in NO_PROOF.items()}
    assert {
        n: message for n, message in proofs.items() if "shows neither air nor fat." not in message
    } == {}
    message = {name: (said(v, roi_of(v)), words) for name, (v, words) in WRONG.items()}
    assert {name: remark for name, (remark, words) in message.items() if words not in remark} == {}


def test_a_few_voxels_at_the_top_of_a_small_part_are_no_window() -> None:
    draw = np.random.default_rng(8)
    for size in (3, 5, 8, 12):
        part = draw.normal(60, 15, (size, size, size)).round()
        part[0] = draw.normal(-100, 15, (size, size)).round()
        assert "clipped" not in said(part, part > 0), size


def real_parts(folder: Path) -> Iterator[tuple[str, Voxels]]:
    """Small parts round places in tissue."""
    draw = np.random.default_rng(23)
    paths = [folder / "liver_ct" / "ct.nii.gz", *(folder / "sts").glob("*_CT_image*")]
    for path in sorted(paths):
        voxels = read_image(path, CT)[0].voxels
        at = np.argwhere((voxels > 20) & (voxels < 110))
        for _ in range(6):
            k, j, i = at[draw.integers(len(at))]
            reach = int(draw.integers(10, 30))
            yield (
                f"{path.name} at {k}, {j}, {i}",
                voxels[
                    max(k - 6, 0) : k + 7,
                    max(j - reach, 0) : j + reach,
                    max(i - reach, 0) : i + reach,
                ],
            )


@pytest.fixture(scope="module")
def parts(shared_data: Path) -> list[tuple[str, Voxels]]:
    return list(real_parts(shared_data))


def tissue_of(part: Voxels) -> Mask:
    return np.asarray((part > 0) & (part < 110))


@pytest.mark.parametrize(("share", "level"), [(0, 0), (0.005, 3071), (0.02, 3071), (0.03, 900)])
def test_parts_round_a_place_in_real_tissue_are_hu(
    share: float, level: float, parts: list[tuple[str, Voxels]]
) -> None:
    """Metal and lipiodol do not make HU another scale, wherever a CT is cut."""
    draw, wrong = np.random.default_rng(24), {}
    for name, whole in parts:
        part, tissue = whole.copy(), tissue_of(whole)
        if share and ((part > -150) & (part < -50)).mean() < 0.01:
            continue  # then a larger part is asked for
        dense = np.flatnonzero(~tissue)[: int(share * part.size)]
        part.ravel()[dense] = draw.normal(level, 60 if level < 1000 else 0, dense.size).round()
        message = said(part, tissue)
        if message and "shows neither air nor fat." not in message:
            wrong[name] = message
    # Where bone and metal are much of a part, that is said, and is true.
    metal = [name for name, message in wrong.items() if level > 3000 and "or of metal." in message]
    assert set(wrong) == set(metal)
    assert len(metal) <= 1


@pytest.mark.parametrize(("times", "silent"), [(2, 0.15), (4, 0.05), (10, 0.0)])
def test_most_real_parts_that_were_multiplied_are_told(
    times: int, silent: float, parts: list[tuple[str, Voxels]]
) -> None:
    """Without air little tells that fat and tissue lie twice as far apart."""
    passed = [name for name, part in parts if not said(times * part, tissue_of(part))]
    assert len(passed) <= silent * len(parts)


def test_lipiodol_that_fills_a_part_without_fat_is_refused_with_a_way_out() -> None:
    part = with_dense(0.1, 900)(np.maximum(liver(), 0))
    message = said(part, ROI)
    assert "looks like MR" in message
    assert "give a larger part of it, with the fat round the organ" in message
    larger = np.concatenate([part, np.full((16, 4, 40), -100.0) + liver()[:, :4] - 60], axis=1)
    assert said(larger, np.pad(ROI, ((0, 0), (0, 4), (0, 0)))) == ""
