"""A scene starts quietly, leaves nothing behind, and keeps real errors visible."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import MissingExtraError
from TACEResponseLib.scene.session import headless_scene


def test_starting_a_scene_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("slicer")
    with headless_scene() as scene:
        assert scene.GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode") is not None
        assert scene.GetNodeByID("vtkMRMLColorTableNodeGrey") is not None
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_a_real_error_is_still_shown(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("slicer")
    with headless_scene() as scene:
        segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        segmentation.GetBinaryLabelmapInternalRepresentation("no such segment")
    assert "Invalid segment" in capfd.readouterr().err


def test_two_scenes_share_no_node_and_leave_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("slicer")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with headless_scene() as first, headless_scene() as second:
        first.AddNewNodeByClass("vtkMRMLTextNode", "mine")
        assert second.GetFirstNodeByName("mine") is None
        assert len(list(tmp_path.iterdir())) == 2
    assert list(tmp_path.iterdir()) == []


def test_without_slicer_core_the_command_that_installs_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "slicer", None)
    with (
        pytest.raises(MissingExtraError, match=r"slicer-core.*pip install 'taceresponse\[scene\]'"),
        headless_scene(),
    ):
        pass


def test_the_folder_imports_neither_slicer_nor_vtk_before_a_scene_is_made() -> None:
    code = (
        "import sys, TACEResponseLib.scene.mrb, TACEResponseLib.scene.case_nodes; "
        "print(sorted({'slicer', 'vtk', 'vtkmodules'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
