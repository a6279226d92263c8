"""Every package at run time is on the page of licenses, under one that Apache-2.0 can live with."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.licenses import canonicalize_license_expression
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from Testing.licenses.license_page import CUDA, NVIDIA, RUN_TIME, TESTS, may_be_there, table
from Testing.licenses.run_time_packages import ALWAYS, EXTRAS, PROJECT, ROOT, asked_for, needed_by

# Of Slicer, or ours; the rest must come from a package.
SLICER = {"slicer", "qt", "ctk", "vtk", "vtkmodules", "PyTorchUtils", "SampleData"}
OURS = {"TACEResponseLib", "TACEResponsePanel", "TACEResponse", "Testing"}
FAMILIES = {
    "GPL": r"GPL|General Public License",
    "MPL": r"\bMPL|Mozilla Public",
    "BSD": "BSD",
    "MIT": r"\bMIT\b",
    "Apache": "Apache",
    "PSF": r"\bPSF|Python Software Foundation",
    "NVIDIA": "(?i:proprietary)",
}


@pytest.fixture(scope="module")
def page() -> dict[str, str]:
    """License of each package that may be there at run time."""
    return {name: row["license"] for name, row in (table(RUN_TIME) | table(CUDA)).items()}


def families(words: str) -> set[str]:
    return {name for name, pattern in FAMILIES.items() if re.search(pattern, words)}


def declared(package: str) -> str:
    """What a package says of its own license, in one line of each place."""
    package_metadata = metadata.metadata(package)
    if "License-Expression" in package_metadata:
        return str(package_metadata["License-Expression"])
    kinds = [c for c in package_metadata.get_all("Classifier") or [] if c.startswith("License ::")]
    return "; ".join(
        [*kinds, (package_metadata.get("License") or "").split("\n")[0], *license_files(package)]
    )


def license_files(package: str) -> Iterator[str]:
    """Head of each license file of the package itself, not of what it carries."""
    for file in metadata.files(package) or ():
        inside = re.fullmatch(r"[^/]*\.dist-info/(?:licenses/)?([^/]*)", str(file))
        if inside and re.match(r"(?i)licen[sc]e|copying", inside[1]):
            yield Path(file.locate()).read_text(encoding="utf-8", errors="replace")[:200]


def imported(path: Path) -> set[str]:
    """Top names of all modules that a file imports, wherever it does."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_every_package_at_run_time_is_on_the_page_and_none_else() -> None:
    by_name = {name: row["needed by"] for name, row in table(RUN_TIME).items()}
    needed = {name: ", ".join(by) for name, by in needed_by().items() if name not in table(CUDA)}
    assert by_name == needed


def test_versions_on_the_page_are_those_of_pyproject_and_constraints() -> None:
    ranges = {
        name: requirement.specifier
        for extra in (ALWAYS, *EXTRAS)
        for name, requirement in asked_for(extra).items()
    }
    pins = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    )
    tested = {canonicalize_name(name): version for name, version in pins.items()}
    for name, row in table(RUN_TIME).items():
        assert SpecifierSet(row["asked for"]) == ranges.get(name, SpecifierSet()), name
        assert row["tested with"] == tested.get(name, ""), name


def test_every_license_at_run_time_may_be_there() -> None:
    wrong = {n: r["license"] for n, r in table(RUN_TIME).items() if not may_be_there(r["license"])}
    assert wrong == {}
    of_cuda = {n: r["license"].replace(NVIDIA, "MIT") for n, r in table(CUDA).items()}
    assert {n: e for n, e in of_cuda.items() if not may_be_there(e)} == {}


def test_what_each_installed_package_declares_is_what_the_page_says(page: dict[str, str]) -> None:
    for name in needed_by():
        assert families(declared(name)) <= families(page[name]), name
        expression = metadata.metadata(name).get("License-Expression")
        assert expression in (None, page[name]), name


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT AND BSD-3-Clause", True),
        ("GPL-2.0-or-later OR MPL-1.1", True),
        ("GPL-3.0-or-later", False),
        ("MIT AND GPL-3.0-only", False),
        ("LGPL-2.1-only OR AGPL-3.0-only", False),
        (NVIDIA, False),
    ],
)
def test_copyleft_is_refused_unless_another_license_can_be_taken(
    expression: str, allowed: bool
) -> None:
    assert may_be_there(expression) == allowed
    assert canonicalize_license_expression(expression) == expression


def test_licenses_are_written_as_spdx_writes_them(page: dict[str, str]) -> None:
    licenses = {**page, **{name: row["license"] for name, row in table(TESTS).items()}}
    assert {n: canonicalize_license_expression(e) for n, e in licenses.items()} == licenses


def test_packages_for_tests_alone_are_those_of_dev_with_the_license_they_declare() -> None:
    licenses = {name: row["license"] for name, row in table(TESTS).items()}
    assert set(licenses) == set(asked_for("dev"))
    for name in licenses:
        assert families(declared(name)) <= families(licenses[name]), name


def test_the_program_imports_only_packages_of_the_first_table() -> None:
    packages = metadata.packages_distributions()
    there = set(needed_by())
    for folder in ("TACEResponseLib", "TACEResponse"):
        for path in (ROOT / folder).rglob("*.py"):
            for name in imported(path) - SLICER - OURS - set(sys.stdlib_module_names):
                brought_by = {canonicalize_name(p) for p in packages.get(name, [])}
                assert brought_by & there, f"{path.relative_to(ROOT)} imports {name}"


def test_no_extra_but_dev_asks_for_what_is_for_tests_alone() -> None:
    for extra in set(PROJECT["optional-dependencies"]) - {"dev"}:
        assert not asked_for(extra).keys() & table(TESTS).keys()


def test_constraints_hold_on_every_index() -> None:
    # 2.13.0+cpu is on no public index but PyTorch's own; 2.13.0 admits it too.
    pins = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []
