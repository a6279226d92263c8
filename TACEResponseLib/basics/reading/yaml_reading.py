"""The one gate for YAML from outside: plain values only, bounded before anything is built.

Anchors are welcome, as recipes share settings by them, but what they unfold to is counted first.
Nothing is a date, no number has underscores or colons, and no tag names a type.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.strict_numbers import is_odd_number

if TYPE_CHECKING:
    import yaml

MOST_BYTES = 256 * 1024
MOST_DEPTH = 64
# The longest recipe that ships unfolds to 600.
MOST_VALUES = 20_000
MERGE = "<<"
WHOLE = re.compile(r"^[-+]?[0-9]{1,18}$")
DECIMAL = re.compile(r"^[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]{1,4})?$")
# yes, no, on, off, true and false, as PyYAML has them, and null.
KEPT_TAGS = ("bool", "null", "merge")


def parse_yaml(text: str, where: str) -> Any:
    """The value of a YAML text.

    Args:
        text: the whole file, or the value of an option.
        where: how the user named it, for messages.
    Raises: InputError: no YAML, too large or too deep, a key given twice, a tag.
    """
    import yaml

    if len(text) > MOST_BYTES:
        raise InputError(
            where,
            f"must be at most {MOST_BYTES // 1024} kB of YAML",
            got="more",
            remedy="check that this is the right file",
        )
    try:
        _Counting(where).count(text)
        content = yaml.load(text, Loader=_loader())
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            where,
            "must be readable YAML",
            got=_reason(error),
            remedy="mend it there, or quote the value",
        ) from error
    if odd := _odd_number(content):
        raise InputError(
            where,
            "numbers are written in the digits 0 to 9",
            got=repr(odd[:40]),
            remedy="write for instance 66",
        )
    return content


def _reason(error: Exception) -> str:
    """What PyYAML stumbled on, and where."""
    mark = getattr(error, "problem_mark", None)
    place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"{str(getattr(error, 'problem', None) or 'a broken text')[:100]}{place}"


@cache
def _loader() -> "type[yaml.SafeLoader]":
    """PyYAML's safe reader without dates, sexagesimal numbers and underscores."""
    import yaml

    class PlainLoader(yaml.SafeLoader):
        pass

    prefix = "tag:yaml.org,2002:"
    kept = {prefix + name for name in KEPT_TAGS}
    PlainLoader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in pairs if tag in kept]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    digits = list("-+.0123456789")
    PlainLoader.add_implicit_resolver(prefix + "int", WHOLE, digits)
    PlainLoader.add_implicit_resolver(prefix + "float", DECIMAL, digits)
    PlainLoader.add_constructor(prefix + "int", _whole)
    return PlainLoader


def _whole(loader: "yaml.SafeLoader", node: "yaml.ScalarNode") -> int:
    """Decimal, whatever it begins with; PyYAML reads 010 as 8."""
    return int(loader.construct_scalar(node))


@dataclass
class _Frame:
    """A list or mapping that is still open."""

    is_mapping: bool
    anchor: str | None
    size: int = 1
    children: int = 0
    keys: set[str] = field(default_factory=set)


class _Counting:
    """Counts what a text unfolds to, event by event, and stops at the first excess."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._open: list[_Frame] = [_Frame(is_mapping=False, anchor=None)]
        self._sizes: dict[str, int] = {}

    def count(self, text: str) -> None:
        """Raises: InputError."""
        import yaml

        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            tag = getattr(event, "tag", None)
            if tag is not None:
                raise self._refused("must not name types by tags", str(tag)[:40])
            if isinstance(event, yaml.CollectionStartEvent):
                is_mapping = isinstance(event, yaml.MappingStartEvent)
                self._open.append(_Frame(is_mapping=is_mapping, anchor=event.anchor))
                if len(self._open) > MOST_DEPTH + 1:
                    raise self._refused(f"must be nested at most {MOST_DEPTH} deep", "deeper")
            elif isinstance(event, yaml.CollectionEndEvent):
                frame = self._open.pop()
                self._add(frame.size, frame.anchor, None)
            elif isinstance(event, yaml.ScalarEvent):
                self._add(1, event.anchor, event.value)
            elif isinstance(event, yaml.AliasEvent):
                self._add(self._size_of(event.anchor), None, None)

    def _add(self, size: int, anchor: str | None, text: str | None) -> None:
        """A value is complete; the list or mapping round it grows."""
        if anchor is not None:
            self._sizes[anchor] = size
        frame = self._open[-1]
        if frame.is_mapping and frame.children % 2 == 0 and text is not None:
            if text in frame.keys:
                raise self._refused("must give each key once", f"{text[:60]!r} twice")
            frame.keys.add(text)
        frame.children += 1
        frame.size += size
        if sum(one.size for one in self._open) > MOST_VALUES:
            raise self._refused(f"must unfold to at most {MOST_VALUES} values", "more")

    def _size_of(self, anchor: str | None) -> int:
        """What an alias stands for; one inside its own anchor would never end."""
        if anchor not in self._sizes:
            raise self._refused("may repeat only what is complete", f"*{str(anchor)[:40]}")
        return self._sizes[anchor]

    def _refused(self, rule: str, got: str) -> InputError:
        return InputError(self._where, rule, got=got, remedy="mend the YAML")


def _odd_number(value: Any) -> str:
    """A text, maybe of a list or mapping, that Python would read as a number; else empty."""
    if type(value) is str:
        return value if is_odd_number(value) else ""
    items = value.values() if type(value) is dict else value if type(value) in (tuple, list) else ()
    return next(filter(None, map(_odd_number, items)), "")
