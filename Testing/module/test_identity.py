"""What the panel adds to a scene, writes, sends and logs names no patient."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.patient.case import Case
from TACEResponseLib.worker.messages import Ask, to_line
from Testing.identity.canaries import WORDS, traces, traces_in

UID = "1.2.826.0.1.3680043.7717171.9"


def give_names(person: Any, image: Any, segmentation: Any) -> None:
    """As Slicer names what it loads from DICOM, with the header in its database."""
    header = pydicom.Dataset()
    for key in [word for word in WORDS if word[0].isupper() and word.isalnum() and word != "ROI"]:
        setattr(header, key, WORDS[key])
    header.SOPInstanceUID, header.Modality, header.PatientSex = UID, "CT", "F"
    person.standins.add_dicom(f"/dicom/{UID}.dcm", header)
    image.SetAttribute("DICOM.instanceUIDs", UID)
    image.SetName(f"5: {WORDS['SeriesDescription']}")
    segmentation.SetName(WORDS["ROI file"])
    segmentation.GetSegmentation().GetNthSegment(0).SetName(WORDS["segment"])


def take_names(image: Any, segmentation: Any) -> None:
    """What is the user's own and not ours to hide."""
    image.RemoveAttribute("DICOM.instanceUIDs")
    image.SetName("image")
    segmentation.SetName("segmentation")
    content = segmentation.GetSegmentation()
    for n in range(content.GetNumberOfSegments()):
        content.GetNthSegment(n).SetName(f"segment {n}")


def draw_another(segmentation: Any, image: Any) -> None:
    """A second lesion, whose name says whose it is."""
    import slicer

    second = segmentation.GetSegmentation().AddEmptySegment("", f"{WORDS['segment']} 2")
    mask = np.zeros(slicer.util.arrayFromVolume(image).shape, np.uint8)
    mask[12:16, 60:68, 60:72] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, second, image)


def test_scene_report_requests_and_log_name_nobody_and_the_panel_shows_the_segment(
    person: Any,
    patient: Case,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import qt

    from TACEResponseLib.scene.mrb import save_scene

    caplog.set_level("DEBUG")
    sent: list[bytes] = []
    ask = person.panel.client.ask

    def listened(request: Any, *rest: Any, **more: Any) -> int:
        sent.append(to_line(Ask(id=1, request=request)))
        return int(ask(request, *rest, **more))

    monkeypatch.setattr(person.panel.client, "ask", listened)
    image, segmentation = person.load_patient(patient)
    give_names(person, image, segmentation)
    model = tmp_path / WORDS["folder"] / "my-model"
    shutil.copytree(resource_path("Bundles", "ct-radiomics-cnn-simulated"), model)
    person.panel.model.openModel(str(model))
    person.wait(lambda: person.panel.desk.model and person.panel.desk.model.path == str(model))
    person.choose_image(image)
    person.tick_phase()
    person.choose_lesion(segmentation)
    person.answer_context()
    draw_another(segmentation, image)
    person.wait(lambda: person.ui.segmentsTable.rowCount == 2)
    person.ui.segmentsTable.item(1, 0).setCheckState(qt.Qt.Checked)
    person.wait(lambda: len(person.panel.desk.lesions) == 2)
    names = [person.ui.lesionsTable.item(n, 1).text() for n in range(2)]
    assert names == [WORDS["segment"], f"{WORDS['segment']} 2"]
    person.score()
    person.panel.result.writeReport(tmp_path / "report")
    person.wait(lambda: (tmp_path / "report" / "report.html").is_file())
    person.wait(lambda: "Report written" in person.ui.reportLabel.text)
    assert traces_in(tmp_path / "report") == set()
    assert b'"score"' in b"".join(sent)
    requests = b"\n".join(sent).replace(str(model).encode(), b"")
    assert traces(requests, "requests") == set()
    assert traces(caplog.text.encode(), "log") == set()
    take_names(image, segmentation)
    save_scene(person.standins.scene, tmp_path / "scene.mrb")
    names_in_scene = traces((tmp_path / "scene.mrb").read_bytes(), "scene.mrb")
    assert names_in_scene == set()
