"""The saliency colors: ordered to the eye, matplotlib's Inferno, transparent where low."""

from typing import Any

import numpy as np
import pytest

from TACEResponseLib.scene.colors import LEAST_SHOWN, fill_color_table, saliency_colors


def lightness(rgb: np.ndarray) -> np.ndarray:
    """CIE L* of sRGB colors (IEC 61966-2-1, CIE 15)."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    y = linear @ [0.2126, 0.7152, 0.0722]
    return np.where(y > 216 / 24389, 116 * np.cbrt(y) - 16, y * 24389 / 27)


def test_more_saliency_is_always_lighter() -> None:
    steps = np.diff(lightness(saliency_colors()[:, :3]))
    assert (steps > 0).all()
    assert steps.max() < 3 * steps.mean()


def test_the_colors_are_those_of_matplotlibs_inferno() -> None:
    import matplotlib as mpl

    published = mpl.colormaps["inferno"](np.linspace(0, 1, 256))[:, :3]
    assert np.abs(saliency_colors()[:, :3] - published).max() < 7 / 255


def test_saliency_below_the_edge_is_transparent_and_above_opaque() -> None:
    alpha = saliency_colors()[:, 3]
    assert set(alpha[: int(LEAST_SHOWN * 255)]) == {0.0}
    assert set(alpha[int(np.ceil(LEAST_SHOWN * 255)) :]) == {1.0}


def test_the_node_holds_the_table_in_whole_bytes(scene: Any) -> None:
    node = scene.AddNewNodeByClass("vtkMRMLColorTableNode")
    fill_color_table(node)
    lookup = node.GetLookupTable()
    table = np.array([lookup.GetTableValue(n) for n in range(node.GetNumberOfColors())])
    assert table == pytest.approx(saliency_colors(), abs=1e-6)
    assert all(node.GetColorDefined(n) for n in range(256))
