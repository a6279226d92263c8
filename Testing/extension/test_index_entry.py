"""The Extensions Index entry keeps the index's rules and says the same as CMakeLists.txt.

Both kinds of rules are those of the repository Slicer/ExtensionsIndex: the schema is
schemas/slicer-extension-catalog-entry-schema-v1.0.2.json, the check that runs on every entry is
scripts/check_description_files.py.
"""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

SCHEMA = (
    "https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/"
    "slicer-extension-catalog-entry-schema-v1.0.2.json#"
)
TYPES = {
    "$schema": str,
    "category": str,
    "scm_url": str,
    "scm_revision": str,
    "scm_type": str,
    "build_dependencies": list,
    "dicom_support_rule": str,
    "build_subdirectory": str,
    "enabled": bool,
    "tier": int,
}
REQUIRED = {"$schema", "category", "scm_url"}
# Those of ACCEPTED_EXTENSION_CATEGORIES that could hold this extension.
CATEGORIES = {"Analysis", "Informatics", "Quantification"}
PREFIX = "https://raw.githubusercontent.com/TACEResponse/SlicerTACEResponse/main/"


def broken_rules(entry: dict[str, Any]) -> list[str]:
    """What the schema has against an entry."""
    broken = [f"{key} is required" for key in sorted(REQUIRED - entry.keys())]
    for key, value in entry.items():
        if key not in TYPES:
            broken.append(f"{key} is no key of the schema")
        elif type(value) is not TYPES[key]:
            broken.append(f"{key} must be of type {TYPES[key].__name__}")
    if not all(isinstance(name, str) for name in entry.get("build_dependencies") or []):
        broken.append("build_dependencies must hold names")
    if entry.get("scm_type", "git") not in ("git", "local"):
        broken.append("scm_type must be git or local")
    if not 1 <= int(entry.get("tier", 1)) <= 5:
        broken.append("tier must be 1 to 5")
    return broken


@pytest.fixture(scope="module")
def entry_file(repository: Path) -> Path:
    return repository / "docs" / "extension" / "TACEResponse.json"


@pytest.fixture(scope="module")
def entry(entry_file: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(entry_file.read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def cmake_text(repository: Path) -> str:
    return (repository / "CMakeLists.txt").read_text(encoding="utf-8")


def metadata(cmake_text: str, key: str) -> str:
    """A value of CMakeLists.txt, found as the index's check finds it."""
    matches = re.findall(rf'set\s*\(EXTENSION_{key}\s*"([^"]+)"[ ]*\)', cmake_text)
    assert len(matches) == 1, key
    value: str = matches[0]
    return value


def test_the_entry_keeps_the_schema(entry: dict[str, Any]) -> None:
    assert broken_rules(entry) == []
    assert entry["$schema"] == SCHEMA


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"category": None}, "category must be of type str"),
        ({"homepage": "x"}, "homepage is no key of the schema"),
        ({"tier": 6}, "tier must be 1 to 5"),
        ({"scm_type": "svn"}, "scm_type must be git or local"),
        ({"build_dependencies": [1]}, "build_dependencies must hold names"),
    ],
    ids=["wrong type", "unknown key", "tier too high", "unknown source control", "no names"],
)
def test_an_entry_that_breaks_a_rule_is_found(
    change: dict[str, Any], rule: str, entry: dict[str, Any]
) -> None:
    assert broken_rules({**entry, **change}) == [rule]


def test_an_entry_without_an_address_is_found(entry: dict[str, Any]) -> None:
    changed = {key: value for key, value in entry.items() if key != "scm_url"}
    assert broken_rules(changed) == ["scm_url is required"]


def test_the_file_ends_lines_as_the_index_wants(entry_file: Path) -> None:
    assert b"\r" not in entry_file.read_bytes()


def test_names_are_as_the_index_wants_them(
    entry: dict[str, Any], entry_file: Path, cmake_text: str
) -> None:
    assert not entry_file.stem.lower().startswith("slicer")
    assert re.findall(r"project\s*\(\s*([^\s\)]+)", cmake_text) == [entry_file.stem]
    address = urlsplit(entry["scm_url"])
    assert address.scheme in ("git", "https")
    assert Path(address.path).stem == f"Slicer{entry_file.stem}"


def test_dependencies_and_category_are_those_of_cmake(
    entry: dict[str, Any], cmake_text: str
) -> None:
    assert metadata(cmake_text, "DEPENDS").split() == entry["build_dependencies"]
    assert entry["build_dependencies"] == ["PyTorch", "SlicerRadiomics"]
    assert metadata(cmake_text, "CATEGORY") == entry["category"]
    assert entry["category"] in CATEGORIES


def test_homepage_and_repository_are_the_same(entry: dict[str, Any], cmake_text: str) -> None:
    assert entry["scm_url"] == metadata(cmake_text, "HOMEPAGE") + ".git"


def test_icon_and_screenshots_are_files_of_the_tree(cmake_text: str, repository: Path) -> None:
    addresses = [
        metadata(cmake_text, "ICONURL"),
        *metadata(cmake_text, "SCREENSHOTURLS").split(),
    ]
    assert len(addresses) >= 2
    for address in addresses:
        assert address.startswith(PREFIX)
        assert "?" not in address  # the index supports no parameters in addresses
        assert (repository / address.removeprefix(PREFIX)).read_bytes()[:4] == b"\x89PNG"


def test_the_description_says_what_it_is_not_for(cmake_text: str) -> None:
    description = metadata(cmake_text, "DESCRIPTION")
    assert "research use only" in description.lower()
    assert "not a medical device" in description.lower()
    assert description.count(". ") == 1  # the index asks for one or two sentences
    assert "\n" not in description


def test_the_license_lies_where_the_index_looks(repository: Path) -> None:
    assert "Apache License" in (repository / "LICENSE.txt").read_text(encoding="utf-8")
    assert "Apache" in (repository / "README.md").read_text(encoding="utf-8")
