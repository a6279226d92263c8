"""Installing what is missing: listed with size and reason, asked once, torch first."""

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare(person: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Slicer without our packages; pip only records what it is asked for."""
    from TACEResponsePanel import installation

    ours = {p.name.lower() for p in (installation.TORCH, *installation.PACKAGES)}
    present: set[str] = set()
    real = metadata.version

    def version(name: str) -> str:
        if name.lower() in ours - present:
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    person.present, person.ours, person.module = present, ours, installation
    person.torch = []
    monkeypatch.setattr(installation, "_installTorch", lambda: install_torch(person))
    monkeypatch.setattr(installation, "missingExtensions", list)
    person.panel.begin()
    yield person
    monkeypatch.undo()
    person.panel.begin()


def install_torch(person: Any) -> None:
    person.torch.append(len(person.standins.pip.installed))
    person.present.add("torch")


def test_the_list_says_what_why_and_how_big(bare: Any) -> None:
    text = bare.ui.installLabel.text
    for package in (bare.module.TORCH, *bare.module.PACKAGES):
        assert f"- {package.requirement}, {package.size}: {package.reason}" in text
    assert bare.missing.splitlines()[-1] == "Install what is missing first."
    assert not bare.ui.scoreButton.enabled


def test_it_asks_once_and_installs_torch_first(bare: Any) -> None:
    bare.standins.user.answer("Ok")
    bare.ui.installButton.click()
    assert len(bare.standins.displayed) == 1
    assert "0.2 to 3 GB" in bare.standins.displayed[0].text
    assert bare.torch == [0]


def test_slicer_s_own_packages_are_held_at_their_versions(bare: Any) -> None:
    with bare.module._constraints() as path:
        lines = Path(path).read_text().splitlines()
    held = {Requirement(line).name: line for line in lines}
    assert held["numpy"] == f"numpy=={metadata.version('numpy')}"
    assert {"numpy", "scipy", "SimpleITK", "vtk", "pydicom", "highdicom"} <= set(held)


def test_declining_is_told_and_nothing_is_installed(bare: Any) -> None:
    bare.standins.user.answer("Cancel")
    bare.ui.installButton.click()
    assert "Not installed; scoring needs them." in bare.ui.installLabel.text
    assert bare.torch == []
    assert bare.ui.installFrame.isVisibleTo(bare.ui.installFrame.parentWidget())


def test_a_failing_pip_is_told_with_what_to_do(bare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import slicer.packaging

    def fail(*_values: Any, **_keywords: Any) -> None:
        raise RuntimeError("no network")

    monkeypatch.setattr(slicer.packaging, "pip_ensure", fail)
    bare.standins.user.answer("Ok")
    bare.ui.installButton.click()
    assert "Installing failed (RuntimeError)" in bare.ui.installLabel.text
    assert "from a folder of wheel files" in bare.ui.installLabel.text


def test_wheels_are_installed_without_index(bare: Any, tmp_path: Path) -> None:
    bare.standins.forget_packaging()
    bare.standins.pip.installed.clear()
    bare.standins.user.files = [str(tmp_path)]
    bare.ui.wheelsButton.click()
    (words,) = bare.standins.pip.installed
    assert words[:3] == ("--no-index", "--find-links", f'"{tmp_path}"')
    assert '"torch>=2.4,<3"' in words


def test_packages_are_installed_though_nobody_imported_slicer_packaging(bare: Any) -> None:
    bare.standins.forget_packaging()
    bare.standins.pip.installed.clear()
    bare.standins.pip.constraints.clear()
    bare.standins.pip.absent.update(bare.ours)
    bare.standins.user.answer("Ok")
    bare.ui.installButton.click()
    bare.standins.pip.absent.clear()
    (installed,) = bare.standins.pip.installed
    assert {Requirement(line).name for line in installed} >= {"monai", "skops"}
    assert bare.standins.pip.constraints[0].endswith("constraints.txt")


def test_an_older_slicer_without_the_submodule_installs_by_its_own_door(
    bare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import slicer

    bare.standins.forget_packaging()
    monkeypatch.setitem(sys.modules, "slicer.packaging", None)
    commands: list[str] = []
    monkeypatch.setattr(slicer.util, "pip_install", commands.append)
    bare.standins.user.answer("Ok")
    bare.ui.installButton.click()
    bare.panel.installFromFolder(tmp_path)
    assert '"monai>=1.5,<1.7"' in commands[0]
    assert commands[1].startswith(f'--no-index --find-links "{tmp_path}" -c "')


@pytest.mark.usefixtures("person")
def test_missing_extensions_are_named_as_the_extensions_manager_names_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from TACEResponsePanel import installation

    monkeypatch.setattr(installation, "find_spec", lambda _name: None)
    assert installation.missingExtensions() == ["SlicerRadiomics"]
    assert "Install the extension SlicerRadiomics" in installation.explanation()


def test_with_everything_there_nothing_is_asked(person: Any) -> None:
    person.panel.begin()
    assert not person.ui.installFrame.isVisibleTo(person.ui.installFrame.parentWidget())


@pytest.mark.usefixtures("person")
def test_ranges_are_those_of_the_library() -> None:
    from TACEResponsePanel import installation

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    ranges = {
        re.split(r"[<>=]", line)[0].lower(): Requirement(line).specifier
        for line in project["dependencies"]
    }
    for package in (installation.TORCH, *installation.PACKAGES):
        requirement = Requirement(package.requirement)
        assert ranges[requirement.name.lower()] == requirement.specifier, requirement.name
    carried = {name.lower() for name in installation.SLICERS_OWN} | {"pyradiomics"}
    listed = {p.name.lower() for p in (installation.TORCH, *installation.PACKAGES)}
    assert set(ranges) <= carried | listed
