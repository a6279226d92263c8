"""Gray levels of a fixed width from a fixed lower bound, and pyradiomics' features on them.

IBSI's fixed bin size (reference manual, section 2.7): level = floor((value - lowest) / width) + 1.
The lower bound belongs to the settings, not to the ROI: pyradiomics counts levels from the ROI's
minimum, so that one dark voxel at the margin renumbers all of them. Darker values are counted in
level 1. Levels that no voxel has are left out of matrices, and keep their numbers.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import SimpleITK as sitk

# A value this close below an edge, as a share of the width, lies on the edge: interpolating a
# whole number gives it back with an error in its last digits, to either side.
EDGE_SHARE = 1e-3


def gray_levels(values: NDArray[Any], lowest: float, width: float) -> NDArray[np.int64]:
    """Level of each value, from 1.

    Args:
        values: finite, any shape.
        lowest: lower edge of level 1.
        width: of a level.
    """
    steps = np.floor((np.asarray(values, dtype=np.float64) - lowest) / width + EDGE_SHARE)
    return np.asarray(np.maximum(steps, 0.0).astype(np.int64) + 1)


def features_of_class(
    image: "sitk.Image",
    label: "sitk.Image",
    feature_class: str,
    names: Sequence[str] | None,
    lowest: float,
    width: float,
) -> dict[str, float]:
    """Features of one class of pyradiomics on our gray levels, without prefix.

    Args:
        image: continuous values, cut to the ROI.
        label: 1 in the ROI.
        feature_class: as pyradiomics names it.
        names: of features; `None` computes all that are not deprecated.
        lowest: lower edge of level 1.
        width: of a level.
    """
    computer = _with_our_levels(feature_class)(image, label, label=1, lowest=lowest, binWidth=width)
    for name in names or ():
        computer.enableFeatureByName(name)
    return {name: float(value) for name, value in computer.execute().items()}


@cache
def _with_our_levels(feature_class: str) -> Any:
    """A feature class of pyradiomics whose one step of discretization is ours."""
    from radiomics import getFeatureClasses

    original = getFeatureClasses()[feature_class]
    # Under its own module's name, whose logger is told to be quiet.
    ours = {"__module__": original.__module__, "_applyBinning": _apply_levels}
    return type(original.__name__, (original,), ours)


def _apply_levels(computer: Any, matrix: NDArray[Any]) -> NDArray[np.int64]:
    """Stands for pyradiomics' method: levels in the ROI, 0 outside, and which levels there are."""
    inside = computer.maskArray
    levels = np.zeros(matrix.shape, dtype=np.int64)
    lowest, width = computer.settings["lowest"], computer.settings["binWidth"]
    levels[inside] = gray_levels(matrix[inside], lowest, width)
    present = np.unique(levels[inside])
    computer.coefficients["grayLevels"] = present
    computer.coefficients["Ng"] = int(present[-1])
    return levels
