"""CMake with stand-ins for Slicer's macros, and the extension installed by it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STANDINS = Path(__file__).resolve().parent / "cmake_standins"
# Slicer's own template asks for it: Utilities/Templates/Extensions/Default/CMakeLists.txt.
OLDEST_CMAKE = (3, 28)

Cmake = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The extension as CMake installed it."""

    modules: Path
    description: dict[str, str]
    build: Path


@pytest.fixture(scope="session")
def repository() -> Path:
    """The project's root."""
    return ROOT


@pytest.fixture(scope="session")
def cmake() -> Cmake:
    """Runs cmake with the given arguments; never raises, so that refusals can be read."""
    environment = _without_make()
    program = shutil.which("cmake", path=environment["PATH"])
    if program is None:
        pytest.skip("needs the program cmake")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    match = re.search(r"(\d+)\.(\d+)", version.stdout)
    if match is None or (int(match[1]), int(match[2])) < OLDEST_CMAKE:
        pytest.skip("needs CMake 3.28 or later, as Slicer does")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )

    return run


@pytest.fixture(scope="session")
def configure(cmake: Cmake) -> Callable[[Path, Path], subprocess.CompletedProcess[str]]:
    """Configures an extension's source folder into a build folder, against the stand-ins."""

    def run(source: Path, build: Path) -> subprocess.CompletedProcess[str]:
        return cmake(
            "-S",
            source,
            "-B",
            build,
            "-G",
            "Unix Makefiles",
            f"-DSlicer_DIR={STANDINS}",
            f"-DCMAKE_TOOLCHAIN_FILE={STANDINS / 'no_compilers.cmake'}",
        )

    return run


@pytest.fixture(scope="session")
def installed(
    cmake: Cmake,
    configure: Callable[[Path, Path], subprocess.CompletedProcess[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Installed:
    """The extension of this source tree: configured, built and installed."""
    folder = tmp_path_factory.mktemp("extension")
    build, prefix = folder / "build", folder / "installed"
    for step in (
        configure(ROOT, build),
        cmake("--build", build),
        cmake("--install", build, "--prefix", prefix),
    ):
        assert step.returncode == 0, step.stdout + step.stderr
    lines = (prefix / "share/Slicer-5.12/TACEResponse.s4ext").read_text().splitlines()
    return Installed(
        modules=prefix / "lib/Slicer-5.12/qt-scripted-modules",
        description=dict(line.split(" ", 1) for line in lines),
        build=build,
    )


def _without_make() -> dict[str, str]:
    """The environment, this Python's programs first; `make test` must not steer CMake's make."""
    kept = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    kept["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return kept
