"""What the house does in one place: no file does it again by itself."""

import ast
import re
from pathlib import Path

import pytest

from TACEResponseLib.basics.terms import MAP_CAPTION
from TACEResponseLib.bundle.words import SIMULATED_BANNER

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for folder in ("TACEResponse", "TACEResponseLib")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
ONE_PLACE = {
    r"1(\.0)? / \(1(\.0)? \+ (np\.|math\.)?exp\(": "",  # scipy.special.expit
    r"^SMALLEST_PROBABILITY\b": "TACEResponseLib/basics/logistic.py",
    r"def _?z_scored\(values: Floats, columns": "TACEResponseLib/patient/columns.py",
    r"\b(path|Path\(\w+\))\.exists\(\)\n    except": "TACEResponseLib/basics/reading/",
    r"no \{name\} in its header": "TACEResponseLib/imaging/files/headers/text.py",
    r"def (choose|pick)_device|cuda\.is_available": "TACEResponseLib/basics/process/device.py",
    r"\bfile_digest\(|sha256\(\w+\.read_bytes\(": "TACEResponseLib/basics/reading/file_digest.py",
    r"csv\.(reader|DictReader)\(|(pandas|pd)\.read_csv\(": "TACEResponseLib/basics/reading/",
    r"csv\.(writer|DictWriter)\(|\.to_csv\(": "TACEResponseLib/basics/writing/",
}


@pytest.mark.parametrize(("pattern", "home"), ONE_PLACE.items())
def test_it_stands_in_its_own_place_alone(pattern: str, home: str) -> None:
    used = [name for name, text in FILES.items() if re.search(pattern, text, re.MULTILINE)]
    assert [name for name in used if not home or not name.startswith(home)] == []
    assert used or not home


@pytest.mark.parametrize(
    ("sentence", "sign"),
    [(MAP_CAPTION, "not viable tumor"), (SIMULATED_BANNER, "trained on simulated patients:")],
    ids=["the caption of the map", "that a model is of simulated patients"],
)
def test_a_sentence_is_the_same_wherever_it_stands(sentence: str, sign: str) -> None:
    said = [
        node.value
        for text in FILES.values()
        if sign in text
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    copies = {text for text in said if sign in text.lower() and "\n" not in text}
    assert copies - {sentence} <= {"Trained on simulated patients: means nothing for a real one."}
    assert sentence in copies


# What the command line is called by: itself, and scripts with a parser of their own.
OF_THE_TERMINAL = (
    "TACEResponse/",  # pip's options
    "TACEResponseLib/commands/",
    "TACEResponseLib/shipped/",
    "TACEResponseLib/basics/vocabulary.py",
)


def spelled_options(text: str) -> list[str]:
    """Texts of a file that spell an option, its docstrings aside."""
    tree = ast.parse(text)
    documented = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in documented and re.search(r"(?<![\w-])--[a-z{]", node.value)
    ]


def test_no_message_below_the_commands_spells_an_option() -> None:
    files = {name: text for name, text in FILES.items() if not name.startswith(OF_THE_TERMINAL)}
    assert {name: texts for name, text in files.items() if (texts := spelled_options(text))} == {}
    assert spelled_options('f"{a}: use --device cpu"') == [": use --device cpu"]
    assert spelled_options('"""As `--cohort` says."""') == []
