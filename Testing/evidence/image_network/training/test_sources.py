"""A head trained on features computed once is the head trained with its frozen network."""

import numpy as np
import pytest
import torch

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence, ResponseClass
from TACEResponseLib.evidence.branch import FitContext
from TACEResponseLib.evidence.image_network.branch_network import last_linear
from TACEResponseLib.evidence.image_network.known_networks import RESNET18
from TACEResponseLib.evidence.image_network.network import build_network
from TACEResponseLib.evidence.image_network.network_input import network_input
from TACEResponseLib.evidence.image_network.settings import (
    ChannelNormalization,
    FittingSettings,
    ImageNetworkSettings,
)
from TACEResponseLib.evidence.image_network.training import training_run
from TACEResponseLib.evidence.image_network.training.examples import Examples
from TACEResponseLib.evidence.image_network.training.fitting import fit_network
from TACEResponseLib.evidence.image_network.training.sources import (
    FeatureSource,
    features_of,
    reads_features,
)


def settings(**fitting: object) -> ImageNetworkSettings:
    """S0's training at a small size."""
    given = {
        "trainable": "head",
        "positions": "six",
        "optimizer": "sgd",
        "learning_rate": 0.01,
        "schedule": "constant",
        "epochs": 3,
        "batch_size": 8,
        "loss": "binary_cross_entropy_per_class",
    }
    return ImageNetworkSettings(
        sequences=(ImageSequence.CT_ARTERIAL,),
        network=RESNET18,
        arguments={"in_channels": 3, "n_classes": 4},
        normalization=ChannelNormalization(mean=(0.485, 0.456, 0.406), sd=(0.229, 0.224, 0.225)),
        target_layer="layer4",
        classes=tuple(ResponseClass),
        positive=(0, 1),
        output="sigmoid",
        fitting=FittingSettings(**given | fitting),
    )


@pytest.fixture(scope="module")
def examples() -> Examples:
    rng = np.random.default_rng(0)
    labels = np.tile([0, 1, 2, 3], 5)
    patches = rng.random((20, 3, 32, 32), dtype=np.float32)
    return Examples(patches=patches, labels=labels, patients=np.arange(20))


def test_features_and_frozen_network_train_the_same_head(
    examples: Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs: list[list[float]] = [[], []]
    contexts = [FitContext(log=lambda _, __, value, log=log: log.append(value)) for log in logs]
    quick = fit_network(settings(), examples, 4, contexts[0], examples).network
    monkeypatch.setattr(training_run, "reads_features", lambda _: False)
    slow = fit_network(settings(), examples, 4, contexts[1], examples).network
    weights = [last_linear(network)[1].weight.detach().numpy() for network in (quick, slow)]
    moved = weights[0] - last_linear(start(4))[1].weight.detach().numpy()
    assert np.abs(moved).max() > 0.01, "the head has learned"
    assert weights[0] == pytest.approx(weights[1], abs=2e-6)
    # Losses and tuning AUCs too.
    assert logs[0] == pytest.approx(logs[1], abs=1e-5)


def start(seed: int) -> torch.nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build_network(settings().network, settings().arguments)


@pytest.mark.parametrize("frozen_batch_norm", [True, False])
def test_nothing_but_the_head_learns(examples: Examples, frozen_batch_norm: bool) -> None:
    fitted = fit_network(settings(frozen_batch_norm=frozen_batch_norm), examples, 4).network
    before = start(4).state_dict()
    changed = {n for n, t in fitted.state_dict().items() if not torch.equal(t, before[n])}
    head = {"fc.weight", "fc.bias"}
    if frozen_batch_norm:
        assert changed == head
    else:
        statistics = ("running_mean", "running_var", "num_batches_tracked")
        assert head < changed
        assert all(n.endswith(statistics) for n in changed - head)
    assert all(p.requires_grad for p in fitted.parameters())


def test_a_feature_is_what_the_head_is_given(examples: Examples) -> None:
    network = start(4)
    patches = torch.from_numpy(network_input(examples.patches, settings()))
    features = features_of(network, "fc", examples.patches, settings(), "cpu")
    assert features.shape == (6, 20, 512)
    with torch.inference_mode():
        turned = network.eval()(patches.rot90(-1, (2, 3)))
        assert torch.allclose(network.fc(features[5]), turned, atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "reads"),
    [
        ({}, True),
        ({"positions": "eight"}, False),
        ({"positions": "eight", "flips": False, "quarter_turns": False}, True),
        ({"frozen_batch_norm": False}, False),
        ({"trainable": "all"}, False),
        ({"zoom": 0.1}, False),
    ],
)
def test_features_are_computed_once_only_where_they_stand_for_all(
    changes: dict[str, object], reads: bool
) -> None:
    assert reads_features(settings(**changes)) is reads
    assert not reads_features(settings().model_copy(update={"crop_px": 28}))


def test_a_network_without_linear_layer_has_no_head(examples: Examples) -> None:
    with pytest.raises(InputError, match="head needs a network that ends in a linear layer"):
        FeatureSource(torch.nn.Conv2d(3, 4, 3), settings(), examples, None, "cpu")
