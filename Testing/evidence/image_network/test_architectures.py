"""Networks as published: parameters, feature maps and multiply-adds together."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch
from torch import nn

from TACEResponseLib.evidence.image_network.architectures.lenet5_type import (
    GRADCAM_LAYER,
    LeNet5Type,
)
from TACEResponseLib.evidence.image_network.architectures.resnet import resnet50
from TACEResponseLib.evidence.image_network.architectures.small_cnn import SmallCNN
from Testing.evidence.image_network.parameter_count import parameter_count


@contextmanager
def outputs_of(network: nn.Module) -> Iterator[list[tuple[nn.Module, torch.Size]]]:
    """Shapes that each layer gives while the network runs."""
    seen: list[tuple[nn.Module, torch.Size]] = []
    hooks = [
        m.register_forward_hook(lambda module, _, out: seen.append((module, out.shape)))
        for m in network.modules()
        if not list(m.children())
    ]
    yield seen
    for hook in hooks:
        hook.remove()


def multiply_adds(seen: list[tuple[nn.Module, torch.Size]]) -> int:
    """Of convolutions and linear layers, as papers count them."""
    total = 0
    for module, shape in seen:
        if isinstance(module, nn.Conv2d):
            kernel = module.weight.shape[1:].numel()
            total += shape.numel() * kernel
        elif isinstance(module, nn.Linear):
            total += module.weight.numel()
    return total


def test_resnet50_is_the_published_one() -> None:
    network = resnet50().eval()
    assert parameter_count(network) == 25_557_032
    with outputs_of(network) as seen, torch.inference_mode():
        network(torch.zeros(1, 3, 224, 224))
    sides = [shape[-1] for _, shape in seen if len(shape) == 4 and shape[-1] > 1]
    assert list(dict.fromkeys(sides)) == [112, 56, 28, 14, 7]
    # Published for the version with the stride in the 3 x 3 convolution: 4.09 billion.
    assert multiply_adds(seen) == pytest.approx(4.09e9, rel=0.002)


def test_resnet50_takes_other_channels_and_classes() -> None:
    network = resnet50(n_classes=4, in_channels=1)
    # The stem loses two thirds of its weights, the head all but four of its outputs.
    assert parameter_count(network) == 25_557_032 - 2 * 64 * 49 - 996 * (2048 + 1)


def test_small_cnn_has_the_parameters_counted_by_hand() -> None:
    # Convolutions 9 x in x out, batch normalization 2 x out, linear (in + 1) x classes.
    by_hand = 9 * (1 * 8 + 8 * 16) + 2 * (8 + 16) + (16 + 1) * 2
    assert parameter_count(SmallCNN(1, 2, widths=(8, 16))) == by_hand


def test_small_cnn_leaves_a_grid_of_8_cells_for_a_patch_of_64() -> None:
    network = SmallCNN(1, 2, widths=(8, 16, 32, 64))
    assert network.features(torch.zeros(1, 1, 64, 64)).shape == (1, 64, 8, 8)
    assert network(torch.zeros(3, 1, 64, 64)).shape == (3, 2)


def test_lenet5_type_has_the_printed_maps_and_neurons() -> None:
    network = LeNet5Type(3, 2).eval()
    # Kernels of 5 x 5 for 4 and 24 x 4 maps, two numbers a map to standardize, and
    # 24 x 16 x 16 neurons to two outputs.
    by_hand = 25 * 3 * 4 + 25 * 4 * 24 + 2 * (4 + 24) + (24 * 16 * 16 + 1) * 2
    assert parameter_count(network) == by_hand
    with outputs_of(network) as seen, torch.inference_mode():
        network(torch.zeros(1, 3, 224, 224))
    sides = [tuple(shape[1:]) for module, shape in seen if isinstance(module, nn.Conv2d)]
    assert sides == [(4, 220, 220), (24, 106, 106)]
    assert seen[-1][1] == (1, 2)
    assert dict(network.named_modules())[GRADCAM_LAYER](torch.zeros(1, 3, 76, 76)).shape == (
        1,
        24,
        16,
        16,
    )


def test_lenet5_type_lets_a_tenth_through_below_zero() -> None:
    slopes = [m.negative_slope for m in LeNet5Type().modules() if isinstance(m, nn.LeakyReLU)]
    assert slopes == [0.1, 0.1]
