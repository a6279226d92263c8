"""Is it the contrast phase that it is said to be? Files rarely tell; then the result says so."""

import re
from typing import Any

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.volume import Acquisition, Mask, Volume

ARTERIAL, PORTAL_VENOUS, DELAYED = "arterial-phase", "portal venous-phase", "delayed-phase"
T1, T2, DUAL_ECHO = "T1-weighted", "T2-weighted", "dual-echo"
WITHOUT_CONTRAST = "contrast-free"

# Words by which series descriptions name what they hold, German and French included. "AP" is not
# among them: it stands for abdomen and pelvis as often as for the arterial phase.
WORDS = {
    ARTERIAL: r"\bart(erial|eriell\w*|ériel\w*|eriel\w*)?\b|\bhap\b",
    PORTAL_VENOUS: r"\bport(al)?(\b|ven)|\bpvp?\b|\bvenous\b|\bvenös\w*|\bvenoes\w*|\bveineux\b",
    DELAYED: r"\bdelay(ed)?\b|\bequilibrium\b|\blate\b(?!\s*art)|\bspät|\bspaet|\btardi(f|ve)\b",
    WITHOUT_CONTRAST: r"\bnon?[\s-]*(contrast|enhanced)\b|\bwithout\b|\bw\s?o\b|\bnativ|\bncct\b"
    r"|\bunenhanced\b|\bplain\b|\bpre[\s-]*contrast\b|\bohne\b|\bsans\b",
    T1: r"\bt1",
    T2: r"\bt2",
    DUAL_ECHO: r"\bdual\b|\bdixon\b|\b(in|out|opp)\w*[\s-]*(of[\s-]*)?phase\b",
}
# "With and without contrast" names a protocol, not what one series holds.
BOTH = r"\bw(ith)?\s*(and|&|\+)?\s*(w\s?o|without)\b|\b(w\s?o|without)\s*(and|&|\+)\s*w(ith)?\b"
EXPECTED = {
    ImageSequence.CT_ARTERIAL: ARTERIAL,
    ImageSequence.CT_PORTAL_VENOUS: PORTAL_VENOUS,
    ImageSequence.CT_DELAYED: DELAYED,
    ImageSequence.MR_T2: T2,
    ImageSequence.MR_ARTERIAL: ARTERIAL,
    ImageSequence.MR_PORTAL_VENOUS: PORTAL_VENOUS,
    ImageSequence.MR_DELAYED: DELAYED,
    ImageSequence.MR_DUAL_ECHO: DUAL_ECHO,
}
PHASES = (ARTERIAL, PORTAL_VENOUS, DELAYED)
# How each kind is written in place of a description, which may name the patient.
NEUTRAL = {
    ARTERIAL: "arterial",
    PORTAL_VENOUS: "portal venous",
    DELAYED: "delayed",
    WITHOUT_CONTRAST: "unenhanced",
    T1: "T1",
    T2: "T2",
    DUAL_ECHO: "dual echo",
}
# What may stand beside the expected word: phases of MR are T1-weighted and often Dixon scans,
# T2 and dual echo are taken without contrast.
COMPATIBLE = {
    **{phase: {T1, DUAL_ECHO} for phase in PHASES},
    T2: {WITHOUT_CONTRAST},
    DUAL_ECHO: {T1, WITHOUT_CONTRAST},
}
# Contrast-free soft-tissue tumors have medians up to 59 HU (8 sarcomas of the Soft-tissue-Sarcoma
# collection, doi 10.7937/K9/TCIA.2015.7GO2GSKS); the limit just above them is our choice.
UNENHANCED_MEDIAN_HU = 60.0


def phase_warnings(
    volume: Volume, sequence: ImageSequence, mask: Mask | None
) -> tuple[CaseWarning, ...]:
    """What can be said against the phase or weighting, or that nothing can be said.

    Args:
        volume: the image; its acquisition holds the words of a DICOM header, if there was one.
        sequence: what the user calls it.
        mask: the ROI on its grid, not empty; without one enhancement can't be judged.
    """
    warnings = _word_warnings(volume, sequence)
    if sequence is ImageSequence.CT_ARTERIAL and mask is not None:
        warnings += _enhancement_warnings(volume, mask)
    return tuple(warnings)


def written_acquisition(acquisition: Acquisition) -> dict[str, Any]:
    """What of a scan may be written: no id, no digest of one, and the phases for a description."""
    return {
        "modality": acquisition.modality,
        "description": neutral_description(acquisition.description),
        "has_contrast": acquisition.has_contrast,
    }


def neutral_description(description: str) -> str:
    """Words that name the same kinds as a series description, and nothing else."""
    return " ".join(NEUTRAL[kind] for kind in sorted(named_kinds(description)))


def named_kinds(description: str) -> frozenset[str]:
    """Every phase and weighting that a series description names."""
    text = re.sub(BOTH, " ", re.sub(r"[_/.,;]+", " ", description.lower()))
    return frozenset(kind for kind, words in WORDS.items() if re.search(words, text))


def _word_warnings(volume: Volume, sequence: ImageSequence) -> list[CaseWarning]:
    """What the header's words say of the kind that is expected."""
    expected = EXPECTED[sequence]
    named = named_kinds(volume.acquisition.description)
    others = named - {expected} - COMPATIBLE[expected]
    lacks_contrast = volume.acquisition.has_contrast is False and expected in PHASES
    if lacks_contrast:
        others |= {WITHOUT_CONTRAST}
    if lacks_contrast or (others and expected not in named):
        return [
            CaseWarning(
                code="phase_contradicted",
                message=f"The image given as {expected} {sequence.modality} has a header that "
                f"says {' and '.join(sorted(others))}.",
            )
        ]
    if expected in named and not others:
        return []
    return [
        CaseWarning(
            code="phase_unverified",
            message=f"The contrast phase or weighting given for {sequence.words} can't be verified "
            "from its file.",
        )
    ]


def _enhancement_warnings(volume: Volume, mask: Mask) -> list[CaseWarning]:
    """An ROI as dark as unenhanced tissue."""
    median = float(np.median(volume.voxels[mask]))
    if median >= UNENHANCED_MEDIAN_HU:
        return []
    return [
        CaseWarning(
            code="roi_not_enhanced",
            message=f"The ROI's median of {median:.0f} HU in the arterial CT shows no arterial "
            "enhancement: no contrast agent, another phase, or a hypovascular or necrotic tumor.",
        )
    ]
