"""In which ways two grids differ, in as many digits as it takes to see it."""

from collections.abc import Iterator, Sequence

import numpy as np

from TACEResponseLib.imaging.geometry import Geometry

DIGITS = range(3, 8)
# Directions and positions below these are how files round.
LEAST_DEGREES = 0.01
LEAST_MM = 1e-3


def grid_difference(mine: Geometry, theirs: Geometry) -> str:
    """What differs of size, spacing, axes and place, the first grid's values first."""
    differences = "; ".join(_differences(mine, theirs))
    return differences or "voxels that differ in place by how numbers were rounded"


def _differences(mine: Geometry, theirs: Geometry) -> Iterator[str]:
    """Each difference in words."""
    if mine.size_ijk != theirs.size_ijk:
        yield f"{_product(mine.size_ijk)} voxels for {_product(theirs.size_ijk)}"
    spacings = _in_digits_that_differ(mine.spacing_mm, theirs.spacing_mm)
    if spacings:
        yield f"{spacings[0]} mm for {spacings[1]} mm"
    cosines = np.clip(np.diag(mine.direction.T @ theirs.direction), -1, 1)
    degrees = float(np.degrees(np.arccos(cosines)).max())
    if degrees > LEAST_DEGREES:
        yield f"axes turned by up to {degrees:.3g} degrees"
    apart = float(np.linalg.norm(np.subtract(mine.origin_lps, theirs.origin_lps)))
    if apart > LEAST_MM:
        yield f"first voxels {apart:.3g} mm apart"


def _in_digits_that_differ(one: Sequence[float], other: Sequence[float]) -> tuple[str, str] | None:
    """Both in the fewest digits in which they differ; `None` where they hardly do."""
    for digits in DIGITS:
        shown = tuple(" x ".join(f"{v:.{digits}g}" for v in values) for values in (one, other))
        if shown[0] != shown[1]:
            return shown[0], shown[1]
    return None


def _product(size: Sequence[int]) -> str:
    """As people write sizes."""
    return " x ".join(map(str, size))
