"""What the panel keeps of a case in the scene, so that a saved scene brings the form back."""

from typing import TYPE_CHECKING, Annotated, Any

from slicer import vtkMRMLSegmentationNode
from slicer.parameterNodeWrapper import Choice, Default, WithinRange, parameterNodeWrapper

if TYPE_CHECKING:
    from slicer import vtkMRMLScriptedModuleNode

    Segmentation = vtkMRMLSegmentationNode | None
else:  # The decorator takes a node's class alone; no node chosen is `None` all the same.
    Segmentation = vtkMRMLSegmentationNode

NOT_SAID = "not said"
TREATMENTS = (NOT_SAID, "cTACE", "DEB-TACE", "HAIC")
YES_NO = (NOT_SAID, "yes", "no")
STAGES = (NOT_SAID, "0", "A", "B", "C", "D")

BLANK: dict[str, object] = {
    "caseId": "case",
    "segmentation": None,
    "segments": [],
    "confirmed": [],
    "imageDate": "",
    "treatmentDate": "",
    "plannedTreatment": NOT_SAID,
    "firstTreatment": NOT_SAID,
    "bclcStage": NOT_SAID,
    "clinicalForm": "",
    "settled": [],
    "history": "",
    "scoredToken": "",
    "scoredVoxels": "",
    "scoredResult": "",
    "identityInReport": False,
}
"""Of a case of which nothing is known yet; the model stays chosen."""


@parameterNodeWrapper
class TACEResponseParameterNode:
    """Every choice of one case; patient values among them are saved with the scene."""

    caseId: str = "case"
    model: str
    modelDigest: str
    segmentation: Segmentation
    segments: list[str]
    confirmed: list[str]
    imageDate: str
    treatmentDate: str
    plannedTreatment: Annotated[str, Choice(list(TREATMENTS)), Default(NOT_SAID)]
    firstTreatment: Annotated[str, Choice(list(YES_NO)), Default(NOT_SAID)]
    bclcStage: Annotated[str, Choice(list(STAGES)), Default(NOT_SAID)]
    clinicalForm: str
    settled: list[str]
    history: str
    scoredToken: str
    scoredVoxels: str
    scoredResult: str
    mapVisible: bool = True
    mapOpacity: Annotated[float, WithinRange(0.0, 1.0)] = 0.5
    mapCut: Annotated[float, WithinRange(0.0, 1.0)] = 0.2
    identityInReport: bool = False

    if TYPE_CHECKING:  # what the decorator adds
        parameterNode: vtkMRMLScriptedModuleNode

        def __init__(self, parameterNode: vtkMRMLScriptedModuleNode) -> None: ...

        def connectGui(self, gui: Any) -> int:
            """Bind the widgets whose properties name a parameter."""

        def disconnectGui(self, tag: int) -> None:
            """Release them."""
