"""The one pattern of every id: of a patient, of a bundle, of whatever becomes the name of a file.

Such a name means the same on every system, leads nowhere else and is no formula in a spreadsheet.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.cells import StoredDate

PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LONGEST = 64
BRANCH_PATTERN = re.compile(r"[a-z][a-z0-9_-]{0,31}")
# Windows gives these to devices, with an extension too.
# Source: Microsoft, Naming Files, Paths, and Namespaces.
DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
)
STUDY_NUMBER, EXAMPLE = "a study number", "P001"
RULE = "must be 1 to 64 unaccented letters, digits, dots, dashes or underscores, a letter or digit "
RULE += "first and no dot last"
DATE_RULE = "must be text, not a date as spreadsheets make of 5-12"
DEVICE_RULE = "must not be a name that Windows gives to a device"


def broken_rule(name: str) -> str:
    """The rule that an id breaks; empty if it may stand."""
    if isinstance(name, StoredDate):
        return DATE_RULE
    if not PATTERN.fullmatch(name) or name.endswith("."):
        return RULE
    return DEVICE_RULE if _is_device(name) else ""


def check_id(name: str, where: str, *, what: str = STUDY_NUMBER) -> None:
    """Refuse an id that can't name a file.

    Args:
        name: the id.
        where: how the user knows its place.
        what: the kind of id that the remedy speaks of.
    Raises: InputError: it breaks the pattern; proposes one that doesn't.
    """
    if rule := broken_rule(name):
        raise InputError(where, rule, got=shown(name), remedy=remedy(name, what))


def shown(name: str) -> str:
    """An id that may be anything, short and on one line."""
    if not broken_rule(name):
        return name
    return ascii(name[:LONGEST]) if len(name) <= LONGEST else f"{name[:LONGEST]!a} and more"


def remedy(name: str, what: str = STUDY_NUMBER) -> str:
    """What to do about an id that may not stand."""
    if isinstance(name, StoredDate):
        return "format the column as text in the spreadsheet and type the ids anew"
    near = suggested(name) if what == STUDY_NUMBER else nearest_id(name)
    return f"use {what}, for instance {near}"


def is_branch_name(name: str) -> bool:
    """Whether a branch may be called so: its weights lie in a file of that name."""
    return bool(BRANCH_PATTERN.fullmatch(name)) and not broken_rule(name)


def suggested(name: str) -> str:
    """An id for a patient: itself if it may stand, else an example.

    What comes near a name that may not stand may well be a person's, which nobody should be told
    to use; digits in it are as likely a date of birth as a study number.
    """
    return EXAMPLE if broken_rule(name) else name


def nearest_id(name: str) -> str:
    """The nearest id that may stand; itself if it may."""
    if not broken_rule(name):
        return name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    joined = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("._-")
    near = joined[:LONGEST].rstrip("._-")
    if not near:
        return EXAMPLE
    return f"P-{near}"[:LONGEST].rstrip("._-") if _is_device(near) else near


def twins(names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Places of names that are there already, and of the first; capitals make no difference."""
    first: dict[str, int] = {}
    for place, name in enumerate(names):
        owner = first.setdefault(name.casefold(), place)
        if owner != place:
            yield place, owner


def _is_device(name: str) -> bool:
    return name.split(".")[0].lower() in DEVICES
