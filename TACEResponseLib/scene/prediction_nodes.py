"""A prediction as nodes beside its case; scoring again updates the same nodes.

The case's segmentation holds a reference to every node of the result, one a role, so that nodes
are found whatever they are called, in the application and after reading a scene.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.branch import SaliencyMap
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.result.contour_range import ContourRange
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.record import record_json
from TACEResponseLib.scene import tables
from TACEResponseLib.scene.case_nodes import CaseNodes
from TACEResponseLib.scene.colors import LEAST_SHOWN, fill_color_table
from TACEResponseLib.scene.hierarchy import case_folder, put_in_folder
from TACEResponseLib.scene.map_names import MAPPED_ROLE, map_name, mark_map
from TACEResponseLib.scene.own_nodes import ROLE, is_shared, mark_own, own_node, roles_of
from TACEResponseLib.scene.plots import fill_contour_plot, fill_plot
from TACEResponseLib.scene.transforms import moved, to_world
from TACEResponseLib.scene.volumes import add_display, own_geometry, volume_to_node

if TYPE_CHECKING:
    import slicer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResultNodes:
    """The nodes of one result; `None` where the result has nothing of the kind."""

    saliency: Mapping[ImageSequence, "slicer.vtkMRMLScalarVolumeNode"]
    summary: "slicer.vtkMRMLTableNode"
    branches: "slicer.vtkMRMLTableNode"
    radiomics: "slicer.vtkMRMLTableNode | None"
    contributions: "slicer.vtkMRMLTableNode | None"
    chart: "slicer.vtkMRMLPlotChartNode | None"
    contours: "slicer.vtkMRMLPlotChartNode | None"
    record: "slicer.vtkMRMLTextNode"


def prediction_to_nodes(
    scene: "slicer.vtkMRMLScene", nodes: CaseNodes, prediction: Prediction
) -> ResultNodes:
    """Write a prediction into a scene, in the case's folder.

    Args:
        scene: that the case's nodes are in.
        nodes: the case that was scored. An earlier result of its segmentation is updated: same
            nodes, same ids; what the new result lacks is removed. A node that isn't ours is left
            alone, though it has a role of the result: its role gets a new node.
        prediction: its saliency maps lie on the grids of their images, whole or cut to a box.
    """
    text = record_json(prediction)
    result = _Result(scene, nodes)
    saliency = _saliency(result, prediction)
    summary = result.node("summary", "vtkMRMLTableNode")
    tables.fill_table(summary, tables.summary(prediction))
    branches = result.node("branches", "vtkMRMLTableNode")
    tables.fill_table(branches, tables.branches(prediction))
    radiomics = _radiomics(result, prediction)
    contributions, chart = _plot(result, prediction)
    contour_chart = None
    if prediction.contours is not None:
        contour_chart = _contour_plot(result, prediction.contours, prediction.fused.threshold)
    record = result.node("record", "vtkMRMLTextNode")
    record.SetText(text)
    result.remove_unused()
    return ResultNodes(
        saliency=saliency,
        summary=summary,
        branches=branches,
        radiomics=radiomics,
        contributions=contributions,
        chart=chart,
        contours=contour_chart,
        record=record,
    )


def contours_to_nodes(
    scene: "slicer.vtkMRMLScene", nodes: CaseNodes, contours: ContourRange, threshold: float
) -> "slicer.vtkMRMLPlotChartNode":
    """Add a range over contours to a result that is in the scene; the next result removes it.

    Args:
        scene: that the result is in.
        nodes: the case that was scored.
        contours: its range.
        threshold: the model's cut-off.
    Returns: the chart.
    """
    return _contour_plot(_Result(scene, nodes), contours, threshold)


class _Result:
    """Finds, makes and removes the nodes of one result by their roles."""

    def __init__(self, scene: "slicer.vtkMRMLScene", nodes: CaseNodes) -> None:
        """Start a new turn; no role is in use yet."""
        self._scene = scene
        self._used: set[str] = set()
        self.case = nodes
        self._anchor = nodes.segmentation
        earlier = self._anchor.GetNodeReference(f"{ROLE}summary")
        self._folder = case_folder(scene, nodes.case_id, beside=earlier or self._anchor)

    def node(self, role: str, kind: str, name: str | None = None, *, in_tree: bool = True) -> Any:
        """The node of a role, of MRML's class `kind`, made if need be, under its present name."""
        key = f"{ROLE}{role}"
        self._used.add(key)
        node = own_node(self._anchor, key, kind)
        if node is None:
            node = self._scene.AddNewNodeByClass(kind)
            mark_own(node, self._anchor, key)
            self._anchor.SetNodeReferenceID(key, node.GetID())
        node.SetName(f"{self.case.case_id} {name or role}")
        if in_tree:
            put_in_folder(self._scene, self._folder, node)
        return node

    def remove_unused(self) -> None:
        """Remove our nodes of roles that the new result doesn't have."""
        for role in roles_of(self._anchor):
            if role in self._used:
                continue
            if (node := own_node(self._anchor, role)) is not None:
                self._remove(node)
            self._anchor.RemoveNodeReferenceIDs(role)

    def _remove(self, node: Any) -> None:
        """Remove a node with its display and storage nodes, which would stay behind."""
        if node.IsA("vtkMRMLDisplayableNode"):
            displays = [node.GetNthDisplayNode(n) for n in range(node.GetNumberOfDisplayNodes())]
            for display in displays:
                if display is not None and not is_shared(display, node):
                    self._scene.RemoveNode(display)
        if node.IsA("vtkMRMLStorableNode"):
            for n in reversed(range(node.GetNumberOfStorageNodes())):
                self._scene.RemoveNode(node.GetNthStorageNode(n))
        self._scene.RemoveNode(node)


def _saliency(
    result: _Result, prediction: Prediction
) -> dict[ImageSequence, "slicer.vtkMRMLScalarVolumeNode"]:
    """A volume a sequence, from the first branch that has a map of it."""
    maps: dict[ImageSequence, SaliencyMap] = {}
    for branch in prediction.branches:
        maps = {**branch.saliency, **maps}
    if not maps:
        return {}
    colors = result.node("colors", "vtkMRMLColorTableNode", "saliency colors", in_tree=False)
    fill_color_table(colors)
    volumes = {}
    for sequence, saliency in maps.items():
        image = result.case.volumes[sequence]
        node = result.node(f"saliency.{sequence}", "vtkMRMLScalarVolumeNode")
        is_simulated = bool(prediction.simulated_banner)
        node.SetName(map_name(result.case.case_id, sequence, is_simulated=is_simulated))
        # The map's own geometry is where the image was seen, its transforms included; the node has
        # the image's grid and the image's transforms, so that it follows the image.
        on_image = own_geometry(image).cropped(
            _first_voxel(saliency.volume, image), saliency.volume.geometry.size_ijk
        )
        # On the scale of the model's maps, so that colors, threshold and legend are too.
        voxels = saliency.volume.voxels * np.float32(saliency.shown)
        volume_to_node(Volume(voxels=voxels, geometry=on_image), node)
        node.SetAndObserveTransformNodeID(image.GetTransformNodeID())
        node.SetNodeReferenceID(MAPPED_ROLE, image.GetID())
        mark_map(node, sequence, is_simulated=is_simulated)
        _show_saliency(node, colors)
        volumes[sequence] = node
    return volumes


def _first_voxel(saliency: Volume, image: "slicer.vtkMRMLScalarVolumeNode") -> list[int]:
    """Index (i, j, k) in the image of a map's first voxel; a map may be cut to a box."""
    seen = moved(own_geometry(image), to_world(image, image.GetName()), image.GetName())
    start = np.rint(seen.to_index(saliency.geometry.origin_lps))
    return [int(index) for index in start]


def _show_saliency(
    node: "slicer.vtkMRMLScalarVolumeNode", colors: "slicer.vtkMRMLColorTableNode"
) -> None:
    """Colors over 0..1; low saliency is transparent."""
    display = add_display(node, (0.0, 1.0))
    display.SetAndObserveColorNodeID(colors.GetID())
    display.SetThreshold(LEAST_SHOWN, 1.0)
    display.ApplyThresholdOn()


def _radiomics(result: _Result, prediction: Prediction) -> "slicer.vtkMRMLTableNode | None":
    """The table of features, if there are any."""
    columns = tables.radiomics(prediction)
    if not columns["Feature"]:
        return None
    node = result.node("radiomics", "vtkMRMLTableNode")
    tables.fill_table(node, columns)
    return node


def _plot(
    result: _Result, prediction: Prediction
) -> tuple["slicer.vtkMRMLTableNode | None", "slicer.vtkMRMLPlotChartNode | None"]:
    """Table and chart of contributions, if there are any."""
    contributions = tables.contributions(prediction)
    if not contributions.names:
        return None, None
    table = result.node("contributions", "vtkMRMLTableNode")
    series = result.node("plot_series", "vtkMRMLPlotSeriesNode", "contribution to the logit")
    chart = result.node("plot_chart", "vtkMRMLPlotChartNode", "contributions plot")
    fill_plot(contributions, table, series, chart)
    return table, chart


def _contour_plot(
    result: _Result, contours: ContourRange, threshold: float
) -> "slicer.vtkMRMLPlotChartNode":
    """Table and chart of the results under plausible contours."""
    table = result.node("contours", "vtkMRMLTableNode")
    points = result.node("contours_series", "vtkMRMLPlotSeriesNode", "results under contours")
    cut_off = result.node("contours_cut_off", "vtkMRMLPlotSeriesNode", "cut-off")
    chart: slicer.vtkMRMLPlotChartNode = result.node(
        "contours_chart", "vtkMRMLPlotChartNode", "contours plot"
    )
    fill_contour_plot(contours, threshold, table, points, cut_off, chart)
    return chart
