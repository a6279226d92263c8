"""A remark that travels with a case or a result and is shown above the number."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWarning:
    """Something the reader of a result must know."""

    code: str
    """Stable, snake_case: tests and the panel recognize a warning by it."""
    message: str
    """One sentence in the reader's words, with the value and its unit."""
