"""The one way in which the program says that an input can't be used."""

from typing import Any


class InputError(ValueError):
    """The user's input breaks a rule; the program stops with exit status 2.

    Printed as one line: `<where>: <rule>, got <got>; <remedy>`.
    """

    def __init__(self, where: object, rule: str, *, got: object, remedy: str) -> None:
        """Name the place, the rule, the value and the way out.

        Args:
            where: file name, option or variable that the user knows.
            rule: what must hold, with units.
            got: the value that broke it, short enough for one line.
            remedy: what the user can do about it.
        """
        self.where = str(where)
        self.rule = rule
        self.got = str(got)
        self.remedy = remedy
        super().__init__(" ".join(f"{where}: {rule}, got {got}; {remedy}".split()))

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive the way back from a worker process, which would call `InputError(message)`."""
        return _rebuilt, (self.where, self.rule, self.got, self.remedy)


class OutputError(InputError):
    """The place of a result can't be used; what was computed for it is not at fault."""


def _rebuilt(where: str, rule: str, got: str, remedy: str) -> InputError:
    return InputError(where, rule, got=got, remedy=remedy)


class MissingExtraError(RuntimeError):
    """An optional package is absent; the message says which command installs it."""

    def __init__(self, package: str, feature: str, extra: str) -> None:
        """Name the package, what needs it and the extra that brings it."""
        super().__init__(
            f"{feature} needs the package {package}; "
            f"install it with: pip install 'taceresponse[{extra}]'"
        )
