"""InceptionV4 as published. Modules carry timm's names, so that its weights load as they are."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

GRADCAM_LAYER = "features"
"""The last Inception block, 8 x 8 cells at 299 pixels, 12 x 8 at 450 x 320."""
Kernel = int | tuple[int, int]


class Conv(NamedTuple):
    """One convolution of a branch, written as the publication's figures do."""

    width: int
    kernel: Kernel
    stride: int = 1
    is_valid: bool = False
    """`V` in the figures: no padding. Convolutions of stride 2 never pad."""


class ConvUnit(nn.Module):
    """Convolution without bias, batch normalization, ReLU."""

    def __init__(self, channels: int, conv: Conv) -> None:
        """Args: channels: of the input."""
        super().__init__()
        sides = (conv.kernel, conv.kernel) if isinstance(conv.kernel, int) else conv.kernel
        is_valid = conv.is_valid or conv.stride > 1
        padding = (0, 0) if is_valid else (sides[0] // 2, sides[1] // 2)
        self.conv = nn.Conv2d(channels, conv.width, sides, conv.stride, padding, bias=False)
        # The published weights were normalized with this small number.
        self.bn = nn.BatchNorm2d(conv.width, eps=1e-3)
        self.relu = nn.ReLU()

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (n, width, H, W)."""
        activated: Tensor = self.relu(self.bn(self.conv(maps)))
        return activated


class Concat(nn.Module):
    """Named branches side by side, joined along the channels in their order."""

    def __init__(self, **branches: nn.Module) -> None:
        """Args: branches: each takes the block's input."""
        super().__init__()
        for name, branch in branches.items():
            self.add_module(name, branch)

    def forward(self, maps: Tensor) -> Tensor:
        """Maps of all branches."""
        return torch.cat([branch(maps) for branch in self.children()], dim=1)


class InceptionC(nn.Module):
    """Figure 6: two of the four branches fork at their end."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = ConvUnit(1536, Conv(256, 1))
        self.branch1_0 = ConvUnit(1536, Conv(384, 1))
        self.branch1_1a = ConvUnit(384, Conv(256, (1, 3)))
        self.branch1_1b = ConvUnit(384, Conv(256, (3, 1)))
        self.branch2_0 = ConvUnit(1536, Conv(384, 1))
        self.branch2_1 = ConvUnit(384, Conv(448, (3, 1)))
        self.branch2_2 = ConvUnit(448, Conv(512, (1, 3)))
        self.branch2_3a = ConvUnit(512, Conv(256, (1, 3)))
        self.branch2_3b = ConvUnit(512, Conv(256, (3, 1)))
        self.branch3 = _pooled(1536, 256)

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (n, 1536, H, W)."""
        short = self.branch1_0(maps)
        long = self.branch2_2(self.branch2_1(self.branch2_0(maps)))
        forks = [
            self.branch0(maps),
            self.branch1_1a(short),
            self.branch1_1b(short),
            self.branch2_3a(long),
            self.branch2_3b(long),
            self.branch3(maps),
        ]
        return torch.cat(forks, dim=1)


class InceptionV4(nn.Module):
    """Stem, 4 blocks A, 7 blocks B, 3 blocks C; 42,679,816 parameters with 1000 outputs.

    Any image of at least 75 x 75 pixels fits.

    Source: Szegedy, AAAI 2017 (arXiv:1602.07261), figures 3 to 9 and table 1. Where figure 5
    prints two 1 x 7 convolutions in a row, the published weights have 1 x 7 and 7 x 1.
    """

    def __init__(self, in_channels: int = 3, n_classes: int = 1000, dropout: float = 0.2) -> None:
        """Args: dropout: before the linear layer; the paper keeps 0.8."""
        super().__init__()
        self.features = nn.Sequential(
            *_stem(in_channels),
            *(_inception_a() for _ in range(4)),
            _reduction_a(),
            *(_inception_b() for _ in range(7)),
            _reduction_b(),
            *(InceptionC() for _ in range(3)),
        )
        self.dropout = nn.Dropout(dropout)
        self.last_linear = nn.Linear(1536, n_classes)

    def forward(self, patches: Tensor) -> Tensor:
        """Logits (n, n_classes) of patches (n, in_channels, H, W)."""
        pooled: Tensor = self.features(patches).mean(dim=(2, 3))
        logits: Tensor = self.last_linear(self.dropout(pooled))
        return logits


def _chain(channels: int, *convs: Conv) -> nn.Sequential:
    """Convolutions one after the other."""
    units = []
    for conv in convs:
        units.append(ConvUnit(channels, conv))
        channels = conv.width
    return nn.Sequential(*units)


def _pooled(channels: int, width: int) -> nn.Sequential:
    """Mean of 3 x 3 cells, those beyond the edge not counted, then a 1 x 1 convolution."""
    pool = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    return nn.Sequential(pool, ConvUnit(channels, Conv(width, 1)))


def _stem(channels: int) -> list[nn.Module]:
    """Figure 3, six parts, to 384 channels."""
    return [
        ConvUnit(channels, Conv(32, 3, stride=2)),
        ConvUnit(32, Conv(32, 3, is_valid=True)),
        ConvUnit(32, Conv(64, 3)),
        Concat(maxpool=nn.MaxPool2d(3, stride=2), conv=ConvUnit(64, Conv(96, 3, stride=2))),
        Concat(
            branch0=_chain(160, Conv(64, 1), Conv(96, 3, is_valid=True)),
            branch1=_chain(
                160, Conv(64, 1), Conv(64, (1, 7)), Conv(64, (7, 1)), Conv(96, 3, is_valid=True)
            ),
        ),
        Concat(conv=ConvUnit(192, Conv(192, 3, stride=2)), maxpool=nn.MaxPool2d(3, stride=2)),
    ]


def _inception_a() -> Concat:
    """Figure 4."""
    return Concat(
        branch0=ConvUnit(384, Conv(96, 1)),
        branch1=_chain(384, Conv(64, 1), Conv(96, 3)),
        branch2=_chain(384, Conv(64, 1), Conv(96, 3), Conv(96, 3)),
        branch3=_pooled(384, 96),
    )


def _reduction_a() -> Concat:
    """Figure 7 with k, l, m, n = 192, 224, 256, 384 of table 1."""
    return Concat(
        branch0=ConvUnit(384, Conv(384, 3, stride=2)),
        branch1=_chain(384, Conv(192, 1), Conv(224, 3), Conv(256, 3, stride=2)),
        branch2=nn.MaxPool2d(3, stride=2),
    )


def _inception_b() -> Concat:
    """Figure 5."""
    return Concat(
        branch0=ConvUnit(1024, Conv(384, 1)),
        branch1=_chain(1024, Conv(192, 1), Conv(224, (1, 7)), Conv(256, (7, 1))),
        branch2=_chain(
            1024,
            Conv(192, 1),
            Conv(192, (7, 1)),
            Conv(224, (1, 7)),
            Conv(224, (7, 1)),
            Conv(256, (1, 7)),
        ),
        branch3=_pooled(1024, 128),
    )


def _reduction_b() -> Concat:
    """Figure 8."""
    return Concat(
        branch0=_chain(1024, Conv(192, 1), Conv(192, 3, stride=2)),
        branch1=_chain(
            1024, Conv(256, 1), Conv(256, (1, 7)), Conv(320, (7, 1)), Conv(320, 3, stride=2)
        ),
        branch2=nn.MaxPool2d(3, stride=2),
    )
