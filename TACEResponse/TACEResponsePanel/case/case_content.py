"""What a case holds, read from its parameter node: images, segments, dates and treatment."""

import hashlib
from collections.abc import Collection, Sequence
from typing import Any

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.worker.shapes import Said
from TACEResponsePanel.case.case_parameters import NOT_SAID, TACEResponseParameterNode
from TACEResponsePanel.process.segment_reader import SegmentReader

IMAGE_ROLE = "image."


def imagesOf(case: TACEResponseParameterNode) -> dict[str, Any]:
    """Every image by its sequence, those of other models' sequences included."""
    node = case.parameterNode
    roles = [node.GetNthNodeReferenceRole(n) for n in range(node.GetNumberOfNodeReferenceRoles())]
    nodes = {
        role.removeprefix(IMAGE_ROLE): node.GetNodeReference(role)
        for role in roles
        if role.startswith(IMAGE_ROLE)
    }
    return {sequence: image for sequence, image in nodes.items() if image is not None}


def saidOf(case: TACEResponseParameterNode) -> Said:
    """Dates, treatment and stage as the process reads them; what wasn't said is `None`."""
    return Said(
        image_date=case.imageDate.strip() or None,
        treatment_date=case.treatmentDate.strip() or None,
        planned_treatment=None if case.plannedTreatment == NOT_SAID else case.plannedTreatment,
        is_first_treatment={"yes": True, "no": False}.get(case.firstTreatment),
        bclc_stage=None if case.bclcStage == NOT_SAID else case.bclcStage,
    )


def segmentsThere(content: Any, chosen: Collection[str]) -> list[str]:
    """Chosen segments that are still there, in the segmentation's order.

    Args:
        content: the segmentation's segments.
        chosen: their ids.
    """
    present = [content.GetNthSegmentID(n) for n in range(content.GetNumberOfSegments())]
    return [segmentId for segmentId in present if segmentId in chosen]


def digestOfSegments(reader: SegmentReader, segmentation: Any, segmentIds: Sequence[str]) -> str:
    """Names what segments hold; empty where they can't be read."""
    digest = hashlib.sha256()
    try:
        for segmentId in segmentIds:
            digest.update(reader.digest(segmentation, segmentId).encode())
    except InputError:
        return ""
    return digest.hexdigest()
