"""The liver's mask from a file: the same readers and rules as of an ROI, in its own words."""

from dataclasses import replace
from pathlib import Path

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.vocabulary import spoken, vocabulary
from TACEResponseLib.imaging.files.roi_reading import read_roi
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.roi.roi_choice import Words, liver_words


def read_liver(
    path: Path, words: Words | None = None, *, name: str | None = None
) -> tuple[Roi, tuple[CaseWarning, ...]]:
    """Read a mask of the whole liver.

    Args:
        path: a label image, Slicer's .seg.nrrd, or a DICOM SEG file.
        words: what the user calls it; by default as the front end at work does.
        name: of the file in refusals; its own by default, none where it must not be told.
    Returns: the mask on the grid it was drawn on, and remarks.
    Raises: InputError: unreadable, empty, not labels, or several of them.
    """
    words = words or liver_words()
    with spoken(replace(vocabulary(), mask="liver mask", organ="liver")):
        mask, warnings = read_roi(path, words=words, name=name)
    return replace(mask, kind="liver"), warnings
