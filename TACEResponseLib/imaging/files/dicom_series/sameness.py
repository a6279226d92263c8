"""Whether the slices of a folder are one scan of one patient, by more than their series' id."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.dicom_series.breaks import LEAST_PAUSE_S
from TACEResponseLib.imaging.files.dicom_series.phases import (
    PERIODS,
    TIME_KEYWORDS,
    numbers_in_turn,
    pass_keywords,
    runs,
    taken_in_passes,
    telling_element,
)
from TACEResponseLib.imaging.files.dicom_series.values import (
    comparable,
    seconds_of_day,
    slice_numbers,
    text,
)
from TACEResponseLib.imaging.files.headers.text import NUMBER

# By definition the same in every slice of a scan. Only their names are told, since their values
# may be a patient's.
CONSTANT = (
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyDate",
    "FrameOfReferenceUID",
    "Modality",
    "SeriesNumber",
    "SeriesDescription",
    "ProtocolName",
    "ImageType",
    "ContrastBolusAgent",
    "ConvolutionKernel",
    "EchoTime",
    "EchoNumbers",
    "TemporalPositionIdentifier",
    "DiffusionBValue",
    "FlipAngle",
    "Rows",
    "Columns",
    "PixelSpacing",
    "PhotometricInterpretation",
)
# Scanners differ in whether a scan is one acquisition; but never do two of them alternate, unless
# they are passes of one MR.
NOT_ALTERNATING = "AcquisitionNumber"
LEAST_TIMES = 4
# Of a value; of PixelSpacing it is 0.01 mm at the far side of 512 pixels.
ROUNDING = 2e-5


def check_one_scan(headers: Sequence[Any], where: str) -> None:
    """Refuse slices that can't be of one scan.

    Args:
        headers: of the slices, in the order in which they are stacked.
        where: how messages call the series.
    Raises: InputError: a patient, study, frame or way of scanning that differs; two scans whose
        slices lie between each other. It names the element that tells.
    """
    for keyword in CONSTANT:
        values = {text(h, keyword) for h in headers}
        if len(values) > 1 and not _round_alike(values):
            count = len({comparable(value) for value in values})
            raise _several(keyword, f"{count} values of {keyword}", where)
    if NOT_ALTERNATING not in pass_keywords(headers[0]) and _alternates(NOT_ALTERNATING, headers):
        raise _several(NOT_ALTERNATING, "slices of several AcquisitionNumber in turn", where)
    if not taken_in_passes(headers[0]):
        for keyword in TIME_KEYWORDS:
            _check_times(keyword, [seconds_of_day(text(h, keyword)) for h in headers], where)
    if element := telling_element(headers):
        raise _several(element, f"slices in turn of several scans or phases by {element}", where)


def _round_alike(values: Collection[str]) -> bool:
    """Whether values are numbers that differ by no more than headers round."""
    words = [value.split("\\") for value in values]
    if len({len(w) for w in words}) > 1 or not all(NUMBER.fullmatch(v) for w in words for v in w):
        return False
    numbers = np.array(words, dtype=float)
    apart = np.ptp(numbers, axis=0)
    return bool((apart <= ROUNDING * np.abs(numbers).max(axis=0)).all())


def scan_warnings(headers: Sequence[Any]) -> tuple[CaseWarning, ...]:
    """Say what may be passes of one MR, or two phases; and files that are called one image."""
    return (*_turn_warnings(headers), *_id_warnings(headers))


def _id_warnings(headers: Sequence[Any]) -> tuple[CaseWarning, ...]:
    """Some share an id of their own; programs that remove names may give all files one."""
    ids = [uid for h in headers if (uid := text(h, "SOPInstanceUID"))]
    again = len(ids) - len(set(ids))
    if not again or len(set(ids)) == 1:
        return ()
    return (
        CaseWarning(
            code="instance_ids_repeat",
            message=f"{again} of the {len(headers)} slices of the {text(headers[0], 'Modality')} "
            "have the id of another slice (SOPInstanceUID), as if files had been copied and "
            "changed: check that no slice stands at another's place.",
        ),
    )


def _turn_warnings(headers: Sequence[Any]) -> tuple[CaseWarning, ...]:
    """Numbers in turn."""
    elements = [
        keyword
        for keyword in pass_keywords(headers[0])
        # A heart's rhythm gives more values, some of them twice.
        if len({text(h, keyword) for h in headers}) <= max(PERIODS)
        and _alternates(keyword, headers)
    ]
    if numbers_in_turn(slice_numbers(headers)):
        elements.append("InstanceNumber")
    if not elements:
        return ()
    return (
        CaseWarning(
            code="slices_in_turn",
            message=f"Along the MR the numbers of its slices ({', '.join(elements)}) are in turn "
            "those of several stretches, as if it held several phases, or had been taken in "
            "passes: check that neighboring slices show one moment.",
        ),
    )


def _alternates(keyword: str, headers: Sequence[Any]) -> bool:
    """Whether a value comes again after another."""
    values = [value for h in headers if (value := text(h, keyword))]
    return runs(values) > len(set(values))


def _check_times(keyword: str, times: Sequence[float | None], where: str) -> None:
    """Two groups of times, a pause apart, whose slices alternate, are two phases.

    Slices without a time are left out; whether half of them have none, another rule asks.
    """
    known = np.array([t for t in times if t is not None])
    if len(known) < LEAST_TIMES:
        return
    ordered = np.sort(known)
    pauses = np.diff(ordered)
    if pauses.max() < LEAST_PAUSE_S:
        return
    later = known > ordered[int(pauses.argmax())]
    if runs(later.tolist()) > 3:
        turns = f"slices in turn from two times ({keyword}) {pauses.max():.0f} s apart"
        raise _several(keyword, turns, where)


def _several(keyword: str, got: str, where: str) -> InputError:
    """Slices of several scans."""
    what = "patient" if keyword.startswith("Patient") else "patient, scan and phase"
    return InputError(
        where,
        f"slices must be of one {what}",
        got=got,
        remedy=f"lay the files of one scan in a folder of their own, told apart by {keyword}",
    )
