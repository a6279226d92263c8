"""The folder of a report comes from a person or a script, and is refused in a line."""

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.worker.jobs import Jobs
from TACEResponseLib.worker.requests import Report


@pytest.mark.parametrize(("folder", "rule"), [("a\0b", "must have no NUL"), (" ", "must not be b")])
def test_a_folder_that_no_system_takes_is_refused(folder: str, rule: str) -> None:
    request = Report(case_id="c", digest="d", folder=folder)
    with pytest.raises(InputError, match=rule) as refused:
        Jobs().report(request, lambda _stage: None)
    assert refused.value.subject is not None
    assert refused.value.subject.kind is SubjectKind.REPORT


def test_a_folder_that_can_be_made_is_no_reason_to_refuse() -> None:
    request = Report(case_id="c", digest="d", folder="report")
    with pytest.raises(InputError, match="needs the result that was scored last"):
        Jobs().report(request, lambda _stage: None)
