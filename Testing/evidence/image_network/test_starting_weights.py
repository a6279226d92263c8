"""A training begins with published weights where the user gave a file of them, and says which."""

from pathlib import Path

import numpy as np
import pytest
import torch

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.branch import FitContext
from TACEResponseLib.evidence.image_network.known_networks import RESNET18, SMALL_CNN
from TACEResponseLib.evidence.image_network.network import build_network
from TACEResponseLib.evidence.image_network.settings import FittingSettings, ImageNetworkSettings
from TACEResponseLib.evidence.image_network.training.examples import Examples
from TACEResponseLib.evidence.image_network.training.fitting import FittedNetwork, fit_network


@pytest.fixture(scope="module")
def published() -> torch.nn.Module:
    """ResNet18 of 1000 outputs; the names of its tensors are torchvision's."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(8)
        return build_network(RESNET18, {"in_channels": 3, "n_classes": 1000})


@pytest.fixture(scope="module")
def weights(published: torch.nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "mine.pth"
    torch.save(published.state_dict(), path)
    return path


def fit(weights: Path | None, target: str = RESNET18, **fitting: object) -> FittedNetwork:
    """One epoch of the head alone: all else stays as it began."""
    given = {"epochs": 1, "trainable": "head", "positions": "six", "schedule": "constant"}
    settings = ImageNetworkSettings(
        sequences=(ImageSequence.CT_ARTERIAL,),
        network=target,
        arguments={"in_channels": 3, "n_classes": 2},
        target_layer="features",
        fitting=FittingSettings(**given | fitting),
    )
    patches = np.random.default_rng(0).random((4, 3, 32, 32), dtype=np.float32)
    examples = Examples(patches=patches, labels=np.array([0, 1, 0, 1]), patients=np.arange(4))
    return fit_network(settings, examples, 1, FitContext(weights=weights))


def test_given_weights_are_begun_with_and_named(published: torch.nn.Module, weights: Path) -> None:
    fitted = fit(weights)
    assert fitted.starting_weights is not None
    assert fitted.starting_weights.architecture == "ResNet18"
    assert fitted.starting_weights.file == "a file of the author's"
    assert not fitted.starting_weights.is_official
    assert torch.equal(fitted.network.conv1.weight, published.conv1.weight)
    assert fitted.network.fc.weight.shape == (2, 512)


def test_a_recipe_from_scratch_leaves_them_alone(published: torch.nn.Module, weights: Path) -> None:
    fitted = fit(weights, start="random")
    assert fitted.starting_weights is None
    assert not torch.equal(fitted.network.conv1.weight, published.conv1.weight)


def test_of_a_folder_each_network_takes_its_own_file(weights: Path) -> None:
    # No file of the official name lies there, and the small network has none anywhere.
    assert fit(weights.parent).starting_weights is None
    assert fit(weights.parent, SMALL_CNN).starting_weights is None
    named = weights.parent / "official" / "resnet18-f37072fd.pth"
    named.parent.mkdir()
    named.write_bytes(weights.read_bytes())
    with pytest.raises(InputError, match=r"resnet18-f37072fd.pth: its SHA-256 must begin with"):
        fit(named.parent)


def test_a_file_for_a_network_without_published_weights_is_refused(weights: Path) -> None:
    with pytest.raises(InputError, match="must be for a network with published weights"):
        fit(weights, SMALL_CNN)
