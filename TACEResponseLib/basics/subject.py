"""What an error is about, as a typed thing: each front end words it for its own reader."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self


class SubjectKind(StrEnum):
    """Which input of the user an error is about."""

    IMAGE = "image"
    ROI = "roi"
    CLINICAL = "clinical"
    CONTEXT = "context"
    IMAGE_DATE = "image_date"
    FIRST_TREATMENT = "first_treatment"
    BUNDLE = "bundle"
    OUTPUT = "output"
    CASE_ID = "case_id"
    DEVICE = "device"
    REPORT = "report"
    HANDOVER = "handover"
    """What one process hands over to the other; the user can only do it again."""


ON_TERMINAL: Mapping[SubjectKind, str] = {
    SubjectKind.IMAGE: "--image",
    SubjectKind.ROI: "--roi",
    SubjectKind.CLINICAL: "--clinical",
    SubjectKind.CONTEXT: "--context",
    SubjectKind.IMAGE_DATE: "date of the image",
    SubjectKind.FIRST_TREATMENT: "first treatment",
    SubjectKind.BUNDLE: "--bundle",
    SubjectKind.OUTPUT: "--output",
    SubjectKind.CASE_ID: "--case-id",
    SubjectKind.DEVICE: "--device",
    SubjectKind.REPORT: "report",
    SubjectKind.HANDOVER: "handover",
}
"""Options, or the words of the manual where no option is at fault."""


class Subject(str):
    """The text that names an input on the terminal, which knows its kind and which of them it is.

    It is given where a plain text would name the place; a text made of it is a plain one again.
    """

    __slots__ = ("kind", "name", "part")
    kind: SubjectKind
    name: str
    """Which one: a sequence, a clinical variable, what a bundle is called; empty for the only."""
    part: str
    """Of the input, such as one file of a bundle; empty for all of it."""

    def __new__(
        cls, kind: SubjectKind, name: str = "", *, text: str | None = None, part: str = ""
    ) -> Self:
        """Name an input.

        Args:
            kind: which input.
            name: which one of its kind.
            text: what the terminal says; by default the option and the name.
            part: of the input, where not all of it is meant.
        """
        shown = f"{ON_TERMINAL[kind]} {name}".rstrip() if text is None else text
        subject = super().__new__(cls, shown)
        subject.kind, subject.name, subject.part = kind, name, part
        return subject

    def within(self, part: str) -> "Subject":
        """A part of the same input, such as one file of a bundle."""
        inside = f"{self.part}, {part}" if self.part else part
        return Subject(self.kind, self.name, text=f"{self}, {part}", part=inside)

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive the way back from another process."""
        return _rebuilt, (self.kind, self.name, str(self), self.part)


def part_of(where: str, part: str) -> str:
    """How messages call a part of an input; of a `Subject`, still one."""
    return where.within(part) if isinstance(where, Subject) else f"{where}, {part}"


def _rebuilt(kind: SubjectKind, name: str, text: str, part: str) -> Subject:
    return Subject(kind, name, text=text, part=part)


OUTPUT = Subject(SubjectKind.OUTPUT)
"""The place of a result, where no other option names it."""
