"""The program ends within moments when it is told to, and leaves to signals what was ignored."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from TACEResponseLib.basics.process import endings
from TACEResponseLib.basics.writing.new_output import new_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

REPORT = """
import io, sys, threading, time
from pathlib import Path
from TACEResponseLib.worker import process as worker
from TACEResponseLib.basics.writing.new_output import new_folder
lines = sys.argv[2].encode()
inbox = worker.Inbox(io.BytesIO(lines), worker.Answers(io.BytesIO()))
with new_folder(Path(sys.argv[1])) as draft:
    (draft / "report.html").write_text("P1")
    threading.Thread(target=inbox.read).start()
    time.sleep(30)
"""
IGNORED = """
import os, signal, time
signal.signal(signal.SIGHUP, signal.SIG_IGN)
from TACEResponseLib.basics.process.endings import watched
with watched():
    os.kill(os.getpid(), signal.SIGHUP)
    time.sleep(0.2)
print("went on")
"""


@pytest.mark.parametrize(
    ("lines", "status"),
    [('{"id": 1, "do": "cancel"}\n', 3), ('{"id": 1, "do": "stop"}\n', 0), ("", 0)],
    ids=["cancel", "stop", "closed"],
)
def test_a_report_that_is_cancelled_leaves_nothing(lines: str, status: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", REPORT, str(tmp_path / "a" / "r"), lines], check=False, timeout=60
    )
    assert done.returncode == status
    assert list(tmp_path.iterdir()) == []


EARLY = """
import os, signal, sys, time
from TACEResponseLib.commands import cli
def parser():
    os.kill(os.getpid(), getattr(signal, sys.argv[1]))
    time.sleep(20)
cli._parser = parser
cli.main([])
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP"])
def test_a_signal_before_the_command_line_is_read_is_answered_too(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EARLY, name], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 128 + getattr(signal, name)
    assert done.stderr.endswith("; nothing was written\n")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
def test_the_background_process_ends_by_any_signal(name: str) -> None:
    number = getattr(signal, name)
    with subprocess.Popen(
        [sys.executable, "-m", "TACEResponseLib.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert b"hello" in process.stdout.readline()
        process.send_signal(number)
        assert process.wait(timeout=60) == 128 + number


def test_a_signal_that_was_ignored_stays_so() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IGNORED], check=True, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("went on\n", "")


def test_handlers_are_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in endings.SIGNALS]
    with endings.watched():
        assert signal.getsignal(signal.SIGTERM) not in before
    assert [signal.getsignal(number) for number in endings.SIGNALS] == before


def test_the_truth_names_what_stands_and_what_can_go_on(tmp_path: Path) -> None:
    with endings.watched():
        assert endings.work_left() == "nothing was written"
        with endings.kept("go on with --resume"):
            assert endings.work_left() == "go on with --resume"
        with new_folder(tmp_path / "all") as draft, new_folder(draft / "P1"):
            pass
        assert endings.work_left() == f"the result stands in {tmp_path / 'all'}"


FAILING = """
import os, signal, threading, time
from TACEResponseLib.basics.process import endings
ended = threading.Event()
with endings.watched(), endings.also(lambda: (ended.set(), time.sleep(0.5))):
    with endings.kept("what was trained so far is kept in .out-training"):
        os.kill(os.getpid(), signal.SIGTERM)
        ended.wait()
    time.sleep(30)
"""


def test_what_the_ending_itself_makes_fail_is_told_as_kept_still() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAILING], check=False, timeout=60, capture_output=True, text=True
    )
    assert done.returncode == 128 + signal.SIGTERM
    assert done.stderr == "ended by SIGTERM; what was trained so far is kept in .out-training\n"


AFTERWARDS = """
import os, signal, sys
from TACEResponseLib.commands import cli
cli._run = lambda options: 0
status = cli.main(["info"], ends_process=True)
for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"):
    os.kill(os.getpid(), getattr(signal, name))
sys.exit(status)
"""


def test_a_program_that_has_done_its_work_is_not_ended_while_it_shuts_down() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AFTERWARDS], check=False, timeout=60, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
