"""Texts in which a scene keeps forms, histories and digests; a scene may have been made anywhere.

Each reader gives back what its writer was given, or `None` for any other text.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TypeGuard

from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.reading.typed_values import TypedValueError, typed
from TACEResponseLib.worker.shapes import PastScore

MOST_LETTERS = 1_000_000
"""Thousands of scores; the process takes no longer request either."""
MOST_ML = 1e6


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What a scene says of the case that was scored last."""

    content: str
    """`ScoreInput.content`; all that an early version kept."""
    anyOrder: str = ""
    """The same whatever the order of the segments; empty where they overlap."""
    model: str = ""
    """The name of its folder."""
    form: list[str] = field(default_factory=list)
    """The clinical variables that it read."""

    def text(self) -> str:
        """As the scene keeps it."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class History:
    """All scores of a case."""

    scores: tuple[PastScore, ...]


@dataclass(frozen=True)
class KeptForm:
    """A form as the scene keeps it."""

    texts: Mapping[str, str]
    """What was typed, by variable."""
    units: Mapping[str, str]
    """Units that were chosen."""

    def text(self) -> str:
        """As the scene keeps it."""
        return json.dumps({"texts": dict(self.texts), "units": dict(self.units)})


def formOf(text: str) -> KeptForm | None:
    """What was typed and which units were chosen."""
    if not text:
        return KeptForm({}, {})
    try:
        return typed(KeptForm, _parsed(text))
    except TypedValueError:
        return None


def voxelsOf(text: str) -> dict[str, str] | None:
    """Digests of images' voxels, by sequence."""
    digests = _parsed(text) if text else {}
    return digests if _areTexts(digests) else None


def scoredOf(text: str) -> Scored | None:
    """The case that was scored last; early versions kept its name alone."""
    if not text.startswith("{"):
        return Scored(content=text)
    kept = _parsed(text)
    if not isinstance(kept, dict) or set(kept) != set(Scored.__dataclass_fields__):
        return None
    texts = [value for key, value in kept.items() if key != "form"]
    isWhole = all(isinstance(value, str) for value in texts) and isinstance(kept["form"], list)
    isWhole = isWhole and all(isinstance(name, str) for name in kept["form"])
    return Scored(**kept) if isWhole else None


def historyOf(text: str) -> tuple[PastScore, ...] | None:
    """Every score of a case, the first one first."""
    try:
        history = typed(History, {"scores": _parsed(text) if text else []}).scores
    except TypedValueError:
        return None
    return history if all(0 <= score.volume_ml <= MOST_ML for score in history) else None


def historyText(history: Iterable[PastScore]) -> str:
    """A history as the scene keeps it."""
    return json.dumps([asdict(score) for score in history])


def _parsed(text: str) -> object:
    """The value of a JSON text; `None` for what is none, or too long."""
    try:
        return parse_json(text, "scene") if len(text) <= MOST_LETTERS else None
    except ValueError:
        return None


def _areTexts(value: object) -> TypeGuard[dict[str, str]]:
    """Whether this is texts by name."""
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
