"""Images and masks between two processes: voxels as .npy files, the rest in messages.

Plain arrays are read without pickle, can be written piece by piece and need no package but numpy.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.phase import written_acquisition
from TACEResponseLib.imaging.volume import Acquisition, Volume, Voxels
from TACEResponseLib.worker.shapes import Grid, HandedImage, Scan


def grid_message(geometry: Geometry) -> Grid:
    """A grid for a message."""
    return Grid(**asdict(geometry))


def geometry_of(grid: Grid) -> Geometry:
    """The grid that a message holds.

    Raises: InputError: it is none.
    """
    try:
        return Geometry(**asdict(grid))
    except (ValueError, OverflowError) as error:
        raise InputError(
            Subject(SubjectKind.HANDOVER, text="geometry"),
            "must be a grid handed over by the panel",
            got=str(error)[:200],
            remedy="score again",
        ) from error


def write_volume(volume: Volume, path: Path) -> HandedImage:
    """Write the voxels; return what must be told of the image."""
    np.save(path, volume.voxels, allow_pickle=False)
    return handed_image(volume.geometry, volume.acquisition, path)


def handed_image(geometry: Geometry, acquisition: Acquisition, path: Path) -> HandedImage:
    """What must be told of an image whose voxels lie in a file: no name, and no words of a header.

    What the other process doesn't know, it can't write.
    """
    return HandedImage(
        path=str(path),
        geometry=grid_message(geometry),
        acquisition=Scan(**written_acquisition(acquisition)),
    )


def read_volume(image: HandedImage) -> Volume:
    """The image that `write_volume` wrote.

    Raises: InputError: the file is gone, is no array or has another size than its grid.
    """
    geometry = geometry_of(image.geometry)
    return Volume(
        voxels=read_array(Path(image.path), geometry.shape_kji),
        geometry=geometry,
        source="",
        acquisition=Acquisition(**asdict(image.acquisition)),
    )


def read_array(path: Path, shape: tuple[int, ...]) -> Voxels:
    """An array from a .npy file, of the expected shape.

    Raises: InputError: there is no such file, or it holds something else.
    """
    try:
        # A pipe or a device would be waited for without end.
        if not path.is_file():
            raise FileNotFoundError(path)
        array: NDArray[Any] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(
            Subject(SubjectKind.HANDOVER, text=path.name),
            "must be an array handed over by the panel",
            got=type(error).__name__,
            remedy="score again",
        ) from error
    if array.shape != shape:
        raise InputError(
            Subject(SubjectKind.HANDOVER, text=path.name),
            f"must have the shape {shape}",
            got=array.shape,
            remedy="score again",
        )
    return array


def cut_to_content(volume: Volume) -> Volume:
    """The box of an image that holds everything but zeros; one voxel where there is nothing."""
    from TACEResponseLib.imaging.box import marked_box

    box = marked_box(volume.voxels)
    if box is None:
        box = (slice(0, 1), slice(0, 1), slice(0, 1))
    voxels = np.ascontiguousarray(volume.voxels[box])
    start = [axis.start for axis in box[::-1]]
    geometry = volume.geometry.cropped(start, voxels.shape[::-1])
    return Volume(
        voxels=voxels, geometry=geometry, source=volume.source, acquisition=volume.acquisition
    )
