"""Readers by hand."""

from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import Endpoint
from TACEResponseLib.validation.study.reader_calls import read_readers
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.readers.agreement import agreement


def table(tmp_path: Path, study: Study, first: list[str], second: list[str]) -> Path:
    path = tmp_path / "readers.csv"
    lines = zip(study.case_ids, first, second, strict=False)
    path.write_text("case_id,first,second\n" + "".join(f"{','.join(r)}\n" for r in lines))
    return path


def test_a_reader_who_copies_the_outcome_agrees_with_it_fully(tmp_path: Path, study: Study) -> None:
    truth = ["PR" if y else "SD" for y in study.outcome]
    opposite = ["0" if y else "1" for y in study.outcome]
    path = table(tmp_path, study, truth, opposite)
    readers = read_readers(path, study, Endpoint.OBJECTIVE_RESPONSE)
    resampled = agreement(study, study.models[0], readers, np.random.default_rng(1), resamples=200)
    first, second = resampled.readers
    assert first.with_outcome.value == 1
    assert first.calls.sensitivity.value == first.calls.specificity.value == 1
    assert second.calls.sensitivity.value == 0
    assert resampled.pairs[0][2].value < 0
    assert second.reader_auc is not None
    assert second.reader_auc.value == 0


def test_patients_not_read_are_left_out(tmp_path: Path, study: Study) -> None:
    some = ["1" if y else "0" for y in study.outcome[:30]]
    path = table(tmp_path, study, some, [*some[:10], *[""] * 20])
    readers = read_readers(path, study, Endpoint.OBJECTIVE_RESPONSE)
    resampled = agreement(study, study.models[0], readers, np.random.default_rng(1), resamples=200)
    assert [r.n for r in resampled.readers] == [30, 10]
    assert resampled.pairs[0][2].n == 10


def test_an_unknown_reading_is_refused(tmp_path: Path, study: Study) -> None:
    path = table(tmp_path, study, ["1", "maybe"], ["0", "0"])
    with pytest.raises(InputError, match="first, row 2: must be 0, 1 or a response class"):
        read_readers(path, study, Endpoint.OBJECTIVE_RESPONSE)


def test_readers_of_other_patients_are_refused(tmp_path: Path, study: Study) -> None:
    path = tmp_path / "readers.csv"
    path.write_text("case_id,one\nnobody,1\n")
    with pytest.raises(InputError, match="patients of the study"):
        read_readers(path, study, Endpoint.OBJECTIVE_RESPONSE)


def test_ids_are_joined_whatever_their_capitals_and_strangers_are_told(
    tmp_path: Path, study: Study, caplog: pytest.LogCaptureFixture
) -> None:
    ids = [case_id.swapcase() for case_id in study.case_ids[:10]]
    path = tmp_path / "readers.csv"
    path.write_text("case_id,one\n" + "".join(f"{i},1\n" for i in [*ids, "q7", "Q8"]))
    with caplog.at_level("WARNING"):
        readers = read_readers(path, study, Endpoint.OBJECTIVE_RESPONSE)
    assert (readers["one"] == 1).sum() == 10
    (message,) = caplog.messages
    assert "2 of 12 patients are not of the study and were left out (q7, Q8)" in message
