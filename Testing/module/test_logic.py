"""The scriptable logic, Sample Data, and the module's own self-test."""

from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.bundle import load_bundle
from TACEResponseLib.case import Case
from TACEResponseLib.scoring import score


def test_a_script_scores_and_waits(person: Any, patient: Case) -> None:
    image, segmentation = person.load_patient(patient)
    segment_id = segmentation.GetSegmentation().GetNthSegmentID(0)
    logic = person.widget.logic
    prediction = logic.score({"ct_arterial": image}, segmentation, segment_id, caseId="S1")
    expected = score(patient, load_bundle("ct-radiomics-cnn-simulated"))
    assert prediction.fused == expected.fused
    record = segmentation.GetNodeReference("TACEResponse.record")
    assert '"case_id": "S1"' in record.GetText()


def test_a_script_may_go_on_and_be_called_back(person: Any, patient: Case) -> None:
    image, segmentation = person.load_patient(patient)
    segment_id = segmentation.GetSegmentation().GetNthSegmentID(0)
    called: list[Any] = []
    answer = person.widget.logic.score(
        {"ct_arterial": image}, segmentation, segment_id,
        callback=lambda prediction, message: called.append((prediction, message)),
    )  # fmt: skip
    assert answer is None
    person.wait(lambda: called)
    prediction, message = called[0]
    assert message == ""
    assert 0 < prediction.fused.probability < 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bundle": "nosuch"}, "must be the name of an installed bundle"),
        ({"segmentId": "nosuch"}, "no segment nosuch"),
        ({"clinical": {"albumin": 4}}, "did you mean albumin_g_per_l"),
        ({"context": {"is_first_treatment": False}}, "must be the first"),
    ],
)
def test_a_script_hears_what_the_panel_would_say(
    person: Any, patient: Case, changes: dict[str, Any], words: str
) -> None:
    image, segmentation = person.load_patient(patient)
    segment_id = segmentation.GetSegmentation().GetNthSegmentID(0)
    arguments = {"segmentId": segment_id, **changes}
    with pytest.raises(RuntimeError, match=words):
        person.widget.logic.score({"ct_arterial": image}, segmentation, **arguments)


@pytest.mark.usefixtures("person")
def test_the_self_test_of_the_module_passes() -> None:
    import TACEResponse

    TACEResponse.TACEResponseTest().runTest()


def test_the_simulated_patient_is_in_sample_data(person: Any) -> None:
    import SampleData

    person.standins.app.startupCompleted.emit()
    sources = SampleData.SampleDataLogic().sourceForSampleName("TACEResponseSimulatedPatient")
    assert sources is not None
    nodes = sources.customDownloader(sources)
    assert [node.GetClassName() for node in nodes] == [
        "vtkMRMLScalarVolumeNode",
        "vtkMRMLSegmentationNode",
    ]


def test_opening_the_module_imports_nothing_heavy() -> None:
    """What Slicer does at start for every module must not load torch into the application."""
    import subprocess
    import sys

    root = Path(__file__).resolve().parents[2]
    code = (
        "import sys; from pathlib import Path; from Testing.slicer_standins import install; "
        "s = install(); s.load_module(Path('TACEResponse/TACEResponse.py')); "
        "s.open_module('TACEResponse'); import time, qt; e = time.time() + 2\n"
        "while time.time() < e: s.app.processEvents(); time.sleep(.01)\n"
        "heavy = {'torch', 'monai', 'radiomics', 'sklearn', 'matplotlib'}; "
        "print(sorted(heavy & set(sys.modules))); s.uninstall()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("[]")
