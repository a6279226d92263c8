"""Images and masks between two processes: voxels as .npy files, the rest as JSON values.

Plain arrays are read without pickle, can be written piece by piece and need no package but numpy.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.phase import written_acquisition
from TACEResponseLib.imaging.volume import Acquisition, Volume, Voxels


def geometry_values(geometry: Geometry) -> dict[str, Any]:
    """A grid as JSON values."""
    return {key: list(value) for key, value in asdict(geometry).items()}


def geometry_of(values: Mapping[str, Any]) -> Geometry:
    """The grid that `geometry_values` wrote.

    Raises: InputError: it is none.
    """
    try:
        return Geometry(**{key: tuple(value) for key, value in values.items()})
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            "geometry",
            "must be a grid handed over by the panel",
            got=str(error)[:200],
            remedy="score again",
        ) from error


def write_volume(volume: Volume, path: Path) -> dict[str, Any]:
    """Write the voxels; return what must be told of the image."""
    np.save(path, volume.voxels, allow_pickle=False)
    return volume_values(volume.geometry, volume.acquisition, path)


def volume_values(geometry: Geometry, acquisition: Acquisition, path: Path) -> dict[str, Any]:
    """What must be told of an image whose voxels lie in a file: no name, and no words of a header.

    What the other process doesn't know, it can't write.
    """
    return {
        "path": str(path),
        "geometry": geometry_values(geometry),
        "acquisition": written_acquisition(acquisition),
    }


def read_volume(values: Mapping[str, Any]) -> Volume:
    """The image that `write_volume` wrote.

    Raises: InputError: the file is gone, is no array or has another size than its grid.
    """
    geometry = geometry_of(values["geometry"])
    return Volume(
        voxels=read_array(Path(values["path"]), geometry.shape_kji),
        geometry=geometry,
        source="",
        acquisition=_acquisition(values["acquisition"]),
    )


def _acquisition(values: Mapping[str, Any]) -> Acquisition:
    """What is known of a scan."""
    try:
        return Acquisition(**values)
    except TypeError as error:
        raise InputError(
            "acquisition",
            "must be as the panel says it",
            got=str(error)[:200],
            remedy="update the extension and restart Slicer",
        ) from error


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
            path.name,
            "must be an array handed over by the panel",
            got=type(error).__name__,
            remedy="score again",
        ) from error
    if array.shape != shape:
        raise InputError(
            path.name, f"must have the shape {shape}", got=array.shape, remedy="score again"
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
