"""Which contours are drawn: kinds, amounts and directions, from one seed."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from TACEResponseLib.imaging.box import marked_box
from TACEResponseLib.imaging.geometry import Geometry, Vector
from TACEResponseLib.imaging.volume import Voxels

READER_DICE = 0.85
"""Mean Dice of two readers where nobody measured it."""
LEAST_DICE, MOST_DICE = 0.75, 0.98
DICE_SPREAD = 0.05
"""Deformations lie so far round the readers' mean."""
FEWEST, MOST, USUAL = 5, 200, 20
GROWTHS_MM = (1.0, 2.0)
SHIFTS_MM = (0.5, 2.0)
SHIFTED_SHARE = 0.375
"""Of the contours that are neither grown nor shrunk."""


class ContourKind(StrEnum):
    """What is done to the surface."""

    GROWN = "grown"
    SHRUNK = "shrunk"
    SHIFTED = "shifted"
    DEFORMED = "deformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContourPlan:
    """One contour that is going to be drawn."""

    kind: ContourKind
    amount: float
    """mm; of a deformation the Dice with what was drawn."""
    direction_lps: Vector = (0.0, 0.0, 0.0)
    """Of a shift, a unit vector."""
    seed: int = 0
    """Of a deformation."""


def plan_contours(
    seed: int, n: int = USUAL, reader_dice: float = READER_DICE
) -> tuple[ContourPlan, ...]:
    """Choose the contours.

    Args:
        seed: of directions and deformations; `contour_seed` gives an ROI its own.
        n: contours, `FEWEST` to `MOST`: four grown and shrunk, of the rest three eighths shifted.
        reader_dice: mean Dice of two readers.
    Raises: ValueError: n is out of range.
    """
    if not FEWEST <= n <= MOST:
        raise ValueError(f"n must be {FEWEST} to {MOST}, got {n}")
    rng = np.random.default_rng(seed)
    plans = [
        ContourPlan(kind=kind, amount=mm)
        for kind in (ContourKind.GROWN, ContourKind.SHRUNK)
        for mm in GROWTHS_MM
    ]
    n_shifted = int((n - len(plans)) * SHIFTED_SHARE)
    plans += _shifts(rng, n_shifted)
    return (*plans, *_deformations(rng, n - len(plans), reader_dice))


def contour_seed(indices: Voxels, geometry: Geometry) -> int:
    """A seed of the drawing alone: the same wherever it lies and however far its grid reaches.

    Args:
        indices: number of the lesion in each voxel (K, J, I).
        geometry: its grid.
    """
    box = marked_box(indices)
    cut = np.ascontiguousarray(indices[box] if box else indices, dtype=np.uint16)
    spacing = [round(mm, 3) for mm in geometry.spacing_mm]
    digest = hashlib.sha256(repr((cut.shape, spacing)).encode() + cut.tobytes()).digest()
    return int.from_bytes(digest[:8], "big")


def _shifts(rng: np.random.Generator, n: int) -> list[ContourPlan]:
    """From the shortest to the longest, each pair there and back along a random axis."""
    directions: list[Vector] = []
    while len(directions) < n:
        axes, _ = np.linalg.qr(rng.standard_normal((3, 3)))
        for x, y, z in axes.T.tolist():
            directions += [(x, y, z), (-x, -y, -z)]
    amounts = np.linspace(*SHIFTS_MM, n).tolist()
    return [
        ContourPlan(kind=ContourKind.SHIFTED, amount=mm, direction_lps=direction)
        for mm, direction in zip(amounts, directions[:n], strict=True)
    ]


def _deformations(rng: np.random.Generator, n: int, reader_dice: float) -> list[ContourPlan]:
    """Round the readers' mean, evenly."""
    around = np.linspace(-DICE_SPREAD, DICE_SPREAD, n) if n > 1 else np.zeros(1)
    return [
        ContourPlan(kind=ContourKind.DEFORMED, amount=dice, seed=int(rng.integers(2**62)))
        for dice in np.clip(reader_dice + around, LEAST_DICE, MOST_DICE).tolist()
    ]
