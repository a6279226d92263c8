"""Each front end reads its own words: options, arguments, columns; other processes do so too."""

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.number_ranges import check_ranges
from TACEResponseLib.basics.process.worker_pool import workers
from TACEResponseLib.basics.subject import OUTPUT
from TACEResponseLib.basics.vocabulary import (
    ARGUMENTS,
    OPTIONS,
    SubjectKind,
    Vocabulary,
    option,
    spoken,
    switch,
)
from TACEResponseLib.cohort.loading import in_columns
from TACEResponseLib.imaging.roi.roi_choice import RoiChoice


@pytest.mark.parametrize(
    ("words", "shown"),
    [(OPTIONS, ("--gene-sets", "--overwrite")), (ARGUMENTS, ("gene_sets", "overwrite=True"))],
    ids=["command line", "python"],
)
def test_an_option_is_called_as_its_reader_gives_it(
    words: Vocabulary, shown: tuple[str, str]
) -> None:
    with spoken(words):
        assert (option("gene-sets"), switch("overwrite")) == shown


@pytest.mark.parametrize(("words", "where"), [(OPTIONS, "--seed"), (ARGUMENTS, "seed")])
def test_a_number_out_of_range_is_named_likewise(words: Vocabulary, where: str) -> None:
    with spoken(words), pytest.raises(InputError, match=f"^{where}: must be 0 to") as refused:
        check_ranges(seed=-1)
    assert refused.value.subject is None


@pytest.mark.parametrize(("words", "where"), [(OPTIONS, "--output"), (ARGUMENTS, "output")])
def test_a_kind_of_input_is_worded_as_the_error_is_made(words: Vocabulary, where: str) -> None:
    with spoken(words):
        error = InputError(OUTPUT, "must be", got="x", remedy="y")
    assert error.where == where
    assert error.subject is not None
    assert error.subject.kind is SubjectKind.OUTPUT


def test_parts_of_an_roi_are_chosen_by_option_or_by_argument() -> None:
    with spoken(ARGUMENTS):
        assert RoiChoice().words.labels(2) == "add labels 2"
        assert RoiChoice().words.large == "add is_large_meant=True"
    with spoken(OPTIONS):
        assert RoiChoice().words.labels(2) == "add --roi-label 2"


def test_a_table_names_its_columns_whoever_reads_it() -> None:
    for words in (OPTIONS, ARGUMENTS):
        assert in_columns(words).image_files(("ct_arterial", "ct_delayed")) == (
            "its path in column ct_arterial and its path in column ct_delayed"
        )
    assert in_columns(ARGUMENTS).option("cohort") == "cohort"


@pytest.mark.parametrize(("words", "shown"), [(OPTIONS, "--seed"), (ARGUMENTS, "seed")])
def test_worker_processes_name_inputs_as_their_caller_does(words: Vocabulary, shown: str) -> None:
    with spoken(words), workers(1) as pool:
        assert pool.submit(option, "seed").result() == shown


def test_no_argument_is_called_by_an_option() -> None:
    names = (*ARGUMENTS.subjects.values(), *ARGUMENTS.renamed.values())
    assert not any("--" in name for name in names)
