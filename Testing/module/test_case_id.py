"""A case's id in the panel: refused in words beside the field, with one that is accepted."""

from typing import Any

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.ids import check_id
from TACEResponseLib.patient.case import Case

DEVICES = ("con", "nul.txt")


@pytest.mark.parametrize(
    "name", ["M\u00fcller, Hans", "study 7", "../../x", "CON", "nul.txt", "=1+1", "x" * 65]
)
def test_a_name_is_refused_beside_the_field_and_the_proposal_is_accepted(
    name: str, person: Any, patient: Case
) -> None:
    person.make_ready(patient)
    assert person.ui.scoreButton.enabled
    person.ui.caseIdEdit.setText(name)
    person.wait(lambda: not person.ui.scoreButton.enabled)
    words = str(person.ui.caseProblemLabel.text)
    with pytest.raises(InputError) as refused:
        check_id(name, "Case")
    # The command line escapes accents, which no terminal may spoil; a panel shows them.
    assert words == f"{refused.value}.".replace(ascii(name), repr(name))
    assert ("a name that Windows gives to a device" in words) is (name.lower() in DEVICES)
    assert words in person.missing
    person.ui.caseIdEdit.setText(words.removesuffix(".").rsplit(" ", 1)[1])
    person.wait(lambda: person.ui.scoreButton.enabled)
    assert str(person.ui.caseProblemLabel.text) == ""
