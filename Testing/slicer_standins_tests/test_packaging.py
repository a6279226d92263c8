"""Installing Python packages: asked, declined, failed, noted."""

import importlib
import subprocess
from pathlib import Path
from typing import Any

import pytest
import slicer
from packaging.requirements import InvalidRequirement

from Testing.slicer_standins import Standins


@pytest.fixture
def pip(standins: Standins) -> Any:
    """The record of pip, with one package missing."""
    importlib.import_module("slicer.packaging")
    record = standins.pip
    record.installed.clear()
    record.constraints.clear()
    record.present.clear()
    record.absent.add("monai")
    record.failure = None
    return record


def test_what_is_missing_is_asked_for_once_and_installed(standins: Standins, pip: Any) -> None:
    standins.user.answer("Ok")
    slicer.packaging.pip_ensure(
        ["monai>=1.5", "numpy>=2"], constraints=Path("c.txt"), requester="TACEResponse"
    )
    assert pip.installed == [("monai>=1.5",)]
    assert pip.constraints == ["c.txt"]
    assert standins.displayed[0].title.startswith("TACEResponse")
    slicer.packaging.pip_ensure("monai>=1.5")
    assert len(pip.installed) == 1


def test_the_user_may_decline(standins: Standins, pip: Any) -> None:
    standins.user.answer("Cancel")
    with pytest.raises(RuntimeError, match="User declined package installation"):
        slicer.packaging.pip_ensure("monai>=1.5")
    assert pip.installed == []


def test_pip_may_fail(pip: Any) -> None:
    pip.failure = "no network"
    with pytest.raises(subprocess.CalledProcessError, match="returned non-zero exit status 1"):
        slicer.packaging.pip_ensure("monai>=1.5", prompt_install=False)
    assert not slicer.packaging.pip_check("monai")


def test_in_testing_mode_nothing_is_installed(standins: Standins, pip: Any) -> None:
    standins.set_testing(True)
    slicer.packaging.pip_ensure("monai>=1.5")
    assert pip.installed == []


def test_an_older_door_leads_to_the_same_place(pip: Any) -> None:
    slicer.util.pip_install("--no-index --find-links wheels monai")
    assert pip.installed == [("--no-index", "--find-links", "wheels", "monai")]
    assert slicer.packaging.pip_check("monai")


@pytest.mark.usefixtures("pip")
def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'prompt'"):
        slicer.packaging.pip_ensure("monai", prompt=False)
    with pytest.raises(TypeError, match="Expected str, Requirement, or list, got tuple"):
        slicer.packaging.pip_ensure(("monai",))
    with pytest.raises(InvalidRequirement):
        slicer.packaging.pip_ensure(["--no-index monai"])
    with pytest.raises(AttributeError, match="pip_update"):
        slicer.packaging.pip_update("monai")


def test_the_value_of_an_option_is_no_package(pip: Any) -> None:
    slicer.packaging.pip_install('--no-index --find-links "/some/folder" "monai>=1"')
    assert pip.absent == set()
    assert "monai" in pip.present


def test_the_submodule_is_there_only_after_its_import(standins: Standins) -> None:
    standins.forget_packaging()
    assert not hasattr(slicer, "packaging")
    assert importlib.util.find_spec("slicer.packaging") is not None
    importlib.import_module("slicer.packaging")
    assert slicer.packaging.pip_check([]) is True


@pytest.mark.usefixtures("pip")
def test_a_requirements_file_is_read_without_comments_and_options(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("# why\n--index-url x\n\nmonai>=1.5\nskops\n", encoding="utf-8")
    assert [str(one) for one in slicer.packaging.load_requirements(file)] == ["monai>=1.5", "skops"]
