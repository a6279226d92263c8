"""Scenes as they lie on disk, opened without the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.scene.session import headless_scene

if TYPE_CHECKING:
    import slicer


@contextmanager
def read_scene(path: Path) -> Iterator["slicer.vtkMRMLScene"]:
    """A `.mrb` file as a scene, closed at the end of the block."""
    with headless_scene() as scene:
        assert scene.ReadFromMRB(str(path), True), path
        yield scene
