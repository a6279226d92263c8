"""Grad-CAM: worked on paper, finds a planted spot, and depends on the weights."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.image_network.attention.occlusion import occlusion_maps
from TACEResponseLib.evidence.image_network.attention.saliency import (
    log_odds_of,
    raw_maps,
    saliency_maps,
)
from TACEResponseLib.evidence.image_network.inference import predict_patches
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.network import build_network
from TACEResponseLib.evidence.image_network.settings import (
    FittingSettings,
    ImageNetworkSettings,
    Output,
    SaliencyMethod,
)
from TACEResponseLib.evidence.image_network.training.examples import Examples
from TACEResponseLib.evidence.image_network.training.fitting import fit_network


class OnPaper(nn.Module):
    """Two 1 x 1 feature maps, x and 2 - x; mean; logits with known weights."""

    def __init__(self, positive_weights: tuple[float, float]) -> None:
        super().__init__()
        self.features = nn.Conv2d(1, 2, 1)
        self.features.weight.data = torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1)
        self.features.bias.data = torch.tensor([0.0, 2.0])
        self.classifier = nn.Linear(2, 2, bias=False)
        self.classifier.weight.data = torch.tensor([[0.0, 0.0], list(positive_weights)])

    def forward(self, patches: Tensor) -> Tensor:
        return self.classifier(self.features(patches).mean(dim=(2, 3)))


@pytest.fixture
def patch() -> np.ndarray:
    return np.array([[[[0.0, 1.0], [2.0, 4.0]]]], dtype=np.float32)


def test_the_map_is_the_one_worked_on_paper(patch: np.ndarray) -> None:
    # Score = 3 mean(x) + 1 mean(2 - x), so the maps' weights are 3/4 and 1/4:
    # 3/4 x + 1/4 (2 - x) = x/2 + 1/2 = [.5, 1, 1.5, 2.5], over its largest: [.2, .4, .6, 1].
    maps = saliency_maps(OnPaper((3.0, 1.0)), "features", patch, (1,))
    assert maps.ravel() == pytest.approx([0.2, 0.4, 0.6, 1.0], abs=1e-6)


def test_the_map_is_of_the_difference_of_two_logits(patch: np.ndarray) -> None:
    # Other class 1 mean(x) + 3 mean(2 - x): the difference has weights 2/4 and -2/4, so the map is
    # x/2 - (2 - x)/2 = x - 1 = [-1, 0, 1, 3] where it is above 0.
    network = OnPaper((3.0, 1.0))
    network.classifier.weight.data[0] = torch.tensor([1.0, 3.0])
    assert raw_maps(network, "features", patch, (1,)).ravel() == pytest.approx([0, 0, 1, 3])
    # What raises both alike changes no answer.
    network.classifier.weight.data[0] = network.classifier.weight.data[1]
    assert raw_maps(network, "features", patch, (1,)).max() == 0


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
@pytest.mark.parametrize("positive", [(0, 1), (3,)])
def test_what_is_explained_is_the_log_odds_of_the_probability(
    output: Output, positive: tuple[int, ...]
) -> None:
    class FourOutputs(nn.Module):
        def forward(self, patches: Tensor) -> Tensor:
            return patches[:, 0, 0, :4]

    patches = np.random.default_rng(0).normal(size=(5, 1, 1, 4)).astype(np.float32)
    p = predict_patches(FourOutputs(), patches, output=output)[:, list(positive)].sum(axis=1)
    explained = log_odds_of(FourOutputs(), positive, output)(torch.from_numpy(patches))
    assert explained.ravel().numpy() == pytest.approx(np.log(p / (1 - p)), abs=1e-5)


def test_nothing_of_a_patient_stays_with_the_network(patch: np.ndarray) -> None:
    network = OnPaper((3.0, 1.0))
    for _ in range(2):
        saliency_maps(network, "features", patch, (1,))
    assert not network.features._forward_hooks
    assert not network.features._backward_hooks


def test_what_speaks_against_the_class_is_left_at_0(patch: np.ndarray) -> None:
    # Weights -1/4 and 0: -x/4 is nowhere positive.
    assert saliency_maps(OnPaper((-1.0, 0.0)), "features", patch, (1,)).max() == 0


def test_patches_of_one_patient_share_one_scale(patch: np.ndarray) -> None:
    both = np.concatenate([patch, patch / 2])
    maps = saliency_maps(OnPaper((1.0, 0.0)), "features", both, (1,))
    assert maps[0].max() == 1
    assert maps[1].max() == pytest.approx(0.5)


def test_both_methods_agree_where_one_map_alone_decides(patch: np.ndarray) -> None:
    network = OnPaper((1.0, 0.0))
    plain = saliency_maps(network, "features", patch, (1,))
    plus = saliency_maps(
        network, "features", np.concatenate([patch, patch]), (1,), method="gradcam++"
    )
    assert plus[0] == pytest.approx(plain[0], abs=1e-5)


def test_an_unknown_layer_is_refused_with_those_there_are(patch: np.ndarray) -> None:
    with pytest.raises(InputError, match="choose from features, classifier"):
        saliency_maps(OnPaper((1.0, 0.0)), "layer4", patch, (1,))


class BrightSpot(nn.Module):
    """Answers by the brightest 4 x 4 cell alone: average pooling, threshold, mean."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.AvgPool2d(4), nn.Threshold(0.5, 0.0))
        self.classifier = nn.Linear(1, 2)
        self.classifier.weight.data = torch.tensor([[-1.0], [1.0]])

    def forward(self, patches: Tensor) -> Tensor:
        return self.classifier(self.features(patches).mean(dim=(2, 3)))


@pytest.mark.parametrize("method", ["gradcam", "gradcam++", "occlusion"])
@pytest.mark.parametrize("spot", [(2, 2), (13, 21), (29, 6), (17, 17)])
def test_a_planted_spot_is_found_within_half_a_cell(
    spot: tuple[int, int], method: SaliencyMethod
) -> None:
    row, column = (4 * (s // 4) for s in spot)
    patch = np.full((1, 1, 32, 32), 0.1, dtype=np.float32)
    patch[0, 0, row : row + 4, column : column + 4] = 1.0
    heat = saliency_maps(BrightSpot(), "features", patch, (1,), method=method)[0]
    center = np.argwhere(heat == heat.max()).mean(axis=0)
    # Half a cell of the layer's grid of 4 pixels.
    assert np.abs(center - np.array([row + 1.5, column + 1.5])).max() <= 2


def test_randomized_weights_change_the_map() -> None:
    """The sanity check of Adebayo, NeurIPS 2018: a map that ignores the model proves nothing."""
    patches, labels, squares = bright_squares(160, seed=0)
    examples = Examples(patches=patches, labels=labels, patients=np.arange(labels.size))
    network = fit_network(SETTINGS, examples, seed=1).network
    shown = patches[labels == 1][:20]
    trained = saliency_maps(network, "features", shown, (1,))
    inside = squares[labels == 1][:20]
    assert trained[inside].mean() > 2 * trained[~inside].mean()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        randomized = build_network(SETTINGS.network, SETTINGS.arguments)
    other = saliency_maps(randomized, "features", shown, (1,))
    pairs = zip(trained.reshape(20, -1), other.reshape(20, -1), strict=True)
    correlations = [np.corrcoef(a, b)[0, 1] if b.any() else 0.0 for a, b in pairs]
    assert np.mean(correlations) < 0.5


SETTINGS = ImageNetworkSettings(
    sequences=(ImageSequence.CT_ARTERIAL,),
    network=SMALL_CNN,
    arguments={"in_channels": 1, "n_classes": 2, "widths": [8, 16]},
    target_layer="features",
    fitting=FittingSettings(epochs=8, learning_rate=0.01),
)


def bright_squares(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Noise, in class 1 with a bright square at a random place; patches, labels, squares."""
    rng = np.random.default_rng(seed)
    labels = np.tile([0, 1], n // 2)
    squares = np.zeros((n, 32, 32), dtype=bool)
    for i in np.flatnonzero(labels):
        row, column = rng.integers(2, 22, 2)
        squares[i, row : row + 8, column : column + 8] = True
    patches = rng.normal(0, 0.3, (n, 32, 32)) + 0.7 * squares
    return patches[:, np.newaxis].astype(np.float32), labels, squares


def test_occlusion_is_the_loss_worked_on_paper() -> None:
    """The logit is twice the mean: covering one bright square of 2 x 2 costs all of it."""
    patch = np.zeros((1, 1, 16, 16), dtype=np.float32)
    patch[0, 0, 4:6, 8:10] = 1.0

    class TwiceTheMean(nn.Module):
        def forward(self, patches: Tensor) -> Tensor:
            mean = patches.mean(dim=(1, 2, 3))
            return torch.stack([-mean, mean], dim=1)

    raw = occlusion_maps(TwiceTheMean(), patch, (1,))[0]
    # Squares of 2 moved by 1: a bright pixel lies under four, which cover 4, 2, 2 and 1 of the
    # four bright pixels; each pixel is worth 2 / 256 of the logit.
    assert raw[4, 8] == pytest.approx((4 + 2 + 2 + 1) / 4 * 2 / 256, rel=1e-4)
    assert raw[12, 2] == pytest.approx(0.0, abs=1e-9)


def test_occlusion_of_one_channel_sees_what_that_channel_says() -> None:
    patch = np.zeros((1, 2, 16, 16), dtype=np.float32)
    patch[0, 0, 4:6, 8:10] = 1.0
    patch[0, 1, 10:12, 2:4] = 1.0

    class Mean(nn.Module):
        def forward(self, patches: Tensor) -> Tensor:
            mean = patches.mean(dim=(1, 2, 3))
            return torch.stack([-mean, mean], dim=1)

    first, second = (
        saliency_maps(Mean(), "", patch, (1,), method="occlusion", channels=(c,))[0] for c in (0, 1)
    )
    assert np.unravel_index(first.argmax(), first.shape)[0] in (4, 5)
    assert np.unravel_index(second.argmax(), second.shape)[0] in (10, 11)
    assert first[10, 2] == pytest.approx(0.0, abs=1e-6)


def test_many_patches_are_worked_off_in_parts_with_the_same_maps() -> None:
    patches = np.random.default_rng(2).random((35, 1, 8, 8)).astype(np.float32)
    network = OnPaper((3.0, 1.0))
    whole = saliency_maps(network, "features", patches, (1,))
    # The paper's map is x / 2 + 1 / 2 of each pixel, over the largest of all.
    expected = patches[:, 0] / 2 + 0.5
    assert whole == pytest.approx(expected / expected.max(), abs=1e-5)
