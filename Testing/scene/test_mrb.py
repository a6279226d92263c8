"""scene.mrb: the whole result comes back, and a failure leaves nothing behind."""

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.record import record_json
from TACEResponseLib.scene import mrb
from TACEResponseLib.scene.case_nodes import CaseNodes
from TACEResponseLib.scene.mrb import save_scene, write_scene
from TACEResponseLib.scene.prediction_nodes import prediction_to_nodes
from Testing.scene.nodes_as_case import case_from_nodes
from Testing.scene.saved_scenes import read_scene

CT = ImageSequence.CT_ARTERIAL


@pytest.fixture(scope="module")
def written(
    ball_case: Case,
    make_prediction: Callable[..., Prediction],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    pytest.importorskip("slicer", reason="slicer-core is not installed")
    path = tmp_path_factory.mktemp("scene") / "scene.mrb"
    write_scene(ball_case, make_prediction(ball_case), path)
    return path


def nodes_in(scene: Any) -> CaseNodes:
    return CaseNodes(
        case_id="P001",
        volumes={CT: scene.GetFirstNodeByName("P001 ct_arterial")},
        segmentation=scene.GetFirstNodeByName("P001 ROI"),
    )


def referenced(scene: Any, role: str) -> Any:
    return nodes_in(scene).segmentation.GetNodeReference(f"TACEResponse.{role}")


def test_the_case_comes_back_from_the_file(written: Path, ball_case: Case) -> None:
    with read_scene(written) as scene:
        nodes = nodes_in(scene)
        case = case_from_nodes(
            scene, nodes.volumes, nodes.segmentation, ["label_1", "label_2"], "P001"
        )
    assert np.array_equal(case.images[CT].voxels, ball_case.images[CT].voxels)
    assert case.images[CT].geometry.same_grid(ball_case.images[CT].geometry)
    assert case.images[CT].acquisition.description == "arterial"
    assert case.images[CT].acquisition.has_contrast is True
    assert np.array_equal(case.roi.labels, ball_case.roi.labels)
    assert case.roi.names == ((1, "tumor 1"), (2, "tumor 2"))
    assert case.warnings == tuple(ball_case.warnings)


def test_map_record_tables_and_plot_come_back(
    written: Path, ball_case: Case, make_prediction: Callable[..., Prediction]
) -> None:
    from slicer.util import arrayFromVolume

    prediction = make_prediction(ball_case)
    with read_scene(written) as scene:
        saliency = referenced(scene, "saliency.ct_arterial")
        heat = prediction.branches[0].saliency[CT].volume.voxels
        assert np.array_equal(arrayFromVolume(saliency), heat)
        assert saliency.GetNodeReference("TACEResponse.image").GetName() == "P001 ct_arterial"
        assert saliency.GetDisplayNode().GetColorNode() is referenced(scene, "colors")
        assert referenced(scene, "record").GetText() == record_json(prediction)
        values = referenced(scene, "summary").GetTable().GetColumnByName("Value")
        assert values.GetValue(1) == prediction.sentence
        features = referenced(scene, "radiomics").GetTable()
        assert features.GetColumnByName("Value").GetValue(0) == 118.25
        assert features.GetColumnByName("IBSI").GetValue(0) == "Q4LE"
        chart = referenced(scene, "plot_chart")
        assert chart.GetNthPlotSeriesNode(0).GetTableNode() is referenced(scene, "contributions")


def test_colors_folder_and_views_come_back(written: Path) -> None:
    from TACEResponseLib.scene.colors import saliency_colors

    with read_scene(written) as scene:
        lookup = referenced(scene, "colors").GetLookupTable()
        table = np.array([lookup.GetTableValue(n) for n in range(256)])
        assert table == pytest.approx(saliency_colors(), abs=1e-6)
        tree = scene.GetSubjectHierarchyNode()
        items = [tree.GetItemByDataNode(referenced(scene, r)) for r in ("record", "summary")]
        items.append(tree.GetItemByDataNode(nodes_in(scene).segmentation))
        assert {tree.GetItemName(tree.GetItemParent(item)) for item in items} == {"P001"}
        composite = scene.GetNodeByID("vtkMRMLSliceCompositeNodeRed")
        assert (
            composite.GetForegroundVolumeID() == referenced(scene, "saliency.ct_arterial").GetID()
        )
        assert composite.GetForegroundOpacity() == 0.5


def test_scoring_again_in_a_reopened_scene_updates_its_nodes(
    written: Path, ball_case: Case, make_prediction: Callable[..., Prediction]
) -> None:
    with read_scene(written) as scene:
        count = scene.GetNumberOfNodes()
        record = referenced(scene, "record")
        result = prediction_to_nodes(scene, nodes_in(scene), make_prediction(ball_case, p=0.9))
        assert result.record is record
        assert json.loads(record.GetText())["probability"] == 0.9
        assert scene.GetNumberOfNodes() == count


def test_writing_says_nothing_and_leaves_one_file(
    ball_case: Case,
    make_prediction: Callable[..., Prediction],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("slicer")
    write_scene(ball_case, make_prediction(ball_case, with_saliency=False), tmp_path / "a b.mrb")
    assert [p.name for p in tmp_path.iterdir()] == ["a b.mrb"]
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_real_ct_and_tumor_come_back(
    shared_data: Path, make_prediction: Callable[..., Prediction], tmp_path: Path
) -> None:
    pytest.importorskip("slicer")
    import SimpleITK as sitk

    image = Volume.of(sitk.ReadImage(str(shared_data / "sts" / "STS_025_CT_image.nii.gz")))
    labels = Volume.of(sitk.ReadImage(str(shared_data / "sts" / "STS_025_CT_mask.nii.gz")))
    roi = Roi(labels=labels.voxels.astype(np.uint8), geometry=labels.geometry, names=((1, "GTV"),))
    case = Case(case_id="STS", images={CT: image}, roi=roi)
    path = tmp_path / "scene.mrb"
    write_scene(case, make_prediction(case), path)
    with read_scene(path) as scene:
        again = case_from_nodes(
            scene,
            {CT: scene.GetFirstNodeByName("STS ct_arterial")},
            scene.GetFirstNodeByName("STS ROI"),
            ["label_1"],
            "STS",
        )
    assert np.array_equal(again.images[CT].voxels, image.voxels)
    assert again.images[CT].geometry.same_grid(image.geometry)
    assert np.array_equal(again.lesion_labels[CT], case.lesion_labels[CT])


@pytest.mark.parametrize("room", [10, 10**12], ids=["full disk", "another reason"])
def test_a_failure_leaves_the_earlier_file_and_nothing_else(
    scene: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    target = tmp_path / "scene.mrb"
    target.write_text("earlier")
    text = scene.AddNewNodeByClass("vtkMRMLTextNode", "long")
    text.SetText("x" * 1000)
    text.AddDefaultStorageNode()
    usage = type("Usage", (), {"free": room})
    monkeypatch.setattr(mrb.shutil, "disk_usage", lambda _place: usage)
    # The cache in which a bundle is packed vanishes: MRML can't write a single node.
    cache = Path(scene.GetCacheManager().GetRemoteCacheDirectory())
    shutil.rmtree(cache)
    cache.write_text("in the way")
    with pytest.raises(OSError, match=r"scene\.mrb") as failure:
        save_scene(scene, target)
    assert failure.value.errno == (errno.ENOSPC if room == 10 else errno.EIO)
    assert "\n" not in str(failure.value)
    assert target.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [target]
    cache.unlink()
    cache.mkdir()
