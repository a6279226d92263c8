"""Several sequences on one patch grid, whole slices without ROI, and maps on each own grid."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.image_network.branch import ImageNetworkBranch
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.preparation import grid_warnings, prepare_patches
from TACEResponseLib.evidence.image_network.settings import FittingSettings, ImageNetworkSettings
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.settings import CtWindow, MrWindow, PatchSettings
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case

ARTERIAL, T2 = ImageSequence.MR_ARTERIAL, ImageSequence.MR_T2
AXIAL = (1, 0, 0, 0, 1, 0, 0, 0, 1)


def settings(**changes: object) -> ImageNetworkSettings:
    """S2's input at a small size."""
    return ImageNetworkSettings(
        **{
            "sequences": (ARTERIAL, T2),
            "channel_order": (ARTERIAL, ARTERIAL, T2),
            # A fixed scale, so that every gray value is known.
            "intensity": CtWindow(low_hu=0.0, high_hu=200.0),
            "patch": PatchSettings(size_px=32, channel_content="sequences", margin_fraction=0.0),
            "network": SMALL_CNN,
            "arguments": {"in_channels": 3},
            "target_layer": "features",
        }
        | changes
    )


def grid(size: tuple[int, int, int], spacing: tuple[float, float, float]) -> Geometry:
    return Geometry(
        size_ijk=size, spacing_mm=spacing, origin_lps=(-60.0, -50.0, 20.0), direction_lps=AXIAL
    )


FIRST = grid((80, 72, 18), (1.5, 1.5, 4.0))
OTHER = grid((60, 52, 12), (2.0, 2.0, 6.0))
SPOT = np.array([2.0, 6.0, 52.0])
CENTER = np.array([0.0, 3.0, 52.0])


def image(geometry: Geometry, spot: float, source: str) -> Volume:
    """A body of 100 in air of 0, a lesion of 150, and in it a spot of its own brightness."""
    k, j, i = np.indices(geometry.shape_kji)
    points = geometry.to_lps(np.stack([i, j, k], axis=-1))
    values = np.where(np.hypot(points[..., 0], points[..., 1]) < 48, 100.0, 0.0)
    values[np.linalg.norm((points - CENTER) / (20, 18, 14), axis=-1) < 1] = 150.0
    values[np.linalg.norm((points - SPOT) / (4, 4, 9), axis=-1) < 1] = spot
    values[0, 0, 0] = 200.0
    return Volume(voxels=values.astype(np.float32), geometry=geometry, source=source)


def lesion() -> Roi:
    k, j, i = np.indices(FIRST.shape_kji)
    points = FIRST.to_lps(np.stack([i, j, k], axis=-1))
    inside = np.linalg.norm((points - CENTER) / (20, 18, 14), axis=-1) < 1
    return Roi(labels=inside.astype(np.uint8), geometry=FIRST, names=((1, "Tumor"),))


@pytest.fixture(scope="module")
def case() -> Case:
    images = {ARTERIAL: image(FIRST, 200.0, "arterial.nii"), T2: image(OTHER, 20.0, "t2.nii")}
    return Case(case_id="P1", images=images, roi=lesion())


def test_channels_are_the_sequences_in_the_order_named(case: Case) -> None:
    prepared = prepare_patches(case, settings())
    assert prepared.patches.shape == (3, 3, 32, 32)
    assert np.array_equal(prepared.patches[:, 0], prepared.patches[:, 1])
    middle = prepared.plans[1].geometry
    column, row, _ = np.rint(middle.to_index(SPOT)).astype(int)
    arterial, _, t2 = prepared.patches[1, :, row, column]
    assert arterial == pytest.approx(1.0, abs=0.05)
    assert t2 == pytest.approx(0.1, abs=0.15)


def test_all_sequences_show_the_same_place(case: Case) -> None:
    """The spot is bright in one and dark in the other; both find it at its place."""
    prepared = prepare_patches(case, settings())
    arterial, _, t2 = prepared.patches[1]
    geometry = prepared.plans[1].geometry
    for weight in (np.clip(arterial - 0.8, 0, None), np.clip(0.4 - t2, 0, None)):
        rows, columns = np.indices(weight.shape)
        center = np.array([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()
        point = geometry.to_lps((*center, 0.0))
        assert np.abs(point - SPOT)[:2].max() < 1.0


def test_copies_and_neighbors_of_each_sequence_stand_side_by_side(case: Case) -> None:
    for content in ("repeat", "adjacent_slices"):
        patch = PatchSettings(size_px=32, channels=3, channel_content=content)
        chosen = settings(channel_order=(), patch=patch)
        both = prepare_patches(case, chosen).patches
        alone = prepare_patches(case, chosen.model_copy(update={"sequences": (ARTERIAL,)})).patches
        assert both.shape == (3, 6, 32, 32)
        assert np.array_equal(both[:, :3], alone)


def test_each_sequence_is_scaled_by_its_own_body(case: Case) -> None:
    chosen = settings(intensity=MrWindow(low_percentile=0, high_percentile=100, levels=None))
    twice = image(OTHER, 20.0, "t2.nii")
    louder = Case(
        case_id="P1",
        images={ARTERIAL: case.images[ARTERIAL], T2: twice.with_voxels(twice.voxels * 7)},
        roi=case.roi,
    )
    expected = prepare_patches(case, chosen).patches
    assert prepare_patches(louder, chosen).patches == pytest.approx(expected, abs=1e-5)


def test_one_sequence_on_its_own_grid_is_cut_as_before(case: Case) -> None:
    chosen = settings(sequences=(ARTERIAL,), channel_order=())
    alone = prepare_patches(case, chosen).patches
    assert np.array_equal(alone[:, 0], prepare_patches(case, settings()).patches[:, 0])


def test_voxels_of_another_size_are_told(case: Case) -> None:
    (warning,) = grid_warnings(case, settings())
    assert warning.code == "sequence_resampled"
    assert "mr_t2" in warning.message
    assert grid_warnings(case, settings(sequences=(T2,), channel_order=())) == ()


def test_a_missing_sequence_is_named(case: Case) -> None:
    expected = (ARTERIAL, ImageSequence.MR_DELAYED)
    with pytest.raises(InputError, match="needs mr_delayed, got mr_arterial, mr_t2"):
        prepare_patches(case, settings(sequences=expected, channel_order=expected))


class BrightAndDark(nn.Module):
    """Answers by what is bright in the first channel and dark in the last, on cells of 4 x 4."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.AvgPool2d(4)
        self.classifier = nn.Linear(1, 2)
        self.classifier.weight.data = torch.tensor([[-9.0], [9.0]])

    def forward(self, patches: Tensor) -> Tensor:
        said = (patches[:, :1] - 0.8).relu() + (0.4 - patches[:, -1:]).relu()
        return self.classifier(self.features(said).mean(dim=(2, 3)))


@pytest.mark.parametrize("method", ["gradcam", "occlusion"])
def test_each_sequence_gets_its_map_on_its_own_grid(case: Case, method: str) -> None:
    result = ImageNetworkBranch(settings(saliency=method), BrightAndDark()).predict(case)
    assert list(result.saliency) == [ARTERIAL, T2]
    for sequence, saliency in result.saliency.items():
        assert saliency.volume.geometry == case.images[sequence].geometry
        voxels = saliency.volume.voxels
        assert 0.5 < voxels.max() <= 1.0
        hottest = np.argwhere(voxels > 0.9 * voxels.max())[:, ::-1].mean(axis=0)
        point = saliency.volume.geometry.to_lps(hottest)
        # Cells of 40 mm / 8 = 5 mm, voxels of up to 2 mm.
        assert np.abs(point - SPOT)[:2].max() < 2.5 + 2
        assert 3 >= len(saliency.scored_slices) >= 2
    said = result.saliency[T2].method
    if method == "gradcam":
        assert said == "Grad-CAM, one map shared by the channels of mr_arterial, mr_t2"
    else:
        assert said == "occlusion, of this sequence's channels alone"
    assert "sequence_resampled" in [w.code for w in result.warnings]


# Whole slices


def whole(**changes: object) -> ImageNetworkSettings:
    """S3's input at a small size."""
    patch = PatchSettings(
        **{
            "shape": "whole_slice",
            "slices": "all",
            "size_px": 24,
            "width_px": 32,
            "channel_content": "sequences",
        }
        | changes
    )
    return settings(channel_order=(), patch=patch, fitting=FittingSettings(quarter_turns=False))


def test_whole_slices_of_the_first_image_are_taken_all(case: Case) -> None:
    prepared = prepare_patches(case, whole())
    assert prepared.patches.shape == (18, 2, 24, 32)
    assert [p.slice_index for p in prepared.plans] == list(range(18))
    every = prepare_patches(case, whole(slices="every_n", every_n=5))
    assert [p.slice_index for p in every.plans] == [3, 8, 13]


def test_a_case_without_roi_is_scored_by_whole_slices(case: Case) -> None:
    bare = Case(case_id="P2", images=case.images, roi=case.roi)
    # What a case without ROI has: no lesions and no labels.
    for name, value in {"roi": None, "lesions": (), "lesion_labels": {}}.items():
        object.__setattr__(bare, name, value)
    result = ImageNetworkBranch(whole(), BrightAndDark()).predict(bare)
    assert result.lesions == ()
    assert len(result.patches) == 18
    assert result.saliency[T2].volume.geometry == OTHER
    with pytest.raises(InputError, match="--roi: cnn needs the outline of the tumor"):
        prepare_patches(bare, settings())
