"""One pattern for every id: what may stand, what may not, and what is proposed instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.ids import LONGEST, broken_rule, check_id, nearest_id, suggested, twins

BAD = (
    "",
    " ",
    ".",
    "..",
    "../../x",
    "/abs",
    "a/b",
    "a\\b",
    "C:x",
    "con",
    "CON",
    "nul.txt",
    "COM1",
    "lpt9.x.y",
    "P1.",
    "-x",
    ".hidden",
    "=1+1",
    "+1",
    "@x",
    "P 1",
    " P1",
    "P1\n",
    "P1\x00",
    "P1\x1b",
    "x" * 65,
    "\u00fc",
    "P\u0661",
    "\uff30\uff11",
    "P1\u202e",
    "~",
    "a*b",
    "$HOME",
)
GOOD = (
    "P1",
    "p",
    "0",
    "HCC_001",
    "SIM-000007",
    "TCGA-BC-A10Q",
    "a..b",
    "con1",
    "COM0",
    "COM10",
    "x" * 64,
    "a.b-c_d",
)


@pytest.mark.parametrize("name", BAD)
def test_an_id_that_could_lead_elsewhere_is_refused_with_one_that_is_accepted(name: str) -> None:
    with pytest.raises(InputError, match="case_id: must") as refused:
        check_id(name, "case_id")
    assert "\n" not in str(refused.value)
    assert str(refused.value).isascii()
    proposed = refused.value.remedy.rsplit(" ", 1)[1]
    assert broken_rule(proposed) == ""


@pytest.mark.parametrize("name", GOOD)
def test_a_plain_id_may_stand_and_is_left_as_it_is(name: str) -> None:
    check_id(name, "case_id")
    assert suggested(name) == name


@given(st.text(max_size=200))
def test_every_proposal_may_stand(name: str) -> None:
    for proposed in (suggested(name), nearest_id(name)):
        assert broken_rule(proposed) == ""
        assert len(proposed) <= LONGEST


def test_a_proposal_of_a_bundle_s_name_keeps_what_can_be_kept() -> None:
    assert nearest_id("My model") == "My-model"
    assert nearest_id("nul") == "P-nul"


def test_a_person_s_name_is_never_proposed() -> None:
    assert suggested("M\u00fcller, Hans") == "P001"
    assert suggested("../../Meier") == "P001"


@pytest.mark.parametrize(
    "name", ["M\u00fcller 1962", "Hans Meier 12.3.1950", "Meier, Hans (2)", "study 7", "0815/Meier"]
)
def test_nor_is_a_part_of_one_that_has_digits(name: str) -> None:
    assert suggested(name) == "P001"


def test_capitals_make_no_other_id() -> None:
    assert list(twins(["P1", "P2", "p1", "P1"])) == [(2, 0), (3, 0)]
