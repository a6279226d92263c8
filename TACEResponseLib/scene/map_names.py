"""Names of attention maps, which Slicer prints in the corner of every slice view that shows one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import slicer

# First, since Slicer cuts long names in their middle.
SIMULATED = "SIMULATED"
MAPPED_ROLE = "TACEResponse.image"
"""The image that a map lies over; MRML drops the reference with the image."""
MAP_ATTRIBUTE = "TACEResponse.map"


def map_name(case_id: str, sequence: str, *, is_simulated: bool) -> str:
    """Name of a map's node; a simulated model's says so, even where no module of ours is open."""
    name = f"{case_id} saliency {sequence}"
    return f"{SIMULATED} {name}" if is_simulated else name


def mark_map(node: "slicer.vtkMRMLScalarVolumeNode", sequence: str) -> None:
    """Say that a volume is a map, for as long as it exists."""
    node.SetAttribute(MAP_ATTRIBUTE, sequence)


def is_map(node: "slicer.vtkMRMLNode") -> bool:
    """Whether a volume is a map that scoring made; early ones have no mark but their image."""
    return bool(node.GetAttribute(MAP_ATTRIBUTE)) or node.GetNodeReference(MAPPED_ROLE) is not None


def mark_simulated(node: "slicer.vtkMRMLScalarVolumeNode") -> None:
    """Say it again in the name of a map that was renamed, or made by an older version."""
    name = node.GetName() or ""
    if not name.startswith(SIMULATED):
        node.SetName(f"{SIMULATED} {name}")
