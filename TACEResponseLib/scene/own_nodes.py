"""Which nodes of a scene are ours to write into: those that we made, for this very segmentation.

A reference alone says nothing: a scene may have been made by hand, and the copy of a segmentation
has the references of the first one.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import slicer

ROLE = "TACEResponse."
"""How the roles begin by which a segmentation refers to the nodes of its result."""
SALIENCY_ROLE = f"{ROLE}saliency."
RESULT_OF_ROLE = "TACEResponseMade.for"
"""Back from a node of a result to its segmentation; MRML keeps it when ids change."""
MADE_ATTRIBUTE = "TACEResponse.made"
"""Of nodes that we made; its value is their role."""


def mark_own(
    node: "slicer.vtkMRMLNode", anchor: "slicer.vtkMRMLSegmentationNode", role: str
) -> None:
    """Say that we made a node, as a part of the result that belongs to a segmentation."""
    node.SetAttribute(MADE_ATTRIBUTE, role)
    node.SetNodeReferenceID(RESULT_OF_ROLE, anchor.GetID())


def own_node(anchor: "slicer.vtkMRMLSegmentationNode", role: str, kind: str = "vtkMRMLNode") -> Any:
    """The node of a role, if we made it for this segmentation and it is of that class; or `None`.

    Of type `Any`, for the class is known to MRML alone.
    """
    node = anchor.GetNodeReference(role)
    if node is None or not node.IsA(kind) or node.GetAttribute(MADE_ATTRIBUTE) != role:
        return None
    return node if node.GetNodeReference(RESULT_OF_ROLE) is anchor else None


def roles_of(anchor: "slicer.vtkMRMLSegmentationNode") -> list[str]:
    """The roles of a result's nodes, those that lead to other people's nodes included."""
    count = anchor.GetNumberOfNodeReferenceRoles()
    roles = [anchor.GetNthNodeReferenceRole(n) for n in range(count)]
    return [role for role in roles if role.startswith(ROLE)]


def is_shared(display: "slicer.vtkMRMLDisplayNode", node: "slicer.vtkMRMLDisplayableNode") -> bool:
    """Whether another node is shown by the same display node."""
    scene = node.GetScene()
    count = scene.GetNumberOfNodesByClass("vtkMRMLDisplayableNode")
    others = [scene.GetNthNodeByClass(n, "vtkMRMLDisplayableNode") for n in range(count)]
    return any(
        other.GetNthDisplayNode(n) is display
        for other in others
        if other is not node
        for n in range(other.GetNumberOfDisplayNodes())
    )
