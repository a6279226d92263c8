"""Scenes and cases for the tests of this folder."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.scene.session import headless_scene


@pytest.fixture
def scene() -> Iterator[Any]:
    pytest.importorskip("slicer", reason="slicer-core is not installed")
    with headless_scene() as scene:
        yield scene


@pytest.fixture
def oblique() -> Geometry:
    """A grid turned by 30 degrees about z and tilted by 10 about x, off center."""
    a, b = np.deg2rad(30), np.deg2rad(10)
    about_z = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    return Geometry(
        size_ijk=(7, 6, 5),
        spacing_mm=(0.7, 0.9, 3.3),
        origin_lps=(-101.3, 55.7, 12.25),
        direction_lps=tuple((about_z @ about_x).ravel().tolist()),
    )
