"""One row of the clinical form."""

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from TACEResponseLib.worker.answers import Variable
from TACEResponsePanel.foreign_text import plain
from TACEResponsePanel.sections.choices import ChoiceBox, choicesOf, meantChoice

Changed = Callable[[str, str], None]


class ClinicalRow:
    """One variable: a text or a choice, its unit, and a line for what is wrong."""

    def __init__(self, layout: Any, variable: Variable, onTyped: Changed, onUnit: Changed) -> None:
        """Add the row's widgets below the others.

        Args:
            layout: takes the row.
            variable: of the model's form.
            onTyped: called with the variable's name and its text or choice.
            onUnit: called with the variable's name and its unit.
        """
        self.variable, self._tellText, self._tellUnit = variable, onTyped, onUnit
        self.widget = qt.QWidget()
        rows = qt.QVBoxLayout(self.widget)
        rows.setContentsMargins(0, 0, 0, 0)
        inputs = qt.QHBoxLayout()
        mark = _("required") if variable.required else _("blank if unknown")
        label = plain(qt.QLabel(f"{variable.label} ({mark})"))
        label.setWordWrap(True)
        inputs.addWidget(label, 1)
        self.choices = choicesOf(variable)
        self._box = ChoiceBox(self.choices, self._onChosen) if self.choices else None
        self.edit = self._box.widget if self._box else qt.QLineEdit()
        self.edit.setToolTip(_hint(variable))
        self.edit.setAccessibleName(variable.label)
        label.setBuddy(self.edit)
        inputs.addWidget(self.edit, 1)
        self.units = list(variable.units)
        self._unitBox, self.unit = None, None
        if self.units and self.units != ["1"]:
            self._unitBox = ChoiceBox([(unit, unit) for unit in self.units], self._onUnit)
            self.unit = self._unitBox.widget
            self.unit.setToolTip(_("Unit of the typed number, which stays as it is"))
            inputs.addWidget(self.unit)
        rows.addLayout(inputs)
        self.remark = plain(qt.QLabel())
        self.remark.setWordWrap(True)
        self.remark.setVisible(False)
        rows.addWidget(self.remark)
        layout.addWidget(self.widget)
        self._shown = ""
        """What the field shows; kept here, for widgets are not read."""
        if self._box is None:
            self.edit.textChanged.connect(self._onText)

    def show(self, text: str, unit: str) -> None:
        """Show what the case has; equal texts are left alone, or the cursor would jump."""
        if self._box is not None:
            self._box.show(meantChoice(self.variable, text))
        elif text != self._shown:
            self.edit.setText(text)
        if self._unitBox is not None:
            self._unitBox.show(unit or self.units[0])

    def say(self, text: str) -> None:
        """What is wrong, or the value in the other unit."""
        self.remark.setText(text)
        self.remark.setVisible(bool(text))

    def remove(self) -> None:
        """Take the widgets away."""
        # Without `setParent(None)`: PythonQt would own the widget again and delete it twice.
        self.widget.hide()
        self.widget.deleteLater()

    def _onText(self, text: str) -> None:
        self._shown = text
        self._tellText(self.variable.name, text)

    def _onChosen(self, value: str) -> None:
        self._tellText(self.variable.name, value)

    def _onUnit(self, unit: str) -> None:
        self._tellUnit(self.variable.name, unit)


def _hint(variable: Variable) -> str:
    """Range in the storage unit."""
    if not variable.range:
        return variable.label
    low, high = variable.range
    return _("{low:g} to {high:g} {unit}").format(low=low, high=high, unit=variable.unit)
