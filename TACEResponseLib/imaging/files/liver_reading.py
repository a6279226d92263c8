"""The liver's mask from a file: the same readers and rules as of an ROI, in its own words."""

import re
from dataclasses import replace
from pathlib import Path

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.roi_reading import read_roi
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.roi.roi_choice import LIVER_OPTION, Words

# What readers say of an ROI, since nearly all files that they read are one.
OF_A_LIVER = {
    r"\bROI's file\b": "liver mask's file",
    r"\bROI\b": "liver mask",
    r"\btumor\b": "liver",
}


def read_liver(
    path: Path, words: Words = LIVER_OPTION, *, name: str | None = None
) -> tuple[Roi, tuple[CaseWarning, ...]]:
    """Read a mask of the whole liver.

    Args:
        path: a label image, Slicer's .seg.nrrd, or a DICOM SEG file.
        words: what the user calls it.
        name: of the file in refusals; its own by default, none where it must not be told.
    Returns: the mask on the grid it was drawn on, and remarks.
    Raises: InputError: unreadable, empty, not labels, or several of them.
    """
    try:
        mask, warnings = read_roi(path, words=words, name=name)
    except InputError as error:
        reworded = error.reworded(_of_a_liver)
        raise InputError(
            reworded.where,
            _of_a_liver(reworded.rule),
            got=reworded.unnamed,
            remedy=reworded.unhinted,
            names=reworded.names,
            hint=reworded.hint,
        ) from error
    said = tuple(replace(warning, message=_of_a_liver(warning.message)) for warning in warnings)
    return replace(mask, kind="liver"), said


def _of_a_liver(text: str) -> str:
    """A sentence on an ROI as one on the liver's mask."""
    for word, other in OF_A_LIVER.items():
        text = re.sub(word, other, text)
    return text
