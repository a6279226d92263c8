"""What the slice views show when a scene is opened: image, saliency over it, tumor centered."""

from typing import TYPE_CHECKING

from TACEResponseLib.scene.case_nodes import CaseNodes
from TACEResponseLib.scene.prediction_nodes import ResultNodes

if TYPE_CHECKING:
    import slicer

SALIENCY_OPACITY = 0.5
# Slicer's three standard slice views. A stored view replaces the application's own of that name,
# so orientation, label and color must be those that a person knows.
VIEWS = {"Red": "Axial", "Green": "Coronal", "Yellow": "Sagittal"}
COLORS = {"Red": (243, 74, 51), "Green": (110, 176, 75), "Yellow": (237, 213, 76)}
# A common shape of a slice view; the application keeps the field of view's center and fits it.
VIEW_PIXELS = (500, 500)


def show_overlay(scene: "slicer.vtkMRMLScene", nodes: CaseNodes, result: ResultNodes) -> None:
    """Show the first image that has a map, with the map over it, in every slice view of a scene."""
    sequence = next(iter(result.saliency), next(iter(nodes.volumes)))
    saliency = result.saliency.get(sequence)
    for n in range(scene.GetNumberOfNodesByClass("vtkMRMLSliceCompositeNode")):
        composite = scene.GetNthNodeByClass(n, "vtkMRMLSliceCompositeNode")
        composite.SetBackgroundVolumeID(nodes.volumes[sequence].GetID())
        composite.SetForegroundVolumeID(saliency.GetID() if saliency else None)
        composite.SetForegroundOpacity(SALIENCY_OPACITY if saliency else 0.0)


def add_slice_views(
    scene: "slicer.vtkMRMLScene", nodes: CaseNodes, center_ras: tuple[float, float, float]
) -> None:
    """Give a bare scene the application's three slice views, fitted to the image.

    Args:
        scene: without slice views.
        nodes: the first image gives the field of view.
        center_ras: where the slices cut, mm.
    """
    import slicer

    image = next(iter(nodes.volumes.values()))
    for name, orientation in VIEWS.items():
        logic = slicer.vtkMRMLSliceLogic()
        logic.SetMRMLScene(scene)
        view = logic.AddSliceNode(name)
        view.SetOrientation(orientation)
        view.SetLayoutLabel(name[0])
        view.SetLayoutColor([level / 255 for level in COLORS[name]])
        logic.GetSliceCompositeNode().SetBackgroundVolumeID(image.GetID())
        logic.FitSliceToBackground(*VIEW_PIXELS)
        view.JumpSliceByCentering(*center_ras)
