"""What an error is about: the terminal's text stays, and each front end can word it."""

import pickle

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import OUTPUT, Subject, part_of
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.bundle import load_bundle
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.context import read_context
from TACEResponseLib.patient.record import read_record
from TACEResponseLib.scoring import check_case_fits


def error_of(where: object) -> InputError:
    return InputError(where, "must be a", got="b", remedy="write a")


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (Subject(SubjectKind.IMAGE), "--image"),
        (Subject(SubjectKind.IMAGE, "ct_arterial"), "--image ct_arterial"),
        (Subject(SubjectKind.IMAGE, "mr_t2", text="--image mr_t2=a.nii"), "--image mr_t2=a.nii"),
        (Subject(SubjectKind.ROI, ""), "--roi"),
        (Subject(SubjectKind.BUNDLE, "x"), "--bundle x"),
        (OUTPUT, "--output"),
    ],
)
def test_the_terminal_reads_what_it_read_before_there_were_subjects(
    subject: Subject, text: str
) -> None:
    assert str(error_of(subject)) == f"{text}: must be a, got b; write a"
    assert error_of(subject).where == text


def test_an_error_keeps_its_subject_on_every_way() -> None:
    about = Subject(SubjectKind.CLINICAL, "age_years", text="--clinical a.json")
    for error in (
        error_of(about),
        error_of(about).at("P001, column clinical"),
        pickle.loads(pickle.dumps(error_of(about))),
    ):
        assert error.subject is not None
        assert (error.subject.kind, error.subject.name) == (SubjectKind.CLINICAL, "age_years")
        assert error.where == str(error.subject)
    assert error_of(about).at("row 3").where == "row 3"
    assert error_of("a file").at(about).subject == about


def test_a_file_name_is_no_subject_and_a_part_of_one_is() -> None:
    assert error_of("ct.nii").subject is None
    assert part_of("ct.nii", "line 3") == "ct.nii, line 3"
    part = part_of(Subject(SubjectKind.BUNDLE, "x"), "metadata.json")
    assert part == "--bundle x, metadata.json"
    assert isinstance(part, Subject)
    assert (part.kind, part.name) == (SubjectKind.BUNDLE, "x")


def test_what_the_program_refuses_says_what_it_is_about(ball_case: Case) -> None:
    def subject(job: object, *arguments: object) -> tuple[SubjectKind, str]:
        with pytest.raises(InputError) as refused:
            job(*arguments)  # type: ignore[operator]
        assert refused.value.subject is not None
        return refused.value.subject.kind, refused.value.subject.name

    other = {ImageSequence.CT_DELAYED: ball_case.images[ImageSequence.CT_ARTERIAL]}
    wrong = Case(case_id="P1", images=other, roi=ball_case.roi)
    bundle = load_bundle("ct-radiomics-cnn-simulated")
    assert subject(check_case_fits, wrong, bundle) == (SubjectKind.IMAGE, "")
    assert subject(load_bundle, "nosuch") == (SubjectKind.BUNDLE, "")
    assert subject(read_record, {"age_years": "old"}) == (SubjectKind.CLINICAL, "age_years")
    two = {"age_years": "old", "sex": "x"}
    assert subject(read_record, two) == (SubjectKind.CLINICAL, "")
    assert subject(read_context, {"bclc_stage": "Z"}) == (SubjectKind.CONTEXT, "")
