"""What an input is called where its user reads of it: options of a command, or columns of a table.

A message is made deep inside, by code that serves every front end. Who reads a table, or shows a
form, says so round the work; what is made meanwhile names things as that reader knows them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Names of inputs; `{}` stands for a sequence, by which several of one kind differ."""

    subjects: Mapping[SubjectKind, str]
    """Each kind of input."""
    one_of: Mapping[SubjectKind, str] = field(default_factory=dict)
    """One of several of a kind; by default the kind's name and that of the one."""
    image_file: str
    """How the image of one sequence is given."""
    any_image_file: str
    """The same of a sequence that the user chooses."""
    roi_file: str
    unknown: str
    """How a clinical value is left open."""
    mask: str = "ROI"
    """What a file of labels or segments is read as."""
    organ: str = "tumor"
    """What it marks."""

    def subject(self, kind: SubjectKind, name: str = "") -> str:
        """An input, or one of several of its kind."""
        if name and kind in self.one_of:
            return self.one_of[kind].format(name)
        return f"{self.subjects[kind]} {name}".rstrip()


OPTIONS = Vocabulary(
    subjects={
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
    },
    image_file="--image {}=FILE",
    any_image_file="--image SEQUENCE=FILE",
    roi_file="--roi FILE",
    unknown="or null for unknown",
)
"""Of the command line, or the words of the manual where no option is at fault."""

_spoken: ContextVar[Vocabulary] = ContextVar("vocabulary", default=OPTIONS)


def vocabulary() -> Vocabulary:
    """The one that is spoken here."""
    return _spoken.get()


@contextmanager
def spoken(words: Vocabulary) -> Iterator[None]:
    """Messages that are made meanwhile name inputs by these words."""
    token = _spoken.set(words)
    try:
        yield
    finally:
        _spoken.reset(token)
