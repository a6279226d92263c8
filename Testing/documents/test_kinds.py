"""What a branch is, its kind alone knows: nobody outside `evidence` asks which kind it has."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from TACEResponseLib.evidence.kind import EvidenceKind
from TACEResponseLib.evidence.kinds import FOLDERS, KINDS
from TACEResponseLib.evidence.part import EvidencePart
from TACEResponseLib.evidence.settings import EvidenceSettings
from Testing.documents.imports import ROOT

EVIDENCE = ROOT / "TACEResponseLib" / "evidence"
# So many other things have these that asking for them tells nothing of a kind.
OF_ALL = {"kind", "name", "file", "sequence", "sequences", "settings", "state"}


def classes_of_kinds() -> set[str]:
    """Every class that the folder of a kind defines."""
    return {
        node.name
        for folder in FOLDERS
        for path in (EVIDENCE / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }


def answers_of_kinds() -> set[str]:
    """What the settings and the part of any kind can be asked for."""
    types = [t for kind in KINDS.values() for t in (kind.settings_type, kind.part_type)]
    plain = set(dir(EvidenceSettings.__mro__[1]))
    names = {name for t in types for name in (*dir(t), *t.model_fields)}
    return {name for name in names - plain - OF_ALL if not name.startswith("_")}


CLASSES, ANSWERS = classes_of_kinds(), answers_of_kinds()


def questions(tree: ast.AST) -> Iterator[str]:
    """Lines that ask which kind of evidence something is, straight or in disguise."""
    for node in ast.walk(tree):
        if (
            (isinstance(node, ast.Call) and _asks_for_a_class(node))
            or (isinstance(node, ast.Compare) and _compares_kinds(node))
            or (isinstance(node, ast.MatchClass) and _names(node.cls) & CLASSES)
        ):
            yield f"line {getattr(node, 'lineno', 0)}: {ast.unparse(node)}"


def _asks_for_a_class(call: ast.Call) -> bool:
    function = call.func.id if isinstance(call.func, ast.Name) else ""
    if len(call.args) < 2:
        return False
    if function in ("isinstance", "issubclass"):
        return bool(_names(call.args[1]) & CLASSES)
    attribute = call.args[1].value if isinstance(call.args[1], ast.Constant) else None
    return function in ("getattr", "hasattr") and attribute in ANSWERS


def _compares_kinds(compare: ast.Compare) -> bool:
    sides = [compare.left, *compare.comparators]
    words = {n.value for side in sides for n in ast.walk(side) if isinstance(n, ast.Constant)}
    attributes = {s.attr for s in sides if isinstance(s, ast.Attribute)}
    is_type = any(_names(side) & CLASSES for side in sides)
    return is_type or bool("kind" in attributes and words & set(FOLDERS))


def _names(node: ast.AST) -> set[str]:
    named = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return named | {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def files_outside() -> list[Path]:
    paths = [p for top in ("TACEResponseLib", "TACEResponse") for p in (ROOT / top).rglob("*.py")]
    return [path for path in paths if not path.is_relative_to(EVIDENCE)]


def test_nobody_outside_evidence_asks_which_kind_a_branch_is() -> None:
    assert len(files_outside()) > 300
    uses = {
        path.relative_to(ROOT).as_posix(): lines
        for path in files_outside()
        if (lines := list(questions(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert uses == {}


@pytest.mark.parametrize(
    "line",
    [
        "isinstance(part, RadiomicsPart)",
        "isinstance(branch, (str, ImageNetworkBranch))",
        "issubclass(one, settings.ClinicalSettings)",
        "type(part) is RadiomicsPart",
        'any(s.kind == "image_network" for s in settings)',
        'part.kind in ("radiomics", "clinical")',
        'getattr(settings, "needs_roi", True)',
        'getattr(settings, "icc", None)',
        'hasattr(settings, "fitting")',
        "match part:\n    case ClinicalPart():\n        pass",
    ],
)
def test_each_way_of_asking_would_be_seen(line: str) -> None:
    assert len(list(questions(ast.parse(line)))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "isinstance(value, str)",
        'model.calibration.kind != "platt"',
        'getattr(error, "filename", None)',
        "settings.needs_roi",
        "kind_of(settings).words",
    ],
)
def test_what_asks_nothing_of_a_kind_is_left_alone(line: str) -> None:
    assert list(questions(ast.parse(line))) == []


@pytest.mark.parametrize("word", FOLDERS)
def test_a_kind_has_its_folder_s_name_in_settings_and_part(word: str) -> None:
    kind = KINDS[word]
    assert isinstance(kind, EvidenceKind)
    for model, base in ((kind.settings_type, EvidenceSettings), (kind.part_type, EvidencePart)):
        assert issubclass(model, base)
        assert model.model_fields["kind"].default == word
        # Files hold these first, whatever a kind adds.
        assert list(model.model_fields)[: len(base.model_fields)] == list(base.model_fields)
