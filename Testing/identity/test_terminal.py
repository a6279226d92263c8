"""Whatever a command prints of tables, options and bundles, the terminal obeys none of it."""

import csv
from pathlib import Path

import pytest

from TACEResponseLib.basics.plain_text import UNSAFE
from TACEResponseLib.commands.cli import main

EVIL = "\x1b[2J\x1b]0;owned\x07\u202etxt\x9b31m\nC9 no problem"

# A file with a BEL is no text at all; ST ends such a sequence too.
IN_TABLE = EVIL.replace("\x07", "\x1b\\")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A cohort whose every text is hostile."""
    path = tmp_path / "cohort.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["case_id", "role", "response", "age_years", f"odd{IN_TABLE}"])
        writer.writerow(["C1", IN_TABLE, IN_TABLE, IN_TABLE, IN_TABLE])
    return path


def test_problems_of_a_hostile_table_are_one_line_each(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cohort", "check", str(table), "--table-only"]) == 2
    printed = capsys.readouterr()
    assert not UNSAFE.search(printed.out + printed.err)
    head, *problems = printed.out.splitlines()
    assert head.split()[:2] == ["line", "column"]
    assert [line.split()[0] for line in problems] == ["1", "7", "7", "7"]
    assert not any(line.startswith("C9") for line in problems)
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["info", f"{EVIL}"],
        ["score", "--bundle", EVIL, "--image", f"{EVIL}=x", "--output", "x"],
        ["recipe", "show", EVIL],
        ["train", "--recipe", "ct-volume-clinical", "--cohort", EVIL, "--output", "x"],
    ],
    ids=["info", "score", "recipe", "train"],
)
def test_hostile_options_are_refused_in_one_printable_line(
    words: list[str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert not UNSAFE.search(printed.err)


def test_the_parser_s_own_refusal_is_printable(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["info", "--\x1b[2J\u202e"])
    stderr = capsys.readouterr().err
    assert r"--\u001b[2J\u202e" in stderr
    assert not UNSAFE.search(stderr)
