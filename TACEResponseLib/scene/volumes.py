"""Images as volume nodes and back."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.phase import written_acquisition
from TACEResponseLib.imaging.volume import Acquisition, Volume, Voxels
from TACEResponseLib.scene.own_nodes import is_shared
from TACEResponseLib.scene.transforms import (
    direction_ras,
    moved,
    origin_ras,
    ras_geometry,
    to_world,
)

if TYPE_CHECKING:
    import slicer

# What the file said of the scan travels with the node, so that a phase is not "verified" by a
# node name that we gave ourselves.
ACQUISITION_ATTRIBUTE = "TACEResponse.acquisition"


def volume_to_node(volume: Volume, node: "slicer.vtkMRMLScalarVolumeNode") -> None:
    """Put an image into a volume node, replacing what it held; voxels are copied.

    MRML holds no 64-bit integers or half floats: those become int32 or float32 where nothing is
    lost, else float64.
    """
    from slicer.util import updateVolumeFromArray

    geometry = volume.geometry
    blocker = node.StartModify()
    try:
        node.SetSpacing(list(geometry.spacing_mm))
        node.SetOrigin(origin_ras(geometry))
        node.SetIJKToRASDirections(*direction_ras(geometry).ravel().tolist())
        updateVolumeFromArray(node, _storable(volume.voxels))
        node.SetAttribute(
            ACQUISITION_ATTRIBUTE, json.dumps(written_acquisition(volume.acquisition))
        )
    finally:
        node.EndModify(blocker)


def add_display(node: "slicer.vtkMRMLScalarVolumeNode", window: tuple[float, float]) -> Any:
    """The display node of a volume, showing the values between `window`'s ends; made if need be.

    One that another volume shares is left to that.
    Made before it is attached: a display node that sets its own window scans all voxels first.
    """
    display = node.GetDisplayNode()
    if display is None or is_shared(display, node):
        display = node.GetScene().AddNewNodeByClass("vtkMRMLScalarVolumeDisplayNode")
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(*window)
    display.AutoThresholdOff()
    node.SetAndObserveDisplayNodeID(display.GetID())
    return display


def volume_from_node(node: "slicer.vtkMRMLScalarVolumeNode") -> Volume:
    """An image as the user sees it, under the node's transforms; voxels are copied.

    Raises: InputError: no voxels, colors in place of one value a voxel, or a transform that is
        not linear or shears the grid.
    """
    voxels, geometry, acquisition = image_description(node)
    return Volume(
        voxels=voxels.copy(), geometry=geometry, source=node.GetName(), acquisition=acquisition
    )


def image_description(
    node: "slicer.vtkMRMLScalarVolumeNode",
) -> tuple[Voxels, Geometry, Acquisition]:
    """Voxels, grid under the node's transforms, and what is known of the scan.

    Returns: the voxels are the node's own, (K, J, I), not a copy.
    Raises: InputError: as `volume_from_node`.
    """
    from slicer.util import arrayFromVolume

    where = f"volume {node.GetName()}"
    if node.GetImageData() is None or node.GetImageData().GetNumberOfPoints() == 0:
        raise InputError(
            where, "must hold an image", got="an empty node", remedy="choose a loaded volume"
        )
    components = node.GetImageData().GetNumberOfScalarComponents()
    if components != 1:
        raise InputError(
            where,
            "must have one value a voxel",
            got=f"{components}",
            remedy="choose a grayscale volume",
        )
    geometry = moved(own_geometry(node), to_world(node, where), where)
    return arrayFromVolume(node), geometry, _acquisition(node)


def own_geometry(node: "slicer.vtkMRMLVolumeNode") -> Geometry:
    """The grid of a volume node, without its parent transforms."""
    directions = [[0.0] * 3 for _ in range(3)]
    node.GetIJKToRASDirections(directions)
    return ras_geometry(
        node.GetImageData().GetDimensions(),
        node.GetSpacing(),
        node.GetOrigin(),
        np.array(directions),
    )


def _acquisition(node: "slicer.vtkMRMLVolumeNode") -> Acquisition:
    """What is known of the scan; of a user's own volume, the name that Slicer gave it.

    Slicer names a volume after its DICOM series description. Early scenes hold more than may be
    written; it is removed, so that it isn't saved again.
    """
    stored = node.GetAttribute(ACQUISITION_ATTRIBUTE)
    if stored is None:
        return Acquisition(description=node.GetName())
    kept = parse_json(stored, "scene")
    acquisition = Acquisition(
        **{key: kept.get(key) for key in ("modality", "has_contrast")},
        description=kept.get("description") or "",
    )
    clean = json.dumps(written_acquisition(acquisition))
    if clean != stored:
        node.SetAttribute(ACQUISITION_ATTRIBUTE, clean)
    return acquisition


def _storable(voxels: Voxels) -> Voxels:
    """The same numbers in a type that volume nodes and their files can hold."""
    if voxels.dtype == np.bool_:
        return voxels.astype(np.uint8)
    if voxels.dtype == np.float16:
        return voxels.astype(np.float32)
    if voxels.dtype.kind in "iu" and voxels.dtype.itemsize == 8:
        limits = np.iinfo(np.int32)
        fits = limits.min <= voxels.min() and voxels.max() <= limits.max
        return voxels.astype(np.int32 if fits else np.float64)
    return voxels.astype(voxels.dtype.newbyteorder("="), copy=False)
