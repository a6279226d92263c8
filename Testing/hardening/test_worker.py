"""The background process on lines that nobody should send: answered in one line, alive, endable."""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.worker.exchange import grid_message, write_volume
from Testing.hardening.attempts import Attempt, Outcome, Tally

ROOT = Path(__file__).resolve().parents[2]
SEED = 20261
SECONDS = 60.0
"""Of a busy machine; some right requests load a model."""
START_SECONDS = 60.0
NASTY: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    10**400,
    -0.0,
    1e308,
    -1e308,
    1e-320,
    "",
    " ",
    "\x00",
    "a\nb",
    "\ud800",
    "\x1b[31m",
    "../..",
    "/",
    "/dev/zero",
    "/nosuch/folder",
    "x" * 5000,
    "1" * 400,
    "=1+1",
    "CON",
    "ct_arterial",
    [],
    {},
    [[]],
    [None] * 9,
    {"": ""},
    {"text": 1},
    [1, 2],
    ["a"],
    {"a": {"b": {"c": {}}}},
    [1e308] * 9,
    [0, 0, 0],
    [1, 1, 1],
    "mr_t1_arterial",
)
# What JSON's writers don't write: put in place of this text in the finished line.
HOLE = "\ufffdHOLE\ufffd"
RAW = (
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1e999",
    b"-1e999",
    b"1" * 4000,
    b"1" * 5000,
    b"0x10",
    b"'a'",
    b'"\xff\xfe"',
    b'"\xed\xa0\x80"',
    b'"\\ud800"',
    b'"\\udfff\\ud800"',
    b"[" * 100_000,
    b"[" * 900,
    b"[" * 900 + b"]" * 900,
    b'{"a":' * 990 + b"1" + b"}" * 990,
    b'{"a":1,"a":2}',
    b"None",
    b"",
    b'"' + b"y" * 3_000_000 + b'"',
    b"[" + b"0," * 400_000 + b"0]",
)


class Process:
    """One real worker."""

    def __init__(self, folder: Path) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "TACEResponseLib.worker"],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()
        self._number = 10**6
        self.try_line(b'{"id": 1, "do": "forget"}', START_SECONDS)

    def _read(self) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            answer = json.loads(line)
            if answer["kind"] not in ("alive", "hello", "progress"):
                self._answers.put(answer)
        self._answers.put(None)

    def try_line(self, line: bytes, seconds: float = SECONDS) -> Attempt:
        """Send a line, then an innocent one; what came of the first."""
        self._number += 1
        innocent = json.dumps({"id": self._number, "do": "forget"}).encode()
        answers: list[dict[str, Any]] = []
        try:
            assert self._popen.stdin is not None
            self._popen.stdin.write(line + b"\n" + innocent + b"\n")
            self._popen.stdin.flush()
            while True:
                answer = self._answers.get(timeout=seconds)
                if answer is None:
                    return Attempt(outcome=Outcome.CRASH, words=f"status {self._popen.poll()}")
                if answer["id"] == self._number:
                    return _outcome(answers, answer)
                answers.append(answer)
        except queue.Empty:
            return Attempt(outcome=Outcome.HANG, words=f"longer than {seconds:g} s")
        except BrokenPipeError:
            return Attempt(outcome=Outcome.CRASH, words="it reads no more")

    def end(self) -> int:
        """Close its stdin; its status."""
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._popen.stdin.close()
        try:
            return self._popen.wait(5)
        finally:
            self._popen.kill()
            self._popen.wait()
            self._popen.stdout.close()


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _outcome(answers: list[dict[str, Any]], innocent: dict[str, Any]) -> Attempt:
    """Of the answers to a line and to the innocent one after it."""
    words = " / ".join(str(answer.get("message", "done")) for answer in answers)
    is_wrong = (
        innocent["kind"] != "done"
        or len(answers) != 1
        or any(_is_ours(answer) for answer in answers if answer["kind"] == "failed")
    )
    if is_wrong:
        return Attempt(outcome=Outcome.INTERNAL_ERROR, words=f"{len(answers)} answers: {words}")
    done = answers[0]["kind"] == "done"
    return Attempt(outcome=Outcome.ACCEPTED if done else Outcome.REFUSED, words=words)


def _is_ours(answer: dict[str, Any]) -> bool:
    """Whether a refusal blames the program, or is more than a line that can be read."""
    message = answer["message"]
    return (
        not answer["by_user"]
        or "internal error" in message
        or not 10 < len(message) <= 600
        or not message.isprintable()
    )


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """One right request a job; those that would compute for long are refused late instead."""
    folder = tmp_path_factory.mktemp("handed_over")
    axes = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    grid = Geometry(
        size_ijk=(6, 5, 4),
        spacing_mm=(1.0, 1.0, 3.0),
        origin_lps=(0.0, 0.0, 0.0),
        direction_lps=axes,
    )
    voxels = np.arange(120, dtype=np.int16).reshape(4, 5, 6)
    image = asdict(write_volume(Volume(voxels=voxels, geometry=grid), folder / "image.npy"))
    np.save(folder / "segment.npy", (voxels > 60).astype(np.uint8))
    segment = {"path": str(folder / "segment.npy"), "geometry": asdict(grid_message(grid))}
    entry = {
        "time": "2026-01-01",
        "volume_ml": 3.0,
        "probability": 0.5,
        "interval": [0.4, 0.6],
        "model": "m",
    }
    form = {"albumin_g_per_l": {"text": "4.2", "unit": "g/dL"}}
    requests = [
        {"do": "models", "paths": [str(folder)]},
        {"do": "warm", "model": "nosuch"},
        {"do": "check_clinical", "form": form, "names": ["sex"]},
        {"do": "measure", "segments": [segment]},
        {"do": "image", "sequence": "ct_arterial", "token": "ct_arterial:1", "image": image},
        {
            "do": "score",
            "model": "ct-volume-clinical",
            "case_id": "case",
            "images": {"ct_arterial": "never handed over"},
            "segments": [segment],
            "folder": str(folder),
            "form": form,
            "context": {"bclc_stage": "B"},
            "large_roi": True,
        },
        {
            "do": "report",
            "case_id": "case",
            "digest": "none",
            "folder": str(folder / "report"),
            "history": [entry],
            "identity": None,
            "overwrite": False,
        },
        {"do": "forget"},
    ]
    plain: list[dict[str, Any]] = json.loads(json.dumps(requests))
    return plain


def places(value: Any, pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every container with every key or index in it."""
    keys = (
        range(len(value)) if isinstance(value, list) else value if isinstance(value, dict) else ()
    )
    for key in keys:
        pairs.append((value, key))
        places(value[key], pairs)
    return pairs


def line_of(rng: np.random.Generator, requests: list[dict[str, Any]]) -> bytes:
    """A right request with one to three things wrong."""
    request = json.loads(json.dumps(requests[rng.integers(len(requests))]))
    request["id"] = int(rng.integers(1, 1000))
    raw = b""
    for _ in range(rng.integers(1, 4)):
        spots = places(request, [])
        if not spots:
            break
        container, key = spots[rng.integers(len(spots))]
        kind = rng.integers(5)
        if kind == 0:
            del container[key]
        elif kind == 1 and isinstance(container, dict):
            container[str(NASTY[rng.integers(len(NASTY))])[:50]] = 1
        elif kind == 2:
            container[key], raw = HOLE, RAW[rng.integers(len(RAW))]
        else:
            container[key] = json.loads(json.dumps(NASTY[rng.integers(len(NASTY))]))
    line = json.dumps(request).encode()
    line = line.replace(json.dumps(HOLE).encode(), raw)
    if rng.random() < 0.15:
        cut = int(rng.integers(len(line)))
        line = line[:cut] + bytes(rng.integers(0, 256, 6, dtype=np.uint8)) + line[cut:]
    return line.replace(b"\n", b" ").replace(b"\r", b" ")


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path)
    yield process
    process.end()


def test_each_line_is_answered_once_and_the_process_lives_on(
    requests: list[dict[str, Any]], tries: Any, tally: Tally, tmp_path: Path
) -> None:
    process = Process(tmp_path)
    for i in tries(400):
        line = line_of(np.random.default_rng([SEED, i]), requests)
        outcome = process.try_line(line)
        tally.add(outcome, f"line [{SEED}, {i}] {line[:80]!r}")
        if outcome.outcome in (Outcome.CRASH, Outcome.HANG):
            process.end()
            process = Process(tmp_path)
    assert process.end() == 0
    assert tally.bad == []


def test_every_key_of_every_job_is_checked_for_every_kind_of_value(
    requests: list[dict[str, Any]], process: Process, tally: Tally
) -> None:
    """No draw: each place of each request holds each JSON type once, and is missing once."""
    for request in requests:
        count = len(places({**request, "id": 1}, []))
        for spot in range(count):
            for value in (None, True, 7, 1.5, "x", [], {}, "absent"):
                changed = json.loads(json.dumps({**request, "id": 1}))
                container, key = places(changed, [])[spot]
                if value == "absent":
                    del container[key]
                else:
                    container[key] = value
                line = json.dumps(changed).encode()
                tally.add(process.try_line(line), f"{request['do']} {key} {value!r}")
    assert tally.bad == []


@pytest.mark.parametrize(
    "line",
    [b"[" * 100_000, b'{"id": NaN, "do": "models"}', b"\xff" * 99, b"z" * 9_000_000],
    ids=["deep", "NaN", "bytes", "long"],
)
def test_it_still_ends_when_its_stdin_closes(tmp_path: Path, line: bytes) -> None:
    process = Process(tmp_path)
    assert process.try_line(line).outcome is Outcome.REFUSED
    assert process.end() == 0
