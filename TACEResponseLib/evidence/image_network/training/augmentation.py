"""How training patches are varied: drawn first and then applied, each patch on its own.

All channels of a patch are moved together, so that registered sequences stay registered.
"""

from typing import TYPE_CHECKING

from TACEResponseLib.evidence.image_network.settings import FittingSettings

if TYPE_CHECKING:
    from torch import Generator, Tensor


def augmented(batch: "Tensor", settings: FittingSettings, generator: "Generator") -> "Tensor":
    """Each patch of a batch flipped and turned at random, (n, channels, S, S)."""
    import torch

    if settings.positions == "six":
        return one_of_six(batch, settings, generator)
    n = len(batch)
    draws = torch.randint(0, 2, (3, n), generator=generator).to(batch.device).bool()
    across, down, turned = draws
    if settings.flips:
        batch = torch.where(across[:, None, None, None], batch.flip(3), batch)
        batch = torch.where(down[:, None, None, None], batch.flip(2), batch)
    if settings.quarter_turns:
        # With the flips, one quarter turn reaches all eight positions of a square.
        batch = torch.where(turned[:, None, None, None], batch.rot90(1, (2, 3)), batch)
    return batch


def positions(batch: "Tensor", settings: FittingSettings) -> "tuple[Tensor, ...]":
    """S0's copies of a batch: as it is; flipped across, down, both; turned left, turned right."""
    copies = [batch]
    if settings.flips:
        copies += [batch.flip(3), batch.flip(2), batch.flip((2, 3))]
    if settings.quarter_turns:
        copies += [batch.rot90(1, (2, 3)), batch.rot90(-1, (2, 3))]
    return tuple(copies)


def draw_positions(n: int, settings: FittingSettings, generator: "Generator") -> "Tensor":
    """Which of `positions` each of n patches takes, (n,)."""
    import torch

    count = 1 + 3 * settings.flips + 2 * settings.quarter_turns
    return torch.randint(0, count, (n,), generator=generator)


def one_of_six(batch: "Tensor", settings: FittingSettings, generator: "Generator") -> "Tensor":
    """Each patch in one of S0's positions."""
    import torch

    drawn = draw_positions(len(batch), settings, generator).to(batch.device)
    rows = torch.arange(len(batch), device=batch.device)
    return torch.stack(positions(batch, settings))[drawn, rows]


def jittered(batch: "Tensor", settings: FittingSettings, generator: "Generator") -> "Tensor":
    """Brightness, then contrast changed by a factor a patch; values stay in 0..1."""
    for limit, about_mean in ((settings.brightness, False), (settings.contrast, True)):
        if limit:
            factor = _uniform(len(batch), 1 - limit, 1 + limit, generator).to(batch)
            center = batch.mean(dim=(1, 2, 3), keepdim=True) if about_mean else 0.0
            batch = (center + factor[:, None, None, None] * (batch - center)).clamp(0.0, 1.0)
    return batch


def moved(batch: "Tensor", settings: FittingSettings, generator: "Generator") -> "Tensor":
    """Shifted, turned by a small angle and enlarged; edge pixels are repeated outward."""
    import torch

    n, _, rows, columns = batch.shape
    if not (settings.shift_fraction or settings.rotation_degrees or settings.zoom):
        return batch
    angle = torch.deg2rad(
        _uniform(n, -settings.rotation_degrees, settings.rotation_degrees, generator)
    )
    scale = 1 / _uniform(n, 1.0, 1.0 + settings.zoom, generator)
    # The grid runs from -1 to 1, so that a share of the side is twice as much there.
    limit = 2 * settings.shift_fraction
    across, down = (_uniform(n, -limit, limit, generator) for _ in range(2))
    cos, sin = scale * torch.cos(angle), scale * torch.sin(angle)
    # Turned in pixels, not in shares of unequal sides.
    theta = torch.stack(
        [cos, -sin * rows / columns, across, sin * columns / rows, cos, down], dim=1
    ).reshape(n, 2, 3)
    grid = torch.nn.functional.affine_grid(
        theta.to(batch), [n, batch.shape[1], rows, columns], align_corners=False
    )
    return torch.nn.functional.grid_sample(
        batch, grid, mode="bilinear", padding_mode="border", align_corners=False
    )


def cropped(batch: "Tensor", size: int | None, generator: "Generator") -> "Tensor":
    """A square of each patch at a place of its own, (n, channels, size, size)."""
    import torch

    n, _, rows, columns = batch.shape
    if size is None:
        return batch
    top, left = (
        torch.randint(0, side - size + 1, (n,), generator=generator) for side in (rows, columns)
    )
    corners = zip(batch, top.tolist(), left.tolist(), strict=True)
    return torch.stack([patch[:, t : t + size, s : s + size] for patch, t, s in corners])


def _uniform(n: int, low: float, high: float, generator: "Generator") -> "Tensor":
    """Numbers (n,) drawn evenly."""
    import torch

    return low + (high - low) * torch.rand(n, generator=generator)
