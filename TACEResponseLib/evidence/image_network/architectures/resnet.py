"""ResNet18 and ResNet50 as published, by MONAI's ResNet with its options set."""

from typing import Any, Literal

from torch import nn

GRADCAM_LAYER = "layer4"
"""The last stage, 7 x 7 cells at 224 pixels."""


def resnet18_options(n_classes: int = 1000, in_channels: int = 3) -> dict[str, Any]:
    """Arguments of `monai.networks.nets.ResNet` that make the published ResNet18.

    With 1000 outputs and 3 channels: 11,689,512 parameters, feature maps as ResNet50's.

    Source: He, CVPR 2016, table 1.
    """
    return _options("basic", [2, 2, 2, 2], n_classes, in_channels)


def resnet50_options(n_classes: int = 1000, in_channels: int = 3) -> dict[str, Any]:
    """Arguments of `monai.networks.nets.ResNet` that make the published ResNet50.

    With 1000 outputs and 3 channels: 25,557,032 parameters and feature maps 224, 112, 56, 28, 14,
    7. The stride lies in the 3 x 3 convolution (version 1.5).

    Source: He, CVPR 2016, table 1.
    """
    return _options("bottleneck", [3, 4, 6, 3], n_classes, in_channels)


def resnet18(n_classes: int = 1000, in_channels: int = 3, dropout: float = 0.0) -> nn.Module:
    """The published ResNet18, weights drawn anew; `dropout` before the linear layer is extra."""
    return _build(resnet18_options(n_classes, in_channels), dropout)


def resnet50(n_classes: int = 1000, in_channels: int = 3, dropout: float = 0.0) -> nn.Module:
    """The published ResNet50, weights drawn anew; `dropout` before the linear layer is extra."""
    return _build(resnet50_options(n_classes, in_channels), dropout)


def _options(
    block: Literal["basic", "bottleneck"], layers: list[int], n_classes: int, in_channels: int
) -> dict[str, Any]:
    """What differs from MONAI's defaults.

    Those keep a bias in the shortcut's convolution and leave the stem at stride 1, which has the
    same number of parameters but computes several times as much.
    """
    return {
        "block": block,
        "layers": layers,
        "block_inplanes": [64, 128, 256, 512],
        "spatial_dims": 2,
        "n_input_channels": in_channels,
        "num_classes": n_classes,
        "conv1_t_size": 7,
        "conv1_t_stride": 2,
        "bias_downsample": False,
    }


def _build(options: dict[str, Any], dropout: float) -> nn.Module:
    """MONAI's network; dropout joins the pooling, so that no tensor changes its name."""
    from monai.networks.nets import ResNet

    network: nn.Module = ResNet(**options)
    if dropout:
        network.avgpool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Dropout(dropout))
    return network
