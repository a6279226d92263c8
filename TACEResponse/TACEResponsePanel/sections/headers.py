"""Section headers that say at a glance whether their task is done; by a sign, not by color."""

from typing import Any

from slicer.i18n import tr as _

from TACEResponsePanel.foreign_text import toolTip

DONE, OPEN, PROBLEM = "\u2713", "\u2026", "!"
# A header is not wrapped, and at 460 pixels cut off behind so many letters.
MOST_LETTERS = 46


def showState(button: Any, title: str, isReady: bool, remark: str = "") -> None:
    """Write a header such as `check mark Model: CT, arterial phase`."""
    sign = DONE if isReady else OPEN
    text = f"{title}: {remark}" if remark else title
    isCut = len(text) > MOST_LETTERS
    button.setText(f"{sign} {text[: MOST_LETTERS - 1].rstrip() + OPEN if isCut else text}")
    button.setToolTip(toolTip(text) if isCut else "")
    button.setAccessibleName(f"{title}, {_('ready') if isReady else _('not ready')}")
