"""Files that are named like DICOM and hold none: passed over, and told."""

from collections.abc import Sequence
from typing import Any

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.imaging.files.dicom_series.files import ENDINGS, first_bytes, holds_other


def stray_warnings(slices: Sequence[Any]) -> tuple[CaseWarning, ...]:
    """Say how many files beside a series may be slices whose content was lost.

    What macOS lays beside each file is none of them.

    Args:
        slices: each with `path`, of one folder.
    """
    taken = {s.path for s in slices}
    named = [p for p in slices[0].path.parent.iterdir() if p.suffix.lower() in ENDINGS]
    heads = [first_bytes(p) for p in named if p not in taken and p.is_file()]
    count = sum(not head or (holds_other(head) and not head.startswith(b"\0")) for head in heads)
    if not count:
        return ()
    return (
        CaseWarning(
            code="files_passed_over",
            message=f"Passed over: {count} of the files beside the series that are named like "
            "DICOM and hold text or nothing. Check that no slice of the series is missing.",
        ),
    )
