"""Section Model: which model, what it is made for, how well it does."""

from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from TACEResponsePanel.case.desk import Desk
from TACEResponsePanel.case.gates import missingModel
from TACEResponsePanel.process.worker_client import WorkerClient
from TACEResponsePanel.sections.file_choice import chosenPath
from TACEResponsePanel.sections.headers import showState
from TACEResponsePanel.sections.words import inPanelWords


class ModelSection:
    """Lists models, opens others, shows the card."""

    def __init__(self, ui: Any, desk: Desk, client: WorkerClient) -> None:
        """Connect the section's widgets; nothing is asked of the process yet."""
        self._ui, self._desk, self._client = ui, desk, client
        self._paths: list[str] = []
        self._isFilling = False
        self._wanted: str | None = None
        self._cards: dict[str, str] = {}
        ui.modelCombo.connect("currentIndexChanged(int)", self._onChosen)
        ui.openModelButton.clicked.connect(self._onOpen)
        ui.modelCardButton.clicked.connect(self._onCard)
        desk.changed.connect(self.refresh)
        desk.caseBegun.connect(self._restore)

    def load(self, message: Any = None) -> None:
        """Ask the process which models there are."""
        failed = message or (lambda _text: None)
        self._client.ask("models", {"paths": self._paths}, self._onModels, failed)

    def openModel(self, path: str) -> None:
        """Add a model from disk and take it, if it can be used."""
        if path not in self._paths:
            self._paths.append(path)
        self._wanted = path
        self.load()

    def refresh(self) -> None:
        """Header, line and buttons."""
        model = self._desk.model
        isReady = self._desk.parameters is not None and not missingModel(self._desk)
        showState(self._ui.modelButton, _("Model"), isReady, model["title"] if model else "")
        self._ui.modelLineLabel.setText(self._line(model))
        self._ui.modelCardButton.setEnabled(model is not None)
        banner = model["banner"] if model else None
        self._ui.bannerLabel.setText(banner or "")
        self._ui.bannerLabel.setVisible(bool(banner))

    def _line(self, model: dict[str, Any] | None) -> str:
        """The chosen model in one line, and what is wrong with others."""
        problems = [inPanelWords(m["problem"]) for m in self._desk.models if "problem" in m]
        lines = [model["line"]] if model else []
        return "\n".join([*lines, *problems])

    def _onModels(self, result: dict[str, Any]) -> None:
        """Fill the list; a model of simulated patients is never chosen by the program."""
        self._desk.models = result["models"]
        usable = self._usable()
        self._isFilling = True
        self._ui.modelCombo.clear()
        self._ui.modelCombo.addItem(_("Choose a model"))
        for model in usable:
            mark = _(" (simulated patients)") if model["simulated"] else ""
            self._ui.modelCombo.addItem(model["title"] + mark)
        self._isFilling = False
        self._restore()
        # An answer to an earlier question doesn't know the model that was opened since.
        if self._wanted in [model["path"] for model in result["models"]]:
            wanted, self._wanted = self._wanted, None
            self._take(next((m for m in usable if m["path"] == wanted), self._desk.model))
        self.refresh()

    def _restore(self) -> None:
        """Take the model that the case was begun with; a case without one, the only real one."""
        if self._desk.parameters is None:
            self._desk.model = None
            return
        # Early scenes hold the whole path.
        name = Path(self._desk.parameters.model).name
        if not name:
            real = [m for m in self._usable() if not m["simulated"]]
            self._take(real[0] if len(real) == 1 else None)
            return
        chosen = self._named(name, self._desk.parameters.modelDigest)
        if chosen is not None:
            self._take(chosen)
        else:
            self._showNone()

    def _named(self, name: str, digest: str) -> dict[str, Any] | None:
        """The model of a case: the chosen folder's, else the very same one, else its namesake."""
        model, usable = self._desk.model, self._usable()
        here = []
        if model is not None and (Path(model["path"]).name, model["sha256"]) == (name, digest):
            here = [m for m in usable if m["path"] == model["path"]]
        same = [m for m in usable if m["sha256"] == digest]
        # Of equal ones, that which bears the name.
        same.sort(key=lambda m: (m is not model, Path(m["path"]).name != name))
        named = [m for m in usable if Path(m["path"]).name == name]
        alone = named if len(named) == 1 else []
        return next(iter([*here, *same, *alone]), None)

    def _showNone(self) -> None:
        """The case's model isn't here: none is chosen in its place, and the case keeps its name."""
        if self._desk.model is None:
            return
        self._desk.model = None
        self._isFilling = True
        self._ui.modelCombo.setCurrentIndex(0)
        self._isFilling = False
        self._desk.modelChanged.emit()

    def _take(self, model: dict[str, Any] | None) -> None:
        """Choose a model and have the process load it."""
        usable = self._usable()
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
            path = model["path"]
            self._client.ask("warm", {"model": path}, lambda r: self._onWarm(path, r))

    def _usable(self) -> list[dict[str, Any]]:
        return [model for model in self._desk.models if "problem" not in model]

    def _onChosen(self, index: int) -> None:
        """A person chose."""
        if self._isFilling or self._desk.parameters is None:
            return
        usable = self._usable()
        self._take(usable[index - 1] if 0 < index <= len(usable) else None)

    def _onWarm(self, path: str, result: dict[str, Any]) -> None:
        """Keep the card of the model that was asked about; another may be chosen by now."""
        self._cards[path] = result["card"]

    def _onOpen(self, *_values: Any) -> None:
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

    def _onCard(self, *_values: Any) -> None:
        """Show or hide the card below the line."""
        model = self._desk.model
        if model is None:
            return
        if model["path"] in self._cards:
            self._showCard(self._cards[model["path"]])
            return
        path = model["path"]

        def done(result: dict[str, Any]) -> None:
            self._onWarm(path, result)
            if self._desk.model is not None and self._desk.model["path"] == path:
                self._showCard(result["card"])

        self._client.ask("warm", {"model": path}, done, self._showProblem)

    def _showCard(self, text: str) -> None:
        """The card; the process made it from the metadata, and no text in it fetches anything."""
        browser = self._ui.modelCardBrowser
        browser.setMarkdown(text)
        browser.setVisible(browser.isHidden())

    def _showProblem(self, text: str) -> None:
        """Why there is no card."""
        browser = self._ui.modelCardBrowser
        browser.setPlainText(inPanelWords(text))
        browser.setVisible(browser.isHidden())
