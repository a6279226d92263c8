"""The client against processes that die, hang, talk rubbish, can't start, or have a launcher."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from Testing.processes import is_running
from Testing.slicer_standins import Standins

ROOT = Path(__file__).resolve().parents[2]
HELLO = 'print(json.dumps({"kind": "hello", "protocol": 1, "pid": os.getpid()}), flush=True)'
LAUNCHER = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"


def python(*lines: str) -> list[str]:
    """A process that runs these lines."""
    return [sys.executable, "-c", "\n".join(["import json, os, sys, time", *lines])]


class Answers:
    """What the client told."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.failed: list[str] = []


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
    client.ask("measure", {"segments": [float("nan")]}, answers.done.append, answers.failed.append)
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


def ask(standins: Standins, client: Any, do: str = "models", seconds: float = 30.0) -> Answers:
    """Ask, and let the application run until there is an answer."""
    answers = Answers()
    client.ask(do, {}, answers.done.append, answers.failed.append)
    end = time.monotonic() + seconds
    while not answers.done and not answers.failed:
        assert time.monotonic() < end, "no answer"
        standins.app.processEvents()
        time.sleep(0.005)
    return answers


def test_the_real_process_answers(installed: Standins, start: Any) -> None:
    answers = ask(installed, start())
    assert answers.done[0]["models"][0]["id"] == "ct-radiomics-cnn-simulated"


def test_output_in_arbitrary_pieces_is_put_together(installed: Standins, start: Any) -> None:
    command = python(
        HELLO,
        "line = sys.stdin.readline()",
        'for c in json.dumps({"kind": "done", "id": 1, "result": {"x": "\\u00e9"}}) + "\\n":',
        "    sys.stdout.write(c); sys.stdout.flush(); time.sleep(.002)",
        "sys.stdin.read()",
    )
    assert ask(installed, start(command)).done == [{"x": "\u00e9"}]


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
        'answer = {"kind": "done", "id": json.loads(line)["id"], "result": {}}',
        "print(json.dumps(answer), flush=True)",
        "sys.stdin.read()",
    )
    client = start(command)
    assert "ended unexpectedly" in ask(installed, client).failed[0]
    assert not client.isRunning
    assert ask(installed, client).done == [{}]


def test_rubbish_goes_to_the_log_and_the_answer_is_still_heard(
    installed: Standins, start: Any, caplog: pytest.LogCaptureFixture
) -> None:
    command = python(
        HELLO,
        "line = sys.stdin.readline()",
        'print("Segmentation fault, just kidding"); print("[1, 2]"); print("{}", flush=True)',
        'print(json.dumps({"kind": "done", "id": 1, "result": {"a": 1}}), flush=True)',
        "sys.stdin.read()",
    )
    assert ask(installed, start(command)).done == [{"a": 1}]
    assert "just kidding" in caplog.text


def test_a_silent_process_is_given_up(
    installed: Standins, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = start(python(HELLO, "sys.stdin.read()"))
    from TACEResponsePanel.process import worker_client

    monkeypatch.setattr(worker_client, "HANG_SECONDS", 1.0)
    assert "stopped answering" in ask(installed, client, seconds=10).failed[0]
    assert not client.isRunning


def test_another_protocol_is_refused(installed: Standins, start: Any) -> None:
    command = python(
        'print(json.dumps({"kind": "hello", "protocol": 99, "pid": os.getpid()}), flush=True)',
        "sys.stdin.read()",
    )
    assert "another version" in ask(installed, start(command)).failed[0]


def test_a_program_that_is_not_there_is_told(installed: Standins, start: Any) -> None:
    answers = ask(installed, start(["/no/such/python"]))
    assert answers.failed == ["The background process could not be started (python)."]


def test_failures_come_with_the_process_words(installed: Standins, start: Any) -> None:
    answers = ask(installed, start(), do="dance")
    assert "must name one of the jobs models, warm" in answers.failed[0]
    assert "got 'dance'" in answers.failed[0]


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
    client.ask(
        "warm", {"model": "ct-radiomics-cnn-simulated"}, answers.done.append, answers.failed.append
    )
    client.cancel()
    assert ask(installed, client).done
    assert answers.failed == ["Cancelled."]


def is_alive(pid: int) -> bool:
    return is_running(pid)
