"""The icons have the sizes that Slicer shows, and can be told apart from any background."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

SIZES = {"TACEResponse.png": 128, "TACEResponse16.png": 16}
LIGHT, DARK = (255, 255, 255), (42, 42, 42)


@pytest.fixture(params=SIZES, ids=SIZES.get)
def icon(request: pytest.FixtureRequest, repository: Path) -> NDArray[np.uint8]:
    """One icon, (rows, columns, RGBA)."""
    name, size = request.param, SIZES[request.param]
    with Image.open(repository / "TACEResponse/Resources/Icons" / name) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "RGBA"
        assert picture.size == (size, size)
        return np.asarray(picture).copy()


def luminance(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Relative luminance, 0 to 1. Source: WCAG 2.2, definition of relative luminance."""
    value = rgb / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def contrast(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """1 (the same) to 21 (black and white). Source: WCAG 2.2, definition of contrast ratio."""
    low, high = sorted([float(luminance(one)), float(luminance(other))])
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast(np.zeros(3), np.full(3, 255.0)) == pytest.approx(21)


def test_the_liver_stands_free_on_a_transparent_sheet(icon: NDArray[np.uint8]) -> None:
    alpha = icon[..., 3]
    assert alpha[0, 0] == alpha[0, -1] == alpha[-1, -1] == 0
    assert 0.35 < (alpha > 128).mean() < 0.75
    # An edge without steps has half-transparent pixels.
    assert ((alpha > 0) & (alpha < 255)).any()


def test_the_icon_shows_on_a_light_and_on_a_dark_theme(icon: NDArray[np.uint8]) -> None:
    solid = icon[icon[..., 3] == 255][:, :3].astype(np.float64)
    typical = np.median(solid, axis=0)
    for background in (LIGHT, DARK):
        assert contrast(typical, np.array(background, dtype=np.float64)) > 2


def test_ring_and_hot_spot_differ_in_more_than_color(icon: NDArray[np.uint8]) -> None:
    size = len(icon)
    row, column = round(62 / 128 * size), round(45 / 128 * size)
    core = icon[row, column, :3].astype(np.float64)
    ray = icon[row, : column + 1, :3].astype(np.float64)
    liver = icon[round(0.36 * size), round(0.75 * size), :3].astype(np.float64)
    assert contrast(core, liver) > 2.5
    assert contrast(ray[luminance(ray).argmax()], liver) > 2.5


def test_the_icons_are_those_that_the_script_draws(repository: Path, tmp_path: Path) -> None:
    script = repository / "docs" / "draw_icon.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, cwd=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(SIZES)
    for name in SIZES:
        with (
            Image.open(tmp_path / name) as drawn,
            Image.open(repository / "TACEResponse/Resources/Icons" / name) as kept,
        ):
            difference = np.asarray(drawn, dtype=int) - np.asarray(kept, dtype=int)
        assert np.abs(difference).max() <= 2
