"""ResNet50 as published, by MONAI's ResNet with its options set."""

from typing import Any

from torch import nn


def resnet50_options(n_classes: int = 1000, in_channels: int = 3) -> dict[str, Any]:
    """Arguments of `monai.networks.nets.ResNet` that make the published ResNet50.

    MONAI's defaults differ: they keep a bias in the shortcut's convolution and leave the stem at
    stride 1, which has the same number of parameters but computes five times as much. With these,
    1000 outputs and 3 channels: 25,557,032 parameters and feature maps 224, 112, 56, 28, 14, 7.
    The stride lies in the 3 x 3 convolution (version 1.5).

    Source: He, CVPR 2016, table 1.
    """
    return {
        "block": "bottleneck",
        "layers": [3, 4, 6, 3],
        "block_inplanes": [64, 128, 256, 512],
        "spatial_dims": 2,
        "n_input_channels": in_channels,
        "num_classes": n_classes,
        "conv1_t_size": 7,
        "conv1_t_stride": 2,
        "bias_downsample": False,
    }


def resnet50(n_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """The published ResNet50, weights drawn anew."""
    from monai.networks.nets import ResNet

    network: nn.Module = ResNet(**resnet50_options(n_classes, in_channels))
    return network
