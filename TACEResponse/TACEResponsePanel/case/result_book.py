"""The results of one case: the last one in the scene, and the history of all of them."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import slicer
import vtk
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from TACEResponseLib.worker.shapes import PastScore
from TACEResponsePanel.case import comparison
from TACEResponsePanel.case.case_making import caseWithoutModel
from TACEResponsePanel.case.desk import Desk
from TACEResponsePanel.case.kept_texts import historyOf, historyText, voxelsOf
from TACEResponsePanel.process.handover import Handover
from TACEResponsePanel.process.score_run import ScoreAnswer, ScoreInput
from TACEResponsePanel.signal import Signal

if TYPE_CHECKING:
    from TACEResponseLib.result.contour_range import ContourRange
    from TACEResponseLib.result.prediction import Prediction

RECORD_ROLE = "TACEResponse.record"
SALIENCY_ROLE = "TACEResponse.saliency."
DIGEST_ATTRIBUTE = "TACEResponse.digest"
KINDS = {
    "record": "vtkMRMLTextNode",
    "summary": "vtkMRMLTableNode",
    "plot_chart": "vtkMRMLPlotChartNode",
    "contours_chart": "vtkMRMLPlotChartNode",
}
CASE_CHANGED = _("Out of date: the case has changed.")
MODEL_CHANGED = _("Out of date: another model made it.")
OVERWRITTEN = _("Out of date: this lesion was scored outside the panel since.")
UNCHECKED = _("Its model isn't here, so it can't be compared with the case.")


class ResultBook(VTKObservationMixin):
    """Writes results into the scene, finds them again, and knows when they are out of date."""

    def __init__(self, desk: Desk, handover: Handover) -> None:
        """Begin without a result."""
        VTKObservationMixin.__init__(self)
        self._desk, self._handover = desk, handover
        self.changed: Signal[[]] = Signal()
        self.prediction: Prediction | None = None
        self.isOutOfDate = False
        self.reason = ""
        """Why it is out of date, in a sentence."""
        self.difference = ""
        """Words on the change since the score before."""
        self._scored: Any = None
        """The segmentation that the result is of, to which its nodes are tied."""
        self._isOverwritten = False
        """Whether the segmentation holds another result by now than the one on the panel."""
        desk.caseBegun.connect(self.restore)

    @property
    def history(self) -> tuple[PastScore, ...]:
        """Every score of the case, the first one first."""
        parameters = self._desk.parameters
        return (historyOf(parameters.history) or ()) if parameters else ()

    def sequences(self) -> list[str]:
        """The sequences that the result is of."""
        return comparison.sequencesOf(self._desk) if self.prediction is not None else []

    def maps(self) -> dict[str, Any]:
        """Volume of the attention map, by sequence; none without a result."""
        anchor = self._anchor()
        nodes = {s: anchor.GetNodeReference(f"{SALIENCY_ROLE}{s}") for s in _sequences(anchor)}
        return {sequence: node for sequence, node in nodes.items() if _isDrawn(node)}

    @property
    def digest(self) -> str:
        """Names the result that is shown; empty in a scene of an older version."""
        record = self.node("record")
        return (record.GetAttribute(DIGEST_ATTRIBUTE) or "") if record is not None else ""

    def node(self, role: str) -> Any:
        """A node of the result, such as its `summary`; `None` where a scene has another kind."""
        anchor = self._anchor()
        node = anchor.GetNodeReference(f"TACEResponse.{role}") if anchor else None
        return node if node is not None and node.IsA(KINDS[role]) else None

    def add(self, scoring: ScoreInput, answer: ScoreAnswer) -> None:
        """Write a new result into the scene and the history."""
        from TACEResponseLib.basics.terms import ImageSequence
        from TACEResponseLib.result.record import record_json
        from TACEResponseLib.scene.case_nodes import CaseNodes
        from TACEResponseLib.scene.prediction_nodes import prediction_to_nodes
        from TACEResponseLib.scene.result_marks import keep_first_score

        nodes = CaseNodes(
            case_id=scoring.caseId,
            volumes={ImageSequence(s): node for s, node in scoring.images.items()},
            segmentation=scoring.segmentation,
        )
        self.removeObservers()
        prediction_to_nodes(slicer.mrmlScene, nodes, answer.prediction)
        if not self.history:
            record = record_json(answer.prediction)
            keep_first_score(slicer.mrmlScene, scoring.segmentation, scoring.caseId, record)
        record = scoring.segmentation.GetNodeReference(RECORD_ROLE)
        record.SetAttribute(DIGEST_ATTRIBUTE, answer.digest)
        self._remember(scoring, answer)

    def addContours(self, contours: "ContourRange") -> None:
        """Write a range over contours into the scene, beside the result that it is of."""
        from TACEResponseLib.scene.case_nodes import CaseNodes
        from TACEResponseLib.scene.prediction_nodes import contours_to_nodes

        anchor = self._anchor()
        if self.prediction is None or anchor is None:
            return
        nodes = CaseNodes(case_id=self.prediction.case_id, volumes={}, segmentation=anchor)
        threshold = self.prediction.fused.threshold
        contours_to_nodes(slicer.mrmlScene, nodes, contours, threshold)
        self.changed.emit()

    def check(self, scoring: ScoreInput | None) -> None:
        """Compare the case with what was scored; `None`: the case can't be scored now."""
        # A new case begins by emptying its parameters: the last one's result is as good as before.
        isOver = not self._desk.case.history
        if self.prediction is None or isOver or not self._desk.areModelsListed:
            return
        if reason := self._reasonAgainst(self.prediction, scoring):
            self._mark(isOutOfDate=True, reason=reason)
            return
        digests = {s: self._handover.voxels(s, node) for s, node in self._imagesNow().items()}
        if all(digests.values()):
            kept = voxelsOf(self._desk.case.scoredVoxels)
            self._mark(isOutOfDate=bool(kept) and kept != digests)
        # Else they are being handed over; the panel asks again when they have arrived.

    def _reasonAgainst(self, prediction: "Prediction", scoring: ScoreInput | None) -> str:
        """Why the result isn't of the case as it is now; empty where only voxels are left to see.

        What was scored is known without its model, so that an edit is noticed there too.
        """
        if self._isOverwritten:
            return OVERWRITTEN
        if self._isOfAnotherModel(prediction):
            return MODEL_CHANGED
        isAway = self._desk.model is None
        if isAway:
            scoring = caseWithoutModel(self._desk, self._handover.reader)
        if comparison.isSame(self._desk, prediction, scoring):
            return ""
        isUnknown = isAway and not comparison.isKnownWithoutModel(self._desk)
        return UNCHECKED if isUnknown else CASE_CHANGED

    def _imagesNow(self) -> dict[str, Any]:
        """The images of the sequences that were scored."""
        images = self._desk.images()
        names = comparison.sequencesOf(self._desk) or self._desk.sequences()
        return {sequence: images[sequence] for sequence in names if sequence in images}

    def _onRecord(self, record: Any, _event: object) -> None:
        """The record was written anew; not by the panel, which doesn't listen then."""
        expected = self._desk.parameters.scoredResult if self._desk.parameters is not None else ""
        self._isOverwritten = bool(expected) and _digestOf(record) != expected
        if self._isOverwritten:
            self._mark(isOutOfDate=True, reason=OVERWRITTEN)

    def _watchRecord(self) -> None:
        """Hear of a script that scores the same segmentation."""
        self.removeObservers()
        self._isOverwritten = False
        record = self.node("record")
        if record is not None:
            self.addObserver(record, vtk.vtkCommand.ModifiedEvent, self._onRecord)

    def _isOfAnotherModel(self, prediction: "Prediction") -> bool:
        """Whether the model on the desk isn't the one that made the result, whatever its name."""
        model, made = self._desk.model, prediction.bundle_sha256
        return model is not None and bool(made) and model.sha256 != made

    def restore(self) -> None:
        """Find the result that the scene holds of the case on the desk."""
        self.prediction = self._scored = None
        self.isOutOfDate, self.difference = False, ""
        anchor = self._scoredBefore() if self.history else None
        if anchor is not None:
            self.prediction = _read(anchor.GetNodeReference(RECORD_ROLE).GetText())
            self._scored = anchor if self.prediction is not None else None
        self._watchRecord()
        self.changed.emit()

    def _scoredBefore(self) -> Any:
        """The segmentation that the case's result is tied to; another may be chosen by now."""
        expected, chosen = self._desk.case.scoredResult, self._desk.case.segmentation
        scene = slicer.mrmlScene
        count = scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode")
        others = [scene.GetNthNodeByClass(n, "vtkMRMLSegmentationNode") for n in range(count)]
        for node in [chosen, *others]:
            record = node.GetNodeReference(RECORD_ROLE) if node is not None else None
            if record is None or not record.IsA(KINDS["record"]):
                continue
            # Early scenes don't say which result is the case's.
            if _digestOf(record) == expected if expected else node is chosen:
                return node
        return None

    def _remember(self, scoring: ScoreInput, answer: ScoreAnswer) -> None:
        """Result, history and difference."""
        fused = answer.prediction.fused
        earlier = self.history
        used = {index for branch in answer.prediction.branches for index in branch.lesions}
        volume = sum(le.volume_ml for le in answer.prediction.lesions if le.index in used)
        entry = PastScore(
            time=datetime.now().strftime("%Y-%m-%d %H:%M:%S"),
            volume_ml=volume,
            probability=fused.probability,
            interval=fused.limits,
            model=answer.prediction.bundle_id,
        )
        self.difference = _difference(earlier[-1], entry) if earlier else ""
        parameters = self._desk.case
        # First these: setting a parameter has the panel compare the case at once.
        self.prediction, self._scored = answer.prediction, scoring.segmentation
        self.isOutOfDate = self._isOverwritten = False
        with slicer.util.NodeModify(parameters.parameterNode):
            parameters.scoredToken = comparison.scored(scoring, answer).text()
            parameters.scoredVoxels = json.dumps(answer.voxels)
            parameters.scoredResult = answer.digest
            parameters.history = historyText([*earlier, entry])
        self._watchRecord()
        self.changed.emit()

    def _mark(self, *, isOutOfDate: bool, reason: str = CASE_CHANGED) -> None:
        """Say it in the scene and in the panel."""
        if isOutOfDate == self.isOutOfDate and reason == self.reason:
            return
        self.reason = reason
        from TACEResponseLib.scene.result_marks import mark_out_of_date

        self.isOutOfDate = isOutOfDate
        anchor = self._anchor()
        if anchor is not None:
            mark_out_of_date(anchor, is_out_of_date=isOutOfDate)
        self.changed.emit()

    def _anchor(self) -> Any:
        """The segmentation that holds the result; `None` once it is removed or holds another's."""
        isThere = self._scored is not None and self._scored.GetScene() is not None
        return self._scored if isThere and not self._isOverwritten else None


def _isDrawn(node: Any) -> bool:
    """Whether this is a map that can be shown; a scene may have lost its voxels or its colors."""
    if node is None or not node.IsA("vtkMRMLScalarVolumeNode"):
        return False
    image, display = node.GetImageData(), node.GetDisplayNode()
    colors = display.GetColorNode() if display is not None else None
    return bool(image is not None and image.GetNumberOfPoints() and colors is not None)


def _sequences(anchor: Any) -> list[str]:
    """The sequences of a segmentation's maps."""
    if anchor is None:
        return []
    count = anchor.GetNumberOfNodeReferenceRoles()
    roles = [anchor.GetNthNodeReferenceRole(n) for n in range(count)]
    return [r.removeprefix(SALIENCY_ROLE) for r in roles if r.startswith(SALIENCY_ROLE)]


def _digestOf(record: Any) -> str:
    """Names the result that a text node holds now, whatever was said of it before."""
    try:
        from TACEResponseLib.basics.reading.json_reading import parse_json
        from TACEResponseLib.result.digest import result_digest
    except ModuleNotFoundError:
        return record.GetAttribute(DIGEST_ATTRIBUTE) or ""
    try:
        content = parse_json(record.GetText(), "prediction.json")
        return result_digest(content) if isinstance(content, dict) else ""
    except ValueError:
        return ""


def _read(text: str) -> "Prediction | None":
    """The prediction of a record; `None` where the packages or the record can't be read."""
    try:
        from TACEResponseLib.basics.reading.json_reading import parse_json
        from TACEResponseLib.result.record_reading import prediction_from_record
    except ModuleNotFoundError:
        return None
    try:
        return prediction_from_record(parse_json(text, "prediction.json"), {})
    except ValueError:
        return None


def _difference(before: PastScore, now: PastScore) -> str:
    """What changed since the last score."""
    points = round(100 * now.probability) - round(100 * before.probability)
    words = _("{points:+d} percentage points, lesion volume {before:.2f} to {now:.2f} mL.").format(
        points=points, before=before.volume_ml, now=now.volume_ml
    )
    return _("Since the last score: {words}").format(words=words)
