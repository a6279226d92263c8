"""A rounded value stays on its side of the limit beside it."""

from math import inf, nan, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from TACEResponseLib.basics.past_limit import past, past_any


@pytest.mark.parametrize(
    ("value", "limit", "spec", "text"),
    [
        (80.002, 80, ".0f", "80.002"),
        (80.4, 80, ".0f", "80.4"),
        (81.4, 80, ".0f", "81"),
        (79.6, 80, ".0f", "79.6"),
        (80.0, 80, ".0f", "80"),
        (10000.4, 10_000, ",.0f", "10,000.4"),
        (1.0000001, 1, ".3g", "1.0000001"),
        (-0.001, 0, ".2f", "-0.001"),
        (nextafter(90, 91), 90, ".2f", "90.00000000000001"),
        (inf, 80, ".0f", "inf"),
        (nan, 80, ".0f", "nan"),
    ],
)
def test_digits_are_added_until_the_value_breaks_its_rule(
    value: float, limit: float, spec: str, text: str
) -> None:
    assert past(value, limit, spec) == text


@given(
    value=st.floats(-1e6, 1e6),
    limit=st.floats(-1e6, 1e6),
    spec=st.sampled_from([".3g", ".0f", ",.1f", ".2e"]),
)
def test_what_is_printed_lies_where_the_value_lies(value: float, limit: float, spec: str) -> None:
    printed = float(past(value, limit, spec).replace(",", ""))
    assert (printed < limit, printed > limit) == (value < limit, value > limit)


def test_each_of_several_values_keeps_its_side_of_both_limits() -> None:
    assert past_any((1.0, 2.5, 50.0000001), (0, 50), ".4g") == "1 x 2.5 x 50.0000001"
    assert past_any((1e-9, 1.0), (0, 50), ".4g") == "1e-09 x 1"
