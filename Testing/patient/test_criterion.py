"""Criteria as tables and papers write them."""

import pytest

from TACEResponseLib.patient.criterion import criterion_name, is_same_criterion


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("mRECIST", "mRECIST"),
        ("m-RECIST", "mRECIST"),
        ("modified RECIST", "mRECIST"),
        ("mRECIST 1.1", "mRECIST"),
        ("mRECIST, majority of three readers", "mRECIST"),
        ("modified Response Evaluation Criteria in Solid Tumors (ver. 1.1)", "mRECIST"),
        ("RECIST 1.1", "RECIST 1.1"),
        ("recist v1.1", "RECIST 1.1"),
        ("RECIST1.1 on the arterial phase", "RECIST 1.1"),
        ("RECIST 1.0", "RECIST 1.0"),
        ("RECIST", "RECIST"),
        ("iRECIST", "iRECIST"),
        ("EASL", "EASL"),
        ("qEASL", "qEASL"),
        ("LR-TR viable", "LI-RADS"),
        ("by eye", "by eye"),
        ("", ""),
    ],
)
def test_a_criterion_has_one_name_however_it_is_written(text: str, name: str) -> None:
    assert criterion_name(text) == name


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("mRECIST", "modified RECIST", True),
        ("mRECIST", "RECIST 1.1", False),
        ("mRECIST", "RECIST", False),
        ("RECIST", "RECIST 1.1", True),
        ("RECIST 1.0", "RECIST 1.1", False),
        ("By Eye", "by eye", True),
        ("by eye", "mRECIST", False),
    ],
)
def test_recist_without_a_version_is_any_of_them_and_never_the_modified(
    one: str, other: str, is_same: bool
) -> None:
    assert is_same_criterion(one, other) is is_same
    assert is_same_criterion(other, one) is is_same
