"""Networks have a budget, which every published network of the recipes keeps."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.evidence.image_network import budget
from TACEResponseLib.evidence.image_network.attention import saliency
from TACEResponseLib.evidence.image_network.attention.saliency import saliency_maps
from TACEResponseLib.evidence.image_network.branch_network import build_branch_network, check_sizes
from TACEResponseLib.evidence.image_network.budget import (
    MOST_PARAMETERS,
    MOST_PATCH_BYTES,
    check_parameters,
    patches_at_once,
    within_budget,
    without_storage,
)
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.recipe.reading import read_recipe

RECIPES = sorted(resource_path("Recipes").glob("*.yaml"))
NETWORKS = {
    f"{path.stem}, {settings.name}": settings
    for path in RECIPES
    for settings in read_recipe(path).branches
    if settings.kind == "image_network"
}


def counted(network: nn.Module, *shape: int) -> Any:
    with within_budget(network, "x") as activations, torch.inference_mode():
        network(torch.zeros(1, *shape))
    return activations


def filled(build: Callable[[], nn.Module]) -> nn.Module:
    """A network of zeros, as to draw its weights takes longer than all else."""
    with without_storage():
        network = build().eval()
    network.to_empty(device="cpu")
    with torch.no_grad():
        for tensor in network.state_dict().values():
            tensor.zero_()
    return network


def test_activations_and_products_are_those_of_a_network_worked_on_paper() -> None:
    network = nn.Sequential(
        nn.Conv2d(2, 3, (3, 5), stride=(2, 1), padding=(1, 0)),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(60, 4),
    )
    # 2 x 7 x 9 in; (7 + 2 - 3) // 2 + 1 = 4 rows, 9 - 5 + 1 = 5 columns, 3 maps: 60 numbers.
    counts = counted(network, 2, 7, 9)
    assert counts.total_bytes == 4 * (60 + 60 + 60 + 4)
    assert counts.widest_bytes == 4 * (2 * 7 * 9 + 60)
    assert counts.products == 60 * 2 * 15 + 60 + 60 + 4 * 60


def test_resnet50_takes_the_published_number_of_multiplications() -> None:
    # 4.1 billion for 224 x 224 x 3, as torchvision publishes with its weights (GFLOPS 4.09).
    from TACEResponseLib.evidence.image_network.architectures.resnet import resnet50

    counts = counted(filled(resnet50), 3, 224, 224)
    assert counts.products == pytest.approx(4.09e9, rel=0.01)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_of_a_recipe_has_parameters_within_the_budget(name: str) -> None:
    with torch.device("meta"):
        network = build_branch_network(NETWORKS[name])
    assert sum(p.numel() for p in network.parameters()) < MOST_PARAMETERS / 3


@pytest.mark.parametrize(
    "name",
    [
        "mr-inceptionv4-haic, inception_v4",
        "mr-inceptionv4-haic, alexnet",
        "ct-resnet50-four-class, resnet50",
        "mr-densenet169-clinical, mlp",
        "mr-densenet169-clinical, swin_t",
    ],
)
def test_the_papers_networks_at_the_papers_sizes_are_within_the_budget(name: str) -> None:
    settings = NETWORKS[name]
    if "inception_v4" in name:
        assert settings.input_shape == (5, 320, 450)
    network = filled(lambda: build_branch_network(settings))
    check_sizes(network, settings, settings.input_shape)


def test_what_the_budget_forbids_is_refused_before_it_is_computed() -> None:
    network = nn.Sequential(nn.Conv2d(1, 3000, 3), nn.Conv2d(3000, 3000, 3))
    start = time.process_time()
    with (
        pytest.raises(InputError, match=r"x: network and patch must need .* a layer Conv2d"),
        within_budget(network, "x"),
    ):
        network(torch.zeros(1, 1, 400, 400))
    assert time.process_time() - start < 2
    # The hooks are gone.
    assert network(torch.zeros(1, 1, 5, 5)).shape == (1, 3000, 1, 1)


def test_too_many_multiplications_are_refused_however_small_the_maps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = nn.Sequential(nn.Conv2d(8, 8, 7, padding=3), nn.Conv2d(8, 8, 7, padding=3))
    # 8 x 4 x 4 numbers of 8 x 7 x 7 multiplications each: 50,176 a layer.
    assert counted(network, 8, 4, 4).products == 2 * 50_176
    monkeypatch.setattr(budget, "MOST_PRODUCTS", 60_000)
    with pytest.raises(InputError, match=r"at most 6e\+04 multiplications .*, got 1.00e\+05"):
        counted(network, 8, 4, 4)


def test_too_many_parameters_are_refused_without_their_storage() -> None:
    with without_storage():
        network = nn.Linear(100_000, 100_000)
    with pytest.raises(InputError, match="at most 200 million parameters, got 10,000 million"):
        check_parameters(network, "x")


def test_a_network_without_storage_draws_nothing() -> None:
    settings = NETWORKS["ct-resnet50-four-class, resnet50"]
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    with torch.device("meta"):
        build_branch_network(settings)
    assert torch.equal(before, torch.random.get_rng_state())


def test_weights_are_those_that_are_drawn_without_counting_first() -> None:
    from TACEResponseLib.evidence.image_network.network import build_network

    settings = NETWORKS["ct-radiomics-cnn-demo, cnn"]
    torch.manual_seed(5)
    counted_first = build_branch_network(settings).state_dict()
    torch.manual_seed(5)
    plain = build_network(settings.network, settings.arguments).state_dict()
    assert all(torch.equal(counted_first[name], plain[name]) for name in plain)


def test_as_many_patches_keep_their_activations_as_the_budget_holds() -> None:
    network = nn.Sequential(nn.Conv2d(1, 32, 1), *[nn.ReLU()] * 15)
    # 16 x 32 x 4 bytes for each of 256 x 512 pixels: a quarter of a GB.
    assert patches_at_once(network, torch.zeros(1, 1, 256, 512), 64) == 16
    assert patches_at_once(network, torch.zeros(1, 1, 256, 512), 5) == 5
    assert 16 * MOST_PATCH_BYTES // 4 == 4 * 1024**3


def test_saliency_is_the_same_however_many_patches_are_done_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from TACEResponseLib.evidence.image_network.architectures.small_cnn import SmallCNN

    torch.manual_seed(2)
    network = SmallCNN(1, 2, widths=(4, 8)).eval()
    patches = np.random.default_rng(3).random((7, 1, 16, 16), dtype=np.float32)
    whole = saliency_maps(network, "features", patches, (1,))
    monkeypatch.setattr(saliency, "patches_at_once", lambda *_given: 1)
    assert saliency_maps(network, "features", patches, (1,)) == pytest.approx(whole, abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"layers": [65, 1, 1, 1]}, "layers must be a plain number"),
        ({"conv1_t_size": 32}, "conv1_t_size must be a plain number"),
    ],
)
def test_numbers_that_only_waste_time_are_refused(changes: dict[str, Any], says: str) -> None:
    arguments = {
        "block": "basic",
        "layers": [1] * 4,
        "block_inplanes": [4] * 4,
        "spatial_dims": 2,
        "n_input_channels": 3,
        "num_classes": 2,
        **changes,
    }
    settings = ImageNetworkSettings(
        sequences=("ct_arterial",),
        network="monai_resnet",
        arguments=arguments,
        target_layer="layer4",
    )
    with pytest.raises(InputError, match=says):
        build_branch_network(settings)
