"""The whole result as one file that Slicer opens: scene.mrb."""

import errno
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.scene.case_nodes import case_to_nodes
from TACEResponseLib.scene.prediction_nodes import prediction_to_nodes
from TACEResponseLib.scene.session import headless_scene
from TACEResponseLib.scene.views import add_slice_views, show_overlay

if TYPE_CHECKING:
    import slicer

# A disk with less than this left, after a failure, is taken to be full.
LEAST_ROOM_BYTES = 1_000_000


def write_scene(case: Case, prediction: Prediction, path: Path) -> None:
    """Write a case and its prediction as a scene; whole or not at all.

    Args:
        case: the case that was scored.
        prediction: its result.
        path: ends in `.mrb`; an existing file is replaced.
    Raises: MissingExtraError: slicer-core is not installed. OSError: the file can't be written.
    """
    with headless_scene() as scene:
        nodes = case_to_nodes(scene, case)
        result = prediction_to_nodes(scene, nodes, prediction)
        x, y, z = _center(case)
        add_slice_views(scene, nodes, center_ras=(-x, -y, z))
        show_overlay(scene, nodes, result)
        save_scene(scene, path)


def _center(case: Case) -> tuple[float, float, float]:
    """What the views show, LPS: the largest lesion, or the middle of the first image."""
    if case.lesions:
        return case.largest_lesion.center_lps
    geometry = next(iter(case.images.values())).geometry
    x, y, z = geometry.to_lps([(size - 1) / 2 for size in geometry.size_ijk])
    return float(x), float(y), float(z)


def save_scene(scene: "slicer.vtkMRMLScene", path: Path) -> None:
    """Save a scene as a bundle; whole or not at all.

    Args:
        scene: any scene.
        path: ends in `.mrb`; an existing file is replaced.
    Raises: OSError: a node or the bundle can't be written; ENOSPC where a disk is full.
    """
    import slicer

    messages = slicer.vtkMRMLMessageCollection()
    # A bundle's inner folder is named after the file, so the draft must bear the final name.
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.absolute().parent) as folder:
        draft = Path(folder) / path.name
        if not scene.WriteToMRB(str(draft), None, messages) or not draft.is_file():
            raise _explained(path, folder, messages.GetAllMessagesAsString())
        draft.replace(path)


def _explained(path: Path, folder: str, said: str) -> OSError:
    """MRML tells what it couldn't write but not why; a disk without room is the usual reason."""
    places = (folder, tempfile.gettempdir())
    if min(shutil.disk_usage(place).free for place in places) < LEAST_ROOM_BYTES:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    return OSError(errno.EIO, f"the scene can't be written ({' '.join(said.split())})", str(path))
