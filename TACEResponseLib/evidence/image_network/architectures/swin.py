"""Swin-T as published: MONAI's attention, MLP and patch merging in the published order.

MONAI's own body is not used whole. It shrinks the window to a feature map smaller than 7 x 7 and
then reads the relative position bias of other offsets, so that published weights lose their
meaning below 193 pixels; and it asks for the package einops. Here small maps are padded to the
window, as large ones are, which the publication does too.
"""

import torch
from monai.networks.blocks import MLPBlock
from monai.networks.layers import DropPath
from monai.networks.nets.swin_unetr import (
    PatchMergingV2,
    WindowAttention,
    compute_mask,
    window_partition,
    window_reverse,
)
from torch import Tensor, nn

GRADCAM_LAYER = "to_maps"
"""The normalized output of the last stage, channels first, 7 x 7 cells at 224 pixels."""
PATCH = 4
WINDOW = 7
WIDTH = 96
DEPTHS = (2, 2, 6, 2)
HEADS = (3, 6, 12, 24)


class Permute(nn.Module):
    """Another order of a tensor's axes."""

    def __init__(self, *axes: int) -> None:
        """Args: axes: old axis at each new place."""
        super().__init__()
        self.axes = axes

    def forward(self, values: Tensor) -> Tensor:
        """The same values, axes reordered."""
        return values.permute(self.axes)


class SwinBlock(nn.Module):
    """Attention within windows, then an MLP, each added to its input; (n, H, W, channels)."""

    def __init__(self, width: int, heads: int, shift: int, drop_path: float) -> None:
        """Args: shift: of the windows, cells; drop_path: share of patients that skip a sum."""
        super().__init__()
        self.shift = shift
        self.norm1 = nn.LayerNorm(width)
        self.attn = WindowAttention(width, heads, (WINDOW, WINDOW), qkv_bias=True)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = MLPBlock(width, 4 * width, dropout_mode="swin")
        self.drop_path = DropPath(drop_path)

    def forward(self, maps: Tensor) -> Tensor:
        """Maps of the same shape."""
        maps = maps + self.drop_path(self._attend(self.norm1(maps)))
        transformed: Tensor = maps + self.drop_path(self.mlp(self.norm2(maps)))
        return transformed

    def _attend(self, maps: Tensor) -> Tensor:
        """Attention within windows; maps are padded to whole windows, and cut back."""
        n, height, width, channels = maps.shape
        padded = nn.functional.pad(maps, (0, 0, 0, -width % WINDOW, 0, -height % WINDOW))
        sides = padded.shape[1:3]
        window = (WINDOW, WINDOW)
        # One window on an axis leaves nothing to shift to.
        shift = tuple(self.shift if side > WINDOW else 0 for side in sides)
        mask = compute_mask(sides, window, shift, maps.device) if any(shift) else None
        rolled = torch.roll(padded, [-s for s in shift], dims=(1, 2))
        attended = self.attn(window_partition(rolled, window), mask)
        attended = window_reverse(attended.view(-1, *window, channels), window, [n, *sides])
        unrolled: Tensor = torch.roll(attended, shift, dims=(1, 2))
        return unrolled[:, :height, :width]


class SwinTiny(nn.Module):
    """Four stages of shifted-window attention; 28,288,354 parameters as published.

    `features` counts its parts as torchvision's does: patches, stage, merging, stage, ...

    Source: Liu, ICCV 2021, section 3.3 and figure 3.
    """

    def __init__(
        self, in_channels: int = 3, n_classes: int = 1000, stochastic_depth: float = 0.2
    ) -> None:
        """Args: stochastic_depth: of the last block while training; 0 at the first, rising."""
        super().__init__()
        parts: list[nn.Module] = [
            nn.Sequential(
                nn.Conv2d(in_channels, WIDTH, PATCH, PATCH),
                Permute(0, 2, 3, 1),
                nn.LayerNorm(WIDTH),
            )
        ]
        rates = torch.linspace(0, stochastic_depth, sum(DEPTHS), device="cpu").tolist()
        width = WIDTH
        for depth, heads in zip(DEPTHS, HEADS, strict=True):
            if len(parts) > 1:
                parts.append(PatchMergingV2(width, spatial_dims=2))
                width *= 2
            parts.append(_stage(width, heads, [rates.pop(0) for _ in range(depth)]))
        self.features = nn.Sequential(*parts)
        self.norm = nn.LayerNorm(width)
        self.to_maps = Permute(0, 3, 1, 2)
        self.head = nn.Linear(width, n_classes)
        self.apply(_draw_linear)

    def forward(self, patches: Tensor) -> Tensor:
        """Logits (n, n_classes) of patches (n, in_channels, H, W)."""
        maps = self.to_maps(self.norm(self.features(patches)))
        logits: Tensor = self.head(maps.mean(dim=(2, 3)))
        return logits


def _stage(width: int, heads: int, rates: list[float]) -> nn.Sequential:
    """Blocks of which every second shifts its windows by half a window."""
    shifts = [WINDOW // 2 * (number % 2) for number in range(len(rates))]
    blocks = [SwinBlock(width, heads, s, rate) for s, rate in zip(shifts, rates, strict=True)]
    return nn.Sequential(*blocks)


def _draw_linear(module: nn.Module) -> None:
    """Weights of linear layers as the publication draws them."""
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
