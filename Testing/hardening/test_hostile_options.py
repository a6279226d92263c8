"""Every option of every command, given what is no file, no number and no word."""

import argparse
import os
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.bundle.reading import load_bundle
from TACEResponseLib.commands.cli import _parser
from TACEResponseLib.commands.options import check_options
from Testing.hardening.attempts import Tally, attempt
from Testing.hardening.command_line import run_in
from Testing.hardening.conftest import _Tries
from Testing.hardening.good_files import write_good_files
from Testing.hardening.hostile_paths import hostile_paths

SEED = 20_261_130
BUNDLE, RECIPE = "ct-volume-clinical", "ct-volume-clinical"
HERE = "@"
# What commands import on their way, so that a try begins where its input is read.
WARM = (
    "torch",
    "pandas",
    "openpyxl",
    "scipy.optimize",
    "scipy.stats",
    "scipy.spatial",
    "sklearn.svm",
    "sklearn.linear_model",
    "sklearn.model_selection",
    "matplotlib.figure",
    "monai.bundle",
    *(
        f"TACEResponseLib.{name}"
        for name in (
            "bundle.installation",
            "cohort.hcc_tace_seg.importing",
            "from_files.cohort",
            "from_files.demo",
            "recipe.copying",
            "recipe.description",
            "training.cohort_check",
            "training.run",
            "validation.biology",
            "validation.comparison",
            "validation.recalibration",
            "validation.run",
        )
    ),
)
COMMANDS = (
    f"score --no-scene --output out --bundle {BUNDLE} --cohort @",
    f"score --no-scene --output out --bundle {BUNDLE} --image ct_arterial=i.nii --roi r.nii "
    "--clinical @",
    f"score --no-scene --output out --bundle {BUNDLE} --image ct_arterial=i.nii --roi r.nii "
    "--context @",
    "score --no-scene --output out --bundle @ --image ct_arterial=i.nii --roi r.nii",
    "info @",
    "recipe show @",
    "recipe new mine --from @",
    "cohort check --table-only @",
    "cohort check @",
    "cohort check good.csv --recipe @",
    "cohort describe @",
    "cohort import hcc-tace-seg @ --output out",
    "cohort import hcc-tace-seg good.xlsx --features @ --output out",
    "train --recipe @ --cohort good.csv --output out",
    f"train --recipe {RECIPE} --cohort @ --output out",
    f"train --recipe {RECIPE} --cohort good.csv --weights @ --output out",
    "validate --resamples 200 --predictions @ --output out",
    "validate --resamples 200 --predictions p.csv --reader-study @ --output out",
    f"validate --bundle {BUNDLE} --cohort @ --output out",
    "validate --bundle @ --cohort good.csv --output out",
    "compare @ @",
    "compare good @",
    "recalibrate --method slope --bundle @ --cohort good.csv --output out",
    f"recalibrate --method slope --bundle {BUNDLE} --cohort @ --output out",
    "biology --expression @ --groups g.csv --gene-sets s.gmt --output out",
    "biology --expression e.csv --groups @ --gene-sets s.gmt --output out",
    "biology --expression e.csv --groups g.csv --gene-sets @ --output out",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of good files, and of everything else."""
    load_bundle(BUNDLE)
    for name in WARM:
        import_module(name)
    folder = tmp_path_factory.mktemp("place")
    before = Path.cwd()
    os.chdir(folder)
    write_good_files()
    yield folder
    os.chdir(before)


@pytest.fixture(scope="module")
def names(place: Path) -> list[str]:
    """What the hostile things are called."""
    assert Path.cwd() == place
    return hostile_paths(place)


def test_no_path_of_any_command_crashes_waits_or_fills_the_memory(
    tries: _Tries, tally: Tally, place: Path, names: list[str]
) -> None:
    for number in tries(30):
        rng = np.random.default_rng([SEED, number])
        command = COMMANDS[number % len(COMMANDS)]
        name = names[int(rng.integers(len(names)))]
        words = [word.replace(HERE, name) for word in command.split()]
        tally.add(attempt(lambda w=words: run_in(place, w)), f"seed {number}: {words!r:.300}")
        assert not (place / "canary").exists()
    assert tally.bad == []


WORDS = (
    "",
    "=",
    "-",
    "--",
    "---",
    "--=",
    "-=",
    "=x",
    "x=",
    "--x",
    "-v",
    "-vv",
    "-vvvvvvvvvv",
    "-x",
    "--help=3",
    "--version",
    "\ud800",
    "a\udcffb",
    "\0",
    "\n",
    "\x1b[2J",
    "x" * 100_000,
    "ä",
    "0",
    "-1",
    "1",
    "9" * 30,
    "9" * 5000,
    "nan",
    "inf",
    "-inf",
    "1e309",
    "1_0",
    " 1",
    "٣",
    "0x10",
    "true",
    "../../x",
    "/",
    "cpu",
    "auto",
    "@file",
    "%s",
    "{0}",
    "ct_arterial=",
    "=a.nii",
    "ct_arterial=a=b",
    "ct_arterial",
)


def _commands(
    parser: argparse.ArgumentParser, before: tuple[str, ...] = ()
) -> list[tuple[str, ...]]:
    """Every command with every word that it knows."""
    commands = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                commands += _commands(child, (*before, name))
    return commands or [before]


def _options(parser: argparse.ArgumentParser, words: tuple[str, ...]) -> list[str]:
    """Options of one command."""
    for word in words:
        inner = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
        parser = inner.choices[word]
    return [option for action in parser._actions for option in action.option_strings]


def parsed(words: list[str]) -> None:
    """Parser and first gate, as `main` has them."""
    try:
        check_options(_parser().parse_args(words))
    except SystemExit as error:
        if error.code == 2:
            raise InputError("command", "must be as its usage says", got="", remedy="") from error
        if error.code:
            raise RuntimeError(f"exit status {error.code}") from error


def test_odd_words_are_parsed_or_refused(tries: _Tries, tally: Tally) -> None:
    commands = _commands(_parser())
    for number in tries(15):
        rng = np.random.default_rng([SEED, 1, number])
        command = commands[number % len(commands)]
        options = _options(_parser(), command)
        words = list(command)
        for _ in range(int(rng.integers(0, 8))):
            option, word = (str(rng.choice(some)) for some in (options, [*WORDS, *options]))
            words += [[option, word], [f"{option}={word}"], [word], [option, option]][
                int(rng.integers(4))
            ]
        tally.add(attempt(lambda w=words: parsed(w)), f"seed {number}: {words!r:.300}")
    assert tally.bad == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", -1),
        ("seed", 2**32),
        ("seed", 10**4000),
        ("jobs", 0),
        ("jobs", -1),
        ("jobs", 10**9),
        ("epochs", 0),
        ("patients", 10**9),
        ("resamples", 199),
        ("permutations", 10),
        ("threshold", float("nan")),
        ("threshold", 1.5),
        ("landmark", float("inf")),
        ("landmark", -1.0),
    ],
)
def test_a_number_out_of_range_is_refused_for_every_command(name: str, value: float) -> None:
    with pytest.raises(InputError, match=f"^--{name}: must be [0-9]+ to [0-9]+, got "):
        check_options(argparse.Namespace(**{name: value}))


@pytest.mark.parametrize("word", ["a\udcff.nii", Path("\ud800"), "a\0"])
@pytest.mark.parametrize("as_list", [False, True])
def test_text_that_no_file_can_hold_is_refused_whatever_the_option(
    word: str | Path, as_list: bool
) -> None:
    with pytest.raises(InputError, match=r"^--roi-segment: must (be UTF-8 text|have no NUL)"):
        check_options(argparse.Namespace(roi_segment=[word] if as_list else word))
