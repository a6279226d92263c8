"""The one way in which the program says that an input can't be used."""

from collections.abc import Sequence
from typing import Any

from TACEResponseLib.basics.plain_text import printable
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind

MOST_NAMES = 4

COPY_AGAIN = "get an unchanged copy of the bundle"
"""What to do about a damaged bundle."""


class InputError(ValueError):
    """The user's input breaks a rule; the program stops with exit status 2.

    Printed as one line: `<where>: <rule>, got <got>; <remedy>`.
    """

    def __init__(
        self,
        where: object,
        rule: str,
        *,
        got: object,
        remedy: str,
        names: Sequence[str] = (),
        hint: str = "",
    ) -> None:
        """Name the place, the rule, the value and the way out.

        Args:
            where: file name, option or variable that the user knows; a `Subject` where the
                front ends call it by different names, or its kind alone.
            rule: what must hold, with units.
            got: the value that broke it, short enough for one line.
            remedy: what the user can do about it.
            names: of segments or series, which often name the patient too; shown after `got`, and
                left out of `written`.
            hint: a remedy that bears such names; shown in place of `remedy`, which is written.
        """
        where = Subject(where) if isinstance(where, SubjectKind) else where
        self.subject = where if isinstance(where, Subject) else None
        self.where = str(where)
        self.rule = rule
        self.unnamed = str(got)
        self.unhinted, self.hint = remedy, hint
        self.remedy = hint or remedy
        self.names = tuple(names)
        self.got = f"{got}{self.named}"
        super().__init__(_line(self.where, rule, self.got, self.remedy))

    @property
    def named(self) -> str:
        """The names as they follow what was got; empty without any."""
        shown = ", ".join(self.names[:MOST_NAMES]) + ", ..." * (len(self.names) > MOST_NAMES)
        return f" ({shown})" if shown else ""

    @property
    def written(self) -> str:
        """The line as it may stand in a file: without the names that the input bears inside."""
        return _line(self.where, self.rule, self.unnamed, self.unhinted)

    def at(self, where: object) -> "InputError":
        """The same of a place that is told more fully; its subject stays what it is about."""
        subject = self.subject
        if subject is not None and not isinstance(where, Subject):
            where = Subject(subject.kind, subject.name, text=str(where), part=subject.part)
        return InputError(
            where,
            self.rule,
            got=self.unnamed,
            remedy=self.unhinted,
            names=self.names,
            hint=self.hint,
        )

    @property
    def _place(self) -> str:
        """Where, with its subject if there is one."""
        return self.where if self.subject is None else self.subject

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive the way back from a worker process, which would call `InputError(message)`."""
        parts = (self._place, self.rule, self.unnamed, self.unhinted, self.names, self.hint)
        return _rebuilt, parts


class OutputError(InputError):
    """The place of a result can't be used; what was computed for it is not at fault."""


def _line(where: str, rule: str, got: str, remedy: str) -> str:
    """One line, whatever control characters its parts hold."""
    return printable(" ".join(f"{where}: {rule}, got {got}; {remedy}".split()))


def _rebuilt(
    where: str, rule: str, got: str, remedy: str, names: tuple[str, ...] = (), hint: str = ""
) -> InputError:
    return InputError(where, rule, got=got, remedy=remedy, names=names, hint=hint)


class MissingExtraError(RuntimeError):
    """An optional package is absent; the message says which command installs it."""

    def __init__(self, package: str, feature: str, extra: str) -> None:
        """Name the package, what needs it and the extra that brings it."""
        super().__init__(
            f"{feature} needs the package {package}; "
            f"install it with: pip install 'taceresponse[{extra}]'"
        )
