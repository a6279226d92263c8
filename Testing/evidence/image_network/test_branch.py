"""The network as a branch: from a case to a probability and back to the patient."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from TACEResponseLib.basics.terms import ImageSequence, ResponseClass
from TACEResponseLib.evidence.image_network import branch as branch_module
from TACEResponseLib.evidence.image_network import preparation
from TACEResponseLib.evidence.image_network.attention.saliency import raw_maps
from TACEResponseLib.evidence.image_network.branch import ImageNetworkBranch, ImageNetworkRecipe
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.map_check import Gain, MapCheck, Redrawn
from TACEResponseLib.evidence.image_network.preparation import prepare_patches
from TACEResponseLib.evidence.image_network.settings import (
    FittingSettings,
    ImageNetworkSettings,
    ImageNetworkState,
)
from TACEResponseLib.evidence.image_network.training.examples import Examples
from TACEResponseLib.evidence.image_network.training.fitting import FittedNetwork
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.settings import PatchSettings
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord

CT = ImageSequence.CT_ARTERIAL


def settings(**patch: object) -> ImageNetworkSettings:
    return ImageNetworkSettings(
        sequences=(CT,),
        patch=PatchSettings(**{"size_px": 32, "channels": 1} | patch),
        network=SMALL_CNN,
        arguments={"in_channels": 1, "n_classes": 2, "widths": [4, 8]},
        target_layer="features",
        fitting=FittingSettings(epochs=1),
    )


class BrightSpot(nn.Module):
    """Answers by cells of 4 x 4 pixels brighter than half the window alone."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.AvgPool2d(4), nn.Threshold(0.5, 0.0))
        self.classifier = nn.Linear(1, 2)
        self.classifier.weight.data = torch.tensor([[-1.0], [1.0]])

    def forward(self, patches: Tensor) -> Tensor:
        return self.classifier(self.features(patches).mean(dim=(2, 3)))


def turned_geometry() -> Geometry:
    """Stored sagittally and tilted by 8 degrees: no axis is where a naive reader expects it."""
    c, s = np.cos(np.radians(8)), np.sin(np.radians(8))
    tilt = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    axes = np.array([[0, 0, -1], [1, 0, 0], [0, -1, 0]], dtype=float)  # i: P, j: I, k: R
    return Geometry(
        size_ijk=(64, 24, 60),
        spacing_mm=(1.5, 4.0, 1.5),
        origin_lps=(60.0, -45.0, 90.0),
        direction_lps=tuple((tilt @ axes).ravel()),
    )


def case_with_spot(offset_mm: tuple[float, float]) -> tuple[Case, np.ndarray]:
    """A body with a lesion of 50 HU, and in it a spot of 280 HU, 7 mm wide; and its place."""
    geometry = turned_geometry()
    k, j, i = np.indices(geometry.shape_kji)
    points = geometry.to_lps(np.stack([i, j, k], axis=-1))
    center = geometry.to_lps((32, 12, 30))
    spot = center + np.array([*offset_mm, 0.0])
    hu = np.full(geometry.shape_kji, 40.0)
    hu[:, :, :4] = -1000.0
    lesion = np.linalg.norm((points - center) / (24, 20, 24), axis=-1) < 1
    hu[lesion] = 50.0 + ((i + j + k) % 2)[lesion]
    hu[np.linalg.norm((points - spot)[..., :2], axis=-1) < 3.5] = 280.0
    image = Volume(voxels=hu.astype(np.int16), geometry=geometry, source="ct.nrrd")
    roi = Roi(labels=lesion.astype(np.uint8), geometry=geometry, names=((1, "Tumor"),))
    return Case(case_id="P1", images={CT: image}, roi=roi), spot


@pytest.mark.parametrize("offset", [(0.0, 0.0), (9.0, -6.0), (-12.0, 5.0)])
def test_a_planted_spot_is_found_at_its_place_in_the_patient(offset: tuple[float, float]) -> None:
    case, spot = case_with_spot(offset)
    chosen = settings(margin_fraction=0.0)
    result = ImageNetworkBranch(chosen, BrightSpot()).predict(case)
    saliency = result.saliency[CT].volume
    assert saliency.geometry == case.images[CT].geometry
    hottest = saliency.voxels > 0.95 * saliency.voxels.max()
    index = np.argwhere(hottest)[:, ::-1].mean(axis=0)
    point = saliency.geometry.to_lps(index)
    # The lesion's box of some 48 x 40 mm has 8 x 8 cells: half a cell is 3 mm, and the
    # tilted slices add a voxel of 1.5 mm.
    assert np.abs(point - spot)[:2].max() < 3.0 + 1.5


def checked_maps(reference: float) -> ImageNetworkState:
    gain = Gain(mean=0.0, low=0.0, high=0.0, n=1)
    redrawn = (Redrawn(layers=1, of=1, correlation=0.0),)
    return ImageNetworkState(
        map_check=MapCheck(reference=reference, n=1, deletion=gain, insertion=gain, redrawn=redrawn)
    )


def test_a_map_has_the_strength_of_its_raw_value_on_the_scale_of_training() -> None:
    case, _ = case_with_spot((0.0, 0.0))
    chosen = settings(margin_fraction=0.0)

    def strength(state: ImageNetworkState) -> float | None:
        result = ImageNetworkBranch(chosen, BrightSpot(), state=state).predict(case)
        return result.saliency[CT].strength

    raw = raw_maps(BrightSpot(), "features", prepare_patches(case, chosen).patches, (1,)).max()
    # 64 cells of at most 1, and weights of the two classes that differ by 2.
    assert 0 < raw <= 2 / 64
    assert strength(checked_maps(0.01)) == pytest.approx(raw / 0.01)
    assert strength(checked_maps(0.02)) == pytest.approx(raw / 0.02)
    assert strength(ImageNetworkState()) is None


def test_a_map_of_a_spot_in_the_lesion_lies_in_the_lesion() -> None:
    case, _ = case_with_spot((0.0, 0.0))
    result = ImageNetworkBranch(settings(margin_fraction=0.0), BrightSpot()).predict(case)
    shares = result.saliency[CT].shares
    assert shares is not None
    assert shares.roi > 0.95
    # An ellipse fills pi / 4 of its box.
    assert shares.roi_area == pytest.approx(np.pi / 4, abs=0.08)
    assert "saliency_elsewhere" not in {w.code for w in result.warnings}


def test_a_map_far_from_the_lesion_is_warned_of() -> None:
    case, _ = case_with_spot((0.0, 38.0))
    chosen = settings(margin_fraction=1.0, size_px=128)
    result = ImageNetworkBranch(chosen, BrightSpot()).predict(case)
    shares = result.saliency[CT].shares
    assert shares is not None
    assert shares.elsewhere > 0.5
    (warning,) = [w for w in result.warnings if w.code == "saliency_elsewhere"]
    assert "outside the ROI and farther than 10 mm from it" in warning.message


def test_probability_is_the_mean_of_the_patches_and_logits_agree() -> None:
    case, _ = case_with_spot((0.0, 0.0))
    fitted = ImageNetworkBranch(settings(), BrightSpot())
    result = fitted.predict(case)
    assert result.probability == pytest.approx(np.mean([p.probability for p in result.patches]))
    prepared = ImageNetworkRecipe(settings()).prepare(case)
    assert fitted.logits([prepared])[0] == pytest.approx(result.logit, abs=1e-12)
    assert result.lesions == (1,)


def test_patches_name_their_slice_in_the_whole_image() -> None:
    case, _ = case_with_spot((0.0, 0.0))
    patches = ImageNetworkBranch(settings(), BrightSpot()).predict(case).patches
    # 24 slices from head to foot: index 12 from the head is 11 from the foot.
    assert [p.slice_index for p in patches] == [10, 11, 12]
    geometry = case.images[CT].geometry
    middle = geometry.to_lps((32, 12, 30))[2]
    assert patches[1].slice_z_mm == pytest.approx(middle)


@pytest.mark.parametrize(
    "patch",
    [
        {},
        {"fixed_spacing_mm": 1.0},
        {"shape": "masked_box"},
        {"shape": "inscribed_box"},
        {"channels": 3, "channel_content": "adjacent_slices"},
    ],
    ids=["tight", "fixed pixels", "masked", "inscribed", "adjacent slices"],
)
def test_cutting_the_image_first_changes_no_patch(
    patch: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, _ = case_with_spot((4.0, 4.0))
    cut = prepare_patches(case, settings(**patch)).patches
    monkeypatch.setattr(preparation, "_crop", lambda volume, mask, _: (0, volume, mask))
    assert np.array_equal(cut, prepare_patches(case, settings(**patch)).patches)


def test_an_empty_map_is_said() -> None:
    case, _ = case_with_spot((200.0, 0.0))
    result = ImageNetworkBranch(settings(), BrightSpot()).predict(case)
    assert result.saliency[CT].volume.voxels.max() == 0
    assert [w.code for w in result.warnings] == ["saliency_empty"]


def test_fitting_gives_each_patch_its_patient_s_label(monkeypatch: pytest.MonkeyPatch) -> None:
    case, _ = case_with_spot((0.0, 0.0))
    recipe = ImageNetworkRecipe(settings())
    prepared = recipe.prepare(case)
    seen: list[Examples] = []

    def spy(_settings, training, *_):  # type: ignore[no-untyped-def]
        seen.append(training)
        return FittedNetwork(network=BrightSpot(), epoch=1, starting_weights=None)

    monkeypatch.setattr(branch_module, "fit_network", spy)
    recipe.fit([prepared, prepared], np.array([0, 1]), seed=1)
    (training,) = seen
    assert training.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert training.patients.tolist() == [0, 0, 0, 1, 1, 1]
    assert training.patches.shape == (6, 1, 32, 32)
    # Where the positive class is the first output, responders train that one.
    first = settings().model_copy(update={"positive": (0,)})
    ImageNetworkRecipe(first).fit([prepared, prepared], np.array([0, 1]), seed=1)
    assert seen[1].labels.tolist() == [1, 1, 1, 0, 0, 0]


FOUR = settings().model_copy(
    update={
        "classes": tuple(ResponseClass),
        "positive": (0, 1),
        "arguments": settings().arguments | {"n_classes": 4},
    }
)


def test_four_classes_are_trained_by_their_index_and_two_of_them_add_up() -> None:
    case, _ = case_with_spot((0.0, 0.0))
    recipe = ImageNetworkRecipe(FOUR)
    fitted = recipe.fit([recipe.prepare(case)] * 4, np.array([0, 1, 2, 3]), seed=1)
    result = fitted.predict(case)
    chance = dict(result.class_probabilities)
    assert list(chance) == ["CR", "PR", "SD", "PD"]
    assert sum(chance.values()) == pytest.approx(1)
    assert result.probability == pytest.approx(chance["CR"] + chance["PR"])


def test_labels_that_are_no_class_are_refused() -> None:
    case, _ = case_with_spot((0.0, 0.0))
    prepared = [prepare_patches(case, settings())] * 2
    with pytest.raises(ValueError, match=r"labels must be 0 to 3, got \[0, 4\]"):
        ImageNetworkRecipe(FOUR).fit(prepared, np.array([0, 4]), seed=1)
    both = settings().model_copy(update={"positive": (0, 1)})
    with pytest.raises(ValueError, match="one must be the positive class"):
        ImageNetworkRecipe(both).fit(prepared, np.array([0, 1]), seed=1)


def test_a_network_reads_images_and_nothing_else() -> None:
    recipe = ImageNetworkRecipe(settings())
    assert recipe.from_features(ClinicalRecord(), {"original_shape_MeshVolume": 3.0}) is None


def test_importing_the_branch_loads_nothing_heavy() -> None:
    code = (
        "import sys, TACEResponseLib.evidence.image_network.branch;"
        "print([m for m in ('torch', 'monai', 'sklearn', 'SimpleITK') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
