"""The scriptable logic, Sample Data, and the module's own self-test."""

import time
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.bundle import load_bundle
from TACEResponseLib.patient.case import Case
from TACEResponseLib.scoring import score
from Testing.module.test_maps_and_results import seen
from Testing.module.test_scoring import edit


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
        {"ct_arterial": image},
        segmentation,
        segment_id,
        callback=lambda prediction, message: called.append((prediction, message)),
    )
    assert answer is None
    person.wait(lambda: called)
    prediction, message = called[0]
    assert message == ""
    assert 0 < prediction.fused.probability < 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bundle": "nosuch"}, "^Model: must be the name of an installed model"),
        ({"segmentId": "nosuch"}, "no segment nosuch"),
        ({"clinical": {"albumin": 4}}, "did you mean albumin_g_per_l"),
        ({"context": {"is_first_treatment": False}}, "must be the first"),
        (
            {"context": {"stage": "B"}},
            "^Dates and treatment: its keys must be any of .*bclc_stage, got 'stage'; correct",
        ),
        (
            {"context": {"bclc_stage": 3}},
            "^Dates and treatment: bclc_stage must be a text, got 3; correct it",
        ),
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


@pytest.fixture
def overwritten(person: Any, patient: Case) -> Any:
    """The panel has scored the lesion; then a script has scored half of it, which was undone."""
    import slicer

    image, segmentation = person.make_ready(patient)
    person.first = person.score()
    segment_id = segmentation.GetSegmentation().GetNthSegmentID(0)
    before = edit(segmentation, image)
    person.second = person.widget.logic.score({"ct_arterial": image}, segmentation, segment_id)
    slicer.util.updateSegmentBinaryLabelmapFromArray(before, segmentation, segment_id, image)
    person.segmentation = segmentation
    person.pause(0.7)
    assert person.first.fused != person.second.fused
    return person


def test_the_panel_s_result_is_out_of_date_and_the_script_s_nodes_are_not_marked(
    overwritten: Any,
) -> None:
    assert overwritten.panel.book.isOutOfDate
    assert "outside the panel" in overwritten.ui.oneLineLabel.text
    assert not overwritten.ui.reportButton.enabled
    assert seen(overwritten) == set()
    summary = overwritten.segmentation.GetNodeReference("TACEResponse.summary")
    assert summary.GetName() == "case summary"
    # What it says ends with the next score.
    again = overwritten.score()
    assert again.fused == overwritten.first.fused
    assert not overwritten.panel.book.isOutOfDate
    assert seen(overwritten) == {"SIMULATED case saliency ct_arterial"}


def test_an_opened_scene_shows_no_number_of_another_roi(overwritten: Any, tmp_path: Path) -> None:
    import slicer

    path = tmp_path / "scene.mrb"
    assert slicer.mrmlScene.WriteToMRB(str(path))
    slicer.mrmlScene.Clear(0)
    assert slicer.mrmlScene.ReadFromMRB(str(path))
    overwritten.wait(lambda: overwritten.missing == "")
    overwritten.pause(0.7)
    assert overwritten.panel.book.prediction is None
    assert len(overwritten.panel.book.history) == 1


def test_a_script_that_scores_the_very_same_case_leaves_the_result_as_it_is(
    person: Any, patient: Case
) -> None:
    image, segmentation = person.make_ready(patient)
    person.score()
    segment_id = segmentation.GetSegmentation().GetNthSegmentID(0)
    context = {
        "image_date": time.strftime("%Y-%m-%d"),
        "planned_treatment": "cTACE",
        "is_first_treatment": True,
        "bclc_stage": "B",
    }
    person.widget.logic.score({"ct_arterial": image}, segmentation, segment_id, context=context)
    person.pause(0.5)
    assert not person.panel.book.isOutOfDate
