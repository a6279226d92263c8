"""What mypy is told of Slicer is true: each name of the stubs exists, with as many arguments.

MRML is compared with slicer-core, what Slicer writes in Python with its own `slicer.util` or the
stand-ins, Qt with PySide6, VTK with itself.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from Testing.slicer_standins import Standins

STUBS = Path(__file__).resolve().parents[1] / "stubs"
MRML = "slicer/mrml.pyi"
MODULES = {
    "slicer/util.pyi": "slicer.util",
    "slicer/i18n.pyi": "slicer.i18n",
    "slicer/parameterNodeWrapper.pyi": "slicer.parameterNodeWrapper",
    "slicer/ScriptedLoadableModule.pyi": "slicer.ScriptedLoadableModule",
    "SampleData.pyi": "SampleData",
    "vtk/__init__.pyi": "vtk",
    "vtk/util/numpy_support.pyi": "vtk.util.numpy_support",
}
QT_PARTS = ("QtCore", "QtGui", "QtWidgets")


def tree(name: str) -> ast.Module:
    return ast.parse((STUBS / name).read_text(encoding="utf-8"))


def classes(name: str) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in tree(name).body if isinstance(node, ast.ClassDef)}


def functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef]:
    return (node for node in body if isinstance(node, ast.FunctionDef))


def names(body: list[ast.stmt]) -> list[str]:
    """Attributes that are declared without a value."""
    targets = [node.target for node in body if isinstance(node, ast.AnnAssign)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def arity(function: ast.FunctionDef) -> tuple[int, int]:
    """Fewest and most arguments, without the object itself."""
    count = len(function.args.posonlyargs) + len(function.args.args)
    is_static = any(getattr(mark, "id", "") == "staticmethod" for mark in function.decorator_list)
    count -= not is_static
    return count - len(function.args.defaults), count


def documented(doc: str, name: str) -> set[tuple[int, int]]:
    """Arities that VTK's wrapping documents: a signature stands above its C++ counterpart."""
    arities = set()
    for text in re.findall(rf"(?ms)^{name}(\(.*?)\nC\+\+:", doc):
        depth, parts, part = 0, [], ""
        for letter in text[1:]:
            depth += (letter in "([") - (letter in ")]")
            if depth < 0 or (letter == "," and depth == 0):
                parts.append(part.strip())
                part = ""
                if depth < 0:
                    break
            else:
                part += letter
        parts = [p for p in parts if p and p != "self"]
        arities.add((sum("=" not in p for p in parts), len(parts)))
    return arities


def fits(stub: tuple[int, int], real: set[tuple[int, int]]) -> bool:
    """Whether each number of arguments that the stub allows is taken by some overload."""
    taken = {count for low, high in real for count in range(low, high + 1)}
    return set(range(stub[0], stub[1] + 1)) <= taken


@pytest.mark.parametrize("name", sorted(classes(MRML)))
def test_a_class_of_mrml_is_as_slicer_core_documents_it(name: str) -> None:
    import slicer

    kind, stub = getattr(slicer, name), classes(MRML)[name]
    bases = {base.__name__ for base in kind.__mro__}
    assert {base.id for base in stub.bases if isinstance(base, ast.Name)} <= bases
    assert all(isinstance(getattr(kind, attribute), int) for attribute in names(stub.body))
    for function in functions(stub.body):
        real = documented(getattr(kind, function.name).__doc__, function.name)
        assert fits(arity(function), real), f"{name}.{function.name}: {real}"


@pytest.mark.parametrize("file", MODULES)
def test_a_module_is_as_slicer_or_its_stand_in_has_it(
    standins: Standins,  # noqa: ARG001
    file: str,
) -> None:
    module = importlib.import_module(MODULES[file])
    helpers = {"Observer", "Kind"}
    assert [n for n in names(tree(file).body) if not hasattr(module, n)] == []
    imported = [
        alias.name
        for node in tree(file).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    ]
    assert [n for n in imported if not hasattr(module, n)] == []
    for function in functions(tree(file).body):
        assert_same_parameters(getattr(module, function.name), function, has_self=False)
    for name, stub in classes(file).items():
        if name in helpers:
            continue
        for function in functions(stub.body):
            real = getattr(getattr(module, name), function.name)
            assert_same_parameters(real, function, has_self=True)


def assert_same_parameters(real: Any, stub: ast.FunctionDef, *, has_self: bool) -> None:
    """The same names, and none is required that the stub leaves out."""
    signature = inspect.signature(real)
    known = signature.parameters
    given = [*stub.args.posonlyargs, *stub.args.args][has_self and not _is_static(stub) :]
    own = [p for p in known if p != "self"]
    takes_all = any(p.kind is p.VAR_POSITIONAL for p in known.values())
    missing = [a.arg for a in given if a.arg not in own]
    assert missing == [] or takes_all, f"{stub.name}{signature} lacks {missing}"
    required = [
        name
        for name, p in known.items()
        if name != "self" and p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    assert required == [a.arg for a in given][: len(required)], f"{stub.name}{signature}"


def _is_static(stub: ast.FunctionDef) -> bool:
    return any(getattr(mark, "id", "") == "staticmethod" for mark in stub.decorator_list)


@pytest.fixture(scope="module")
def qt_texts() -> dict[str, str]:
    import PySide6

    folder = Path(PySide6.__file__).parent
    return {part: (folder / f"{part}.pyi").read_text(encoding="utf-8") for part in QT_PARTS}


def qt_arities(texts: dict[str, str], kind: type, name: str) -> set[tuple[int, int]]:
    """Arities of a method of Qt, as PySide6's own types have them; PythonQt's are the same."""
    arities = set()
    for base in kind.__mro__:
        part = base.__module__.removeprefix("PySide6.")
        block = re.search(rf"(?ms)^class {base.__name__}\b.*?(?=^class |\Z)", texts.get(part, ""))
        lines = re.findall(rf"(?m)^ +def {name}\(.*$", block[0]) if block else []
        for line in lines:
            (function,) = functions(ast.parse(f"{line.strip().split(' #')[0]}").body)
            count = len(function.args.posonlyargs) + len(function.args.args)
            has_self = bool(function.args.args or function.args.posonlyargs) and (
                (function.args.posonlyargs or function.args.args)[0].arg == "self"
            )
            optional = len(function.args.defaults)
            arities.add((count - has_self - optional, count - has_self))
    return arities


def test_every_class_and_member_of_qt_exists_with_as_many_arguments(
    standins: Standins,  # noqa: ARG001
    qt_texts: dict[str, str],
) -> None:
    import qt

    for name, stub in classes("qt.pyi").items():
        kind = getattr(qt, name)
        for attribute in names(stub.body):
            assert hasattr(kind, attribute), f"{name}.{attribute}"
        for function in functions(stub.body):
            if function.name.startswith("__") or (name, function.name) == ("QObject", "connect"):
                continue  # of Python, and of PythonQt
            assert hasattr(kind, function.name), f"{name}.{function.name}"
            real = qt_arities(qt_texts, kind, function.name)
            assert fits(arity(function), real), f"{name}.{function.name}: {real}"


def test_the_names_of_the_package_slicer_exist(standins: Standins) -> None:  # noqa: ARG001
    import slicer

    for name in names(tree("slicer/__init__.pyi").body):
        assert hasattr(slicer, name)
    for name, stub in classes("slicer/__init__.pyi").items():
        if name.startswith("_"):
            continue
        kind = type(slicer.app) if name == "qSlicerApplication" else getattr(slicer, name)
        for function in functions(stub.body):
            assert function.name.startswith("__") or hasattr(kind, function.name)


def test_an_absent_name_and_a_wrong_count_are_seen() -> None:
    """The comparison itself: it refuses what isn't so."""
    import slicer

    doc = slicer.vtkMRMLNode.SetNodeReferenceID.__doc__
    assert documented(doc, "SetNodeReferenceID") == {(2, 2)}
    doc = slicer.vtkMRMLScene.AddNewNodeByClass.__doc__
    assert documented(doc, "AddNewNodeByClass") == {(1, 2)}
    assert not fits((3, 3), {(2, 2)})
    assert not fits((1, 2), {(2, 2)})
    assert not hasattr(slicer.vtkMRMLNode, "GetNodeRefernce")
