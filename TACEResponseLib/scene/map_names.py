"""Names of attention maps, which Slicer prints in the corner of every slice view that shows one."""

from typing import TYPE_CHECKING, Any

from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.scene.own_nodes import MADE_ATTRIBUTE, ROLE, roles_of

if TYPE_CHECKING:
    import slicer

# First, since Slicer cuts long names in their middle.
SIMULATED = "SIMULATED"
MAPPED_ROLE = "TACEResponse.image"
"""The image that a map lies over; MRML drops the reference with the image."""
MAP_ATTRIBUTE = "TACEResponse.map"
SIMULATED_ATTRIBUTE = "TACEResponse.simulated"


def map_name(case_id: str, sequence: str, *, is_simulated: bool) -> str:
    """Name of a map's node; a simulated model's says so, even where no module of ours is open."""
    name = f"{case_id} saliency {sequence}"
    return f"{SIMULATED} {name}" if is_simulated else name


def mark_map(node: "slicer.vtkMRMLScalarVolumeNode", sequence: str, *, is_simulated: bool) -> None:
    """Say that a volume is a map and whose, for as long as it exists, and in its copies."""
    node.SetAttribute(MAP_ATTRIBUTE, sequence)
    node.SetAttribute(SIMULATED_ATTRIBUTE, "yes" if is_simulated else None)


def is_map(node: "slicer.vtkMRMLNode") -> bool:
    """Whether a volume is a map that scoring made; early ones have no mark but their image."""
    return bool(node.GetAttribute(MAP_ATTRIBUTE)) or node.GetNodeReference(MAPPED_ROLE) is not None


def mark_simulated(node: "slicer.vtkMRMLScalarVolumeNode") -> None:
    """Say it again of a map that was renamed, or made by an older version."""
    if not node.GetAttribute(SIMULATED_ATTRIBUTE):
        node.SetAttribute(SIMULATED_ATTRIBUTE, "yes")
    name = node.GetName() or ""
    if not name.startswith(SIMULATED):
        node.SetName(f"{SIMULATED} {name}")


def is_simulated(node: "slicer.vtkMRMLNode") -> bool:
    """Whether a map is a simulated model's, whatever it is called by now.

    Early maps have no mark; their name says it, or the record of their segmentation.
    """
    if node.GetAttribute(SIMULATED_ATTRIBUTE) or (node.GetName() or "").startswith(SIMULATED):
        return True
    return bool(not node.GetAttribute(MADE_ATTRIBUTE) and _record_says_so(node))


def _record_says_so(node: "slicer.vtkMRMLNode") -> bool:
    """Whether the result that a map is a part of is a simulated model's."""
    scene = node.GetScene()
    count = scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode")
    anchors = [scene.GetNthNodeByClass(n, "vtkMRMLSegmentationNode") for n in range(count)]
    own = [a for a in anchors if any(a.GetNodeReference(role) is node for role in roles_of(a))]
    return any(_names_a_simulation(anchor.GetNodeReference(f"{ROLE}record")) for anchor in own)


def _names_a_simulation(record: Any) -> bool:
    """Whether a record bears the sentence on simulated patients."""
    if record is None or not record.IsA("vtkMRMLTextNode"):
        return False
    try:
        values = parse_json(record.GetText(), "scene")
    except ValueError:
        return False
    return bool(isinstance(values, dict) and values.get("simulated_model"))
