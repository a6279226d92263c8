"""Messages of the library in the panel's words: a radiologist knows no options and no bundles."""

import re
from typing import Any

from slicer.i18n import tr as _

OPTIONS = {
    "--bundle": _("Model"),
    "--image": _("Image"),
    "--roi": _("Lesion"),
    "--clinical": _("Clinical data"),
    "--context": _("Dates and treatment"),
    "--output": _("Report"),
    "--case-id": _("Case"),
    "--device": _("Device"),
}
WORDS = {
    r"\bbundle's\b": "model's",
    r"\bbundles\b": "models",
    r"\bbundle\b": "model",
    r"\bbranches\b": "sources of evidence",
    r"\bbranch\b": "evidence",
    r"\brecipe\b": "method",
    r"\bROI\b": "lesion",
}


def withLabels(text: str, variables: list[dict[str, Any]]) -> str:
    """A text with the form's labels in place of the table's names of clinical variables.

    Only for texts about these variables: `treatment` is a name, and a word of other messages.
    """
    labels = {variable["name"]: variable["label"] for variable in variables}
    return re.sub(r"\w+", lambda word: labels.get(word[0], word[0]), text)


def inPanelWords(message: str) -> str:
    """A message with the reader's words in place of the command line's."""
    for option, name in OPTIONS.items():
        message = message.replace(f"{option} ", f"{name} ").replace(f"{option}:", f"{name}:")
    for pattern, word in WORDS.items():
        message = re.sub(pattern, word, message)
    return message
