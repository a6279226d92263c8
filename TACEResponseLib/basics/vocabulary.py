"""What an input is called where its user reads of it: arguments, options of a command, columns.

A message is made deep inside, by code that serves every front end. Who reads a command line or a
table, or shows a form, says so round the work; what is made meanwhile names things as that reader
knows them. Who calls a function of the library reads the names of its arguments.
"""

from collections.abc import Iterable, Iterator, Mapping
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
    between: str = " and "
    """Images of several sequences."""
    option_name: str = "{}"
    """How an option is called; `{}` stands for its name, in words joined by hyphens."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Options that are called otherwise."""
    switches: Mapping[str, str] = field(default_factory=dict)
    """How options are given that take no value, where the name alone doesn't do it."""

    def image_files(self, sequences: Iterable[str]) -> str:
        """How the images of several sequences are given."""
        return self.between.join(self.image_file.format(sequence) for sequence in sequences)

    def option(self, name: str) -> str:
        """An option by its name: `gene-sets`."""
        return self.option_name.format(self.renamed.get(name, name))

    def switch(self, name: str) -> str:
        """How an option is given that takes no value."""
        return self.switches.get(name) or self.option(name)

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
    between=" ",
    option_name="--{}",
)
"""Of the command line, or the words of the manual where no option is at fault."""
ARGUMENTS = Vocabulary(
    subjects={
        **OPTIONS.subjects,
        SubjectKind.IMAGE: "image",
        SubjectKind.ROI: "roi",
        SubjectKind.CLINICAL: "clinical",
        SubjectKind.CONTEXT: "context",
        SubjectKind.BUNDLE: "bundle",
        SubjectKind.OUTPUT: "output",
        SubjectKind.CASE_ID: "case_id",
        SubjectKind.DEVICE: "device",
    },
    image_file="an image of {}",
    any_image_file="an image",
    roi_file="the ROI",
    unknown="or null for unknown",
    renamed={
        "gene-sets": "gene_sets",
        "landmark": "landmark_day",
        "large-roi": "is_large_meant",
        "reader-study": "reader_study",
        "roi-label": "labels",
        "roi-segment": "segments",
        "set": "changes",
    },
    switches={
        "by-site": "by_site=True",
        "large-roi": "is_large_meant=True",
        "no-scene": "with_scene=False",
        "overwrite": "overwrite=True",
        "resume": "resume=True",
    },
)
"""Of who calls a function."""

_spoken: ContextVar[Vocabulary] = ContextVar("vocabulary", default=ARGUMENTS)


def vocabulary() -> Vocabulary:
    """The one that is spoken here."""
    return _spoken.get()


def option(name: str) -> str:
    """How an option is called here."""
    return vocabulary().option(name)


def switch(name: str) -> str:
    """How an option that takes no value is given here."""
    return vocabulary().switch(name)


def speak(words: Vocabulary) -> None:
    """Name inputs by these words from now on, in a process or thread that serves one front end."""
    _spoken.set(words)


@contextmanager
def spoken(words: Vocabulary) -> Iterator[None]:
    """Messages that are made meanwhile name inputs by these words."""
    token = _spoken.set(words)
    try:
        yield
    finally:
        _spoken.reset(token)
