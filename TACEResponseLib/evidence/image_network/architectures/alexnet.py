"""AlexNet as its author revised it: one column, no local response normalization."""

from torch import Tensor, nn

GRADCAM_LAYER = "features.11"
"""The rectified fifth convolution, 13 x 13 cells at 224 pixels, before the last pooling."""
# Five convolutions: channels, kernel, stride, padding, and whether a 3 x 3 pooling follows.
CONVOLUTIONS = (
    (64, 11, 4, 2, True),
    (192, 5, 1, 2, True),
    (384, 3, 1, 1, False),
    (256, 3, 1, 1, False),
    (256, 3, 1, 1, True),
)
GRID = 6
WIDTH = 4096


class AlexNet(nn.Module):
    """Five convolutions and three linear layers; 61,100,840 parameters as published.

    Modules carry torchvision's names, so that its weights load as they are. An image needs at
    least 63 x 63 pixels; of other sizes than 224 the last grid is averaged to 6 x 6 cells.

    Weights are drawn after He, ICCV 2015: torch's own are so small that without batch
    normalization plain gradient descent stands still for a long time.

    Source: Krizhevsky, arXiv:1404.5997 (2014), section 5, with the first padding of the weights
    that torchvision distributes.
    """

    def __init__(self, in_channels: int = 3, n_classes: int = 1000, dropout: float = 0.5) -> None:
        """Args: dropout: before the first and the second linear layer."""
        super().__init__()
        self.features = nn.Sequential(*_convolutions(in_channels))
        self.avgpool = nn.AdaptiveAvgPool2d(GRID)
        flat = CONVOLUTIONS[-1][0] * GRID * GRID
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(flat, WIDTH),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(WIDTH, WIDTH),
            nn.ReLU(),
            nn.Linear(WIDTH, n_classes),
        )
        self.features.apply(_draw)
        self.classifier[:-1].apply(_draw)

    def forward(self, patches: Tensor) -> Tensor:
        """Logits (n, n_classes) of patches (n, in_channels, H, W)."""
        logits: Tensor = self.classifier(self.avgpool(self.features(patches)).flatten(1))
        return logits


def _convolutions(channels: int) -> list[nn.Module]:
    """Convolution, ReLU and, where the table says so, pooling."""
    layers: list[nn.Module] = []
    for width, kernel, stride, padding, is_pooled in CONVOLUTIONS:
        layers += [nn.Conv2d(channels, width, kernel, stride, padding), nn.ReLU()]
        if is_pooled:
            layers.append(nn.MaxPool2d(3, stride=2))
        channels = width
    return layers


def _draw(module: nn.Module) -> None:
    """Weights that keep the variance through a ReLU, biases of zero."""
    if isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None:
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        nn.init.zeros_(module.bias)
