"""YAML as people read it: `1e-3` is a number, `6_6`, `0x10`, `010` and `1:30` are none.

YAML 1.1, which PyYAML reads, takes these for 66, 16, 8 and 90, and `1e-3` for a word.
"""

import re
from typing import Any

from TACEResponseLib.errors import InputError
from TACEResponseLib.strict_numbers import is_odd_number

NUMBER_TAGS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)$")
DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$")
BEGINS = "-+.0123456789"


def read_yaml(text: str, where: str) -> Any:
    """What a YAML text holds: plain values, no tags that build objects.

    Args:
        text: YAML.
        where: how the user named it, for messages.
    Raises: yaml.YAMLError: it is no YAML. InputError: it holds a number that nobody writes so.
    """
    import yaml

    class StrictLoader(yaml.SafeLoader):
        """PyYAML's safe loader with numbers as JSON has them."""

        yaml_implicit_resolvers = {  # noqa: RUF012  # PyYAML's own way
            first: [(tag, pattern) for tag, pattern in entries if tag not in NUMBER_TAGS]
            for first, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    StrictLoader.add_implicit_resolver(NUMBER_TAGS[0], WHOLE, list(BEGINS))
    StrictLoader.add_implicit_resolver(NUMBER_TAGS[1], DECIMAL, list(BEGINS))
    content = yaml.load(text, StrictLoader)
    if odd := _odd_number(content):
        raise InputError(where, "numbers are written in the digits 0 to 9", got=repr(odd),
                         remedy="write for instance 66")  # fmt: skip
    return content


def _odd_number(value: Any) -> str:
    """A text, maybe of a list or mapping, that Python would read as a number; else empty."""
    if type(value) is str:
        return value if is_odd_number(value) else ""
    items = value.values() if type(value) is dict else value if type(value) in (tuple, list) else ()
    return next(filter(None, map(_odd_number, items)), "")
