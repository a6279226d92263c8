"""Section Clinical data: a form of what the model uses, checked while one types."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from TACEResponseLib.basics.reading.strict_numbers import read_number
from TACEResponseLib.worker.answers import CheckedField, CheckedForm, Variable
from TACEResponseLib.worker.requests import CheckForm
from TACEResponseLib.worker.shapes import FormField
from TACEResponsePanel.case.desk import FROM_DICOM, Desk
from TACEResponsePanel.case.gates import dicomContradictions, missingClinical
from TACEResponsePanel.process.worker_client import WorkerClient
from TACEResponsePanel.sections.choices import meantChoice, meantUnit
from TACEResponsePanel.sections.clinical_row import ClinicalRow
from TACEResponsePanel.sections.clinical_table import rowOf
from TACEResponsePanel.sections.file_choice import chosenPath
from TACEResponsePanel.sections.headers import showState

TYPING_MS = 250
LONGEST_NAME = 60


class ClinicalSection:
    """Keeps the form and the case's texts the same, and has the process check them."""

    def __init__(self, ui: Any, desk: Desk, client: WorkerClient) -> None:
        """Connect the section's widgets."""
        self._ui, self._desk, self._client = ui, desk, client
        self._rows: dict[str, ClinicalRow] = {}
        self._isShowing = False
        self._turn = 0
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self.check)
        ui.loadClinicalButton.clicked.connect(self._onLoad)
        ui.saveClinicalButton.clicked.connect(self._onSave)
        ui.csvButton.clicked.connect(self._onTable)
        ui.settleButton.clicked.connect(self._onSettle)
        desk.modelChanged.connect(self._makeRows)
        desk.caseBegun.connect(self._onCase)
        desk.changed.connect(self.refresh)

    def onTyped(self, name: str, text: str) -> None:
        """A person typed or chose."""
        if self._isShowing or self._desk.parameters is None:
            return
        self._timer.start()
        self._desk.setForm({**self._desk.texts(), name: text}, self._desk.units())

    def onUnit(self, name: str, unit: str) -> None:
        """Another unit: the typed number stays and is read anew."""
        if self._isShowing or self._desk.parameters is None:
            return
        self._timer.start()
        self._desk.setForm(self._desk.texts(), {**self._desk.units(), name: unit})

    def check(self) -> None:
        """Have the process read the form."""
        if self._desk.parameters is None or self._desk.model is None or not self._rows:
            return
        self._turn += 1
        turn = self._turn

        def done(checked: CheckedForm) -> None:
            if turn == self._turn:
                self._onChecked(checked)

        self._client.ask(CheckForm(form=self._desk.form()), done)

    def refresh(self) -> None:
        """Header and the question about DICOM."""
        desk = self._desk
        if desk.parameters is None:
            return
        contradictions = dicomContradictions(desk) if desk.model else []
        self._ui.contradictionLabel.setText("\n".join(contradictions))
        self._ui.contradictionFrame.setVisible(bool(contradictions))
        isReady = desk.model is not None and not missingClinical(desk)
        remark = "" if self._rows or desk.model is None else _("this model uses none")
        showState(self._ui.clinicalButton, _("Clinical data"), isReady, remark)

    def fill(self, values: Mapping[str, object]) -> None:
        """Fill the form from a record; a value that the model doesn't use is left out."""
        texts, units = {}, {}
        for name, row in self._rows.items():
            value, unit = _parts(values.get(name))
            texts[name] = meantChoice(row.variable, value)
            units[name] = meantUnit(row.variable, unit)
        self._desk.setForm(texts, {name: unit for name, unit in units.items() if unit})
        self._showTexts()
        self._timer.start()

    def _onChecked(self, checked: CheckedForm) -> None:
        """Remarks beside the fields, and the scores."""
        for name, row in self._rows.items():
            field = checked.fields.get(name, CheckedField())
            row.say(field.problem or field.stated)
        problems = {name: f.problem for name, f in checked.fields.items() if f.problem}
        self._ui.scoresLabel.setText(_scoresText(checked))
        self._desk.setChecked(problems, checked.problem or "")

    def _makeRows(self) -> None:
        """A row a variable that the model uses."""
        for row in self._rows.values():
            row.remove()
        layout = self._ui.clinicalWidget.layout()
        variables = self._desk.model.clinical if self._desk.model else ()
        self._rows = {v.name: ClinicalRow(layout, v, self.onTyped, self.onUnit) for v in variables}
        for button in (
            self._ui.loadClinicalButton,
            self._ui.csvButton,
            self._ui.saveClinicalButton,
        ):
            button.setEnabled(bool(self._rows))
        self._onCase()

    def _onCase(self) -> None:
        # What was said of a file of the last case names its patient.
        self._say("")
        """Show another case's texts: blank where it has none."""
        self._turn += 1
        self._ui.scoresLabel.setText("")
        # What was said of a file of the last case may name its patient.
        self._say("")
        for row in self._rows.values():
            row.say("")
        self._showTexts()
        self.check()
        self.refresh()

    def _showTexts(self) -> None:
        if self._desk.parameters is None:
            return
        texts, units = self._desk.texts(), self._desk.units()
        self._isShowing = True
        for name, row in self._rows.items():
            row.show(texts.get(name, ""), units.get(name, ""))
        self._isShowing = False

    def _onSettle(self, *_values: object) -> None:
        """What was typed is right, whatever DICOM says."""
        for name in FROM_DICOM:
            self._desk.settle(name, self._desk.texts().get(name, ""))

    def _onLoad(self, *_values: object) -> None:
        path = chosenPath(
            qt.QFileDialog.getOpenFileName(
                slicer.util.mainWindow(), _("Clinical data"), "", _("JSON (*.json)")
            )
        )
        if path:
            self.loadJson(Path(path))

    def loadJson(self, path: Path) -> None:
        """Fill the form from a JSON file, as the command line takes."""
        from TACEResponseLib.basics.reading.json_reading import read_json_object

        try:
            values = read_json_object(path, path.name, example='{"age_years": 63, ...}')
        except ValueError as error:
            self._say(_cannotRead(path, error))
            return
        self._fillFrom(path, dict(values))

    def loadTable(self, path: Path) -> None:
        """Fill the form from the row of a table that bears the case's id."""
        caseId = self._desk.case.caseId.strip() or "case"
        try:
            values, remarks = rowOf(path, caseId)
        except ValueError as error:
            self._say(_cannotRead(path, error))
            return
        used = {name: text for name, text in values.items() if name in self._rows}
        self._fillFrom(path, used, remarks)

    def _fillFrom(
        self, path: Path, values: Mapping[str, object], remarks: Sequence[str] = ()
    ) -> None:
        """Fill the form, and say what of a file isn't in it; a file without use changes nothing."""
        others = [name for name in values if name not in self._rows]
        names = ", ".join(name[:LONGEST_NAME] for name in others)
        said = [f"{path.name}: {remark}." for remark in remarks]
        said += [_("Not used by this model: {names}.").format(names=names)] if others else []
        if len(others) == len(values):
            nothing = _("{file} holds no value that this model uses; the form stays as it was.")
            self._say("\n".join([*said, nothing.format(file=path.name)]))
            return
        self.fill(values)
        if not self._desk.form():
            said.append(_("{file} holds blanks alone; the form is blank.").format(file=path.name))
        self._say("\n".join(said))

    def saveJson(self, path: Path) -> None:
        """Write the form as the command line reads it."""
        values: dict[str, object] = {}
        for name, field in self._desk.form().items():
            variable = self._rows[name].variable
            values[name] = _value(variable, field)
        try:
            path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            self._say(
                _("{file} can't be written: {reason}.").format(
                    file=path.name, reason=error.strerror
                )
            )

    def _onSave(self, *_values: object) -> None:
        path = chosenPath(
            qt.QFileDialog.getSaveFileName(
                slicer.util.mainWindow(), _("Clinical data"), "clinical.json", _("JSON (*.json)")
            )
        )
        if path:
            self.saveJson(Path(path))

    def _onTable(self, *_values: object) -> None:
        path = chosenPath(
            qt.QFileDialog.getOpenFileName(
                slicer.util.mainWindow(), _("Table"), "", _("CSV (*.csv)")
            )
        )
        if path:
            self.loadTable(Path(path))

    def _say(self, text: str) -> None:
        """Words in the section, above the note on saving."""
        note = _("What is filled in is saved with the scene.")
        self._ui.savedNoteLabel.setText(f"{text}\n{note}" if text else note)


def _cannotRead(path: Path, error: ValueError) -> str:
    """Why a file fills no form."""
    from TACEResponseLib.basics.errors import InputError

    reason = str(error)
    if isinstance(error, InputError):
        reason = f"{error.rule}, got {error.got}; {error.remedy}"
    return _("{file} can't be read: {reason}.").format(file=path.name, reason=reason)


def _parts(given: object) -> tuple[str, str]:
    """Text and unit of a record's value; what is no value is kept as it was written."""
    if isinstance(given, dict) and set(given) == {"value", "unit"}:
        return _text(given["value"]), _text(given["unit"])
    return _text(given), ""


def _text(value: object) -> str:
    """A value as a person would type it."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value)


def _value(variable: Variable, field: FormField) -> object:
    """A field as JSON; what can't be read as a number is kept as it was typed."""
    text = field.text.strip()
    if variable.type in ("category", "boolean"):
        return {"true": True, "false": False}.get(text, text)
    try:
        number = read_number(text)
    except ValueError:
        return text
    if field.unit and field.unit != variable.unit:
        return {"value": number, "unit": field.unit}
    return number


def _scoresText(checked: CheckedForm) -> str:
    """Derived scores in one line, with what they predict."""
    shown = [
        f"{score.name} {score.value:.3g}"
        + (f" ({_('grade')} {score.grade})" if score.grade else "")
        for score in checked.scores
    ]
    return f"{', '.join(shown)}: {checked.scores_note}." if shown else ""
