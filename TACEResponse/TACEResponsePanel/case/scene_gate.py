"""The one gate for the case that a scene brings: what can't be read is left out, and named.

It looks at the plain texts of the node, before they are taken for numbers, choices and lists: one
that is no such thing would be an error in the middle of opening a scene.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from slicer.i18n import tr as _

from TACEResponsePanel.case.case_parameters import STAGES, TREATMENTS, YES_NO
from TACEResponsePanel.case.kept_texts import MOST_LETTERS, formOf, historyOf, voxelsOf

IMAGE_ROLE = "image."
MOST_ITEMS = 1000
LONGEST_TEXT = 10_000


def _isText(text: str) -> bool:
    return len(text) <= LONGEST_TEXT


def _isShare(text: str) -> bool:
    try:
        return 0.0 <= float(text) <= 1.0 and math.isfinite(float(text))
    except ValueError:
        return False


def _isFlag(text: str) -> bool:
    return text in ("True", "False")


def _among(choices: Sequence[str]) -> Callable[[str], bool]:
    return lambda text: text in choices


TEXTS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "caseId": (_("case"), _isText),
    "model": (_("model"), _isText),
    "modelDigest": (_("model"), _isText),
    "imageDate": (_("dates"), _isText),
    "treatmentDate": (_("dates"), _isText),
    "plannedTreatment": (_("planned treatment"), _among(TREATMENTS)),
    "firstTreatment": (_("earlier treatment"), _among(YES_NO)),
    "bclcStage": (_("BCLC stage"), _among(STAGES)),
    "clinicalForm": (_("clinical data"), lambda text: formOf(text) is not None),
    "history": (_("history of scores"), lambda text: historyOf(text) is not None),
    "scoredToken": (_("marks of the last score"), _isText),
    "scoredVoxels": (_("marks of the last score"), lambda text: voxelsOf(text) is not None),
    "scoredResult": (_("marks of the last score"), _isText),
    "mapVisible": (_("settings of the map"), _isFlag),
    "mapOpacity": (_("settings of the map"), _isShare),
    "mapCut": (_("settings of the map"), _isShare),
    "identityInReport": (_("name in the report"), _isFlag),
}
"""What each parameter of one text is called, and whether a text is one."""
LISTS = {
    "segments": _("chosen segments"),
    "confirmed": _("confirmed phases"),
    "settled": _("answered questions"),
}
"""Lists of texts; kept as `NAME.len`, `NAME.0`, and so on."""


def leaveOut(node: Any) -> list[str]:
    """Take what can't be read out of a case's parameter node.

    Returns: what was left out, in words, each once.
    """
    blocker = node.StartModify()
    leftOut = [*_badTexts(node), *_badLists(node), *_badNodes(node)]
    node.EndModify(blocker)
    return list(dict.fromkeys(leftOut))


def _badTexts(node: Any) -> list[str]:
    """Texts that are no value of their parameter."""
    leftOut = []
    for name, (words, isOne) in TEXTS.items():
        text = node.GetParameter(name)
        if not node.HasParameter(name) or (_isWhole(text) and isOne(text)):
            continue
        node.UnsetParameter(name)
        leftOut.append(words)
    return leftOut


def _badLists(node: Any) -> list[str]:
    """Lists whose length isn't theirs."""
    leftOut = []
    for name, words in LISTS.items():
        if not node.HasParameter(f"{name}.len") or _isList(node, name):
            continue
        for part in [p for p in node.GetParameterNames() if p.startswith(f"{name}.")]:
            node.UnsetParameter(part)
        leftOut.append(words)
    return leftOut


def _isList(node: Any, name: str) -> bool:
    length = node.GetParameter(f"{name}.len")
    if not _isWhole(length) or not length.isascii() or not length.isdigit() or len(length) > 4:
        return False
    if int(length) > MOST_ITEMS:
        return False
    parts = [f"{name}.{n}" for n in range(int(length))]
    return all(node.HasParameter(p) and _isWhole(node.GetParameter(p)) for p in parts)


def _badNodes(node: Any) -> list[str]:
    """References to nodes of another kind than is read there."""
    count = node.GetNumberOfNodeReferenceRoles()
    roles = [node.GetNthNodeReferenceRole(n) for n in range(count)]
    leftOut = []
    for role in roles:
        kind, words = _expected(role)
        held = node.GetNodeReference(role)
        if held is not None and kind and not held.IsA(kind):
            node.SetNodeReferenceID(role, None)
            leftOut.append(words)
    return leftOut


def _expected(role: str) -> tuple[str, str]:
    """The kind of node behind a role and what it is called; nothing for roles of others."""
    if role == "segmentation":
        return "vtkMRMLSegmentationNode", _("lesion")
    return ("vtkMRMLScalarVolumeNode", _("images")) if role.startswith(IMAGE_ROLE) else ("", "")


def _isWhole(text: object) -> bool:
    """Whether this is text that can be shown and sent; VTK gives bytes for what isn't UTF-8."""
    if not isinstance(text, str) or len(text) > MOST_LETTERS:
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text
