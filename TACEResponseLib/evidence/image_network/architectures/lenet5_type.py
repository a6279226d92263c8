"""The LeNet5-type network of S4, whose printed layer sizes do not chain."""

from torch import Tensor, nn

GRADCAM_LAYER = "features"
"""The last pooling, 16 x 16 cells."""
# Printed: 24 maps of 16 x 16 enter the only dense layer.
MAPS = (4, 24)
GRID = 16
SLOPE = 0.1


class LeNet5Type(nn.Module):
    """Two convolutions of 5 x 5 with 4 and 24 maps, two poolings, one dense layer.

    Printed and kept: the maps' numbers, kernels and windows, the 24 x 16 x 16 neurons before the
    outputs, a rectifier of slope 0.1 below zero, layers standardized, two outputs. Settled here:
    convolutions don't pad; "standardized" is batch normalization behind each convolution; the last
    pooling goes on to 16 x 16 cells by the largest of each cell, which 224 pixels don't reach with
    windows of 2 x 2 alone (their printed 64, 48 and 16 follow from no patch size).

    Source: Peng, Front Oncol 2021;11:730282, "Deep Learning" and figure 1.
    """

    def __init__(self, in_channels: int = 3, n_classes: int = 2, dropout: float = 0.0) -> None:
        """Args: dropout: before the dense layer; the paper has none."""
        super().__init__()
        first, second = MAPS
        self.features = nn.Sequential(
            *_block(in_channels, first), *_block(first, second), nn.AdaptiveMaxPool2d(GRID)
        )
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(second * GRID * GRID, n_classes)

    def forward(self, patches: Tensor) -> Tensor:
        """Logits (n, n_classes) of patches (n, in_channels, H, W); at least 16 x 16 pixels."""
        logits: Tensor = self.classifier(self.dropout(self.features(patches).flatten(1)))
        return logits


def _block(channels: int, width: int) -> list[nn.Module]:
    """Convolution, standardization, rectifier, pooling."""
    return [
        nn.Conv2d(channels, width, 5, bias=False),
        nn.BatchNorm2d(width),
        nn.LeakyReLU(SLOPE),
        nn.MaxPool2d(2),
    ]
