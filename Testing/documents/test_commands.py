"""A command parses and calls; whatever it does can be called from Python with typed arguments."""

import ast
from pathlib import Path

import pytest

from Testing.documents.imports import ROOT

COMMANDS = ROOT / "TACEResponseLib" / "commands"
# What the commands share: the grammar's root, options of several, and words that options hold.
SHARED = {"__init__", "cli", "options", "image_options"}
FILES = sorted(p for p in COMMANDS.rglob("*.py") if p.stem not in SHARED)
# A parser and what it calls fit in three screens, and hardly decide anything.
MOST_LINES, MOST_FUNCTIONS, MOST_BRANCHES = 160, 6, 5
HANDS = ("add_parser", "run", "_")


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def takers_of_parsed_options(tree: ast.Module) -> list[str]:
    """Functions of whose parameters one is what argparse gives, or that import it."""
    arguments = [
        (node.name, argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    ]
    return [
        name
        for name, argument in arguments
        if argument.annotation is not None and "Namespace" in ast.unparse(argument.annotation)
    ]


def imports_argparse(tree: ast.Module) -> bool:
    return any(
        (isinstance(node, ast.Import) and any(alias.name == "argparse" for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "argparse")
        for node in ast.walk(tree)
    )


def branches(function: ast.FunctionDef) -> int:
    """Places where it decides or repeats; expressions are counted by what follows from them."""
    kinds = (ast.If, ast.For, ast.While, ast.Try, ast.Match)
    return sum(isinstance(node, kinds) for node in ast.walk(function))


def test_nothing_below_the_commands_takes_what_argparse_gives() -> None:
    below = [p for p in (ROOT / "TACEResponseLib").rglob("*.py") if COMMANDS not in p.parents]
    assert len(below) > 400
    naming_it = [p for p in below if "Namespace" in p.read_text(encoding="utf-8")]
    assert [p for p in naming_it if takers_of_parsed_options(parsed(p))] == []


def test_a_function_that_takes_them_would_be_found() -> None:
    tree = ast.parse("def f(*, options: argparse.Namespace) -> None: ...")
    assert takers_of_parsed_options(tree) == ["f"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_command_is_its_parser_and_what_it_calls(path: Path) -> None:
    tree = parsed(path)
    assert imports_argparse(tree)
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert len(functions) <= MOST_FUNCTIONS
    assert [f.name for f in functions if not f.name.startswith(HANDS)] == []
    assert {f.name: branches(f) for f in functions if branches(f) > MOST_BRANCHES} == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_command_changes_none_of_its_options(path: Path) -> None:
    changed = [
        ast.unparse(node)
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del))
        or (isinstance(node, ast.Call) and ast.unparse(node.func) in ("setattr", "delattr"))
    ]
    assert changed == []


def test_every_command_of_the_program_is_looked_at() -> None:
    tree = parsed(COMMANDS / "cli.py")
    (table,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "COMMANDS"
    )
    assert isinstance(table, ast.Tuple)
    names = {ast.unparse(one) for one in table.elts}
    assert names | {"cohort_import", "score_cohort"} == {path.stem for path in FILES}
