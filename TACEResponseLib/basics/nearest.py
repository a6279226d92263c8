"""What a misspelt word was meant to be, where that can be told."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

# One letter wrong in four; looser is a guess that misleads ("hbsag" for "age").
ALIKE = 0.75


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, in any case; `None` if none is like it.

    A whole part of a name counts for the name (`age` for `age_years`), if it is of one name only;
    of several it is no hint to any.

    Args:
        word: what was written.
        known: what might have been meant.
    """
    given = word.strip().lower()
    names = list(dict.fromkeys(known))
    if not given or len(given) > 80:
        return None
    having = [name for name in names if _parts(given) and _holds(_parts(name), _parts(given))]
    if having:
        return having[0] if len(having) == 1 else None
    ratios = [(SequenceMatcher(None, given, name.lower()).ratio(), name) for name in names]
    ratio, name = max(ratios, default=(0.0, ""), key=lambda pair: pair[0])
    return name if ratio >= ALIKE else None


def _parts(name: str) -> list[str]:
    """Words of a name: `ct_arterial` has two."""
    return re.findall(r"[^\W_]+", name.lower())


def _holds(parts: list[str], sought: list[str]) -> bool:
    """Whether words stand in others, side by side and in this order."""
    size = len(sought)
    return any(parts[n : n + size] == sought for n in range(len(parts) - size + 1))
