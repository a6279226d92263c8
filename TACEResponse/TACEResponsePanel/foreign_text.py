"""Names of nodes, titles of models, messages: shown as they stand, never taken for HTML.

A label that finds a tag in its text shows it as a page, and fetches the pictures of that page from
disk or network.
"""

import html
from typing import Any

import qt

RICH = ("resultLabel", "oneLineLabel")
"""Labels whose HTML is ours; what comes from outside is escaped there."""


def plain(label: Any) -> Any:
    """A label that shows its text and nothing else; returns it."""
    label.setTextFormat(qt.Qt.PlainText)
    return label


def makePlain(ui: Any) -> None:
    """Do so for every label of the .ui file but those of our own HTML, which is never shown raw."""
    for name, widget in vars(ui).items():
        if isinstance(widget, qt.QLabel):
            widget.setTextFormat(qt.Qt.RichText if name in RICH else qt.Qt.PlainText)


def toolTip(text: str) -> str:
    """A tool tip that shows a text as it stands; it has no setting for that."""
    return f"<qt>{html.escape(text)}</qt>" if text else ""
