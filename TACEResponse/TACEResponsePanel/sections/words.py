"""The library's refusals and remarks in the reader's words: no options and no bundles.

A refusal is worded by what it is about. The library's own terms in its rule and its remedy become
the reader's, word by word; what the user has named or written stays as it is.
"""

import re
from collections.abc import Mapping, Sequence

from slicer.i18n import tr as _

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.worker.answers import Refusal, Variable
from TACEResponsePanel.process.problem import Problem

SUBJECTS: Mapping[SubjectKind, str] = {
    SubjectKind.IMAGE: _("Images"),
    SubjectKind.ROI: _("Lesion"),
    SubjectKind.CLINICAL: _("Clinical data"),
    SubjectKind.CONTEXT: _("Dates and treatment"),
    SubjectKind.IMAGE_DATE: _("Date of the image"),
    SubjectKind.FIRST_TREATMENT: _("First treatment"),
    SubjectKind.BUNDLE: _("Model"),
    SubjectKind.OUTPUT: _("Report"),
    SubjectKind.CASE_ID: _("Case"),
    SubjectKind.DEVICE: _("Device"),
    SubjectKind.REPORT: _("Report"),
    SubjectKind.HANDOVER: _("Background process"),
}
PHASES: Mapping[str, str] = {
    ImageSequence.CT_ARTERIAL: _("arterial phase"),
    ImageSequence.CT_PORTAL_VENOUS: _("portal venous phase"),
    ImageSequence.CT_DELAYED: _("delayed phase"),
    ImageSequence.MR_T2: _("T2-weighted"),
    ImageSequence.MR_ARTERIAL: _("arterial phase"),
    ImageSequence.MR_PORTAL_VENOUS: _("portal venous phase"),
    ImageSequence.MR_DELAYED: _("delayed phase"),
    ImageSequence.MR_DUAL_ECHO: _("dual echo"),
}
# The library's terms, each as a whole word.
TERMS: Mapping[str, str] = {
    "bundle": _("model"),
    "bundles": _("models"),
    "branch": _("evidence"),
    "branches": _("sources of evidence"),
    "recipe": _("method"),
    "ROI": _("lesion"),
    **PHASES,
}
# What somebody wrote, in a message.
QUOTED = re.compile(r"('[^']*')")
WORD = re.compile(r"(\w+)")


def inPanelWords(problem: Problem, variables: Sequence[Variable] = ()) -> str:
    """Why something came to nothing, in a line.

    Args:
        problem: of the panel, of the library or of the background process.
        variables: of the form, for their labels.
    """
    if problem.refusal is None:
        return problem.text
    return refusalInPanelWords(problem.refusal, variables)


def refusalInPanelWords(refusal: Refusal, variables: Sequence[Variable] = ()) -> str:
    """A refusal, worded by what it is about."""
    rule, remedy = inReadersTerms(refusal.rule), inReadersTerms(refusal.remedy)
    got = "".join(
        part if part.startswith("'") else inReadersTerms(part) for part in QUOTED.split(refusal.got)
    )
    return f"{_about(refusal, variables)}: {rule}, got {got}{refusal.named}; {remedy}"


def inReadersTerms(text: str) -> str:
    """A text of the library with the reader's words for its terms."""
    return _replaced(text, TERMS)


def withLabels(text: str, variables: Sequence[Variable]) -> str:
    """A text with the form's labels in place of the table's names of clinical variables.

    Only for texts about these variables: `treatment` is a name, and a word of other messages.
    """
    return _replaced(text, {variable.name: variable.label for variable in variables})


def _about(refusal: Refusal, variables: Sequence[Variable]) -> str:
    """What a refusal is about: a part of the panel, or a file as it is called."""
    if refusal.kind is None:
        return refusal.where
    section, name = SUBJECTS[refusal.kind], refusal.name
    if refusal.kind is SubjectKind.IMAGE:
        return f"{section}: {PHASES.get(name, name)}" if name else section
    if refusal.kind is SubjectKind.CLINICAL:
        return f"{section}: {withLabels(name, variables)}" if name else section
    return ", ".join(part for part in (f"{section} {name}".rstrip(), refusal.part) if part)


def _replaced(text: str, words: Mapping[str, str]) -> str:
    """A text with other words in place of some."""
    return "".join(words.get(part, part) for part in WORD.split(text))
