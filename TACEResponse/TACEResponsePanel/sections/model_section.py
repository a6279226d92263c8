"""Section Model: which model, what it is made for, how well it does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from TACEResponseLib.worker.answers import Model, ModelList, Warmed
from TACEResponseLib.worker.requests import ListModels, Warm
from TACEResponsePanel.case.desk import Desk
from TACEResponsePanel.case.gates import missingModel
from TACEResponsePanel.process.problem import Problem
from TACEResponsePanel.process.waiting import ignore
from TACEResponsePanel.process.worker_client import WorkerClient
from TACEResponsePanel.sections.file_choice import chosenPath
from TACEResponsePanel.sections.headers import showState
from TACEResponsePanel.sections.words import inPanelWords, refusalInPanelWords


class ModelSection:
    """Lists models, opens others, shows the card."""

    def __init__(self, ui: Any, desk: Desk, client: WorkerClient) -> None:
        """Connect the section's widgets; nothing is asked of the process yet."""
        self._ui, self._desk, self._client = ui, desk, client
        self._paths: list[str] = []
        self._isFilling = False
        self._opened: str | None = None
        self._cards: dict[str, str] = {}
        ui.modelCombo.connect("currentIndexChanged(int)", self._onChosen)
        ui.openModelButton.clicked.connect(self._onOpen)
        ui.modelCardButton.clicked.connect(self._onCard)
        desk.changed.connect(self.refresh)
        desk.caseBegun.connect(self._restore)

    def load(self, failed: Callable[[Problem], None] = ignore) -> None:
        """Ask the process which models there are."""
        self._client.ask(ListModels(paths=tuple(self._paths)), self._onModels, failed)

    def openModel(self, path: str) -> None:
        """Add a model from disk and take it, if it can be used."""
        if path not in self._paths:
            self._paths.append(path)
        self._opened = path
        self.load()

    def refresh(self) -> None:
        """Header, line and buttons."""
        model = self._desk.model
        isReady = self._desk.parameters is not None and not missingModel(self._desk)
        showState(self._ui.modelButton, _("Model"), isReady, model.title if model else "")
        self._ui.modelLineLabel.setText(self._line(model))
        self._ui.modelCardButton.setEnabled(model is not None)
        banner = model.banner if model else None
        self._ui.bannerLabel.setText(banner or "")
        self._ui.bannerLabel.setVisible(bool(banner))

    def _line(self, model: Model | None) -> str:
        """The chosen model in one line, and what is wrong with others."""
        problems = [refusalInPanelWords(m.problem) for m in self._desk.brokenModels]
        lines = [model.line] if model else []
        return "\n".join([*lines, *problems])

    def _onModels(self, answer: ModelList) -> None:
        """Fill the list; a model of simulated patients is never chosen by the program."""
        self._desk.listModels(answer.models, answer.broken)
        usable = answer.models
        self._isFilling = True
        self._ui.modelCombo.clear()
        self._ui.modelCombo.addItem(_("Choose a model"))
        for model in usable:
            mark = _(" (simulated patients)") if model.simulated else ""
            self._ui.modelCombo.addItem(model.title + mark)
        self._isFilling = False
        self._restore()
        # An answer to an earlier question doesn't know the model that was opened since.
        if self._opened in [*(m.path for m in answer.models), *(m.path for m in answer.broken)]:
            opened, self._opened = self._opened, None
            self._take(next((m for m in usable if m.path == opened), self._desk.model))
        self.refresh()

    def _restore(self) -> None:
        """Take the model that the case was begun with; a case without one, the only real one."""
        if self._desk.parameters is None:
            return
        # Early scenes hold the whole path.
        name = Path(self._desk.parameters.model).name
        if not name:
            real = [m for m in self._desk.models if not m.simulated]
            self._take(real[0] if len(real) == 1 else None)
            return
        chosen = self._named(name, self._desk.parameters.modelDigest)
        if chosen is not None:
            self._take(chosen)
        else:
            self._showNone()

    def _named(self, name: str, digest: str) -> Model | None:
        """The model of a case: the chosen folder's, else the very same one, else its namesake."""
        model, usable = self._desk.model, self._desk.models
        here = []
        if model is not None and (Path(model.path).name, model.sha256) == (name, digest):
            here = [m for m in usable if m.path == model.path]
        same = [m for m in usable if m.sha256 == digest]
        # Of equal ones, that which bears the name.
        same.sort(key=lambda m: (m is not model, Path(m.path).name != name))
        named = [m for m in usable if Path(m.path).name == name]
        alone = named if len(named) == 1 else []
        return next(iter([*here, *same, *alone]), None)

    def _showNone(self) -> None:
        """The case's model isn't here: none is chosen in its place, and the case keeps its name."""
        if self._desk.model is None:
            return
        self._isFilling = True
        self._ui.modelCombo.setCurrentIndex(0)
        self._isFilling = False
        self._desk.missModel()

    def _take(self, model: Model | None) -> None:
        """Choose a model and have the process load it."""
        usable = self._desk.models
        self._isFilling = True
        self._ui.modelCombo.setCurrentIndex(usable.index(model) + 1 if model in usable else 0)
        self._isFilling = False
        if model == self._desk.model or self._desk.parameters is None:
            return
        if model is None and not usable:
            # Models aren't listed yet: what the scene says stays.
            return
        self._desk.chooseModel(model)
        self._ui.modelCardBrowser.setVisible(False)
        if model is not None:
            path = model.path
            self._client.ask(Warm(model=path), lambda warmed: self._onWarm(path, warmed))

    def _onChosen(self, index: int) -> None:
        """A person chose."""
        if self._isFilling or self._desk.parameters is None:
            return
        # Who chooses while another model is still being opened, wants what was chosen last.
        self._opened = None
        usable = self._desk.models
        self._take(usable[index - 1] if 0 < index <= len(usable) else None)

    def _onWarm(self, path: str, warmed: Warmed) -> None:
        """Keep the card of the model that was asked about; another may be chosen by now."""
        self._cards[path] = warmed.card

    def _onOpen(self, *_values: object) -> None:
        path = chosenPath(
            qt.QFileDialog.getOpenFileName(
                slicer.util.mainWindow(),
                _("Open a model"),
                "",
                _("Model (*.zip SHA256SUMS)"),
            )
        )
        if path:
            self.openModel(path.removesuffix("/SHA256SUMS"))

    def _onCard(self, *_values: object) -> None:
        """Show or hide the card below the line."""
        model = self._desk.model
        if model is None:
            return
        if model.path in self._cards:
            self._showCard(self._cards[model.path])
            return
        path = model.path

        def done(warmed: Warmed) -> None:
            self._onWarm(path, warmed)
            if self._desk.model is not None and self._desk.model.path == path:
                self._showCard(warmed.card)

        self._client.ask(Warm(model=path), done, self._showProblem)

    def _showCard(self, text: str) -> None:
        """The card; the process made it from the metadata, and no text in it fetches anything."""
        browser = self._ui.modelCardBrowser
        browser.setMarkdown(text)
        browser.setVisible(browser.isHidden())

    def _showProblem(self, problem: Problem) -> None:
        """Why there is no card."""
        browser = self._ui.modelCardBrowser
        browser.setPlainText(inPanelWords(problem))
        browser.setVisible(browser.isHidden())
