"""Tests lie where what they test lies."""

from pathlib import Path

from Testing.documents.imports import ROOT

TESTS, LIBRARY = ROOT / "Testing", ROOT / "TACEResponseLib"
# What is tested here is no one package of the library.
OF_THE_WHOLE = {
    "benchmarks",
    "documents",
    "extension",
    "hardening",
    "identity",
    "licenses",
    "module",
    "recipes",
    "slicer_standins",
    "slicer_standins_tests",
    "stubs",
}


def folders(root: Path) -> set[str]:
    """Every folder with Python files in it or below, by its path from the root."""
    homes = {path.parent.relative_to(root) for path in root.rglob("*.py")}
    return {place.as_posix() for home in homes for place in (home, *home.parents)} - {"."}


def test_every_folder_of_tests_mirrors_one_of_the_library() -> None:
    mirrors = {name for name in folders(TESTS) if name.split("/")[0] not in OF_THE_WHOLE}
    assert len(mirrors) > 30
    assert sorted(mirrors - folders(LIBRARY)) == []


def test_what_mirrors_nothing_is_there_and_could_not_mirror() -> None:
    tops = {path.name for path in TESTS.iterdir() if path.is_dir()}
    assert tops >= OF_THE_WHOLE
    assert {path.name for path in LIBRARY.iterdir() if path.is_dir()} & OF_THE_WHOLE == set()
