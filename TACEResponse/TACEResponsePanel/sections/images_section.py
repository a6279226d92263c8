"""Section Images and phases: an image a sequence, its phase confirmed by a person."""

from collections.abc import Callable
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from TACEResponseLib.scene.map_names import is_map
from TACEResponsePanel.case.desk import VOLUMES, Desk
from TACEResponsePanel.case.dicom_facts import dicomFacts
from TACEResponsePanel.case.gates import imageProblem, missingImages
from TACEResponsePanel.case.phase_guess import contradiction, guessImages
from TACEResponsePanel.foreign_text import plain
from TACEResponsePanel.sections.headers import showState


class PhaseRow:
    """One sequence: selector, tick, remark."""

    def __init__(self, layout: Any, sequence: str, words: str, section: "ImagesSection") -> None:
        """Add the row's widgets below the others."""
        self.sequence = sequence
        self.widget = qt.QWidget()
        rows = qt.QVBoxLayout(self.widget)
        rows.setContentsMargins(0, 0, 0, 0)
        self.title = plain(qt.QLabel(words))
        self.selector = slicer.qMRMLNodeComboBox()
        self.selector.nodeTypes = [VOLUMES]
        self.selector.showChildNodeTypes = False
        self.selector.addEnabled = False
        self.selector.removeEnabled = False
        self.selector.noneEnabled = True
        self.selector.selectNodeUponCreation = False
        self.selector.setToolTip(_("Image: {phase}").format(phase=words))
        self.selector.setMRMLScene(slicer.mrmlScene)
        self.tick = qt.QCheckBox(_("I have looked: this is {phase}").format(phase=words))
        self.remark = plain(qt.QLabel())
        self.remark.setWordWrap(True)
        for widget in (self.title, self.selector, self.tick, self.remark):
            rows.addWidget(widget)
        layout.addWidget(self.widget)
        self.selector.connect(
            "currentNodeChanged(vtkMRMLNode*)", lambda node: section.onImage(sequence, node)
        )
        self.tick.toggled.connect(lambda isTicked: section.onTick(sequence, isTicked))

    def remove(self) -> None:
        """Take the widgets away."""
        self.selector.setMRMLScene(None)
        # Without `setParent(None)`: PythonQt would own the widget again and delete it twice.
        self.widget.hide()
        self.widget.deleteLater()


class ImagesSection:
    """Guesses, asks, and begins a new case when the patient is another."""

    def __init__(self, ui: Any, desk: Desk) -> None:
        """Connect the section's widgets."""
        self._ui, self._desk = ui, desk
        self._rows: list[PhaseRow] = []
        self._isShowing = False
        self._pending: tuple[str, Any] | None = None
        ui.loadDicomButton.clicked.connect(lambda *_v: slicer.util.selectModule("DICOM"))
        ui.loadDataButton.clicked.connect(lambda *_v: slicer.util.openAddDataDialog())
        ui.samePatientButton.clicked.connect(self._onSame)
        ui.otherPatientButton.clicked.connect(self._onOther)
        ui.takeBackButton.clicked.connect(self._onTakenBack)
        ui.questionFrame.setVisible(False)
        desk.modelChanged.connect(self._makeRows)
        desk.caseBegun.connect(self._onCase)
        desk.changed.connect(self.refresh)

    def guess(self) -> None:
        """Fill empty selectors, if the scene's names tell; nothing is confirmed by that.

        A person alone begins a case, or is asked for having chosen.
        """
        self._forgetRemoved()
        if self._desk.parameters is None or self._desk.question:
            return
        empty = [s for s in self._desk.sequences() if self._desk.image(s) is None]
        scene = slicer.mrmlScene
        count = scene.GetNumberOfNodesByClass(VOLUMES)
        nodes = [scene.GetNthNodeByClass(n, VOLUMES) for n in range(count)]
        images = [n for n in nodes if n.GetClassName() == VOLUMES and not is_map(n)]
        likely = [image for image in images if self._isLikely(image)]
        for sequence, node in guessImages(empty, likely).items():
            # The one before it may be of another patient.
            if self._isLikely(node):
                self._accept(sequence, node)

    def refresh(self) -> None:
        """Header, selectors, ticks and remarks."""
        desk = self._desk
        if desk.parameters is None:
            return
        self._isShowing = True
        for row in self._rows:
            image = desk.image(row.sequence)
            row.selector.setCurrentNode(image)
            row.tick.setChecked(desk.isConfirmed(row.sequence))
            row.tick.setEnabled(image is not None)
            row.remark.setText(self._remark(row.sequence, image))
            row.remark.setVisible(bool(image))
        self._isShowing = False
        self._ui.questionLabel.setText(desk.question)
        self._ui.questionFrame.setVisible(bool(desk.question))
        sequences = desk.sequences()
        confirmed = sum(desk.isConfirmed(s) for s in sequences if desk.image(s) is not None)
        isReady = desk.model is not None and not missingImages(desk)
        remark = (
            _("{n} of {all} confirmed").format(n=confirmed, all=len(sequences)) if sequences else ""
        )
        showState(self._ui.imagesButton, _("Images and phases"), isReady, remark)
        self._ui.populationLabel.setText(
            _("The model is made for: {population}.").format(population=desk.model.population)
            if desk.model
            else ""
        )

    def onImage(self, sequence: str, node: Any) -> None:
        """An image was chosen or guessed: of this patient, of another, or who knows."""
        desk = self._desk
        if self._isShowing or desk.parameters is None:
            return
        if desk.image(sequence) is node:
            self._onTakenBack()
            return
        self._close()
        if node is None:
            desk.setAside([desk.image(sequence)])
            desk.setImage(sequence, None)
            return
        known = list(desk.images().values())
        verdict = _sameStudy(node, known)
        if (not known and desk.isEmpty()) or verdict is True:
            self._accept(sequence, node)
        elif verdict is False:
            self._beginWith(sequence, node)
        else:
            self._ask(sequence, node)

    def onTick(self, sequence: str, isTicked: bool) -> None:
        """A person confirmed the phase, or took that back."""
        if not self._isShowing and self._desk.parameters is not None:
            self._desk.confirm(sequence, isTicked)

    def _remark(self, sequence: str, image: Any) -> str:
        """What is known of the chosen image."""
        if image is None:
            return ""
        if problem := imageProblem(image, sequence):
            return problem
        against = contradiction(image, sequence)
        if against:
            return _("Unconfirmed: name or header says {kind}.").format(kind=against)
        return "" if self._desk.isConfirmed(sequence) else _("Unconfirmed.")

    def _accept(self, sequence: str, node: Any) -> None:
        """The image belongs to this case."""
        self._desk.setImage(sequence, node)
        stated = dicomFacts(node).imageDate
        if stated is not None and not self._desk.case.imageDate:
            self._desk.setImageDate(stated.isoformat())

    def _beginWith(self, sequence: str, node: Any) -> None:
        """The image is another patient's or study's: an empty case, with this image alone."""
        self._desk.newCase()
        self._accept(sequence, node)

    def _ask(self, sequence: str, node: Any) -> None:
        """Nothing tells whether it is the same patient."""
        self._pending = (sequence, node)
        question = _("Is {name} of the same patient and study as the rest of this case?")
        self._desk.ask(question.format(name=node.GetName()))

    def _isLikely(self, image: Any) -> bool:
        """Whether an image may be put into this case without asking."""
        if known := list(self._desk.images().values()):
            return _sameStudy(image, known) is True
        return self._desk.isEmpty() and not self._desk.isSetAside(image)

    def _onSame(self, *_values: object) -> None:
        self._answer(self._accept)

    def _onOther(self, *_values: object) -> None:
        self._answer(self._beginWith)

    def _onTakenBack(self, *_values: object) -> None:
        """The image was chosen by mistake: the case stays as it is."""
        self._close()

    def _forgetRemoved(self) -> None:
        """Nothing is left to ask of an image that was removed from the scene."""
        if self._pending is not None and self._pending[1].GetScene() is None:
            self._onTakenBack()

    def _close(self) -> None:
        """Ask no more."""
        self._pending = None
        self._desk.askNoMore()

    def _answer(self, act: Callable[[str, Any], None]) -> None:
        """Close the question; an image that was removed meanwhile is forgotten."""
        pending = self._pending
        self._close()
        if pending is not None and pending[1].GetScene() is not None:
            act(*pending)

    def _makeRows(self) -> None:
        """A row a sequence of the model; a selector that goes chooses nothing as it does."""
        self._isShowing = True
        for row in self._rows:
            row.remove()
        layout = self._ui.phasesWidget.layout()
        sequences = self._desk.sequences()
        self._rows = [PhaseRow(layout, s, words, self) for s, words in sequences.items()]
        self._isShowing = False
        self.guess()
        self.refresh()

    def _onCase(self) -> None:
        self._pending = None
        self.refresh()


def _sameStudy(node: Any, known: list[Any]) -> bool | None:
    """Whether DICOM says that an image is of the same patient and study; `None`: it doesn't say."""
    identity = dicomFacts(node).identity
    identities = {dicomFacts(image).identity for image in known}
    if identity is None or None in identities or not identities:
        return None
    return identities == {identity}
