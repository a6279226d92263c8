"""Images of any kind of number, size and content, with any ROI: a case, or one line."""

import warnings

import numpy as np

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Volume, Voxels
from TACEResponseLib.patient.case import Case
from Testing.hardening.attempts import Tally, attempt
from Testing.hardening.conftest import _Tries
from Testing.storages import storages

SEED = 20_261_128
KINDS = ("u1", "i1", "i2", "u2", "i4", "u4", "f4", "f8")
SEQUENCES = (ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2)
STORAGES = list(storages())


def content(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Voxels, str]:
    """Noise, few values, piles, tissue beside air, or the ends of the kind of number."""
    kind = np.dtype(KINDS[int(rng.integers(len(KINDS)))])
    ends = np.finfo(kind) if kind.kind == "f" else np.iinfo(kind)
    way = ("noise", "few", "pile", "tissue", "ends", "huge", "tiny")[int(rng.integers(7))]
    noise = rng.normal(0, 1, shape)
    if way == "few":
        values = rng.choice(rng.integers(-1100, 300, 3), shape).astype(float)
    elif way == "pile":
        values = np.clip(noise * 300, *sorted(rng.normal(0, 300, 2)))
    elif way == "tissue":
        values = np.where(np.arange(shape[2]) < shape[2] // 3, -1000, 60) + 20 * noise
    elif way == "ends":
        values = rng.choice([float(ends.min), float(ends.max), 0.0], shape)
    else:
        values = noise * {"noise": 200, "huge": 1e300, "tiny": 1e-300}[way]
    with np.errstate(all="ignore"):
        return np.clip(values, float(ends.min), float(ends.max)).astype(kind), f"{way} of {kind}"


def checked(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Case, str]:
    """A case, with warnings as errors: none may reach the user's terminal."""
    voxels, words = content(rng, shape)
    k, j, i = shape
    grid = Geometry(
        size_ijk=(i, j, k),
        spacing_mm=tuple(rng.uniform(0.3, 8, 3).tolist()),
        origin_lps=(0.0, 0.0, 0.0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    labels = np.zeros(shape, np.uint8)
    first = [int(rng.integers(n)) for n in shape]
    labels[tuple(slice(f, f + int(rng.integers(1, 9))) for f in first)] = 1
    image = Volume(voxels=voxels, geometry=grid, source="image.nrrd")
    roi = Roi(labels=labels, geometry=grid, names=((1, "a"),), source="roi.nrrd")
    turn = STORAGES[int(rng.integers(len(STORAGES)))]
    turned = Roi(labels=turn.voxels(labels), geometry=turn.geometry(grid), names=roi.names)
    sequence = SEQUENCES[int(rng.integers(2))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        case = Case(case_id="P1", images={sequence: turn.volume(image)}, roi=turned)
    return case, words


def test_any_values_become_a_case_or_one_line(tries: _Tries, tally: Tally) -> None:
    import scipy.ndimage  # noqa: F401

    for number in tries(25):
        rng = np.random.default_rng([SEED, number])
        shape = tuple(int(n) for n in rng.integers(2, 30, 3))
        tally.add(attempt(lambda r=rng, s=shape: checked(r, s)), f"seed {number}: {shape}")
    assert tally.bad == []
