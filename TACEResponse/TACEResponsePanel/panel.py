"""Puts the sections together; each knows its collaborators, none knows the others."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from TACEResponseLib.worker.requests import ListModels
from TACEResponsePanel import installation
from TACEResponsePanel.case.case_parameters import TACEResponseParameterNode
from TACEResponsePanel.case.case_watch import CaseWatch
from TACEResponsePanel.case.desk import Desk
from TACEResponsePanel.case.gates import missingId
from TACEResponsePanel.case.result_book import ResultBook
from TACEResponsePanel.first_look import FirstLook
from TACEResponsePanel.foreign_text import makePlain
from TACEResponsePanel.preloading import Preloading
from TACEResponsePanel.process.handover import Handover
from TACEResponsePanel.process.problem import Problem
from TACEResponsePanel.process.waiting import ignore
from TACEResponsePanel.process.worker_client import WorkerClient
from TACEResponsePanel.sections.clinical_section import ClinicalSection
from TACEResponsePanel.sections.contours_line import ContoursLine
from TACEResponsePanel.sections.images_section import ImagesSection
from TACEResponsePanel.sections.lesion_section import LesionSection
from TACEResponsePanel.sections.model_section import ModelSection
from TACEResponsePanel.sections.result_section import ResultSection
from TACEResponsePanel.sections.score_bar import ScoreBar
from TACEResponsePanel.sections.words import inPanelWords
from TACEResponsePanel.views.map_controls import MapControls


class Panel:
    """The whole panel of one module widget."""

    def __init__(self, ui: Any, client: WorkerClient, handover: Handover) -> None:
        """Build the sections on the widgets of the .ui file."""
        self.ui, self.client, self.handover = ui, client, handover
        makePlain(ui)
        self.desk = Desk(handover.reader)
        self.watch = CaseWatch(self.desk)
        self.book = ResultBook(self.desk, handover)
        self.model = ModelSection(ui, self.desk, client)
        self.images = ImagesSection(ui, self.desk)
        self.lesion = LesionSection(ui, self.desk, client, handover)
        self.clinical = ClinicalSection(ui, self.desk, client)
        self.bar = ScoreBar(ui, self.desk, self.book, client, handover)
        self.result = ResultSection(ui, self.desk, self.book, client)
        self.contours = ContoursLine(ui, self.book, client)
        self._firstLook = FirstLook()
        self.desk.changed.connect(self._showNewImages)
        self.map = MapControls(ui, self.desk, self.book)
        self._preloading = Preloading()
        self._segmentation: Any = None
        self._ticks: list[str] = []
        """Of the segmentation that was chosen last."""
        self._isUpdating = False
        self._isClosed = self._isAskedAgain = False
        self.watch.quiet.connect(self._onQuiet)
        self.desk.modelChanged.connect(self.watch.quietSoon)
        self.desk.caseBegun.connect(self.handover.closeCase)
        self.client.died.connect(self._onDied)
        self.lesion.measured.connect(self._onMeasured)
        self.bar.ended.connect(self.watch.quietSoon)
        self.bar.begun.connect(self.contours.stop)
        self.bar.scored.connect(self.contours.begin)
        self.bar.modelIsAnother.connect(self.model.load)
        self._hearOfLayouts("connect")
        ui.caseLabel.setBuddy(ui.caseIdEdit)
        self.desk.changed.connect(self._showIdProblem)
        ui.newCaseButton.clicked.connect(lambda *_v: self.desk.newCase())
        ui.installButton.clicked.connect(lambda *_v: self.install())
        ui.wheelsButton.clicked.connect(lambda *_v: self._onWheels())

    def _showIdProblem(self) -> None:
        """Say beside the field why a case can't be called so, or what the scene didn't bring."""
        problems = missingId(self.desk) if self.desk.parameters is not None else []
        problems += [self.desk.note] if self.desk.note else []
        self.ui.caseProblemLabel.setText("\n".join(problems))
        self.ui.caseProblemLabel.setVisible(bool(problems))

    def begin(self) -> None:
        """Show what is missing to run, or ask the process for the models."""
        text = installation.explanation()
        self._showInstall(text)
        # Each time: a model may have been trained anew since.
        if not text and not self.client.isWaitingFor(ListModels):
            self.model.load(self._showFailure)
        if not text:
            self._preloading.start()
        self.model.refresh()

    def use(
        self, parameters: TACEResponseParameterNode | None, leftOut: Sequence[str] = ()
    ) -> None:
        """Show the case of a parameter node; `None` while there is no scene.

        Args:
            parameters: of the case.
            leftOut: what of the scene couldn't be read, in words.
        """
        self._segmentation = parameters.segmentation if parameters is not None else None
        if parameters is None:
            self.bar.abandon()
            self.lesion.drawing.release()
            self.map.release()
            self._firstLook.forget()
        note = _("Left out of this scene, for it can't be read: {what}.")
        self.desk.use(parameters, note.format(what=", ".join(leftOut)) if leftOut else "")
        if parameters is not None:
            self.lesion.onSegmentationChosen(isTickedYet=True)
            self.onParameters()

    def onParameters(self) -> None:
        """The parameter node changed: by a bound widget, by the program, or by a loaded scene."""
        parameters = self.desk.parameters
        if parameters is None or self._isUpdating:
            return
        self._isUpdating = True
        try:
            if parameters.segmentation is not self._segmentation:
                self._segmentation = parameters.segmentation
                # Who chooses both at once has changed the ticks as well.
                isTickedYet = list(parameters.segments) != self._ticks
                self.lesion.onSegmentationChosen(isTickedYet=isTickedYet)
            self._ticks = list(parameters.segments)
            self.desk.nodesChanged()
            self.map.apply()
            self.book.check(self.bar.inputToCompare())
        finally:
            self._isUpdating = False

    def leave(self) -> None:
        """Another module is opened; keyboard and views are its own."""
        self.lesion.drawing.close()

    def close(self) -> None:
        """The application ends, or the module is reloaded; a second call does nothing."""
        if self._isClosed:
            return
        self._isClosed = True
        self.watch.stop()
        self._preloading.stop()
        self._hearOfLayouts("disconnect")
        self.map.close()
        self.contours.stop()
        self.client.stop()
        self.handover.close()

    def install(self) -> None:
        """Ask once, install, go on."""
        self._tryInstall(lambda: installation.install(_confirm))

    def installFromFolder(self, folder: Path) -> None:
        """Install from wheel files."""
        self._tryInstall(lambda: installation.installFromFolder(folder))

    def _tryInstall(self, action: Callable[[], None]) -> None:
        try:
            action()
        except installation.Declined:
            self._showInstall(
                installation.explanation() + "\n" + _("Not installed; scoring needs them.")
            )
            return
        except installation.Failed as error:
            self._showInstall(f"{installation.explanation()}\n{error}")
            return
        self.begin()

    def _onWheels(self) -> None:
        folder = qt.QFileDialog.getExistingDirectory(
            slicer.util.mainWindow(), _("Folder of wheel files")
        )
        if folder:
            self.installFromFolder(Path(str(folder)))

    def _showInstall(self, text: str) -> None:
        self.ui.installLabel.setText(text)
        self.ui.installFrame.setVisible(bool(text))
        self.ui.installButton.setEnabled(not installation.missingExtensions())
        self.bar.isInstalled = not text
        self.bar.refresh()

    def _showFailure(self, problem: Problem) -> None:
        """The process can't list the models."""
        self.ui.modelLineLabel.setText(inPanelWords(problem))

    def _hearOfLayouts(self, verb: str) -> None:
        """Connect to the layout manager, or take that back; there is none without a main window."""
        layouts = slicer.app.layoutManager()
        if layouts is not None:
            getattr(layouts, verb)("layoutChanged(int)", self._onLayout)

    def _onLayout(self, _number: int) -> None:
        self._showNewImages()
        self.map.onLayout()

    def _showNewImages(self) -> None:
        """An image that code loaded, a script or Sample Data, is seen nowhere yet."""
        for image in self.desk.images().values():
            self._firstLook.look(image)

    def _onQuiet(self) -> None:
        """Lesion or images have come to rest: measure and compare with what was scored."""
        if self.desk.parameters is None:
            return
        if self.bar.isInstalled and not self.bar.isScoring:
            self.images.guess()
            self.lesion.measure()
        self.desk.nodesChanged()
        # While scoring too: what is shown is the last result, perhaps of another lesion by now.
        self.book.check(self.bar.inputToCompare())
        self._handOverAhead()

    def _onDied(self) -> None:
        """Ask again what was asked in vain; once, or a case that ends the process would go on."""
        if self._isAskedAgain or self._isClosed or self.desk.parameters is None:
            return
        self._isAskedAgain = True
        if not self.desk.areModelsListed:
            self.model.load(self._showFailure)
        self.clinical.check()
        self.watch.quietSoon()

    def _onMeasured(self) -> None:
        self._isAskedAgain = False

    def _handOverAhead(self) -> None:
        """Give confirmed images to the process while the user is busy elsewhere."""
        if not self.bar.isInstalled or self.bar.isScoring or not self.desk.areModelsListed:
            return
        from TACEResponsePanel.case.gates import imageProblem

        for sequence in self.desk.sequences() or self.book.sequences():
            image = self.desk.image(sequence)
            isFit = image is not None and not imageProblem(image, sequence)
            if isFit and self.desk.isConfirmed(sequence):
                self.handover.image(sequence, image, self._onHandedOver, ignore)

    def _onHandedOver(self, _token: str) -> None:
        """What the image holds is known now: perhaps the result isn't of it."""
        if self.desk.parameters is not None and not self.bar.isScoring:
            self.book.check(self.bar.inputToCompare())


def _confirm(question: str) -> bool:
    return bool(slicer.util.confirmOkCancelDisplay(question, _("TACE Response")))
