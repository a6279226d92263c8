"""Every option that names a file or folder, given each kind of path that is none for it."""

import argparse
import os
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from TACEResponseLib.bundle.reading import load_bundle
from TACEResponseLib.commands.cli import _parser
from TACEResponseLib.commands.options import some_name, some_path
from Testing.commands.test_options import parsers
from Testing.hardening.attempts import Attempt, Outcome, Tally, attempt
from Testing.hardening.command_line import run_in
from Testing.hardening.conftest import LONG
from Testing.hardening.good_files import write_good_files
from Testing.hardening.test_hostile_options import WARM
from Testing.in_process import stay_in_process

BUNDLE = "ct-volume-clinical"
HERE = "@"
SCORE = f"score --no-scene --bundle {BUNDLE}"
ONE = f"{SCORE} --image ct_arterial=i.nii --roi r.nii"
TRAIN = f"train --recipe {BUNDLE} --cohort good.csv --jobs 1"
VALIDATE = "validate --resamples 200 --jobs 1"
BIOLOGY = "biology --expression e.csv --groups g.csv --gene-sets s.gmt"
RECALIBRATE = "recalibrate --method slope --jobs 1"
# Of each command, every option of a path once, in otherwise good words.
INPUTS = {
    "score": (
        "score --no-scene --bundle @ --image ct_arterial=i.nii --roi r.nii --output out",
        f"{SCORE} --cohort @ --output out",
        f"{SCORE} --image ct_arterial=@ --roi r.nii --output out",
        f"{SCORE} --image @ --roi r.nii --output out",
        f"{SCORE} --image ct_arterial=i.nii --roi @ --output out",
        f"{SCORE} --image ct_arterial=i.nii --roi ct_arterial=@ --output out",
        f"{ONE} --liver @ --output out",
        f"{ONE} --clinical @ --output out",
        f"{ONE} --context @ --output out",
    ),
    "info": ("info @",),
    "recipe show": ("recipe show @",),
    "recipe new": ("recipe new mine --from @",),
    "cohort check": ("cohort check @", "cohort check --table-only good.csv --recipe @"),
    "cohort describe": ("cohort describe @",),
    "cohort import hcc-tace-seg": (
        "cohort import hcc-tace-seg @ --output out",
        "cohort import hcc-tace-seg good.xlsx --features @ --output out",
        "cohort import hcc-tace-seg good.xlsx --images @ --output out",
    ),
    "train": (
        "train --recipe @ --cohort good.csv --output out",
        f"train --recipe {BUNDLE} --cohort @ --output out",
        f"{TRAIN} --weights @ --output out",
        "train --recipe good.yaml --cohort f.csv --jobs 1 --cache @ --output out",
    ),
    "validate": (
        f"{VALIDATE} --predictions @ --output out",
        f"{VALIDATE} --predictions p.csv --reader-study @ --output out",
        f"{VALIDATE} --bundle {BUNDLE} --cohort @ --output out",
        f"{VALIDATE} --bundle @ --cohort good.csv --output out",
    ),
    "compare": ("compare @ @",),
    "recalibrate": (
        f"{RECALIBRATE} --bundle @ --cohort good.csv --output out",
        f"{RECALIBRATE} --bundle {BUNDLE} --cohort @ --output out",
    ),
    "biology": (
        "biology --expression @ --groups g.csv --gene-sets s.gmt --output out",
        "biology --expression e.csv --groups @ --gene-sets s.gmt --output out",
        "biology --expression e.csv --groups g.csv --gene-sets @ --output out",
    ),
}
OUTPUTS = {
    "score": (f"{ONE} --output @", f"{SCORE} --cohort good.csv --output @"),
    "demo": ("demo --no-scene --output @",),
    "simulate": ("simulate --patients 1 --seed 1 --output @",),
    "cohort import hcc-tace-seg": ("cohort import hcc-tace-seg good.xlsx --output @",),
    "train": (f"{TRAIN} --output @",),
    "validate": (f"{VALIDATE} --predictions p.csv --output @",),
    "compare": ("compare good good --output @",),
    "recalibrate": (f"{RECALIBRATE} --bundle {BUNDLE} --cohort good.csv --output @",),
    "biology": (f"{BIOLOGY} --output @",),
}
# `.` and `/` are folders for a file; e.csv and i.nii are files for a folder, or of another kind.
NO_INPUT = (
    "",
    " ",
    ".",
    "/",
    "..",
    "good",
    "e.csv",
    "i.nii",
    "e.csv/y",
    "none",
    "none/none",
    "lost",
    "lost/y",
)
NO_OUTPUT = ("", " ", ".", "/", "..", "good", "e.csv", "e.csv/y", "lost", "lost/y")
MADE = "none/none/x"
# All of them in the long form, else a third that is another one for each command.
STRIDE = 1 if LONG else 3
ALL_INPUTS = [command for some in INPUTS.values() for command in some]
ALL_OUTPUTS = [command for some in OUTPUTS.values() for command in some]
NOBODY = 65534


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Good files, a dangling link, a folder and a file that nobody else may use."""
    load_bundle(BUNDLE)
    for name in WARM:
        import_module(name)
    folder = tmp_path_factory.mktemp("paths")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        stay_in_process(patch)
        write_good_files()
        _write_training(folder)
        Path("lost").symlink_to("nowhere")
        Path("shut").mkdir(mode=0o755)
        Path("secret").write_text("x")
        Path("secret").chmod(0o600)
        yield folder


def open_to_all(folder: Path) -> None:
    """Let another user in; every run of pytest shuts the folder that it shares with others."""
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)


def _write_training(folder: Path) -> None:
    """A recipe and a table that train in a second."""
    from Testing.hardening.test_kills import write_training

    write_training(folder / "made")
    shutil.move("made/quick.yaml", "good.yaml")
    shutil.move("made/cohort.csv", "f.csv")
    Path("made").rmdir()


def listing(folder: Path) -> list[tuple[str, int, int]]:
    """Names, sizes and times: what a refusal must leave as it was."""
    states = ((path, path.lstat()) for path in sorted(folder.rglob("*")))
    return [
        (str(path.relative_to(folder)), state.st_size, state.st_mtime_ns * path.is_file())
        for path, state in states
        if path.relative_to(folder).parts[0] != "cache"
    ]


def tried(place: Path, command: str, name: str, user: int | None = None) -> Attempt:
    """One command with this path; a refusal that changed the folder has lost or left something."""
    words = [word.replace(HERE, name) for word in command.split()]
    before = listing(place)
    if user is not None:
        open_to_all(place)

    def job() -> None:
        if user is not None:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
        run_in(place, words)

    change = attempt(job, seconds=60)
    after = listing(place)
    if change.outcome is Outcome.REFUSED and after != before:
        left = sorted({row[0] for row in after} ^ {row[0] for row in before})
        return Attempt(outcome=Outcome.FILE_LOST, words=f"left or lost: {left}; {change.words}")
    beside = "out-training-patients.json"
    for made in ("out", "out-log", beside, "none", ".out-training", "mine.yaml"):
        path = place / made
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    return change


@pytest.mark.parametrize("command", ALL_INPUTS)
def test_what_is_no_input_is_refused_in_one_line_and_leaves_nothing(
    command: str, place: Path, tally: Tally
) -> None:
    is_cache = "--cache" in command
    for name in ("", *NO_INPUT[ALL_INPUTS.index(command) % STRIDE :: STRIDE]):
        if is_cache and name in ("/", ".."):
            # Whoever runs the tests may keep a cache there, and tests should not.
            continue
        attempt_result = tried(place, command, name)
        tally.add(attempt_result, f"{command!r} with {name!r}")
        if not name.strip():
            assert attempt_result.outcome is Outcome.REFUSED, attempt_result.words
    assert tally.bad == []


@pytest.mark.parametrize("command", ALL_OUTPUTS)
def test_what_is_no_output_is_refused_in_one_line_and_leaves_nothing(
    command: str, place: Path, tally: Tally
) -> None:
    for name in ("", *NO_OUTPUT[ALL_OUTPUTS.index(command) % STRIDE :: STRIDE], "shut/x"):
        # A folder that is root's own stands open to root.
        user = NOBODY if name == "shut/x" and os.getuid() == 0 else None
        attempt_result = tried(place, command, name, user)
        tally.add(attempt_result, f"{command!r} with {name!r}")
        assert attempt_result.outcome is Outcome.REFUSED, f"{name}: {attempt_result}"
    # A table of patients without images is scored, and each of them told in a line.
    if command != f"{SCORE} --cohort good.csv --output @":
        tally.add(tried(place, command, MADE), f"{command!r} with {MADE!r}")
    assert tally.bad == []


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="becomes another user")
@pytest.mark.parametrize("command", ALL_INPUTS)
def test_a_file_of_another_user_is_refused_in_one_line(
    command: str, place: Path, tally: Tally
) -> None:
    attempt_result = tried(place, command, "secret", NOBODY)
    tally.add(attempt_result, command)
    assert attempt_result.outcome is Outcome.REFUSED, attempt_result.words


def test_every_option_of_a_path_is_among_them() -> None:
    for name, parser in parsers(_parser()):
        commands = [*INPUTS.get(name, ()), *OUTPUTS.get(name, ())]
        for action in parser._actions:
            if action.type in (some_name, some_path):
                assert any(_gives(action, command) for command in commands), (name, action.dest)
            elif action.option_strings and action.type is None and action.nargs is None:
                is_word = isinstance(action, argparse._StoreAction | argparse._AppendAction)
                free = is_word and not action.choices
                assert not free or action.dest in NO_PATHS, (name, action.dest)


# Words that become no path.
NO_PATHS = {"case_id", "changes", "title", "authors", "license", "positive_class"}


def _gives(action: argparse.Action, command: str) -> bool:
    """Whether the try stands where the option is read."""
    words = command.split()
    place = next(i for i, word in enumerate(words) if HERE in word)
    if action.option_strings:
        return words[place - 1] in action.option_strings
    return not words[place - 1].startswith("--")
