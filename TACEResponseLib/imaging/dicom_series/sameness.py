"""Whether the slices of a folder are one scan of one patient, by more than their series' id."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from TACEResponseLib.errors import InputError
from TACEResponseLib.imaging.dicom_series.values import text
from TACEResponseLib.imaging.headers.text import NUMBER

# By definition the same in every slice of a scan. Only their names are told, since their values
# may be a patient's.
CONSTANT = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate",
    "FrameOfReferenceUID", "Modality", "SeriesNumber", "SeriesDescription", "ProtocolName",
    "ImageType", "ContrastBolusAgent", "ConvolutionKernel", "EchoTime", "EchoNumbers",
    "TemporalPositionIdentifier", "DiffusionBValue", "FlipAngle", "Rows", "Columns",
    "PixelSpacing", "PhotometricInterpretation",
)  # fmt: skip
# Scanners differ in whether a scan is one acquisition; but never do two of them alternate.
NOT_ALTERNATING = "AcquisitionNumber"
# Slices of one CT sweep follow each other; phases are at least half a minute apart. Slices of MR
# are taken in any order.
TIMES = ("AcquisitionTime", "ContentTime")
LEAST_PAUSE_S = 8.0
DIGITS = 5
"""Significant digits to which numbers are compared; headers round."""


def check_one_scan(headers: Sequence[Any], where: str) -> None:
    """Refuse slices that can't be of one scan.

    Args:
        headers: of the slices, in the order in which they are stacked.
        where: how messages call the series.
    Raises: InputError: a patient, study, frame or way of scanning that differs; two acquisitions
        whose slices alternate. It names what differs.
    """
    for keyword in CONSTANT:
        found = {_comparable(text(h, keyword)) for h in headers}
        if len(found) > 1:
            raise _several(keyword, f"{len(found)} values of {keyword}", where)
    numbers = [text(h, NOT_ALTERNATING) for h in headers]
    if _runs(numbers) > len(set(numbers)):
        raise _several(NOT_ALTERNATING, "slices of several AcquisitionNumber in turn", where)
    if text(headers[0], "Modality") == "CT":
        for keyword in TIMES:
            _check_times(keyword, [_seconds(text(h, keyword)) for h in headers], where)


def _comparable(value: str) -> str:
    """Numbers to some digits, everything else as it is."""
    words = value.split("\\")
    if all(NUMBER.fullmatch(w) for w in words):
        return " ".join(f"{float(w):.{DIGITS}g}" for w in words)
    return value


def _check_times(keyword: str, times: Sequence[float | None], where: str) -> None:
    """Two groups of times, a pause apart, whose slices alternate, are two phases."""
    known = np.array([t for t in times if t is not None])
    if len(known) < len(times) or len(known) < 4:
        return
    ordered = np.sort(known)
    pauses = np.diff(ordered)
    if pauses.max() < LEAST_PAUSE_S:
        return
    later = known > ordered[int(pauses.argmax())]
    if _runs(later.tolist()) > 3:
        told = f"slices in turn from two times ({keyword}) {pauses.max():.0f} s apart"
        raise _several(keyword, told, where)


def _runs(values: Sequence[object]) -> int:
    """Stretches of equal neighbors."""
    return 1 + sum(a != b for a, b in pairwise(values))


def _seconds(time: str) -> float | None:
    """Seconds since midnight of DICOM's HHMMSS.ffffff."""
    digits = time.replace(":", "")
    if not NUMBER.fullmatch(digits) or len(digits.partition(".")[0]) != 6:
        return None
    return int(digits[:2]) * 3600 + int(digits[2:4]) * 60 + float(digits[4:])


def _several(keyword: str, got: str, where: str) -> InputError:
    """Slices of several scans."""
    what = "patient" if keyword.startswith("Patient") else "patient, scan and phase"
    return InputError(where, f"slices must be of one {what}", got=got,
                      remedy="lay the files of one scan in a folder of their own")  # fmt: skip
