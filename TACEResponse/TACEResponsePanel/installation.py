"""The Python packages that Slicer lacks: found without importing them, installed when asked for."""

import logging
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import slicer
from packaging.requirements import Requirement
from slicer.i18n import tr as _

TORCH_RANGE = ">=2.4,<3"


@dataclass(frozen=True)
class Package:
    """One package with what it is for and how much it downloads."""

    requirement: str
    size: str
    reason: str

    @property
    def name(self) -> str:
        """Name of the distribution."""
        return Requirement(self.requirement).name


# Ranges are those of the library's pyproject.toml; a test keeps them the same.
TORCH = Package(f"torch{TORCH_RANGE}", "0.2 to 3 GB", "networks")
PACKAGES = (
    Package("jinja2>=3.1,<4", "1 MB", "report of a case; torch brings it"),
    Package("matplotlib>=3.9,<4", "9 MB", "pictures of the report"),
    Package("monai>=1.5,<1.7", "2 MB", "networks and attention maps"),
    Package("pydantic>=2.10,<3", "3 MB", "checks of every file"),
    Package("pyyaml>=6,<7", "1 MB", "descriptions of models"),
    Package("rich>=13,<16", "1 MB", "progress on the command line"),
    Package("safetensors>=0.4,<1", "1 MB", "network weights"),
    Package("scikit-learn>=1.6,<1.10", "10 MB", "classifiers and calibration"),
    Package("skops>=0.13,<0.17", "1 MB", "classifiers on disk"),
)
RADIOMICS_EXTENSION, TORCH_EXTENSION = "SlicerRadiomics", "PyTorch"
# What Slicer carries itself: replacing any of these breaks the application.
SLICERS_OWN = (
    "numpy",
    "scipy",
    "SimpleITK",
    "vtk",
    "pydicom",
    "highdicom",
    "pillow",
    "requests",
    "packaging",
)


class Declined(Exception):
    """The user doesn't want to install."""


class Failed(Exception):
    """Installing failed; the message says what to do."""


def missingPackages() -> list[Package]:
    """Packages that are absent or too old; nothing is imported."""
    return [package for package in (TORCH, *PACKAGES) if not _isThere(package)]


def missingExtensions() -> list[str]:
    """Extensions to install with the Extensions Manager, as it calls them."""
    extensions = []
    if find_spec("radiomics") is None:
        extensions.append(RADIOMICS_EXTENSION)
    if not _isThere(TORCH) and find_spec("PyTorchUtils") is None:
        extensions.append(TORCH_EXTENSION)
    return extensions


def explanation() -> str:
    """What is missing, in words for the panel; empty when nothing is."""
    extensions, packages = missingExtensions(), missingPackages()
    lines = [
        _("Install the extension {name} with the Extensions Manager and restart Slicer.").format(
            name=name
        )
        for name in extensions
    ]
    if packages:
        lines.append(_("Before the first score, Python packages must be installed:"))
        lines += [f"- {p.requirement}, {p.size}: {_(p.reason)}" for p in packages]
    return "\n".join(lines)


def install(confirm: Callable[[str], bool]) -> None:
    """Install what is missing, torch first: pip would take another build of it with MONAI.

    Args:
        confirm: asked once, with the whole list.
    Raises: Declined, Failed.
    """
    packages = missingPackages()
    if extensions := missingExtensions():
        raise Failed(explanation() if extensions else "")
    if not packages:
        return
    question = f"{explanation()}\n\n" + _("This changes Slicer's Python. Install now?")
    if not confirm(question):
        raise Declined
    if TORCH in packages:
        _installTorch()
    others = [package.requirement for package in packages if package is not TORCH]
    if others:
        _ensure(others)


def installFromFolder(folder: Path) -> None:
    """Install from wheel files, without a network.

    Raises: Failed: a file is missing or doesn't fit.
    """
    requirements = [package.requirement for package in missingPackages()]
    if not requirements:
        return
    quoted = " ".join(f'"{requirement}"' for requirement in requirements)
    door = _packaging() or slicer.util
    with _constraints() as constraints:
        command = f'--no-index --find-links "{folder}" -c "{constraints}" {quoted}'
        _run(lambda: door.pip_install(command))


def _isThere(package: Package) -> bool:
    """Whether a distribution of a right version is installed."""
    try:
        version = metadata.version(package.name)
    except metadata.PackageNotFoundError:
        return False
    # A local build such as 2.13.0+cu128 counts as 2.13.0.
    return Requirement(package.requirement).specifier.contains(version, prereleases=True)


def _installTorch() -> None:
    """By the PyTorch extension, which picks the build that fits the GPU's driver."""
    import PyTorchUtils

    logic = PyTorchUtils.PyTorchUtilsLogic()

    def run() -> None:
        if logic.installTorch(askConfirmation=False, torchVersionRequirement=TORCH_RANGE) is None:
            raise RuntimeError("torch was not installed")

    _run(run)


def _ensure(requirements: list[str]) -> None:
    """By Slicer's own door; a Slicer before 5.12 has only the older one."""
    packaging = _packaging()
    with _constraints() as constraints:
        if packaging is not None:
            _run(
                lambda: packaging.pip_ensure(
                    requirements,
                    constraints=constraints,
                    prompt_install=False,
                    requester="TACEResponse",
                )
            )
        else:
            quoted = " ".join(f'"{requirement}"' for requirement in requirements)
            _run(lambda: slicer.util.pip_install(f'-c "{constraints}" {quoted}'))


def _packaging() -> ModuleType | None:
    """Slicer's submodule, which exists only once it is imported; `None` before Slicer 5.12."""
    try:
        return import_module("slicer.packaging")
    except ImportError:
        return None


def _run(action: Callable[[], object]) -> None:
    """Install, or say what to do."""
    try:
        action()
    except (RuntimeError, subprocess.CalledProcessError, OSError) as error:
        logging.exception("TACE Response: installation failed")
        raise Failed(
            _(
                "Installing failed ({reason}). Look at the Python console for pip's words; check "
                "the network, or install from a folder of wheel files."
            ).format(reason=type(error).__name__)
        ) from error


class _constraints:  # noqa: N801  # used like a function
    """A constraints file that holds Slicer's own packages at their versions."""

    def __enter__(self) -> str:
        lines = []
        for name in SLICERS_OWN:
            try:
                lines.append(f"{name}=={metadata.version(name)}")
            except metadata.PackageNotFoundError:
                continue
        self._folder = tempfile.TemporaryDirectory(prefix="tace-response-")
        path = Path(self._folder.name) / "constraints.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return str(path)

    def __exit__(self, *_values: object) -> None:
        self._folder.cleanup()
