"""Installing torch through the extension PyTorch."""

import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from Testing.slicer_standins import Standins, install


@pytest.fixture
def bare() -> Iterator[Standins]:
    """An application without extensions and without torch."""
    standins = install()
    standins.pip.absent.add("torch")
    yield standins
    standins.uninstall()


def logic_of(standins: Standins) -> Any:
    """The logic, after the extension was installed."""
    standins.install_extension("PyTorch")
    import PyTorchUtils  # type: ignore[import-not-found]

    return PyTorchUtils.PyTorchUtilsLogic()


def test_the_module_comes_with_the_extension(bare: Standins) -> None:
    assert find_spec("PyTorchUtils") is None
    assert not logic_of(bare).torchInstalled()
    assert find_spec("PyTorchUtils") is not None


def test_torch_is_installed_for_the_driver(bare: Standins) -> None:
    logic = logic_of(bare)
    assert logic.installTorch(torchVersionRequirement=">=2.4").__name__ == "torch"
    assert bare.pip.installed == [("light_the_torch", "install", "torch>=2.4", "torchvision")]
    assert logic.torchInstalled()


def test_the_user_may_decline_and_ltt_may_fail(bare: Standins) -> None:
    logic = logic_of(bare)
    bare.user.answer("Cancel")
    assert logic.installTorch(askConfirmation=True) is None
    bare.pip.failure = "no network"
    with pytest.raises(subprocess.CalledProcessError, match="exit status 1"):
        logic.installTorch()
    with pytest.raises(TypeError, match="unexpected keyword argument 'version'"):
        logic.installTorch(version=">=2.4")
    assert not logic.torchInstalled()
