"""Section headers that say at a glance whether their task is done; by a sign, not by color."""

from typing import Any

from slicer.i18n import tr as _

DONE, OPEN, PROBLEM = "\u2713", "\u2026", "!"


def showState(button: Any, title: str, isReady: bool, remark: str = "") -> None:
    """Write a header such as `check mark Model: CT, arterial phase`."""
    sign = DONE if isReady else OPEN
    text = f"{sign} {title}" + (f": {remark}" if remark else "")
    button.setText(text)
    button.setAccessibleName(f"{title}, {_('ready') if isReady else _('not ready')}")
