"""Which views show an attention map now, in whichever layer, whoever put it there."""

from collections.abc import Iterable
from typing import Any

import slicer

from TACEResponseLib.scene.map_names import is_map

BASIC_LAYERS = 3
"""Background, foreground and label; others may lie above them."""


def mapsByView() -> list[tuple[Any, list[Any]]]:
    """Each view with the maps that it shows; no view without a main window."""
    layouts = slicer.app.layoutManager()
    if layouts is None:
        return []
    slices = [layouts.sliceWidget(name) for name in layouts.sliceViewNames()]
    spaces = [layouts.threeDWidget(n) for n in range(layouts.threeDViewCount)]
    flat = [(one, mapsInSlice(one.mrmlSliceCompositeNode())) for one in slices]
    planes = [(one.mrmlSliceNode(), maps) for one, maps in flat if maps]
    return [
        *((one.sliceView(), maps) for one, maps in flat),
        *((one.threeDView(), _mapsInSpace(one.mrmlViewNode(), planes)) for one in spaces),
    ]


def mapsInSlice(composite: Any) -> list[Any]:
    """The maps in the layers of a slice view, but those that are fully transparent."""
    layers = range(BASIC_LAYERS + composite.GetNumberOfAdditionalLayers())
    ids = [composite.GetNthLayerVolumeID(n) for n in layers if composite.GetNthLayerOpacity(n) > 0]
    nodes = [slicer.mrmlScene.GetNodeByID(one) for one in dict.fromkeys(ids) if one]
    return [node for node in nodes if node is not None and is_map(node)]


def mapsInScene() -> list[Any]:
    """Every map, shown or not."""
    return [node for node in nodesOf("vtkMRMLVolumeNode") if is_map(node)]


def nodesOf(kind: str) -> list[Any]:
    """The scene's nodes of a class."""
    count = slicer.mrmlScene.GetNumberOfNodesByClass(kind)
    return [slicer.mrmlScene.GetNthNodeByClass(n, kind) for n in range(count)]


def _mapsInSpace(view: Any, planes: Iterable[tuple[Any, list[Any]]]) -> list[Any]:
    """The maps of a 3D view: on slices that it shows, and rendered as volumes."""
    if view is None:
        return []
    shown = [node for node in mapsInScene() if _isRendered(node, view)]
    for plane, maps in planes:
        if plane.GetSliceVisible() and plane.IsDisplayableInThreeDView(view.GetID()):
            shown += [node for node in maps if node not in shown]
    return shown


def _isRendered(volume: Any, view: Any) -> bool:
    """Whether a 3D view renders a volume."""
    displays = [volume.GetNthDisplayNode(n) for n in range(volume.GetNumberOfDisplayNodes())]
    return any(
        display.IsA("vtkMRMLVolumeRenderingDisplayNode")
        and display.GetVisibility()
        and display.IsDisplayableInView(view.GetID())
        for display in displays
        if display is not None
    )
