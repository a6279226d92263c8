"""Registering sample data."""

import sys
from typing import Any

import pytest
import slicer

from Testing.slicer_standins import Standins
from Testing.slicer_standins.sample_data import click


@pytest.fixture
def logic(standins: Standins) -> Any:
    """The logic of the module Sample Data."""
    slicer.modules.sampleDataSources = {}
    _ = standins
    return sys.modules["SampleData"].SampleDataLogic


def test_a_sample_with_its_own_downloader_is_made_by_a_click(logic: Any) -> None:
    for _ in range(2):
        logic.registerCustomSampleDataSource(
            category="TACE Response",
            sampleName="SimulatedPatient",
            uris="none",
            fileNames="patient.mrb",
            nodeNames=None,
            customDownloader=make,
        )
    assert len(slicer.modules.sampleDataSources["TACE Response"]) == 1
    assert click("SimulatedPatient") == "made SimulatedPatient"


def test_a_script_does_not_run_a_downloader_of_its_own(logic: Any) -> None:
    made: list[Any] = []
    logic.registerCustomSampleDataSource(
        category="TACE Response",
        sampleName="SimulatedPatient",
        uris=[],
        fileNames=[],
        customDownloader=made.append,
    )
    with pytest.raises(IndexError):
        sys.modules["SampleData"].downloadSample("SimulatedPatient")
    assert sys.modules["SampleData"].downloadSamples("SimulatedPatient") == []
    assert logic().downloadSamples("SimulatedPatient") == []
    assert made == []
    click("SimulatedPatient")
    assert len(made) == 1


def make(source: Any) -> str:
    """A downloader that needs no network."""
    return f"made {source.sampleName}"


def test_lists_of_different_length_are_refused(logic: Any) -> None:
    with pytest.raises(ValueError, match="must have the same length"):
        logic.registerCustomSampleDataSource(sampleName="x", uris=["a", "b"], fileNames=["a"])
    with pytest.raises(TypeError, match="uris must be given"):
        logic.registerCustomSampleDataSource(sampleName="x", customDownloader=make)
    with pytest.raises(TypeError, match="unexpected keyword argument 'name'"):
        logic.registerCustomSampleDataSource(name="x")
    with pytest.raises(ValueError, match="is named 'absent'"):
        click("absent")
