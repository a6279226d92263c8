"""Networks as published: parameters, feature maps and multiply-adds together.

Counts of parameters and multiply-adds (in billions at 224 pixels, 299 for InceptionV4) are those
of torchvision's model pages, of the Swin paper's table 1 (28 M, 4.5 G) and of timm's model card
(42.7 M, 12.3 G). The networks stand on torch's meta device, which has shapes but no values.
"""

from functools import cache
from importlib import import_module

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.image_network.attention.saliency import saliency_maps
from TACEResponseLib.evidence.image_network.known_networks import (
    ALEXNET,
    DENSENET169,
    INCEPTION_V4,
    KNOWN,
    RESNET18,
    RESNET50,
    SWIN_TINY,
)
from TACEResponseLib.evidence.image_network.network import build_network
from Testing.evidence.image_network.parameter_count import parameter_count

ALL = [ALEXNET, RESNET18, RESNET50, DENSENET169, SWIN_TINY, INCEPTION_V4]


@cache
def built(target: str, in_channels: int = 3, n_classes: int = 1000) -> nn.Module:
    """The network without values."""
    with torch.device("meta"):
        network = build_network(target, {"in_channels": in_channels, "n_classes": n_classes})
    return network.eval()


def run(network: nn.Module, *shape: int) -> tuple[torch.Size, dict[str, torch.Size], float]:
    """Shape of the output and of every module's, and billions of multiply-adds."""
    shapes: dict[str, torch.Size] = {}
    hooks = [
        module.register_forward_hook(
            lambda _module, _input, output, name=name: shapes.update({name: output.shape})
        )
        for name, module in network.named_modules()
    ]
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        output = network(torch.zeros(1, *shape, device="meta"))
    for hook in hooks:
        hook.remove()
    return output.shape, shapes, counter.get_total_flops() / 2 / 1e9


PARAMETERS = {
    ALEXNET: 61_100_840,
    RESNET18: 11_689_512,
    RESNET50: 25_557_032,
    DENSENET169: 14_149_480,
    SWIN_TINY: 28_288_354,
    INCEPTION_V4: 42_679_816,
}


@pytest.mark.parametrize("target", ALL)
def test_parameters_are_the_published_ones(target: str) -> None:
    assert parameter_count(built(target)) == PARAMETERS[target]


@pytest.mark.parametrize(
    ("target", "billions"),
    [
        (ALEXNET, 0.714),
        (RESNET18, 1.814),
        (RESNET50, 4.089),
        (DENSENET169, 3.360),
        (SWIN_TINY, 4.491),
    ],
)
def test_multiply_adds_are_the_published_ones(target: str, billions: float) -> None:
    assert run(built(target), 3, 224, 224)[2] == pytest.approx(billions, abs=6e-4)


def test_multiply_adds_of_inception_v4_are_the_published_ones() -> None:
    network = built(INCEPTION_V4)
    _, shapes, billions = run(network, 3, 299, 299)
    # The published 12.27 counts batch normalization too, one a value.
    normalized = sum(shape.numel() for name, shape in shapes.items() if name.endswith(".bn"))
    assert normalized == pytest.approx(15.1e6, rel=0.005)
    assert billions + normalized / 1e9 == pytest.approx(12.27, abs=0.005)


STAGES = {
    ALEXNET: {
        "features.0": (64, 55, 55),
        "features.2": (64, 27, 27),
        "features.5": (192, 13, 13),
        "features.7": (384, 13, 13),
        "features.9": (256, 13, 13),
        "features.12": (256, 6, 6),
    },
    RESNET18: {
        "conv1": (64, 112, 112),
        "maxpool": (64, 56, 56),
        "layer1": (64, 56, 56),
        "layer2": (128, 28, 28),
        "layer3": (256, 14, 14),
        "layer4": (512, 7, 7),
    },
    RESNET50: {
        "conv1": (64, 112, 112),
        "maxpool": (64, 56, 56),
        "layer1": (256, 56, 56),
        "layer2": (512, 28, 28),
        "layer3": (1024, 14, 14),
        "layer4": (2048, 7, 7),
    },
    DENSENET169: {
        "features.conv0": (64, 112, 112),
        "features.pool0": (64, 56, 56),
        "features.transition1": (128, 28, 28),
        "features.transition2": (256, 14, 14),
        "features.transition3": (640, 7, 7),
        "features": (1664, 7, 7),
    },
    SWIN_TINY: {  # channels last
        "features.0": (56, 56, 96),
        "features.1": (56, 56, 96),
        "features.3": (28, 28, 192),
        "features.5": (14, 14, 384),
        "features.7": (7, 7, 768),
    },
    INCEPTION_V4: {
        "features.0": (32, 149, 149),
        "features.1": (32, 147, 147),
        "features.2": (64, 147, 147),
        "features.3": (160, 73, 73),
        "features.4": (192, 71, 71),
        "features.5": (384, 35, 35),
        "features.9": (384, 35, 35),
        "features.10": (1024, 17, 17),
        "features.17": (1024, 17, 17),
        "features.18": (1536, 8, 8),
        "features.21": (1536, 8, 8),
    },
}


@pytest.mark.parametrize("target", ALL)
def test_feature_maps_shrink_stage_by_stage_as_published(target: str) -> None:
    side = 299 if target == INCEPTION_V4 else 224
    shapes = run(built(target), 3, side, side)[1]
    assert {name: tuple(shapes[name][1:]) for name in STAGES[target]} == STAGES[target]


# Weights of the first convolution a channel, and inputs of the last linear layer.
ENDS = {
    ALEXNET: (64 * 11 * 11, 4096),
    RESNET18: (64 * 7 * 7, 512),
    RESNET50: (64 * 7 * 7, 2048),
    DENSENET169: (64 * 7 * 7, 1664),
    SWIN_TINY: (96 * 4 * 4, 768),
    INCEPTION_V4: (32 * 3 * 3, 1536),
}


@pytest.mark.parametrize("target", ALL)
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_channels_and_classes_change_only_the_two_ends(target: str, channels: int) -> None:
    n_classes = channels + 1
    network = built(target, channels, n_classes)
    stem, width = ENDS[target]
    change = stem * (channels - 3) + (width + 1) * (n_classes - 1000)
    assert parameter_count(network) - PARAMETERS[target] == change
    assert run(network, channels, 96, 112)[0] == (1, n_classes)


@pytest.mark.parametrize("target", ALL)
def test_whole_slices_of_450_by_320_pixels_fit(target: str) -> None:
    output, shapes, _ = run(built(target, 5, 2), 5, 450, 320)
    assert output == (1, 2)
    grid = {ALEXNET: (27, 19), INCEPTION_V4: (12, 8)}.get(target, (14, 10))
    grid = {RESNET18: (15, 10), RESNET50: (15, 10)}.get(target, grid)
    layer = import_module(KNOWN[target].module).GRADCAM_LAYER
    assert tuple(shapes[layer][2:]) == grid


@pytest.mark.parametrize(
    ("target", "side"), [(ALEXNET, 63), (INCEPTION_V4, 75)], ids=["AlexNet", "InceptionV4"]
)
def test_the_smallest_image_is_the_documented_one(target: str, side: int) -> None:
    assert run(built(target), 3, side, side)[0] == (1, 1000)
    with pytest.raises(
        RuntimeError, match=r"Output size is too small|Kernel size can't be greater"
    ):
        run(built(target), 3, side - 1, side - 1)


HEADS = {
    RESNET18: "fc",
    RESNET50: "fc",
    DENSENET169: "class_layers.out",
    SWIN_TINY: "head",
    INCEPTION_V4: "last_linear",
}


@pytest.mark.parametrize("target", ALL)
def test_the_layer_of_grad_cam_gives_maps(target: str) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        network = build_network(target, {"in_channels": 2, "n_classes": 3}).eval()
        layer = import_module(KNOWN[target].module).GRADCAM_LAYER
        patches = torch.rand(2, 2, 96, 80)
    seen: list[torch.Tensor] = []
    hook = network.get_submodule(layer).register_forward_hook(lambda _m, _i, o: seen.append(o))
    with torch.inference_mode():
        logits = network(patches)
    hook.remove()
    if target in HEADS:
        # The head reads the mean of exactly these maps, so that Grad-CAM is its weighted sum.
        head = network.get_submodule(HEADS[target])
        assert torch.allclose(head(seen[0].mean(dim=(2, 3))), logits, atol=1e-5)
    heat = [saliency_maps(network, layer, patches.numpy(), (output,)) for output in range(3)]
    assert np.isfinite(heat).all()
    # Something speaks for one of the outputs, and each map lies on the patch.
    assert np.shape(heat) == (3, 2, 96, 80)
    assert np.max(heat) == 1.0


@pytest.mark.parametrize("target", [ALEXNET, RESNET18, INCEPTION_V4])
def test_dropout_acts_before_the_head_and_names_no_tensor_anew(target: str) -> None:
    patches = torch.rand(4, 1, 96, 96, generator=torch.Generator().manual_seed(1))
    plain = {"in_channels": 1, "n_classes": 2, "dropout": 0.0}
    names = []
    with torch.random.fork_rng(devices=[]):
        for dropout in (0.0, 0.5):
            network = build_network(target, plain | {"dropout": dropout}).train()
            names.append(list(network.state_dict()))
            # Batch normalization in training answers by the batch alone.
            same = torch.equal(network(patches), network(patches))
            assert same == (dropout == 0.0)
    assert names[0] == names[1]


def test_stochastic_depth_rises_to_that_of_the_last_block() -> None:
    network = built(SWIN_TINY)
    rates = [m.drop_prob for m in network.modules() if type(m).__name__ == "DropPath"]
    assert rates == pytest.approx([0.2 * i / 11 for i in range(12)], abs=1e-6)


@pytest.mark.parametrize(
    ("target", "wrong"),
    [
        (ALEXNET, {"dropout": 2.0}),
        (RESNET18, {"dropout": -0.5}),
        (SWIN_TINY, {"stochastic_depth": 3.0}),
    ],
    ids=["AlexNet", "ResNet18", "Swin-T"],
)
def test_arguments_out_of_range_are_the_user_s_mistake(
    target: str, wrong: dict[str, float]
) -> None:
    with torch.device("meta"), pytest.raises(InputError, match="accept its arguments"):
        build_network(target, wrong)
