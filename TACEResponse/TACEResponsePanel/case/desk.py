"""What lies on the desk: one case, the model, and what the process said of them.

Sections read and change it, and hear of each change; none of them knows another.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from TACEResponseLib.worker.answers import BrokenModel, MeasuredLesion, Model
from TACEResponseLib.worker.shapes import Form, FormField, Said
from TACEResponsePanel.case.case_content import (
    IMAGE_ROLE,
    digestOfSegments,
    imagesOf,
    saidOf,
    segmentsThere,
)
from TACEResponsePanel.case.case_parameters import BLANK, TACEResponseParameterNode
from TACEResponsePanel.case.dicom_facts import DicomFacts, dicomFacts
from TACEResponsePanel.case.kept_texts import KeptForm, formOf
from TACEResponsePanel.process.segment_reader import SegmentReader
from TACEResponsePanel.signal import Signal

VOLUMES = "vtkMRMLScalarVolumeNode"
SET_ASIDE_ROLE = "setAside"
"""Of images that belong to an earlier case, or were taken out of this one."""
LARGE_LESION = "large_lesion"
"""What the user has settled: all of a large lesion is tumor."""
FROM_DICOM = ("age_years", "sex")
"""What the user may settle against a header."""


class Desk:
    """One case at a time."""

    def __init__(self, reader: SegmentReader) -> None:
        """Begin with nothing; `use` puts a case on the desk."""
        self._reader = reader
        self.changed: Signal[[]] = Signal()
        """Anything that decides whether a score is possible or still holds."""
        self.caseBegun: Signal[[]] = Signal()
        """Another case lies on the desk now, or none."""
        self.modelChanged: Signal[[]] = Signal()
        self.parameters: TACEResponseParameterNode | None = None
        self.models: tuple[Model, ...] = ()
        """Those that can be used."""
        self.brokenModels: tuple[BrokenModel, ...] = ()
        self.model: Model | None = None
        self.note = ""
        """What of the scene couldn't be read, in a sentence."""
        self.question: str = ""
        """Whether an image is of the same patient, while that is open."""
        self.lesions: tuple[MeasuredLesion, ...] = ()
        self.lesionProblem = ""
        self.isLesionLarge = False
        """Whether the lesion is as large as a liver may be."""
        self.clinicalProblems: dict[str, str] = {}
        self.clinicalContradiction = ""

    def use(self, parameters: TACEResponseParameterNode | None, note: str = "") -> None:
        """Put the case of a parameter node on the desk, or clear it."""
        self.parameters, self.note = parameters, note
        if parameters is None:
            self.model = None
        self._forgetAnswers()
        self.caseBegun.emit()
        self.changed.emit()

    @property
    def case(self) -> TACEResponseParameterNode:
        """What is kept of the case, for those who know that one lies on the desk.

        Raises: RuntimeError: none does.
        """
        if self.parameters is None:
            raise RuntimeError("no case lies on the desk")
        return self.parameters

    def newCase(self, caseId: str = "case") -> None:
        """Empty the desk; results of the last case stay in the scene, in its folder."""
        node = self.case.parameterNode
        blocker = node.StartModify()
        for name, value in BLANK.items():
            setattr(self.case, name, value)
        self.case.caseId = caseId
        self.note = ""
        scene = node.GetScene()
        count = scene.GetNumberOfNodesByClass(VOLUMES)
        self.setAside([scene.GetNthNodeByClass(n, VOLUMES) for n in range(count)])
        for sequence in list(self.images()):
            node.RemoveNodeReferenceIDs(f"{IMAGE_ROLE}{sequence}")
        node.EndModify(blocker)
        self._forgetAnswers()
        self.caseBegun.emit()
        self.changed.emit()

    @property
    def areModelsListed(self) -> bool:
        """Whether the process has said which models there are, usable or not."""
        return bool(self.models or self.brokenModels)

    def listModels(self, models: tuple[Model, ...], broken: tuple[BrokenModel, ...]) -> None:
        """Know which models there are."""
        self.models, self.brokenModels = models, broken
        self.changed.emit()

    def missModel(self) -> None:
        """The case's model isn't here: none is taken in its place, and the case keeps its name."""
        self.model = None
        self.modelChanged.emit()
        self.changed.emit()

    def chooseModel(self, model: Model | None) -> None:
        """Take a model; phases that were confirmed for the same sequences stay."""
        self.model = model
        # The name alone: a scene needn't tell in whose folders the model lay.
        self.case.model = Path(model.path).name if model else ""
        self.case.modelDigest = model.sha256 if model else ""
        self.modelChanged.emit()
        self.changed.emit()

    def sequences(self) -> Mapping[str, str]:
        """The sequences that the model reads, each with its name in words."""
        return self.model.sequences if self.model else {}

    def image(self, sequence: str) -> Any:
        """The node chosen for a sequence."""
        if self.parameters is None:
            return None
        return self.parameters.parameterNode.GetNodeReference(f"{IMAGE_ROLE}{sequence}")

    def images(self) -> dict[str, Any]:
        """Every image of the case, those of other models' sequences included."""
        if self.parameters is None:
            return {}
        return imagesOf(self.parameters)

    def setImage(self, sequence: str, image: Any) -> None:
        """Choose an image; its phase counts as unconfirmed, its header as not compared."""
        node = self.case.parameterNode
        kept = [one for one in self.case.settled if one.partition(" ")[0] not in FROM_DICOM]
        self.case.settled = kept
        node.SetNodeReferenceID(f"{IMAGE_ROLE}{sequence}", image.GetID() if image else None)
        self.confirm(sequence, isConfirmed=False)

    def setImageDate(self, day: str) -> None:
        """The day on which the image was taken, as 2026-03-31."""
        self.case.imageDate = day
        self.changed.emit()

    def setAside(self, images: Iterable[Any]) -> None:
        """Images that the program may not put into this case; a person may."""
        node = self.case.parameterNode
        for image in images:
            if not node.HasNodeReferenceID(SET_ASIDE_ROLE, image.GetID()):
                node.AddNodeReferenceID(SET_ASIDE_ROLE, image.GetID())

    def isSetAside(self, image: Any) -> bool:
        """Whether a person has done with an image."""
        return bool(self.case.parameterNode.HasNodeReferenceID(SET_ASIDE_ROLE, image.GetID()))

    def confirm(self, sequence: str, isConfirmed: bool) -> None:
        """Say whether a person has looked and found the phase right."""
        others = [s for s in self.case.confirmed if s != sequence]
        self.case.confirmed = [*others, sequence] if isConfirmed else others
        self.changed.emit()

    def isConfirmed(self, sequence: str) -> bool:
        """Whether a person has confirmed the phase."""
        return self.parameters is not None and sequence in list(self.parameters.confirmed)

    def facts(self) -> list[DicomFacts]:
        """What DICOM says of each image of the case."""
        return [dicomFacts(image) for image in self.images().values()]

    def isEmpty(self) -> bool:
        """Whether nothing of a patient is on the desk yet."""
        p = self.case
        return not (self.images() or p.segmentation or self.texts() or p.history)

    def texts(self) -> dict[str, str]:
        """What was typed, by variable; blanks are absent."""
        return dict(self._typed().texts)

    def units(self) -> dict[str, str]:
        """Units that were chosen, by variable."""
        return dict(self._typed().units)

    def setForm(self, texts: dict[str, str], units: dict[str, str]) -> None:
        """Keep what was typed; everybody hears of it."""
        filled = {name: text for name, text in texts.items() if text.strip()}
        self.case.clinicalForm = KeptForm(filled, units).text()
        self.changed.emit()

    def _typed(self) -> KeptForm:
        return formOf(self.case.clinicalForm) or KeptForm({}, {})

    def form(self) -> Form:
        """The clinical texts that the model uses."""
        return self.formOf(v.name for v in self.model.clinical) if self.model else {}

    def formOf(self, names: Iterable[str]) -> Form:
        """The clinical texts of some variables; blanks are absent."""
        texts, units = self.texts(), self.units()
        return {
            name: FormField(text=texts[name], unit=units.get(name, ""))
            for name in names
            if texts.get(name)
        }

    def context(self) -> Said:
        """Dates, treatment and stage as the process reads them; what wasn't said is `None`."""
        return saidOf(self.case)

    def setChecked(self, problems: Mapping[str, str], contradiction: str) -> None:
        """Keep what the process says of the form: problems by variable, and of all together."""
        self.clinicalProblems, self.clinicalContradiction = dict(problems), contradiction
        self.changed.emit()

    def setMeasured(
        self, lesions: tuple[MeasuredLesion, ...], problem: str, *, isLarge: bool
    ) -> None:
        """Keep what the process says of the lesion."""
        self.lesions, self.lesionProblem, self.isLesionLarge = lesions, problem, isLarge
        self.changed.emit()

    def chooseSegmentation(self, segmentation: Any) -> None:
        """Take a segmentation, whose segments nobody has chosen yet."""
        self.case.segmentation = segmentation
        self.changed.emit()

    def chooseSegments(self, segmentIds: Sequence[str]) -> None:
        """Choose the segments that are the lesion."""
        self.case.segments = list(segmentIds)
        self.changed.emit()

    def ask(self, question: str) -> None:
        """Ask whether an image is of the same patient."""
        self.question = question
        self.changed.emit()

    def askNoMore(self) -> None:
        """The question is answered, or has gone with its image."""
        if self.question:
            self.question = ""
            self.changed.emit()

    def nodesChanged(self) -> None:
        """Other hands have changed nodes of the case: a bound widget, a scene, an editor."""
        self.changed.emit()

    def isLargeLesionMeant(self) -> bool:
        """Whether the user has said that this large lesion, as it is drawn now, is all tumor."""
        settled = list(self.parameters.settled) if self.parameters is not None else []
        isAnswered = any(one.startswith(f"{LARGE_LESION} ") for one in settled)
        return isAnswered and self.isSettled(LARGE_LESION, self.roiDigest())

    def settle(self, question: str, answered: str) -> None:
        """Keep an answer; it holds for what it was given of, and for nothing else."""
        others = [o for o in self.case.settled if o.partition(" ")[0] != question]
        self.case.settled = [*others, f"{question} {answered}"]
        self.changed.emit()

    def isSettled(self, question: str, about: str) -> bool:
        """Whether the user has answered a question of just this."""
        return bool(about) and f"{question} {about}" in list(self.case.settled)

    def roiDigest(self) -> str:
        """Names what the chosen segments hold; empty where they can't be read."""
        chosen = self.lesionSegments()
        return digestOfSegments(self._reader, self.case.segmentation, chosen) if chosen else ""

    def content(self) -> Any:
        """The segments of the segmentation; `None` for a node from which they were taken."""
        segmentation = self.parameters.segmentation if self.parameters is not None else None
        return segmentation.GetSegmentation() if segmentation is not None else None

    def lesionSegments(self) -> list[str]:
        """Chosen segments that are still there, in the segmentation's order."""
        content = self.content()
        return segmentsThere(content, set(self.case.segments)) if content is not None else []

    def _forgetAnswers(self) -> None:
        self.question = ""
        self.lesions = ()
        self.lesionProblem = ""
        self.isLesionLarge = False
        self.clinicalProblems = {}
        self.clinicalContradiction = ""
