"""`slicer.app`, `slicer.util` with it, views, DICOM, translation."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import slicer
from pydicom.dataset import Dataset

from Testing.slicer_standins import Standins
from Testing.slicer_standins.layout import corner_text, hold_key, release_key


@pytest.mark.parametrize(
    ("show", "kind"),
    [("infoDisplay", "Information"), ("warningDisplay", "Warning"), ("errorDisplay", "Critical")],
)
def test_messages_are_seen_by_the_user(standins: Standins, show: str, kind: str) -> None:
    getattr(slicer.util, show)("text", detailedText="more")
    (seen,) = standins.displayed
    assert (seen.kind, seen.text, seen.detailed_text, seen.buttons) == (
        kind,
        "text",
        "more",
        ("Ok",),
    )


def test_questions_get_the_prepared_answers(standins: Standins) -> None:
    standins.user.answer("Ok", "Cancel", "No")
    assert slicer.util.confirmOkCancelDisplay("go on?") is True
    assert slicer.util.confirmOkCancelDisplay("go on?") is False
    assert slicer.util.confirmYesNoDisplay("sure?") is False
    with pytest.raises(AssertionError, match="no answer was prepared for: again"):
        slicer.util.confirmYesNoDisplay("again?")
    standins.user.answer("Retry")
    with pytest.raises(AssertionError, match="Retry is not offered"):
        slicer.util.confirmYesNoDisplay("again?")
    standins.user.answers.clear()


def test_in_testing_mode_nobody_is_asked(standins: Standins) -> None:
    standins.set_testing(True)
    assert slicer.app.testingEnabled()
    # Slicer compares its testing value, True, to the button's number: the answer is no, although
    # its description says yes (Base/Python/slicer/util.py, confirmYesNoDisplay).
    assert slicer.util.confirmYesNoDisplay("sure?") is False
    assert standins.displayed == []


def test_an_error_is_shown_and_raised_again(standins: Standins) -> None:
    def fail() -> None:
        with slicer.util.tryWithErrorDisplay("Scoring failed.", waitCursor=True):
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert standins.displayed[0].text == "Scoring failed.\n\ndisk full"
    assert standins.qt.QApplication.overrideCursor() is None


def test_versions_and_paths_are_properties(standins: Standins) -> None:
    app = standins.app
    assert (app.majorVersion, app.minorVersion, app.applicationName) == (5, 12, "Slicer")
    assert Path(app.temporaryPath).is_dir()
    with pytest.raises(AttributeError, match="slicerVersion"):
        _ = app.slicerVersion
    with pytest.raises(AttributeError, match="not writable"):
        app.majorVersion = 6
    with pytest.raises(TypeError, match="not callable"):
        app.temporaryPath()


def test_the_start_is_told(standins: Standins) -> None:
    heard: list[str] = []
    standins.app.connect("startupCompleted()", lambda: heard.append("started"))
    standins.app.startupCompleted.emit()
    assert heard == ["started"]
    with pytest.raises(AttributeError, match="signal 'started"):
        standins.app.connect("started()", print)


def test_dialogs_and_pages_are_noted(standins: Standins) -> None:
    slicer.util.openAddDataDialog()
    slicer.util.openSaveDataDialog()
    slicer.app.openUrl("https://example.org")
    assert standins.opened == ["openAddDataDialog", "openSaveDataDialog", "https://example.org"]
    with pytest.raises(AttributeError, match="openLoadDialog"):
        slicer.app.ioManager().openLoadDialog()


def test_slice_views_show_the_layers(standins: Standins) -> None:
    node = standins.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    slicer.util.updateVolumeFromArray(node, np.ones((4, 5, 6), dtype=np.int16))
    slicer.util.setSliceViewerLayers(background=node, fit=True)
    slicer.util.resetSliceViews()
    layout = standins.app.layoutManager()
    assert layout.sliceViewNames() == ["Green", "Red", "Yellow"]
    red = layout.sliceWidget("Red")
    assert red.mrmlSliceCompositeNode().GetBackgroundVolumeID() == node.GetID()
    assert red.mrmlSliceNode().GetOrientation() == "Axial"
    slicer.vtkMRMLSliceNode.JumpAllSlices(standins.scene, 1.0, 2.0, 3.0)
    assert red.mrmlSliceNode().GetSliceOffset() == 3.0
    assert layout.sliceWidget("Blue") is None


def test_a_volume_that_code_adds_is_neither_shown_nor_fitted(standins: Standins) -> None:
    node = standins.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    node.SetSpacing(2.0, 2.0, 2.0)
    node.SetOrigin(500.0, 500.0, 500.0)
    slicer.util.updateVolumeFromArray(node, np.ones((40, 50, 60), dtype=np.int16))
    red = standins.app.layoutManager().sliceWidget("Red")
    assert red.mrmlSliceCompositeNode().GetBackgroundVolumeID() is None
    red.mrmlSliceCompositeNode().SetBackgroundVolumeID(node.GetID())
    center = [red.mrmlSliceNode().GetSliceToRAS().GetElement(i, 3) for i in range(3)]
    assert center == [0, 0, 0]
    slicer.util.setSliceViewerLayers(background=node, fit=True)
    center = [red.mrmlSliceNode().GetSliceToRAS().GetElement(i, 3) for i in range(3)]
    assert center[:2] == [500 + 59, 500 + 49]


def test_the_corner_tells_the_layers_names_cut_in_the_middle(standins: Standins) -> None:
    composite = standins.app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode()
    for name, put in (
        ("CT", composite.SetBackgroundVolumeID),
        ("a very long way to a map of attention", composite.SetForegroundVolumeID),
    ):
        node = standins.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
        put(node.GetID())
    composite.SetForegroundOpacity(0.5)
    assert corner_text(composite).splitlines() == ["F: a very long way...attention (50%)", "B: CT"]


def test_a_held_key_comes_as_pairs_of_release_and_press(standins: Standins) -> None:
    view = standins.app.layoutManager().sliceWidget("Red").sliceView()
    heard: list[str] = []
    for event in ("KeyPressEvent", "KeyReleaseEvent"):
        view.interactor().AddObserver(event, lambda caller, e: heard.append(caller.GetKeySym() + e))
    hold_key(view, "h", repeats=2)
    release_key(view, "h")
    press, release = "hKeyPressEvent", "hKeyReleaseEvent"
    assert heard == [press, release, press, release, press, release]
    # Released over another view or window, the key's last release is heard by nobody here.
    heard.clear()
    hold_key(view, "h", repeats=2)
    release_key(standins.app.layoutManager().sliceWidget("Green").sliceView(), "h")
    assert heard == [press, release, press, release, press]


def test_array_from_volume_modified_fires_modified_alone(standins: Standins) -> None:
    """Real slicer.util and MRML: what a script's change of voxels tells, and what it doesn't."""
    node = standins.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    slicer.util.updateVolumeFromArray(node, np.ones((4, 5, 6), dtype=np.int16))
    node.CreateDefaultDisplayNodes()
    heard: list[str] = []
    node.AddObserver("ModifiedEvent", lambda *_: heard.append("modified"))
    node.AddObserver(node.ImageDataModifiedEvent, lambda *_: heard.append("image"))
    before = node.GetImageData().GetMTime()
    slicer.util.arrayFromVolume(node)[0] = 7
    assert heard == []
    slicer.util.arrayFromVolumeModified(node)
    assert heard == ["modified"]
    assert node.GetImageData().GetMTime() > before
    after = node.GetImageData().GetMTime()
    node.SetName("renamed")
    node.GetDisplayNode().SetWindowLevelMinMax(0, 9)
    assert heard == ["modified", "modified"]
    assert node.GetImageData().GetMTime() == after


def test_the_layout_is_a_number(standins: Standins) -> None:
    heard: list[int] = []
    layout = standins.app.layoutManager()
    layout.layoutChanged.connect(heard.append)
    number = slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView
    layout.setLayout(number)
    assert (layout.layout, heard) == (number, [number])
    with pytest.raises(ValueError, match="Could not find matching overload"):
        layout.setLayout("OneUp")


def test_extensions_are_those_that_a_test_installed(standins: Standins) -> None:
    model = standins.app.extensionsManagerModel()
    assert not model.isExtensionInstalled("PyTorch")
    standins.install_extension("PyTorch")
    assert model.isExtensionInstalled("PyTorch")
    assert model.installedExtensions == ["PyTorch"]


def test_dicom_values_are_found_by_file_and_instance(standins: Standins) -> None:
    header = Dataset()
    header.SOPInstanceUID, header.SeriesInstanceUID, header.StudyInstanceUID = "1.2", "1.3", "1.4"
    header.Modality, header.PixelSpacing, header.PatientAge = "CT", [0.5, 0.75], "061Y"
    standins.add_dicom("/data/1.dcm", header)
    database: Any = slicer.dicomDatabase
    assert database.fileValue("/data/1.dcm", "0008,0060") == "CT"
    assert database.instanceValue("1.2", "0028,0030") == "0.5\\0.75"
    assert database.fileForInstance("1.2") == "/data/1.dcm"
    assert database.filesForSeries("1.3") == ["/data/1.dcm"]
    assert database.studyForSeries("1.3") == "1.4"
    assert database.instanceValue("absent", "0008,0060") == ""
    with pytest.raises(ValueError, match="a tag is written like"):
        database.fileValue("/data/1.dcm", "Modality")
    with pytest.raises(AttributeError, match="patientName"):
        database.patientName("1.2")


def test_texts_are_translated_to_themselves() -> None:
    from Testing.slicer_standins.translation import tr, translate

    assert tr("Score") == "Score"
    assert translate("TACEResponse", "Score") == "Score"
    with pytest.raises(TypeError, match="a text is wanted"):
        tr(None)  # type: ignore[arg-type]


def test_terminologies_are_loaded(standins: Standins) -> None:
    logic = slicer.modules.terminologies.logic()
    assert logic.IsA("vtkSlicerTerminologiesModuleLogic")
    _ = standins


@pytest.mark.usefixtures("standins")
def test_modules_that_are_not_loaded_are_absent() -> None:
    assert slicer.modules.volumes.logic().IsA("vtkSlicerVolumesLogic")
    with pytest.raises(AttributeError, match="brainsfit"):
        _ = slicer.modules.brainsfit
