"""The stand-ins, installed for one file of tests at a time."""

from collections.abc import Iterator

import pytest

pytest.importorskip("slicer", reason="slicer-core is not installed")
pytest.importorskip("PySide6", reason="PySide6 is not installed")

from Testing.slicer_standins import Standins, install


@pytest.fixture(scope="module")
def installed() -> Iterator[Standins]:
    """The stand-ins with a main window."""
    standins = install()
    yield standins
    standins.uninstall()


@pytest.fixture
def standins(installed: Standins) -> Iterator[Standins]:
    """The same with an empty scene and a user who has seen nothing."""
    yield installed
    installed.scene.Clear(0)
    installed.user.displayed.clear()
    installed.user.answers.clear()
    installed.opened.clear()
    installed.set_testing(False)
