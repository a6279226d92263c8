"""A case's id in the panel: refused in words beside the field, with one that is accepted."""

from typing import Any

import pytest

from TACEResponseLib.case import Case


@pytest.mark.parametrize(
    "name", ["M\u00fcller, Hans", "study 7", "../../x", "con", "=1+1", "x" * 65]
)
def test_a_name_is_refused_beside_the_field_and_the_proposal_is_accepted(
    name: str, person: Any, patient: Case
) -> None:
    person.make_ready(patient)
    assert person.ui.scoreButton.enabled
    person.ui.caseIdEdit.setText(name)
    person.wait(lambda: not person.ui.scoreButton.enabled)
    words = str(person.ui.caseProblemLabel.text)
    assert words.startswith("Case: use a study number")
    assert words in person.missing
    person.ui.caseIdEdit.setText(words.removesuffix(".").rsplit(" ", 1)[1])
    person.wait(lambda: person.ui.scoreButton.enabled)
    assert str(person.ui.caseProblemLabel.text) == ""
