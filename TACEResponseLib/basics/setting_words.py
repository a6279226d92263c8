"""What a setting must be, in our words in place of those of the library that checks it."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_WHOLE, _NUMBER, _YES = "must be a whole number", "must be a number", "must be true or false"
# By the kind of error; braces hold what the library says of it.
WORDS: Mapping[str, str] = {
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be above {gt}",
    "less_than_equal": "must be {le} or less",
    "less_than": "must be below {lt}",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "must be a finite number",
    "bool_type": _YES,
    "bool_parsing": _YES,
    "string_type": "must be a text",
    "string_too_short": "must have at least {min_length} letters",
    "string_too_long": "must have at most {max_length} letters",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must hold settings of its own",
    "model_type": "must hold settings of its own",
    "model_attributes_type": "must hold settings of its own",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "missing": "must be there",
    "extra_forbidden": "must be a known key",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
}


def setting_rule(error: "ErrorDetails") -> str:
    """The rule that a setting breaks.

    Args:
        error: one of those of a `ValidationError`.
    """
    words = WORDS.get(error["type"])
    if words is None:
        # Rules of our own stand behind such a word.
        said = error["msg"].removeprefix("Value error, ")
        return re.sub(r"^(Input|Value) should (have|be)\b", r"must \2", said)
    return words.format_map(error.get("ctx", {}))
