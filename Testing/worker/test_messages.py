"""What the panel and its process say: typed, strict, each message back from its line as sent."""

import json
import subprocess
import sys
from typing import Any

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.worker.answers import (
    Answer,
    BrokenModel,
    CheckedField,
    CheckedForm,
    ContoursScored,
    DerivedScore,
    Forgotten,
    Limits,
    Measured,
    MeasuredLesion,
    Model,
    ModelList,
    Refusal,
    Remark,
    Reported,
    SavedMap,
    Scored,
    TakenOver,
    Variable,
    Warmed,
)
from TACEResponseLib.worker.messages import (
    Alive,
    Ask,
    Done,
    Failed,
    Hello,
    Message,
    MessageError,
    Progress,
    from_line,
    to_line,
)
from TACEResponseLib.worker.requests import (
    JOBS,
    REQUESTS,
    Cancel,
    CheckForm,
    Forget,
    ListModels,
    Measure,
    Report,
    Request,
    Score,
    ScoreContours,
    Stop,
    TakeImage,
    Warm,
)
from TACEResponseLib.worker.shapes import (
    FormField,
    Grid,
    HandedImage,
    HandedSegment,
    PastScore,
    Said,
    Scan,
)

LENGTHS = {"size_ijk": 3, "spacing_mm": 3, "origin_lps": 3, "direction_lps": 9}
GRID = Grid(
    size_ijk=(4, 5, 6),
    spacing_mm=(1.0, 1.0, 2.5),
    origin_lps=(-3.0, 0.0, 7.25),
    direction_lps=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
)
IMAGE = HandedImage(path="i.npy", geometry=GRID, acquisition=Scan(modality="CT"))
SEGMENT = HandedSegment(path="s.npy", geometry=GRID)
FORM = {"albumin_g_per_l": FormField(text="4.2", unit="g/dL")}
PAST = PastScore(time="now", volume_ml=3.5, probability=0.5, interval=(0.25, 0.75), model="m")
REFUSAL = Refusal.of(
    InputError(Subject(SubjectKind.ROI, "x"), "must be a", got="b", remedy="write a")
)
ASKED: tuple[Request[Any], ...] = (
    ListModels(paths=("a", "b")),
    Warm(model="m"),
    CheckForm(form=FORM, names=("sex",)),
    Measure(segments=(SEGMENT, SEGMENT)),
    TakeImage(sequence="ct_arterial", token="t", image=IMAGE),
    Score(
        model="m",
        case_id="c",
        images={"ct_arterial": "t"},
        segments=(SEGMENT,),
        folder="f",
        form=FORM,
        context=Said(image_date="2026-01-31", is_first_treatment=True),
        large_roi=True,
    ),
    ScoreContours(case_id="c", digest="d"),
    Report(case_id="c", digest="d", folder="f", history=(PAST,), identity="Doe"),
    Forget(),
    Cancel(),
    Stop(),
)
MODEL = Model(
    path="p",
    sha256="s",
    id="i",
    title="t",
    version="1.0.0",
    simulated=False,
    banner=None,
    modality="CT",
    sequences={"ct_arterial": "CT, arterial phase"},
    endpoint="e",
    positive_class="p",
    population="people",
    limits=Limits(
        treatments=("cTACE",), first_treatment_only=True, bclc_stages=(), image_age_days=None
    ),
    n_training=7,
    line="l",
    evidence={"cnn": "image network"},
    lesions_used={"cnn": "largest"},
    has_map=True,
    clinical=(
        Variable(
            name="n",
            label="l",
            type="number",
            unit="g/L",
            units=("g/L",),
            range=(1.0, 2.0),
            categories=(),
            required=True,
        ),
    ),
)
ANSWERS: tuple[Answer, ...] = (
    ModelList(models=(MODEL,), broken=(BrokenModel(path="p", id="i", problem=REFUSAL),)),
    Warmed(card="c", sha256="s", device="cpu", versions={"numpy": "2"}, seconds=0.5),
    CheckedForm(
        fields={"a": CheckedField(problem="p", stated="s")},
        problem=None,
        scores=(DerivedScore(name="ALBI", value=-2.9, grade="1", source="s", note="n"),),
        scores_note="n",
    ),
    Measured(
        lesions=(
            MeasuredLesion(
                index=1,
                label=1,
                volume_ml=2.5,
                longest_axial_diameter_mm=3.0,
                largest_axial_area_mm2=4.0,
                center_lps=(1.0, 2.0, 3.0),
                is_speck=False,
            ),
        ),
        is_large=False,
        warnings=(Remark(code="c", message="m"),),
    ),
    TakenOver(seconds=1.5),
    Scored(record="{}\n", digest="d", maps=(SavedMap(branch="b", sequence="s", image=IMAGE),)),
    ContoursScored(n_done=3, n=20, record="{}"),
    Reported(files=("a", "b")),
    Forgotten(),
)
MESSAGES: tuple[Message, ...] = (
    Hello(protocol=3, pid=7, version="1.1"),
    Alive(),
    Progress(id=3, stage="loading"),
    Failed(id=3, message="no", by_user=False, traceback="t", refusal=REFUSAL),
    Failed(id=None, message="no"),
    *(Ask(id=n, request=request) for n, request in enumerate(ASKED)),
    *(Done(id=n, answer=answer) for n, answer in enumerate(ANSWERS)),
)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_message_comes_back_from_its_line_as_it_was(message: Message) -> None:
    line = to_line(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert from_line(line) == message


def test_each_request_and_each_answer_is_tried_here() -> None:
    assert {request.do for request in ASKED} == set(REQUESTS)
    assert {answer.do for answer in ANSWERS} == set(JOBS)
    assert all(JOBS[answer.do].answer is type(answer) for answer in ANSWERS)


def places(value: Any, known: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every container with every key or index in it."""
    keys = range(len(value)) if isinstance(value, list) else value
    for key in keys if isinstance(value, list | dict) else ():
        known.append((value, key))
        places(value[key], known)
    return known


def test_a_key_too_many_or_a_value_of_another_type_is_refused_at_each_place() -> None:
    """The type of every place is held: no value of JSON but null and its own kinds passes."""
    for message in MESSAGES:
        if isinstance(message, Alive):
            continue
        whole = json.loads(to_line(message))
        for spot in range(len(places(whole, []))):
            is_taken = []
            for value in ("x", 7, 1.5, True, [], {}):
                changed = json.loads(json.dumps(whole))
                container, key = places(changed, [])[spot]
                container[key] = value
                try:
                    from_line(json.dumps(changed).encode())
                except MessageError:
                    continue
                is_taken.append(type(value))
            assert len(is_taken) <= 2, (whole, key, is_taken)
        if isinstance(message, Hello):
            assert from_line(json.dumps({**whole, "more": 1}).encode()) == message
            continue
        with pytest.raises(MessageError, match=r"known key|must hold|of the jobs"):
            from_line(json.dumps({**whole, "odd": 1}).encode())


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"id": 5, "do": "warm", "model": ' + b'{"a":' * 100_000,
        b'{"id": NaN, "do": "models"}',
        b'{"kind": "done", "id": 1e999, "do": "forget", "result": {}}',
        b'{"kind": "progress", "id": true, "stage": "x"}',
        b'{"kind": ["done"], "id": 1}',
        b'{"kind": "done", "id": 1, "do": ["forget"], "result": {}}',
        b'{"id": 1, "do": {"a": 1}}',
        b'{"id": 9007199254740993, "do": "models"}',
        b'{"id": 1, "do": "models", "id": "x"}',
        b"\xff\xfe",
        b"null",
        b"",
        b"7" * 5000,
    ],
)
def test_what_is_no_message_is_refused_and_nothing_else_comes_of_it(line: bytes) -> None:
    with pytest.raises(MessageError):
        from_line(line)


@pytest.mark.parametrize(
    ("line", "number", "is_ours"),
    [
        (b"Segmentation fault", None, False),
        (b'{"a": 1}', None, False),
        (b'{"kind": "done", "id": 4, "do": "forget", "result": {"x": 1}}', 4, True),
        (b'{"kind": "failed", "id": 4}', 4, True),
        (b'{"id": 4, "do": "dance"}', 4, True),
        (b'{"kind": "dance", "id": 4}', 4, True),
    ],
)
def test_a_refused_line_tells_whose_it_was(line: bytes, number: int | None, is_ours: bool) -> None:
    with pytest.raises(MessageError) as refused:
        from_line(line)
    assert (refused.value.number, refused.value.is_ours) == (number, is_ours)


def test_a_number_that_is_none_is_not_sent() -> None:
    grid = Grid(
        **{**{f: getattr(GRID, f) for f in LENGTHS}, "spacing_mm": (1.0, 1.0, float("nan"))}
    )
    segment = HandedSegment(path="s.npy", geometry=grid)
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_line(Ask(id=1, request=Measure(segments=(segment,))))


@pytest.mark.parametrize(("name", "length"), LENGTHS.items())
def test_a_grid_of_more_or_fewer_axes_is_refused_before_any_job(name: str, length: int) -> None:
    whole = json.loads(to_line(Ask(id=1, request=Measure(segments=(SEGMENT,)))))
    for wrong in (length - 1, length + 1, 0, 400):
        whole["segments"][0]["geometry"][name] = [1] * wrong
        with pytest.raises(InputError, match=rf"geometry\.{name}.*{length} items"):
            from_line(json.dumps(whole).encode())


@pytest.mark.parametrize("size", [0, -1, 2**31])
def test_a_size_that_no_array_has_is_refused(size: int) -> None:
    whole = json.loads(to_line(Ask(id=1, request=Measure(segments=(SEGMENT,)))))
    whole["segments"][0]["geometry"]["size_ijk"][1] = size
    with pytest.raises(InputError, match="geometry: size_ijk must be from 1"):
        from_line(json.dumps(whole).encode())


def test_the_panel_s_python_needs_no_package_to_read_and_write_messages() -> None:
    code = (
        "import sys; import TACEResponseLib.worker.messages; "
        "print({m.partition('.')[0] for m in sys.modules} & {'pydantic', 'numpy', 'torch'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
