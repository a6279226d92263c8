"""What the user has said of an ROI or of a value holds for that ROI and that value alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from TACEResponseLib.patient.case import Case
from Testing.module.test_cases import field, open_model

QUESTION = "more than most tumors"
UID = "1.2.826.0.1.3680043.8.498.71"


def enlarge(segmentation: Any, image: Any, segment_id: str, first: int = 60) -> None:
    """Make a segment some 700 mL large, beginning at a column."""
    import slicer

    mask = np.zeros(slicer.util.arrayFromVolume(image).shape, np.uint8)
    side = round((700 * 1000 / float(np.prod(image.GetSpacing())) / 30) ** 0.5)
    mask[5:35, 60 : 60 + side, first : first + side] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment_id, image)


@pytest.fixture
def settled(person: Any, patient: Case) -> Any:
    """Somebody who has said that all of a large lesion is tumor."""
    person.image, person.segmentation = person.make_ready(patient)
    person.segment = person.segmentation.GetSegmentation().GetNthSegmentID(0)
    enlarge(person.segmentation, person.image, person.segment)
    person.wait(lambda: QUESTION in person.missing)
    person.ui.largeLesionButton.click()
    assert person.missing == ""
    return person


def redraw(person: Any) -> None:
    enlarge(person.segmentation, person.image, person.segment, first=62)


def choose_another(person: Any) -> None:
    import slicer

    other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    other.CreateDefaultDisplayNodes()
    other.SetReferenceImageGeometryParameterFromVolumeNode(person.image)
    enlarge(other, person.image, other.GetSegmentation().AddEmptySegment("", "liver"), first=64)
    person.choose_lesion(other)


def tick_another(person: Any) -> None:
    import qt

    content = person.segmentation.GetSegmentation()
    second = content.AddEmptySegment("", "second")
    enlarge(person.segmentation, person.image, second, first=66)
    person.wait(lambda: person.ui.segmentsTable.rowCount == 2)
    person.ui.segmentsTable.item(1, 0).setCheckState(qt.Qt.Checked)


@pytest.mark.parametrize("change", [redraw, choose_another, tick_another])
def test_another_roi_is_asked_about_anew(settled: Any, change: Callable[[Any], None]) -> None:
    change(settled)
    # At once: a click on Score doesn't wait until things are quiet and measured.
    assert not settled.panel.desk.isLargeLesionMeant()
    settled.wait(lambda: QUESTION in settled.missing)
    assert not settled.ui.scoreButton.enabled
    assert settled.ui.largeLesionButton.isVisibleTo(settled.ui.lesionButton)


def test_a_saved_scene_keeps_what_was_said_of_this_roi_and_of_no_other(
    settled: Any, tmp_path: Path
) -> None:
    import slicer

    same, other = tmp_path / "same.mrb", tmp_path / "other.mrb"
    assert slicer.mrmlScene.WriteToMRB(str(same))
    redraw(settled)
    settled.wait(lambda: QUESTION in settled.missing)
    assert slicer.mrmlScene.WriteToMRB(str(other))
    for path, words in ((same, False), (other, True)):
        slicer.mrmlScene.Clear(0)
        assert slicer.mrmlScene.ReadFromMRB(str(path))
        settled.wait(lambda: settled.panel.desk.isLesionLarge)
        settled.pause(0.4)
        assert (QUESTION in settled.missing) is words


def test_an_answer_of_an_earlier_version_is_asked_for_again(settled: Any) -> None:
    """It doesn't say which ROI was meant."""
    settled.panel.desk.parameters.settled = ["large_lesion"]
    assert QUESTION in settled.missing


@pytest.fixture
def contradicted(person: Any, patient: Case, with_clinical: Path) -> Any:
    """DICOM says 63 years, the user says that the typed 70 is right."""
    open_model(person, with_clinical)
    person.image, person.segmentation = person.load_patient(patient)
    header = pydicom.Dataset()
    header.SOPInstanceUID, header.Modality = UID, "CT"
    header.PatientID, header.StudyInstanceUID, header.PatientAge = "7", "1.2.3", "063Y"
    person.standins.add_dicom(f"/dicom/{UID}.dcm", header)
    person.image.SetAttribute("DICOM.instanceUIDs", UID)
    person.choose_image(person.image)
    field(person, "age_years").setText("70")
    assert "Age 70 is typed" in person.missing
    person.ui.settleButton.click()
    assert "is typed" not in person.missing
    return person


def test_a_value_from_a_file_is_compared_with_dicom_again(contradicted: Any) -> None:
    contradicted.panel.clinical.fill({"age_years": 75})
    assert "Age 75 is typed" in contradicted.missing
    contradicted.panel.clinical.fill({"age_years": 70})
    assert "is typed" not in contradicted.missing


def test_another_image_s_header_is_compared_again(contradicted: Any, patient: Case) -> None:
    other, _ = contradicted.load_patient(patient)
    other.SetName("second image")
    other.SetAttribute("DICOM.instanceUIDs", UID)
    contradicted.choose_image(other)
    assert contradicted.panel.desk.image("ct_arterial") is other
    assert "Age 70 is typed" in contradicted.missing
