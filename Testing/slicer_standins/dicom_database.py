"""Stand-in of Slicer's DICOM database, filled by a test with headers.

Source: commontk/CTK, Libs/DICOM/Core/ctkDICOMDatabase.h.
"""

# The names are Slicer's.
# ruff: noqa: N801, N802

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .declared import require

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

TAG = re.compile(r"[0-9a-fA-F]{4},[0-9a-fA-F]{4}")


class ctkDICOMDatabase:
    """Headers by file and by instance. What isn't there is an empty text, as in CTK."""

    __slots__ = ("_headers",)

    def __init__(self) -> None:
        self._headers: dict[str, Dataset] = {}

    @property
    def isOpen(self) -> bool:
        """Whether a database is open."""
        return True

    def fileValue(self, file: str, tag: str, /) -> str:
        """Value of a tag, written "0008,0060", in a file; empty when missing."""
        require("fileValue", file, str, or_none=False)
        return _value(self._headers.get(file), tag)

    def instanceValue(self, uid: str, tag: str, /) -> str:
        """The same by SOP Instance UID."""
        require("instanceValue", uid, str, or_none=False)
        return self.fileValue(self.fileForInstance(uid), tag)

    def fileValueExists(self, file: str, tag: str, /) -> bool:
        """Whether the file is known and holds the tag."""
        return self.fileValue(file, tag) != ""

    def instanceValueExists(self, uid: str, tag: str, /) -> bool:
        """The same by SOP Instance UID."""
        return self.instanceValue(uid, tag) != ""

    def fileForInstance(self, uid: str, /) -> str:
        """File of an instance, empty when unknown."""
        return next((f for f, h in self._headers.items() if h.SOPInstanceUID == uid), "")

    def instanceForFile(self, file: str, /) -> str:
        """SOP Instance UID of a file, empty when unknown."""
        return self.fileValue(file, "0008,0018")

    def seriesForFile(self, file: str, /) -> str:
        """Series Instance UID of a file, empty when unknown."""
        return self.fileValue(file, "0020,000E")

    def filesForSeries(self, uid: str, hits: int = -1, /) -> list[str]:
        """Files of a series; at most `hits` of them unless it is negative."""
        files = [f for f, h in self._headers.items() if h.SeriesInstanceUID == uid]
        return files if hits < 0 else files[:hits]

    def instancesForSeries(self, uid: str, hits: int = -1, /) -> list[str]:
        """SOP Instance UIDs of a series."""
        return [self.instanceForFile(file) for file in self.filesForSeries(uid, hits)]

    def studyForSeries(self, uid: str, /) -> str:
        """Study Instance UID of a series, empty when unknown."""
        files = self.filesForSeries(uid)
        return self.fileValue(files[0], "0020,000D") if files else ""

    def allFiles(self) -> list[str]:
        """All files."""
        return list(self._headers)


def add_header(database: ctkDICOMDatabase, file: str, header: Dataset) -> None:
    """Put a header into the database, as the import of a file does."""
    database._headers[file] = header


def _value(header: Any, tag: str) -> str:
    if TAG.fullmatch(tag) is None:
        raise ValueError(f'a tag is written like "0008,0060", got {tag!r}')
    group, element = (int(part, 16) for part in tag.split(","))
    if header is None or (group, element) not in header:
        return ""
    value = header[group, element].value
    is_list = not isinstance(value, str) and hasattr(value, "__iter__")
    parts = value if is_list and header[group, element].VM > 1 else [value]
    return "\\".join("" if part is None else str(part) for part in parts)
