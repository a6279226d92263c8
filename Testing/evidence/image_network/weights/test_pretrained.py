"""Published weights: files with the published names give the published network's answers.

The networks stand here a second time, written with torch.nn.functional from the papers. A run of
one names each tensor as torchvision (for InceptionV4 timm) does and draws it, so that one text is
both the list of names and shapes and the reference.
"""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from TACEResponseLib.evidence.image_network.known_networks import (
    ALEXNET,
    DENSENET169,
    INCEPTION_V4,
    RESNET18,
    RESNET50,
    SWIN_TINY,
)
from TACEResponseLib.evidence.image_network.network import build_network
from TACEResponseLib.evidence.image_network.weights.pretrained import load_pretrained

Size = int | tuple[int, int]


class Weights(dict[str, Tensor]):
    """Tensors by their published names, drawn when first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = torch.Generator().manual_seed(7)

    def ask(self, name: str, *shape: int, scale: float = 0.1, around: float = 0.0) -> Tensor:
        if name not in self:
            self[name] = around + scale * torch.randn(shape, generator=self.generator)
        assert tuple(self[name].shape) == shape, name
        return self[name]

    def conv(
        self,
        x: Tensor,
        name: str,
        width: int,
        k: Size,
        stride: int = 1,
        pad: Size = 0,
        bias: bool = False,
    ) -> Tensor:
        sides = (k, k) if isinstance(k, int) else k
        scale = math.sqrt(2 / (x.shape[1] * sides[0] * sides[1]))
        weight = self.ask(f"{name}.weight", width, x.shape[1], *sides, scale=scale)
        offset = self.ask(f"{name}.bias", width) if bias else None
        return F.conv2d(x, weight, offset, stride, pad)

    def linear(self, x: Tensor, name: str, width: int, bias: bool = True) -> Tensor:
        weight = self.ask(f"{name}.weight", width, x.shape[-1], scale=math.sqrt(1 / x.shape[-1]))
        return F.linear(x, weight, self.ask(f"{name}.bias", width) if bias else None)

    def batch_norm(self, x: Tensor, name: str, eps: float = 1e-5) -> Tensor:
        n = x.shape[1]
        weight = self.ask(f"{name}.weight", n, around=1.0)
        bias = self.ask(f"{name}.bias", n)
        mean = self.ask(f"{name}.running_mean", n)
        if f"{name}.running_var" not in self:
            self[f"{name}.running_var"] = 0.5 + torch.rand(n, generator=self.generator)
            self[f"{name}.num_batches_tracked"] = torch.tensor(3)
        scale = weight / (self[f"{name}.running_var"] + eps).sqrt()
        return (x - mean[:, None, None]) * scale[:, None, None] + bias[:, None, None]

    def layer_norm(self, x: Tensor, name: str) -> Tensor:
        n = x.shape[-1]
        weight = self.ask(f"{name}.weight", n, around=1.0)
        return F.layer_norm(x, (n,), weight, self.ask(f"{name}.bias", n))


def alexnet(x: Tensor, w: Weights) -> Tensor:
    x = F.relu(w.conv(x, "features.0", 64, 11, 4, 2, bias=True))
    x = F.relu(w.conv(F.max_pool2d(x, 3, 2), "features.3", 192, 5, 1, 2, bias=True))
    x = F.relu(w.conv(F.max_pool2d(x, 3, 2), "features.6", 384, 3, 1, 1, bias=True))
    x = F.relu(w.conv(x, "features.8", 256, 3, 1, 1, bias=True))
    x = F.relu(w.conv(x, "features.10", 256, 3, 1, 1, bias=True))
    x = F.adaptive_avg_pool2d(F.max_pool2d(x, 3, 2), 6).flatten(1)
    x = F.relu(w.linear(x, "classifier.1", 4096))
    x = F.relu(w.linear(x, "classifier.4", 4096))
    return w.linear(x, "classifier.6", 1000)


def resnet(blocks: tuple[int, ...], *, is_deep: bool) -> Callable[[Tensor, Weights], Tensor]:
    def block(x: Tensor, w: Weights, name: str, width: int, stride: int) -> Tensor:
        out = 4 * width if is_deep else width
        # Width, kernel and stride of each convolution.
        steps = [(width, 3, stride), (width, 3, 1)]
        if is_deep:
            steps = [(width, 1, 1), (width, 3, stride), (out, 1, 1)]
        y = x
        for i, (channels, k, step) in enumerate(steps, start=1):
            y = w.batch_norm(
                w.conv(y, f"{name}.conv{i}", channels, k, step, k // 2), f"{name}.bn{i}"
            )
            y = F.relu(y) if i < len(steps) else y
        if x.shape[1] != out:
            x = w.batch_norm(
                w.conv(x, f"{name}.downsample.0", out, 1, stride), f"{name}.downsample.1"
            )
        return F.relu(x + y)

    def forward(x: Tensor, w: Weights) -> Tensor:
        x = F.relu(w.batch_norm(w.conv(x, "conv1", 64, 7, 2, 3), "bn1"))
        x = F.max_pool2d(x, 3, 2, 1)
        for stage, n in enumerate(blocks):
            for i in range(n):
                stride = 2 if stage > 0 and i == 0 else 1
                x = block(x, w, f"layer{stage + 1}.{i}", 64 * 2**stage, stride)
        return w.linear(x.mean(dim=(2, 3)), "fc", 1000)

    return forward


def densenet169(x: Tensor, w: Weights) -> Tensor:
    x = F.relu(w.batch_norm(w.conv(x, "features.conv0", 64, 7, 2, 3), "features.norm0"))
    x = F.max_pool2d(x, 3, 2, 1)
    for stage, n in enumerate((6, 12, 32, 32), start=1):
        for i in range(1, n + 1):
            name = f"features.denseblock{stage}.denselayer{i}"
            y = w.conv(F.relu(w.batch_norm(x, f"{name}.norm1")), f"{name}.conv1", 128, 1)
            y = w.conv(F.relu(w.batch_norm(y, f"{name}.norm2")), f"{name}.conv2", 32, 3, 1, 1)
            x = torch.cat([x, y], dim=1)
        if stage < 4:
            name = f"features.transition{stage}"
            x = F.relu(w.batch_norm(x, f"{name}.norm"))
            x = F.avg_pool2d(w.conv(x, f"{name}.conv", x.shape[1] // 2, 1), 2)
    x = F.relu(w.batch_norm(x, "features.norm5"))
    return w.linear(x.mean(dim=(2, 3)), "classifier", 1000)


def swin_t(x: Tensor, w: Weights) -> Tensor:
    x = w.conv(x, "features.0.0", 96, 4, 4, bias=True).permute(0, 2, 3, 1)
    x = w.layer_norm(x, "features.0.2")
    for stage, (n, heads) in enumerate([(2, 3), (2, 6), (6, 12), (2, 24)]):
        if stage > 0:
            name = f"features.{2 * stage}"
            x = F.pad(x, (0, 0, 0, x.shape[2] % 2, 0, x.shape[1] % 2))
            parts = [x[:, i::2, j::2] for j in range(2) for i in range(2)]
            x = w.layer_norm(torch.cat(parts, dim=-1), f"{name}.norm")
            x = w.linear(x, f"{name}.reduction", x.shape[-1] // 2, bias=False)
        for i in range(n):
            name = f"features.{2 * stage + 1}.{i}"
            y = w.layer_norm(x, f"{name}.norm1")
            x = x + attention(y, w, f"{name}.attn", heads, 3 * (i % 2))
            y = F.gelu(w.linear(w.layer_norm(x, f"{name}.norm2"), f"{name}.mlp.0", 4 * x.shape[-1]))
            x = x + w.linear(y, f"{name}.mlp.3", x.shape[-1])
    return w.linear(w.layer_norm(x, "norm").mean(dim=(1, 2)), "head", 1000)


def attention(x: Tensor, w: Weights, name: str, heads: int, shift: int) -> Tensor:
    """Cell by cell: each attends to those of its window that were its neighbors before rolling."""
    height, width, channels = x.shape[1:]
    x = F.pad(x, (0, 0, 0, -width % 7, 0, -height % 7))
    rows, columns = x.shape[1:3]
    row_shift, column_shift = (shift if side > 7 else 0 for side in (rows, columns))
    row, column = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    # Place after rolling, hence the window; a window may not join two ends of the image.
    moved_row, moved_column = (row - row_shift) % rows, (column - column_shift) % columns
    wrapped = (row < row_shift).long() * 2 + (column < column_shift).long()
    group = (moved_row // 7 * 1000 + moved_column // 7).flatten()
    position = torch.stack([moved_row % 7, moved_column % 7]).flatten(1)
    offset = position[:, :, None] - position[:, None, :] + 6
    table = w.ask(f"{name}.relative_position_bias_table", 169, heads, scale=0.5)
    index = position_index()
    w[f"{name}.relative_position_index"] = index
    bias = table[offset[0] * 13 + offset[1]].permute(2, 0, 1)
    qkv = w.linear(x.flatten(1, 2), f"{name}.qkv", 3 * channels)
    q, k, v = qkv.unflatten(-1, (3, heads, channels // heads)).permute(2, 0, 3, 1, 4)
    scores = q @ k.transpose(-2, -1) / math.sqrt(channels // heads) + bias
    wrapped = wrapped.flatten()
    scores = scores - 100.0 * (wrapped[:, None] != wrapped[None, :])
    scores = scores.masked_fill(group[:, None] != group[None, :], -torch.inf)
    out = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
    out = w.linear(out, f"{name}.proj", channels).unflatten(1, (rows, columns))
    return out[:, :height, :width]


def position_index() -> Tensor:
    """As torchvision stores it: flat, row of the bias table for each pair of a window's cells."""
    cells = [(i, j) for i in range(7) for j in range(7)]
    return torch.tensor([13 * (a - c + 6) + b - d + 6 for a, b in cells for c, d in cells])


def inception_v4(x: Tensor, w: Weights) -> Tensor:
    def unit(x: Tensor, name: str, width: int, k: Size, stride: int = 1, pad: Size = 0) -> Tensor:
        x = w.conv(x, f"{name}.conv", width, k, stride, pad)
        return F.relu(w.batch_norm(x, f"{name}.bn", eps=1e-3))

    def chain(x: Tensor, name: str, *steps: tuple[int, Size, int, Size]) -> Tensor:
        for i, step in enumerate(steps):
            x = unit(x, f"{name}.{i}", *step)
        return x

    def mean_then(x: Tensor, name: str, width: int) -> Tensor:
        return unit(F.avg_pool2d(x, 3, 1, 1, count_include_pad=False), f"{name}.1", width, 1)

    x = unit(x, "features.0", 32, 3, 2)
    x = unit(unit(x, "features.1", 32, 3), "features.2", 64, 3, 1, 1)
    x = torch.cat([F.max_pool2d(x, 3, 2), unit(x, "features.3.conv", 96, 3, 2)], 1)
    across, down = (64, (1, 7), 1, (0, 3)), (64, (7, 1), 1, (3, 0))
    short = chain(x, "features.4.branch0", (64, 1, 1, 0), (96, 3, 1, 0))
    x = torch.cat(
        [short, chain(x, "features.4.branch1", (64, 1, 1, 0), across, down, (96, 3, 1, 0))], 1
    )
    x = torch.cat([unit(x, "features.5.conv", 192, 3, 2), F.max_pool2d(x, 3, 2)], 1)
    for n in range(6, 10):
        b = f"features.{n}.branch"
        x = torch.cat(
            [
                unit(x, f"{b}0", 96, 1),
                chain(x, f"{b}1", (64, 1, 1, 0), (96, 3, 1, 1)),
                chain(x, f"{b}2", (64, 1, 1, 0), (96, 3, 1, 1), (96, 3, 1, 1)),
                mean_then(x, f"{b}3", 96),
            ],
            1,
        )
    b = "features.10.branch"
    long = chain(x, f"{b}1", (192, 1, 1, 0), (224, 3, 1, 1), (256, 3, 2, 0))
    x = torch.cat([unit(x, f"{b}0", 384, 3, 2), long, F.max_pool2d(x, 3, 2)], 1)
    for n in range(11, 18):
        b = f"features.{n}.branch"
        flat, tall = ((1, 7), 1, (0, 3)), ((7, 1), 1, (3, 0))
        steps = [(192, 1, 1, 0), (192, *tall), (224, *flat), (224, *tall), (256, *flat)]
        x = torch.cat(
            [
                unit(x, f"{b}0", 384, 1),
                chain(x, f"{b}1", (192, 1, 1, 0), (224, *flat), (256, *tall)),
                chain(x, f"{b}2", *steps),
                mean_then(x, f"{b}3", 128),
            ],
            1,
        )
    b = "features.18.branch"
    short = chain(x, f"{b}0", (192, 1, 1, 0), (192, 3, 2, 0))
    steps = [(256, 1, 1, 0), (256, (1, 7), 1, (0, 3)), (320, (7, 1), 1, (3, 0)), (320, 3, 2, 0)]
    x = torch.cat([short, chain(x, f"{b}1", *steps), F.max_pool2d(x, 3, 2)], 1)
    for n in range(19, 22):
        b = f"features.{n}.branch"
        flat, tall = ((1, 3), 1, (0, 1)), ((3, 1), 1, (1, 0))
        y = unit(x, f"{b}1_0", 384, 1)
        z = unit(unit(x, f"{b}2_0", 384, 1), f"{b}2_1", 448, *tall)
        z = unit(z, f"{b}2_2", 512, *flat)
        forks = [unit(y, f"{b}1_1a", 256, *flat), unit(y, f"{b}1_1b", 256, *tall)]
        forks += [unit(z, f"{b}2_3a", 256, *flat), unit(z, f"{b}2_3b", 256, *tall)]
        x = torch.cat([unit(x, f"{b}0", 256, 1), *forks, mean_then(x, f"{b}3", 256)], 1)
    return w.linear(x.mean(dim=(2, 3)), "last_linear", 1000)


REFERENCES: dict[str, Callable[[Tensor, Weights], Tensor]] = {
    ALEXNET: alexnet,
    RESNET18: resnet((2, 2, 2, 2), is_deep=False),
    RESNET50: resnet((3, 4, 6, 3), is_deep=True),
    DENSENET169: densenet169,
    SWIN_TINY: swin_t,
    INCEPTION_V4: inception_v4,
}


def image(channels: int = 3, height: int = 100, width: int = 116) -> Tensor:
    generator = torch.Generator().manual_seed(2)
    return torch.rand(1, channels, height, width, generator=generator)


def saved(target: str, path: Path) -> tuple[Weights, Tensor]:
    """A file with the published names, and the reference's answer to `image()`."""
    weights = Weights()
    with torch.inference_mode(False), torch.no_grad():
        logits = REFERENCES[target](image(), weights)
    torch.save(dict(weights), path)
    return weights, logits


def network_of(target: str, in_channels: int = 3, n_classes: int = 1000) -> nn.Module:
    definition = {"in_channels": in_channels, "n_classes": n_classes}
    with torch.random.fork_rng(devices=[]):
        return build_network(target, definition).eval()


@pytest.mark.parametrize("target", REFERENCES)
def test_loaded_networks_answer_as_the_published_ones(target: str, tmp_path: Path) -> None:
    weights, expected = saved(target, tmp_path / "w.pth")
    network = network_of(target)
    report = load_pretrained(network, tmp_path / "w.pth", head_rule="load")
    with torch.inference_mode():
        got = network(image())
    assert expected.std() > 0.01
    assert torch.allclose(got, expected, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))
    assert report.n_tensors == len(weights) == len(network.state_dict())
    assert report.left_out == report.absent == ()
