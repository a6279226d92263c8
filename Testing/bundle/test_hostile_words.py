"""A bundle's author is a stranger: the words of its metadata do nothing but stand there."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.basics.plain_text import UNSAFE
from TACEResponseLib.bundle import load_bundle, model_card
from TACEResponseLib.bundle.reading import read_metadata
from TACEResponseLib.commands.cli import main
from TACEResponseLib.worker.model_description import describe_model

EVIL = (
    "![p](file:///etc/passwd) ![q](\\\\host\\share\\x.png) <img src='http://host/x.png'> "
    "[l](file:///etc) <a href='x'> `c` | \x1b[2J\x1b]0;owned\x07 \u202etxt\nAUC 1.00\r\n"
    "- x\x9b31m"
)
FIELDS = (
    "title",
    "authors",
    "copyright",
    "license",
    "citation",
    "criterion",
    "readout",
    "treatment",
    "population",
    "intended_use",
    "positive_class",
)


@pytest.fixture
def evil(copied: Path, edit_json: Callable[..., None], relist: Callable[[Path], None]) -> Path:
    """A verified bundle whose every free text is hostile, and whose card says something else."""

    def change(content: Any) -> None:
        part = content["tace_response"]
        for name in FIELDS:
            assert name in part, name
            part[name] = EVIL
        part["failure_modes"] = [EVIL]
        for cohort in part["cohorts"].values():
            cohort["source"] = EVIL

    edit_json(copied / "configs" / "metadata.json", change)
    (copied / "docs" / "README.md").write_text("Approved by everybody. ![](file:///etc/passwd)")
    relist(copied)
    return copied


def test_the_card_is_made_from_the_metadata_and_not_believed(evil: Path) -> None:
    bundle = load_bundle(evil)
    assert bundle.card == model_card(bundle.metadata)
    assert "Approved" not in bundle.card


def test_no_text_has_control_characters_or_a_line_of_its_own(evil: Path) -> None:
    metadata = read_metadata(evil)
    for name in FIELDS:
        text = getattr(metadata, name)
        assert "\n" not in text
        assert not UNSAFE.search(text), name
        assert r"\u001b[2J" in text
    shown = asdict(describe_model(metadata, path="", sha256=""))
    assert not UNSAFE.search(json.dumps(shown, ensure_ascii=False))


def test_info_moves_no_cursor_and_feigns_no_line(
    evil: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["info", str(evil)]) == 0
    stdout = capsys.readouterr().out
    assert not UNSAFE.search(stdout)
    assert "AUC 1.00" in stdout
    assert not any(line.startswith(("AUC 1.00", "- x")) for line in stdout.splitlines())


def test_a_refused_bundle_is_refused_in_one_printable_line(
    evil: Path,
    edit_json: Callable[..., None],
    relist: Callable[[Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    def change(content: Any) -> None:
        content["tace_response"]["bundle_id"] = EVIL

    edit_json(evil / "configs" / "metadata.json", change)
    relist(evil)
    assert main(["info", str(evil)]) == 2
    stderr = capsys.readouterr().err
    assert stderr.count("\n") == 1
    assert not UNSAFE.search(stderr.rstrip("\n"))
