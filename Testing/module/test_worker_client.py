"""The client against processes that die, hang, talk rubbish, can't start, or have a launcher."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.worker.answers import Forgotten, Reported
from TACEResponseLib.worker.requests import (
    Forget,
    ListModels,
    Measure,
    Report,
    Request,
    Score,
    Warm,
)
from TACEResponseLib.worker.shapes import Grid, HandedSegment
from Testing.processes import is_running
from Testing.slicer_standins import Standins

ROOT = Path(__file__).resolve().parents[2]
HELLO = 'print(json.dumps({"kind": "hello", "protocol": 3, "pid": os.getpid()}), flush=True)'
LAUNCHER = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"


def python(*lines: str) -> list[str]:
    """A process that runs these lines."""
    return [sys.executable, "-c", "\n".join(["import json, os, sys, time", *lines])]


class Answers:
    """What the client told."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.failed: list[str] = []
        self.refusals: list[Any] = []

    def fail(self, problem: Any) -> None:
        self.failed.append(problem.text)
        self.refusals.append(problem.refusal)


@pytest.fixture
def start(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Makes clients, with all that is needed to talk to them."""
    request.getfixturevalue("installed")
    sys.path.insert(0, str(ROOT / "TACEResponse"))
    from TACEResponsePanel.process.worker_client import WorkerClient

    clients = []

    def make(command: list[str] | None = None) -> Any:
        clients.append(WorkerClient(ROOT, command))
        return clients[-1]

    yield make
    for client in clients:
        client.stop()
    sys.path.remove(str(ROOT / "TACEResponse"))


def test_a_request_that_is_no_json_is_answered_and_the_next_one_works(
    installed: Standins, start: Any
) -> None:
    """The process reads no NaN, and couldn't say which request it was in."""
    client = start()
    answers = Answers()
    grid = Grid(
        size_ijk=(1, 1, 1),
        spacing_mm=(1.0, 1.0, float("nan")),
        origin_lps=(0.0, 0.0, 0.0),
        direction_lps=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    )
    request = Measure(segments=(HandedSegment(path="x.npy", geometry=grid),))
    client.ask(request, answers.done.append, answers.fail)
    assert answers.failed == []
    end = time.monotonic() + 5
    while not answers.failed:
        assert time.monotonic() < end
        installed.app.processEvents()
    assert answers.failed == [
        "A number of the image or of the lesion isn't finite; load it again from its files."
    ]
    assert ask(installed, client).done


def test_a_line_that_the_process_can_not_read_leaves_nobody_waiting(
    installed: Standins, start: Any
) -> None:
    refusal = (
        'print(json.dumps({"kind": "failed", "id": None, "message": "Too long."}), flush=True)'
    )
    client = start(python(HELLO, "sys.stdin.readline()", refusal, "sys.stdin.readline()"))
    assert ask(installed, client, seconds=5).failed == ["Too long."]


def ask(
    standins: Standins, client: Any, request: Request[Any] | None = None, seconds: float = 30.0
) -> Answers:
    """Ask, and let the application run until there is an answer."""
    answers = Answers()
    client.ask(request or Forget(), answers.done.append, answers.fail)
    end = time.monotonic() + seconds
    while not answers.done and not answers.failed:
        assert time.monotonic() < end, "no answer"
        standins.app.processEvents()
        time.sleep(0.005)
    return answers


def test_the_real_process_answers(installed: Standins, start: Any) -> None:
    answers = ask(installed, start(), ListModels())
    assert answers.done[0].models[0].id == "ct-radiomics-cnn-simulated"


def test_output_in_arbitrary_pieces_is_put_together(installed: Standins, start: Any) -> None:
    command = python(
        HELLO,
        "line = sys.stdin.readline()",
        'answer = {"kind": "done", "id": 1, "do": "report", "result": {"files": ["\\u00e9"]}}',
        'for c in json.dumps(answer) + "\\n":',
        "    sys.stdout.write(c); sys.stdout.flush(); time.sleep(.002)",
        "sys.stdin.read()",
    )
    request = Report(case_id="c", digest="d", folder="f")
    assert ask(installed, start(command), request).done == [Reported(files=("\u00e9",))]


def test_a_process_that_dies_fails_what_waits_and_is_started_again(
    installed: Standins, start: Any, tmp_path: Path
) -> None:
    flag = tmp_path / "died"
    command = python(
        HELLO,
        "line = sys.stdin.readline()",
        f"first = not os.path.exists({str(flag)!r})",
        f"open({str(flag)!r}, 'w').close()",
        "if first: os._exit(9)",
        'answer = {"kind": "done", "id": json.loads(line)["id"], "do": "forget", "result": {}}',
        "print(json.dumps(answer), flush=True)",
        "sys.stdin.read()",
    )
    client = start(command)
    assert "ended unexpectedly" in ask(installed, client).failed[0]
    assert not client.pid
    assert ask(installed, client).done == [Forgotten()]


def test_rubbish_goes_to_the_log_and_the_answer_is_still_heard(
    installed: Standins, start: Any, caplog: pytest.LogCaptureFixture
) -> None:
    command = python(
        HELLO,
        "line = sys.stdin.readline()",
        'print("Segmentation fault, just kidding"); print("[1, 2]"); print("{}", flush=True)',
        'done = {"kind": "done", "id": 1, "do": "forget", "result": {}}',
        "print(json.dumps(done), flush=True)",
        "sys.stdin.read()",
    )
    assert ask(installed, start(command)).done == [Forgotten()]
    assert "just kidding" in caplog.text


def test_a_silent_process_is_given_up(
    installed: Standins, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = start(python(HELLO, "sys.stdin.read()"))
    from TACEResponsePanel.process import worker_client

    monkeypatch.setattr(worker_client, "HANG_SECONDS", 1.0)
    assert "stopped answering" in ask(installed, client, seconds=10).failed[0]
    assert not client.pid


@pytest.mark.parametrize("more", ["", ', "gpu": "x"'])
def test_another_protocol_is_refused_and_ended_whatever_it_greets_with(
    installed: Standins, start: Any, more: str
) -> None:
    hello = f'{{"kind": "hello", "protocol": 99, "pid": os.getpid(){more}}}'
    client = start(python(f"print(json.dumps({hello}), flush=True)", "sys.stdin.read()"))
    assert "another version" in ask(installed, client).failed[0]
    assert not client.pid
    assert "another version" in ask(installed, client).failed[0]


def test_a_program_that_is_not_there_is_told(installed: Standins, start: Any) -> None:
    answers = ask(installed, start(["/no/such/python"]))
    assert answers.failed == ["The background process could not be started (python)."]


def test_failures_come_with_the_process_words(installed: Standins, start: Any) -> None:
    class Dance(Request[Forgotten]):
        do = "dance"

    answers = ask(installed, start(), Dance())
    assert "must name one of the jobs models, warm" in answers.failed[0]
    assert "got 'dance'" in answers.failed[0]


@pytest.mark.parametrize(
    ("request_", "kind", "name"),
    [
        (Report(case_id="c", digest="d", folder="f"), SubjectKind.REPORT, ""),
        (Warm(model="nosuch"), SubjectKind.BUNDLE, ""),
        (
            Score(model="m", case_id="c", images={"ct_arterial": "t"}, segments=(), folder="f"),
            SubjectKind.IMAGE,
            "ct_arterial",
        ),
        (Measure(segments=()), None, ""),
    ],
    ids=["report", "model", "image", "a file's name says it all"],
)
def test_an_error_of_the_process_arrives_with_what_it_is_about(
    installed: Standins, start: Any, request_: Request[Any], kind: SubjectKind | None, name: str
) -> None:
    (refusal,) = ask(installed, start(), request_).refusals
    assert (refusal.kind, refusal.name) == (kind, name)
    assert refusal.rule
    assert refusal.remedy


ODD = {
    "a result of another shape": {"kind": "done", "id": 1, "do": "forget", "result": {"x": 1}},
    "a result of another job": {
        "kind": "done",
        "id": 1,
        "do": "image",
        "result": {"seconds": 1.0},
    },
    "a failure without words": {"kind": "failed", "id": 1},
    "an answer to nobody knows whom": {"kind": "done", "id": None, "do": "forget"},
}


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD.keys())
def test_an_answer_that_is_none_of_ours_leaves_nobody_waiting(
    installed: Standins, start: Any, answer: dict[str, Any]
) -> None:
    command = python(
        HELLO,
        "sys.stdin.readline()",
        f"print(json.dumps(json.loads({json.dumps(answer)!r})), flush=True)",
        "sys.stdin.read()",
    )
    (words,) = ask(installed, start(command), seconds=10).failed
    assert "update the extension and restart Slicer" in words


@pytest.mark.parametrize("way", ["cancel", "stop"])
def test_nothing_is_left_behind_a_launcher(installed: Standins, start: Any, way: str) -> None:
    command = [sys.executable, "-c", LAUNCHER, sys.executable, "-m", "TACEResponseLib.worker"]
    client = start(command)
    ask(installed, client)
    pid = client.pid
    assert pid is not None
    launcher = psutil.Process(pid).parent()
    assert launcher is not None
    began = time.monotonic()
    getattr(client, way)()
    while any(is_alive(number) for number in (pid, launcher.pid)):
        assert time.monotonic() - began < 1.0, "a process is left"
        installed.app.processEvents()
        time.sleep(0.01)


def test_a_cancelled_request_says_so_and_the_next_one_is_answered(
    installed: Standins, start: Any
) -> None:
    client = start()
    ask(installed, client)
    answers = Answers()
    client.ask(Warm(model="ct-radiomics-cnn-simulated"), answers.done.append, answers.fail)
    client.cancel()
    assert ask(installed, client).done
    assert answers.failed == ["Cancelled."]


def is_alive(pid: int) -> bool:
    return is_running(pid)
