"""Which volume is which phase: a guess from names and headers, to be confirmed by a person."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.phase import EXPECTED, WITHOUT_CONTRAST, named_kinds
from TACEResponsePanel.case.dicom_facts import dicomFacts

# Too short to be trusted in a header ("AP" is abdomen and pelvis as well), good enough for a
# guess that somebody must confirm.
SHORT_NAMES = {
    "arterial-phase": r"\bap\b|\bha\b",
    "portal venous-phase": r"\bpvp?\b|\bpp\b",
    "delayed-phase": r"\bdp\b|\bep\b",
}


def guessImages(sequences: Sequence[str], nodes: Iterable[Any]) -> dict[str, Any]:
    """A volume for each sequence whose phase exactly one candidate names.

    Args:
        sequences: those that the model reads.
        nodes: scalar volumes of the scene.
    Returns: node by sequence; a sequence with no or several candidates is left out, but a model
        of one sequence takes the only volume that speaks against nothing.
    """
    nodes = list(nodes)
    guesses = {}
    for name in sequences:
        named = [node for node in nodes if _names(node, name)]
        if len(named) == 1:
            guesses[name] = named[0]
    if len(sequences) == 1 and not guesses:
        possible = [node for node in nodes if not contradiction(node, sequences[0])]
        if len(possible) == 1:
            guesses[sequences[0]] = possible[0]
    return guesses


def contradiction(node: Any, sequence: str) -> str:
    """What a node's name or header says against a sequence, in words; empty if nothing."""
    meant = ImageSequence(sequence)
    modality = dicomFacts(node).modality
    if modality in ("CT", "MR") and modality != meant.modality:
        return modality
    expected = EXPECTED[meant]
    kinds = _kinds(node)
    if expected in kinds:
        return ""
    phases = kinds & (set(EXPECTED.values()) | {WITHOUT_CONTRAST})
    return " and ".join(sorted(phases))


def _names(node: Any, sequence: str) -> bool:
    """Whether the node's words name this sequence and no other of its kind."""
    meant = ImageSequence(sequence)
    kinds = _kinds(node)
    modality = dicomFacts(node).modality
    fits = modality not in ("CT", "MR") or modality == meant.modality
    others = (set(EXPECTED.values()) | {WITHOUT_CONTRAST}) - {EXPECTED[meant]}
    return fits and EXPECTED[meant] in kinds and not kinds & others


def _kinds(node: Any) -> frozenset[str]:
    """Phases and weightings that the node's name or header names."""
    words = f"{node.GetName()} {dicomFacts(node).description}"
    plain = re.sub(r"[_/.,;\-]+", " ", words.lower())
    short = {kind for kind, pattern in SHORT_NAMES.items() if re.search(pattern, plain)}
    return named_kinds(words) | short
