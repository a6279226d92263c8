"""Results of this process that stand in their place, for whoever has to say what is left of it."""

from pathlib import Path

_placed: list[Path] = []


def placed(place: Path) -> None:
    """A result stands in its place."""
    _placed.append(place)


def last_placed() -> Path | None:
    """The latest result; None before there is one."""
    return _placed[-1] if _placed else None


def forget_placed() -> None:
    """Another piece of work begins."""
    _placed.clear()
