"""DenseNet169 as published, by MONAI."""

from torch import nn

GRADCAM_LAYER = "class_layers.relu"
"""The rectified last feature maps, 7 x 7 cells at 224 pixels.

Not `features`: the ReLU behind it works in place, which Grad-CAM's hooks can't follow.
"""


def densenet169(n_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """The published DenseNet169, weights drawn anew; 14,149,480 parameters with 1000 outputs.

    Source: Huang, CVPR 2017, table 1.
    """
    from monai.networks.nets import DenseNet169

    network: nn.Module = DenseNet169(
        spatial_dims=2, in_channels=in_channels, out_channels=n_classes
    )
    return network
