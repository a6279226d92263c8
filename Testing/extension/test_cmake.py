"""What CMake installs is what the tree holds, and runs from where Slicer will find it."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SKELETON = (
    "LICENSE.txt",
    "README.md",
    "Resources/Recipes/one.yaml",
    "Resources/Bundles/one/SHA256SUMS",
    "TACEResponse/TACEResponse.py",
    "TACEResponse/TACEResponsePanel/one.py",
    "TACEResponse/Resources/UI/TACEResponse.ui",
    "TACEResponseLib/__init__.py",
    "TACEResponseLib/imaging/one.py",
)
BUILT = Path("lib/Slicer-5.12/qt-scripted-modules")


@pytest.fixture
def skeleton(repository: Path, tmp_path: Path) -> Path:
    """The extension's own CMake files over a handful of empty files."""
    for name in SKELETON:
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for name in ("CMakeLists.txt", "TACEResponse/CMakeLists.txt"):
        (tmp_path / "source" / name).write_bytes((repository / name).read_bytes())
    return tmp_path / "source"


def tree(repository: Path) -> dict[Path, Path]:
    """Every file of the module, the library and the resources, by where it belongs installed."""
    listed = subprocess.run(
        [
            "git",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--",
            "TACEResponse",
            "TACEResponseLib",
            "Resources",
        ],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("the source tree is no git working copy")
    names = [Path(name) for name in listed.stdout.split("\0") if name]
    files = [n for n in names if n.name != "CMakeLists.txt" and (repository / n).is_file()]
    return {
        (name.relative_to("TACEResponse") if name.parts[0] == "TACEResponse" else name): name
        for name in files
    }


def files_below(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def test_every_file_of_the_tree_is_installed_and_nothing_else(
    installed: Any, repository: Path
) -> None:
    expected = tree(repository)
    assert files_below(installed.modules) == set(expected)
    for target, source in expected.items():
        assert (installed.modules / target).read_bytes() == (repository / source).read_bytes()


def test_module_library_and_resources_lie_side_by_side(installed: Any) -> None:
    assert {path.name for path in installed.modules.iterdir()} == {
        "TACEResponse.py",
        "TACEResponsePanel",
        "TACEResponseLib",
        "Resources",
    }
    # The names that ScriptedLoadableModule.py looks up: resourcePath and the module's icon.
    assert (installed.modules / "Resources/UI/TACEResponse.ui").is_file()
    assert (installed.modules / "Resources/Icons/TACEResponse.png").is_file()


def run_installed(modules: Path, elsewhere: Path, *arguments: str) -> str:
    """What Python prints from the installed tree, with nothing of the source tree on its path."""
    environment = os.environ | {"PYTHONPATH": str(modules), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_installed_library_lists_the_installed_models(installed: Any, tmp_path: Path) -> None:
    printed = run_installed(installed.modules, tmp_path, "-m", "TACEResponseLib", "info")
    bundles = [path.name for path in (installed.modules / "Resources/Bundles").iterdir()]
    assert bundles
    for bundle in bundles:
        assert f"  {bundle}: " in printed


def test_the_installed_library_reads_the_resources_beside_it(
    installed: Any, tmp_path: Path
) -> None:
    code = (
        "from TACEResponseLib.bundle.finding import installed_bundles\n"
        "from TACEResponseLib.basics.resources import resource_path\n"
        "for path in (*installed_bundles(), resource_path('Clinical', 'schema.json')): print(path)"
    )
    paths = run_installed(installed.modules, tmp_path, "-c", code).splitlines()
    assert len(paths) >= 2
    for path in paths:
        assert Path(path).is_relative_to(installed.modules.resolve() / "Resources")
        assert Path(path).exists()


def test_slicer_runs_the_self_test_and_the_generic_test(installed: Any) -> None:
    registered = (installed.build / "TACEResponse/CTestTestfile.cmake").read_text()
    # Names that Slicer's slicer_add_python_unittest makes.
    assert set(re.findall(r"add_test\(\W*(\w+)", registered)) == {
        "py_TACEResponse",
        "py_nomainwindow_qSlicerTACEResponseModuleGenericTest",
    }


def test_the_catalog_gets_the_whole_description(installed: Any, repository: Path) -> None:
    text = (repository / "CMakeLists.txt").read_text()
    written = dict(re.findall(r'set\(EXTENSION_(\w+) "([^"]*)"\)', text))
    for key in (
        "HOMEPAGE",
        "CATEGORY",
        "CONTRIBUTORS",
        "DESCRIPTION",
        "ICONURL",
        "SCREENSHOTURLS",
        "DEPENDS",
    ):
        assert installed.description[key.lower()] == written[key]


@pytest.mark.parametrize(
    "added",
    [
        "TACEResponseLib/new.py",
        "TACEResponse/TACEResponsePanel/new.py",
        "Resources/NEW",
        "TACEResponse/Resources/Icons/new.png",
    ],
    ids=["library", "panel", "resource without a suffix", "icon"],
)
def test_a_file_that_is_added_after_configuring_is_found(
    added: str, skeleton: Path, tmp_path: Path, cmake: Any, configure: Any
) -> None:
    build = tmp_path / "build"
    assert configure(skeleton, build).returncode == 0
    (skeleton / added).parent.mkdir(exist_ok=True)
    (skeleton / added).touch()
    done = cmake("--build", build)
    assert done.returncode == 0, done.stderr
    assert (build / BUILT / added.removeprefix("TACEResponse/")).is_file()


def test_what_a_file_browser_or_python_leaves_behind_is_not_installed(
    skeleton: Path, tmp_path: Path, cmake: Any, configure: Any
) -> None:
    for name in (
        "Resources/.DS_Store",
        "Resources/Recipes/Thumbs.db",
        "Resources/.hidden/one",
        "TACEResponse/Resources/UI/.DS_Store",
        "TACEResponseLib/__pycache__/one.pyc",
        "TACEResponseLib/.mypy_cache/one.db",
    ):
        (skeleton / name).parent.mkdir(exist_ok=True)
        (skeleton / name).touch()
    assert configure(skeleton, tmp_path / "build").returncode == 0
    assert cmake("--build", tmp_path / "build").returncode == 0
    expected = {Path(n.removeprefix("TACEResponse/")) for n in SKELETON if "/" in n}
    assert files_below(tmp_path / "build" / BUILT) == expected


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("TACEResponse/TACEResponse.py", "no file or folder 'TACEResponse.py'"),
        ("LICENSE.txt", "EXTENSION_LICENSE_FILE names no file"),
    ],
    ids=["the module's script", "the license"],
)
def test_a_missing_file_stops_the_configure_step(
    missing: str, said: str, skeleton: Path, tmp_path: Path, configure: Any
) -> None:
    (skeleton / missing).unlink()
    refused = configure(skeleton, tmp_path / "build")
    assert refused.returncode != 0
    assert said in flat(refused.stderr)


LIBRARY_CALL = "ctkMacroCompilePythonScript(TARGET_NAME More DESTINATION_DIR d INSTALL_DIR i"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "TACEResponse/CMakeLists.txt",
            "  NAME ",
            "  LIBRARY one NAME ",
            'unknown words "LIBRARY;one"',
        ),
        (
            "TACEResponse/CMakeLists.txt",
            "WITH_GENERIC_TESTS",
            "WITH_ALL_TESTS",
            "no file or folder 'WITH_ALL_TESTS'",
        ),
        ("TACEResponse/CMakeLists.txt", "  NAME ${MODULE_NAME}\n", "", "NAME is mandatory"),
        (
            "TACEResponse/CMakeLists.txt",
            "unittest(SCRIPT ${MODULE_NAME}",
            "unittest(SCRIPT Other",
            "no script 'Other.py'",
        ),
        ("CMakeLists.txt", "NO_INSTALL_SUBDIR", "NO_SUBDIR", 'unknown words "NO_SUBDIR"'),
        (
            "CMakeLists.txt",
            "TARGET_NAME TACEResponseLib",
            "TARGET_NAME TACEResponse",
            "TARGET_NAME TACEResponse is taken",
        ),
        ("CMakeLists.txt", "## NEXT_MODULE", LIBRARY_CALL + " SCRIPTS ../one.py)", "would leave"),
        ("CMakeLists.txt", "## NEXT_MODULE", LIBRARY_CALL + " SCRIPTS /one.py)", "would leave"),
        ("CMakeLists.txt", "## NEXT_MODULE", LIBRARY_CALL + " SCRIPTS none.py)", "no file"),
        ("CMakeLists.txt", "## NEXT_MODULE", LIBRARY_CALL + ")", "SCRIPTS is mandatory"),
        ("CMakeLists.txt", "project(TACEResponse)", "project(Slicer)", "must stand before"),
        ("CMakeLists.txt", "set(EXTENSION_DEPENDS", "set(DEPENDS", "EXTENSION_DEPENDS must be set"),
        ("CMakeLists.txt", "include(${Slicer_USE_FILE})", "", "slicerMacroBuildScriptedModule"),
    ],
    ids=[
        "unknown keyword of a module",
        "unknown option of a module",
        "module without a name",
        "test without a script",
        "unknown option of the library",
        "one target for two",
        "path with ..",
        "absolute path",
        "absent script",
        "no scripts",
        "reserved project name",
        "no dependencies",
        "macros not included",
    ],
)
def test_the_stand_ins_refuse_what_would_go_wrong_in_slicer(
    file: str, old: str, new: str, said: str, skeleton: Path, tmp_path: Path, configure: Any
) -> None:
    text = (skeleton / file).read_text()
    assert old in text
    (skeleton / file).write_text(text.replace(old, new, 1))
    refused = configure(skeleton, tmp_path / "build")
    assert refused.returncode != 0
    assert said in flat(refused.stderr)


def test_a_semicolon_would_cut_the_description_short(
    skeleton: Path, tmp_path: Path, configure: Callable[[Path, Path], Any]
) -> None:
    path = skeleton / "CMakeLists.txt"
    path.write_text(re.sub(r'(DESCRIPTION) "[^"]*"', r'\1 "one; two"', path.read_text()))
    assert configure(skeleton, tmp_path / "build").returncode == 0
    lines = (tmp_path / "build/TACEResponse.s4ext").read_text().splitlines()
    assert "description one" in lines


def flat(message: str) -> str:
    """CMake's message without its line breaks."""
    return " ".join(message.split())
