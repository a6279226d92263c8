"""How often hostile input is tried, and where its outcomes are counted."""

import os

import pytest

from Testing.hardening.attempts import Tally

LONG = os.environ.get("TACE_HARDEN") == "long"
LONG_FACTOR = 40


@pytest.fixture
def tries() -> "_Tries":
    """`tries(50)`: 50 in the short form, 40 times as many in `make harden`."""
    return _Tries()


class _Tries:
    def __call__(self, short: int) -> range:
        return range(short * (LONG_FACTOR if LONG else 1))


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    """Counts the outcomes of one test; the terminal's last lines add them up."""
    counts: dict[str, int] = {}
    request.node.user_properties.append(("outcomes", counts))
    return Tally(counts)
