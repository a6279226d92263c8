"""A small convolutional network that trains on two cores within minutes."""

from collections.abc import Sequence

from torch import Tensor, nn


class SmallCNN(nn.Module):
    """Blocks of convolution, batch normalization, leaky ReLU and pooling; mean; linear.

    The last block doesn't pool, so that a patch of 64 pixels leaves a grid of 8 x 8 cells for
    Grad-CAM with four blocks. Pooling by the mean keeps the map readable: with it Grad-CAM is the
    network's own weighted sum.
    """

    def __init__(
        self,
        in_channels: int = 1,
        n_classes: int = 2,
        widths: Sequence[int] = (16, 32, 64, 64),
        dropout: float = 0.2,
    ) -> None:
        """Args: widths: channels a block; dropout: before the linear layer."""
        super().__init__()
        blocks: list[nn.Module] = []
        channels = in_channels
        for number, width in enumerate(widths):
            blocks += [
                nn.Conv2d(channels, width, 3, padding=1, bias=False),
                nn.BatchNorm2d(width),
                nn.LeakyReLU(0.1),
            ]
            if number < len(widths) - 1:
                blocks.append(nn.MaxPool2d(2))
            channels = width
        self.features = nn.Sequential(*blocks)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(channels, n_classes)

    def forward(self, patches: Tensor) -> Tensor:
        """Logits (n, n_classes) of patches (n, in_channels, H, W)."""
        pooled: Tensor = self.features(patches).mean(dim=(2, 3))
        logits: Tensor = self.classifier(self.dropout(pooled))
        return logits
