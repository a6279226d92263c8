"""What an error is about, as a typed thing: each front end words it for its own reader."""

from typing import Any, Self

from TACEResponseLib.basics.vocabulary import SubjectKind, vocabulary


class Subject(str):
    """The text that names an input to its user, which knows its kind and which of them it is.

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
            text: what its user reads; by default as the front end at work calls it.
            part: of the input, where not all of it is meant.
        """
        shown = vocabulary().subject(kind, name) if text is None else text
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


def image_subject(sequence: str, source: str) -> Subject:
    """An image, and its file by name, if that may be told.

    Args:
        sequence: word of it.
        source: the file's name, or empty.
    """
    text = vocabulary().subject(SubjectKind.IMAGE, sequence)
    shown = f"{text}={source}" if source else text
    return Subject(SubjectKind.IMAGE, sequence, text=shown)


def part_of(where: str, part: str) -> str:
    """How messages call a part of an input; of a `Subject`, still one."""
    return where.within(part) if isinstance(where, Subject) else f"{where}, {part}"


def _rebuilt(kind: SubjectKind, name: str, text: str, part: str) -> Subject:
    return Subject(kind, name, text=text, part=part)


OUTPUT: str = SubjectKind.OUTPUT
"""The place of a result, where no other option names it."""
