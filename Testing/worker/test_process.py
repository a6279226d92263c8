"""The background process, driven as the panel drives it: by lines of JSON and files."""

import errno
import io
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.reading.typed_values import typed
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.bundle import load_bundle
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.result.digest import result_digest
from TACEResponseLib.result.record import to_record
from TACEResponseLib.scoring import score
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings
from TACEResponseLib.worker.exchange import grid_message, read_volume, write_volume
from TACEResponseLib.worker.messages import PROTOCOL, Ask, Failed
from TACEResponseLib.worker.process import CANCELLED, Answers, _do
from TACEResponseLib.worker.requests import Forget
from TACEResponseLib.worker.shapes import HandedImage
from Testing.processes import is_running

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = "ct-radiomics-cnn-simulated"
SEQUENCE = ImageSequence.CT_ARTERIAL
WORKER = (sys.executable, "-m", "TACEResponseLib.worker")
# PythonSlicer is a launcher: it starts the real Python as its child and waits for it.
LAUNCHER = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"
PATIENCE_SECONDS = 60.0


class Worker:
    """A running worker and its answers."""

    def __init__(self, command: tuple[str, ...], folder: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.beats = 0
        self._answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._number = 0
        threading.Thread(target=self._read, daemon=True).start()
        self.hello = self.next("hello")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            answer = json.loads(line)
            if answer["kind"] == "alive":
                self.beats += 1
            else:
                self._answers.put(answer)

    def write(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def send(self, do: str, **values: Any) -> int:
        self._number += 1
        self.write(json.dumps({"id": self._number, "do": do, **values}).encode())
        return self._number

    def next(self, *kinds: str) -> dict[str, Any]:
        """The next answer of one of these kinds."""
        while True:
            answer = self._answers.get(timeout=PATIENCE_SECONDS)
            if answer["kind"] in kinds:
                return answer

    def ask(self, do: str, **values: Any) -> dict[str, Any]:
        """Send and wait for the end of the job."""
        number = self.send(do, **values)
        answer = self.next("done", "failed")
        assert answer["id"] == number
        return answer


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    started: list[Worker] = []

    def start(*launcher: str) -> Worker:
        started.append(Worker((*launcher, *WORKER), tmp_path))
        return started[-1]

    yield start
    for worker in started:
        end(worker)


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """One for all that leave it running; a start takes seconds."""
    worker = Worker(WORKER, tmp_path_factory.mktemp("worker"))
    yield worker
    end(worker)


def end(worker: Worker) -> None:
    """Whether or not it runs."""
    worker.process.kill()
    worker.process.wait()
    for stream in (worker.process.stdin, worker.process.stdout):
        assert stream is not None
        try:
            stream.close()
        except BrokenPipeError:
            continue


@pytest.fixture(scope="module")
def case() -> Case:
    case = simulate_patient(SimulationSettings(), 3, 1).to_case()
    # Nobody types the simulated patient's laboratory values into a form here.
    return replace(case, clinical=ClinicalRecord())


@pytest.fixture
def hand_over(tmp_path: Path, case: Case) -> dict[str, Any]:
    """What the panel writes and sends for the case."""
    mask = tmp_path / "segment.npy"
    np.save(mask, case.roi.mask.astype(np.uint8))
    return {
        "image": {
            "sequence": SEQUENCE.value,
            "token": f"{SEQUENCE}:1",
            "image": asdict(write_volume(case.images[SEQUENCE], tmp_path / "image.npy")),
        },
        "score": {
            "model": SHIPPED,
            "case_id": case.case_id,
            "images": {SEQUENCE.value: f"{SEQUENCE}:1"},
            "segments": [{"path": str(mask), "geometry": asdict(grid_message(case.roi.geometry))}],
            "folder": str(tmp_path),
        },
    }


def wait_until_gone(pid: int, seconds: float) -> float:
    """Seconds until a process has ended; fails when it takes longer."""
    start = time.perf_counter()
    while is_running(pid):
        assert time.perf_counter() - start < seconds, "the process is still there"
        time.sleep(0.01)
    return time.perf_counter() - start


def test_a_score_through_the_worker_is_the_library_s_score(
    worker: Worker, hand_over: dict[str, Any], case: Case
) -> None:
    assert worker.hello["protocol"] == PROTOCOL
    models = {m["id"]: m["simulated"] for m in worker.ask("models")["result"]["models"]}
    assert models == {SHIPPED: True, "ct-volume": False, "ct-volume-clinical": False}
    assert worker.ask("warm", model=SHIPPED)["result"]["device"] in ("cpu", "cuda")
    assert worker.ask("image", **hand_over["image"])["kind"] == "done"
    first = worker.ask("score", **hand_over["score"])["result"]
    expected = to_record(score(case, load_bundle(SHIPPED)))
    record_of_worker = json.loads(first["record"])
    for record in (record_of_worker, expected):
        record["warnings"] = [w for w in record["warnings"] if w["code"] != "population_unknown"]
        for key in ("seconds", "context", "provenance"):
            del record[key]
    assert json.loads(json.dumps(expected, default=str)) == record_of_worker
    (values,) = first["maps"]
    assert values["sequence"] == SEQUENCE
    cut = read_volume(typed(HandedImage, values["image"]))
    whole = score(case, load_bundle(SHIPPED)).branches[0].saliency[SEQUENCE].volume
    start = np.rint(whole.geometry.to_index(cut.geometry.origin_lps)).astype(int)[::-1]
    box = tuple(slice(s, s + n) for s, n in zip(start, cut.voxels.shape, strict=True))
    assert np.array_equal(whole.voxels[box], cut.voxels)
    assert cut.voxels.sum() == pytest.approx(whole.voxels.sum(), rel=1e-6)


def test_the_second_score_loads_nothing_anew(
    start_worker: Callable[..., Worker], hand_over: dict[str, Any]
) -> None:
    worker = start_worker()
    worker.ask("image", **hand_over["image"])
    answer = worker.ask("score", **hand_over["score"])
    assert answer["kind"] == "done", answer
    first = json.loads(answer["result"]["record"])["seconds"]
    answer = worker.ask("score", **hand_over["score"])
    assert answer["kind"] == "done", answer
    second = json.loads(answer["result"]["record"])["seconds"]
    assert first["model"] > 0
    assert second["model"] == 0


@pytest.mark.parametrize(
    "launcher", [(), (sys.executable, "-c", LAUNCHER)], ids=["alone", "behind a launcher"]
)
def test_cancel_ends_a_running_job_within_a_second(
    start_worker: Callable[..., Worker], hand_over: dict[str, Any], launcher: tuple[str, ...]
) -> None:
    worker = start_worker(*launcher)
    worker.ask("image", **hand_over["image"])
    worker.send("score", **hand_over["score"])
    worker.next("progress")
    worker.send("cancel")
    assert wait_until_gone(worker.hello["pid"], 1.0) < 1.0
    assert worker.process.wait(1.0) == CANCELLED


@pytest.mark.parametrize(
    "launcher", [(), (sys.executable, "-c", LAUNCHER)], ids=["alone", "behind a launcher"]
)
def test_closing_stdin_leaves_no_process_behind(
    start_worker: Callable[..., Worker], hand_over: dict[str, Any], launcher: tuple[str, ...]
) -> None:
    worker = start_worker(*launcher)
    worker.ask("image", **hand_over["image"])
    worker.send("score", **hand_over["score"])
    worker.next("progress")
    assert worker.process.stdin is not None
    worker.process.stdin.close()
    wait_until_gone(worker.hello["pid"], 1.0)
    assert worker.process.wait(1.0) == 0


def test_a_second_score_is_refused_while_one_runs(
    worker: Worker, hand_over: dict[str, Any]
) -> None:
    worker.ask("image", **hand_over["image"])
    first = worker.send("score", **hand_over["score"])
    second = worker.send("score", **hand_over["score"])
    refused, done = worker.next("done", "failed"), worker.next("done", "failed")
    assert (refused["id"], refused["kind"]) == (second, "failed")
    assert "under way" in refused["message"]
    assert (done["id"], done["kind"]) == (first, "done")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"rubbish", "one line of JSON"),
        (b"[1, 2]", "one line of JSON"),
        (b'{"do": "score"}', "one line of JSON"),
        (b'{"id": 5, "do": "dance"}', "must name one of the jobs models, warm"),
        (b'{"id": 5, "do": "warm", "model": "nosuch"}', "must be the name of an installed bundle"),
        (
            b'{"id": 5, "do": "score", "model": "ct-radiomics-cnn-simulated"}',
            "case_id: must be there",
        ),
        (b'{"id": NaN, "do": "models"}', "one line of JSON"),
        (b'{"id": 1e999, "do": "models"}', "one line of JSON"),
        (b"[" * 100_000, "one line of JSON"),
        (b'{"id": 5, "do": "warm", "model": ' + b'{"a":' * 100_000, "one line of JSON"),
        (b"x" * 9_000_000, "must be shorter than 4000000 bytes"),
    ],
)
def test_what_it_cannot_do_it_says_and_lives_on(worker: Worker, line: bytes, message: str) -> None:
    worker.write(line)
    answer = worker.next("failed")
    assert message in answer["message"]
    assert "\n" not in answer["message"]
    assert worker.ask("models")["kind"] == "done"


def test_a_scoring_without_its_image_fails_and_the_next_works(
    worker: Worker, hand_over: dict[str, Any]
) -> None:
    worker.ask("forget")
    answer = worker.ask("score", **hand_over["score"])
    assert answer["by_user"]
    assert "must have been handed over" in answer["message"]
    worker.ask("image", **hand_over["image"])
    assert worker.ask("score", **hand_over["score"])["kind"] == "done"
    worker.ask("forget")
    assert worker.ask("score", **hand_over["score"])["kind"] == "failed"


def test_it_measures_checks_forms_and_writes_a_report(
    worker: Worker, hand_over: dict[str, Any], case: Case, tmp_path: Path
) -> None:
    worker.ask("forget")
    worker.ask("image", **hand_over["image"])
    scoring = hand_over["score"]
    (lesion, *_) = worker.ask("measure", segments=scoring["segments"])["result"]["lesions"]
    assert lesion["volume_ml"] == pytest.approx(case.lesions[0].volume_ml)
    form = {"albumin_g_per_l": {"text": "4.2", "unit": "g/dL"}}
    checked = worker.ask("check_clinical", form=form)["result"]
    assert checked["fields"]["albumin_g_per_l"]["stated"] == "4.2 g/dL = 42 g/L"
    out = {"case_id": case.case_id, "folder": str(tmp_path / "report"), "digest": "none"}
    assert "needs the result" in worker.ask("report", **out)["message"]
    out["digest"] = worker.ask("score", **scoring)["result"]["digest"]
    answer = worker.ask("report", **out)
    names = {Path(path).name for path in answer["result"]["files"]}
    assert {"report.html", "overview.png", "prediction.json", "radiomics.csv"} < names


def test_a_report_is_of_the_result_that_is_asked_for_though_two_cases_have_one_name(
    worker: Worker, hand_over: dict[str, Any], case: Case, tmp_path: Path
) -> None:
    """The second case has the first one's name and other voxels."""
    first, second = hand_over["score"], dict(hand_over["score"])
    worker.ask("image", **hand_over["image"])
    a = worker.ask("score", **first)["result"]
    image = case.images[SEQUENCE]
    brighter = replace(image, voxels=image.voxels + 30)
    values = asdict(write_volume(brighter, tmp_path / "other.npy"))
    other = {"sequence": SEQUENCE.value, "token": f"{SEQUENCE}:2", "image": values}
    worker.ask("image", **other)
    second["images"] = {SEQUENCE.value: f"{SEQUENCE}:2"}
    b = worker.ask("score", **second)["result"]
    of_a, of_b = json.loads(a["record"]), json.loads(b["record"])
    assert of_a["case_id"] == of_b["case_id"]
    assert of_a["probability"] != of_b["probability"]
    assert a["digest"] != b["digest"]
    request = {"case_id": case.case_id, "folder": str(tmp_path / "report")}
    refused = worker.ask("report", **request, digest=a["digest"])
    assert refused["by_user"]
    assert "got another one; press Score, then Report" in refused["message"]
    assert not (tmp_path / "report").exists()
    # The first image is gone with the second's coming: its token can't bring the second's voxels.
    assert "must have been handed over" in worker.ask("score", **first)["message"]
    assert worker.ask("report", **request, digest=b["digest"])["kind"] == "done"
    record = json.loads((tmp_path / "report" / "prediction.json").read_text(encoding="utf-8"))
    assert record["probability"] == of_b["probability"]


def test_contours_come_in_pieces_between_which_it_does_other_things(
    worker: Worker, hand_over: dict[str, Any], case: Case, tmp_path: Path
) -> None:
    worker.ask("image", **hand_over["image"])
    scored = worker.ask("score", **hand_over["score"])["result"]
    named = {"case_id": case.case_id, "digest": scored["digest"]}
    done = []
    while not done or done[-1]["record"] is None:
        done.append(worker.ask("contours", **named)["result"])
        assert worker.ask("check_clinical", form={})["kind"] == "done"
    counts = [one["n_done"] for one in done]
    assert counts == sorted(set(counts))
    assert (done[-1]["n_done"], done[-1]["n"]) == (20, 20)
    contours = json.loads(done[-1]["record"])
    assert len(contours["outcomes"]) == 20
    assert contours["as_drawn"] == json.loads(scored["record"])["probability"]
    # The report of the same result tells them.
    out = {**named, "folder": str(tmp_path / "report")}
    assert worker.ask("report", **out)["kind"] == "done"
    written = json.loads((tmp_path / "report" / "prediction.json").read_text(encoding="utf-8"))
    assert written["contours"] == contours
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "20 plausible contours" in page.replace("\N{NO-BREAK SPACE}", " ")


def test_contours_of_a_result_that_is_no_longer_kept_are_refused(
    worker: Worker, hand_over: dict[str, Any], case: Case
) -> None:
    worker.ask("image", **hand_over["image"])
    scored = worker.ask("score", **hand_over["score"])["result"]
    refused = worker.ask("contours", case_id=case.case_id, digest="0" * 64)
    assert "got another one" in refused["message"]
    assert refused["by_user"]
    assert worker.ask("warm", model="ct-volume-clinical")["kind"] == "done"
    refused = worker.ask("contours", case_id=case.case_id, digest=scored["digest"])
    assert "got another model is loaded" in refused["message"]
    worker.ask("forget")
    refused = worker.ask("contours", case_id=case.case_id, digest=scored["digest"])
    assert "got none" in refused["message"]


def test_equal_results_have_one_digest_and_different_ones_don_t(case: Case) -> None:
    record = json.loads(json.dumps(to_record(score(case, load_bundle(SHIPPED))), default=str))
    assert result_digest(record) == result_digest({**record, "seconds": {"model": 9.0}})
    for change in ({"probability": 0.5}, {"case_id": "b"}, {"provenance": {}}):
        assert result_digest({**record, **change}) != result_digest(record)


def test_its_heart_beats_once_a_second(start_worker: Callable[..., Worker]) -> None:
    worker = start_worker()
    time.sleep(2.6)
    assert worker.beats in (2, 3)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full; make room in "),
        (FileNotFoundError(2, "No such file or directory", "/x"), "/x: No such file or directory;"),
        (MemoryError(), "The computer has too little free memory"),
        (RuntimeError("CUDA out of memory."), "The computer has too little free memory"),
    ],
    ids=["disk", "file", "memory", "GPU"],
)
def test_a_full_disk_or_memory_is_the_user_s_to_mend(error: Exception, words: str) -> None:
    def job(_request: Any, _tell: Any) -> None:
        raise error

    outcome = _do({"forget": job}, Ask(id=7, request=Forget()), Answers(io.BytesIO()))
    assert isinstance(outcome, Failed)
    assert outcome.message.startswith(words)
    assert outcome.by_user
    assert "Traceback" in outcome.traceback


def test_any_other_error_is_ours() -> None:
    def job(_request: Any, _tell: Any) -> None:
        raise ZeroDivisionError("by 0")

    outcome = _do({"forget": job}, Ask(id=7, request=Forget()), Answers(io.BytesIO()))
    assert isinstance(outcome, Failed)
    assert outcome.message == "internal error: ZeroDivisionError: by 0"
    assert not outcome.by_user
