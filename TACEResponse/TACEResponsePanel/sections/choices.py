"""What a form offers to choose, and which choice a file's or scene's word means."""

from collections.abc import Callable

import qt
from slicer.i18n import tr as _

from TACEResponseLib.worker.answers import Variable

Choices = list[tuple[str, str]]
"""Values, each with its words."""
LONGEST_WORDS = 40


def choicesOf(variable: Variable) -> Choices:
    """Values and words of a variable that is chosen; blank first."""
    if variable.type == "boolean":
        return [("", _("unknown")), ("true", _("yes")), ("false", _("no"))]
    words = [(category, category.replace("_", " ")) for category in variable.categories]
    return [("", _("unknown")), *words] if words else []


def meantChoice(variable: Variable, text: str) -> str:
    """The choice that the process would read a text as; the text itself if it is none."""
    choices = choicesOf(variable)
    if not choices or text in [value for value, _words in choices]:
        return text
    from TACEResponseLib.basics.errors import InputError
    from TACEResponseLib.patient.form import form_record

    name = variable.name
    try:
        value = form_record({name: {"text": text, "unit": ""}}).values.get(name, "")
    except InputError:
        return text
    return str(value).lower() if isinstance(value, bool) else str(value)


def meantUnit(variable: Variable, unit: str) -> str:
    """The unit that was written with other capitals; the text itself if it is none."""
    alike = [known for known in variable.units if known.casefold() == unit.casefold()]
    return alike[0] if len(alike) == 1 else unit


class ChoiceBox:
    """A combo box that can show a value which it doesn't offer, until another is chosen."""

    def __init__(self, choices: Choices, chosen: Callable[[str], None]) -> None:
        """Make the widget; `chosen` is called with each value that is chosen."""
        self._offered = choices
        self._values = [value for value, _words in choices]
        self.widget = qt.QComboBox()
        for _value, words in choices:
            self.widget.addItem(words)
        self.widget.connect(
            "currentIndexChanged(int)", lambda index: chosen(self._values[max(index, 0)])
        )

    def show(self, value: str) -> None:
        """Choose a value; a foreign one is added as it stands, for the check to refuse."""
        if value not in self._values:
            self._values.append(value)
            self.widget.addItem(value[:LONGEST_WORDS])
        self.widget.setCurrentIndex(self._values.index(value))
        for place in range(len(self._values) - 1, len(self._offered) - 1, -1):
            if self._values[place] != value:
                # First its words: a box that loses them may choose again.
                self.widget.removeItem(place)
                del self._values[place]
