"""Every published network learns eight patients by heart on a CPU, and resumes to the bit."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
import pytest
import torch

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.branch import FitContext
from TACEResponseLib.evidence.image_network.branch_network import last_linear
from TACEResponseLib.evidence.image_network.inference import predict_patches
from TACEResponseLib.evidence.image_network.known_networks import (
    ALEXNET,
    DENSENET169,
    INCEPTION_V4,
    LENET5_TYPE,
    RESNET18,
    RESNET50,
    SWIN_TINY,
)
from TACEResponseLib.evidence.image_network.network import build_network
from TACEResponseLib.evidence.image_network.settings import FittingSettings, ImageNetworkSettings
from TACEResponseLib.evidence.image_network.training.examples import Examples
from TACEResponseLib.evidence.image_network.training.fitting import fit_network
from TACEResponseLib.evidence.image_network.weights.published_weights import weights_for


class Published(NamedTuple):
    """A network and a training that is short enough for a test."""

    network: str
    size_px: int
    learning_rate: float = 1e-3
    batch_size: int = 8
    arguments: Mapping[str, float] = MappingProxyType({})
    optimizer: Literal["adam", "sgd"] = "adam"


NETWORKS = {
    "LeNet5-type": Published(LENET5_TYPE, 32),
    # Half of the neurons left out make the loss of a few steps a matter of luck.
    "AlexNet": Published(ALEXNET, 63, 1e-2, 2, {"dropout": 0.0}, "sgd"),
    "ResNet18": Published(RESNET18, 32),
    "ResNet50": Published(RESNET50, 32),
    "DenseNet169": Published(DENSENET169, 32),
    "Swin-T": Published(SWIN_TINY, 32, 1e-4, 4),
    "InceptionV4": Published(INCEPTION_V4, 75),
}
EPOCHS = 4


def settings(published: Published) -> ImageNetworkSettings:
    return ImageNetworkSettings(
        sequences=(ImageSequence.CT_ARTERIAL,),
        network=published.network,
        arguments={"in_channels": 1, "n_classes": 2, **published.arguments},
        target_layer="features",
        fitting=FittingSettings(
            epochs=EPOCHS,
            batch_size=published.batch_size,
            optimizer=published.optimizer,
            learning_rate=published.learning_rate,
            schedule="constant",
            balance="none",
            flips=False,
            quarter_turns=False,
        ),
    )


def eight_patients(size_px: int) -> Examples:
    """Noise; in half of them the upper part is bright."""
    rng = np.random.default_rng(0)
    patches = rng.random((8, 1, size_px, size_px), dtype=np.float32) * 0.3
    labels = np.tile([0, 1], 4)
    patches[labels == 1, :, : size_px // 2] += 0.7
    return Examples(patches=patches, labels=labels, patients=np.arange(8))


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_a_published_network_learns_eight_patients_and_resumes(name: str, tmp_path: Path) -> None:
    published = NETWORKS[name]
    chosen, patients = settings(published), eight_patients(published.size_px)
    losses: list[float] = []

    def note(_: str, epoch: int, value: float) -> None:
        losses.append(value)
        if epoch == EPOCHS:
            # What a kill during the last epoch would leave; the next file takes only the name.
            shutil.copytree(tmp_path / "whole", tmp_path / "killed", copy_function=os.link)

    whole = fit_network(chosen, patients, 1, FitContext(checkpoint=tmp_path / "whole", log=note))
    # Guessing costs log 2 = .69.
    assert losses[-1] < 0.25
    again = fit_network(chosen, patients, 1, FitContext(checkpoint=tmp_path / "killed"))
    others = again.network.state_dict()
    for tensor_name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, others[tensor_name]), tensor_name


@pytest.mark.parametrize("name", sorted(set(NETWORKS) - {"LeNet5-type"}))
def test_the_head_is_the_layer_that_published_weights_leave_out(name: str) -> None:
    with torch.device("meta"):
        network = build_network(NETWORKS[name].network, {"in_channels": 3, "n_classes": 2})
    assert last_linear(network)[0] == weights_for(network).head


def test_batches_of_one_train_a_normalized_network() -> None:
    """S3 trains InceptionV4 on single images; each map must have cells to normalize over."""
    chosen = settings(NETWORKS["ResNet18"])
    fitting = chosen.fitting.model_copy(update={"batch_size": 1, "patients_per_epoch": "one"})
    chosen = chosen.model_copy(update={"fitting": fitting})
    fitted = fit_network(chosen, eight_patients(48), 1)
    assert np.isfinite(predict_patches(fitted.network, eight_patients(48).patches)).all()
    with pytest.raises(InputError, match=r"fitting.batch_size: .* more than one cell, got 1"):
        fit_network(chosen, eight_patients(32), 1)
