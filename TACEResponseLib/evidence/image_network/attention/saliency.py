"""Which pixels of a patch moved the network: Grad-CAM, Grad-CAM++, or occlusion when asked for.

What is explained is the log-odds of the positive class, of two outputs the difference of their
logits: what raises both outputs alike changes no answer and is no part of the map.
Source: Selvaraju, ICCV 2017 (Grad-CAM); Chattopadhay, WACV 2018 (Grad-CAM++); MONAI computes both.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.image_network.budget import (
    MOST_BATCH_BYTES,
    MOST_PATCH_BYTES,
    patches_at_once,
)
from TACEResponseLib.evidence.image_network.settings import Output
from TACEResponseLib.evidence.image_network.settings import SaliencyMethod as Method

if TYPE_CHECKING:
    from monai.visualize import GradCAM
    from torch import Tensor, nn

AGAINST = ", against the positive class"
METHOD_NAMES: dict[Method, str] = {
    "gradcam": "Grad-CAM",
    "gradcam++": "Grad-CAM++",
    "occlusion": "occlusion",
}
Maps = NDArray[np.float32]
# Whole slices are many; all of them at once would fill the memory.
PATCHES_AT_ONCE = 16
SURELY_AT_ONCE = MOST_BATCH_BYTES // MOST_PATCH_BYTES


def saliency_maps(
    network: "nn.Module",
    target_layer: str,
    patches: NDArray[np.float32],
    positive: Sequence[int],
    *,
    device: str = "cpu",
    method: Method = "gradcam",
    output: Output = "softmax",
    channels: Sequence[int] | None = None,
) -> Maps:
    """Saliency of the positive class for each patch of one patient.

    Args:
        network: on `device`.
        target_layer: module whose activations are read, as `named_modules` spells it.
        patches: (n, channels, H, W).
        positive: outputs of the positive class.
        device: where the network is.
        method: Grad-CAM++ runs one patch at a time, since MONAI's fails on batches.
        output: what makes probabilities of the outputs.
        channels: those that occlusion covers; `None` covers all.
    Returns: (n, H, W), 0..1, scaled by the largest value of all patches, so that patches of one
        patient compare; all 0 where nothing speaks for the class.
    Raises: InputError: the network has no such layer.
    """
    return scaled(
        raw_maps(
            network,
            target_layer,
            patches,
            positive,
            device=device,
            method=method,
            output=output,
            channels=channels,
        )
    )


def scaled(maps: Maps) -> Maps:
    """Maps (n, H, W) of one patient over their largest value; all 0 stay so."""
    peak = float(maps.max(initial=0.0))
    return np.asarray(maps / peak if peak > 0 else maps, dtype=np.float32)


def raw_maps(
    network: "nn.Module",
    target_layer: str,
    patches: NDArray[np.float32],
    positive: Sequence[int],
    *,
    device: str = "cpu",
    method: Method = "gradcam",
    output: Output = "softmax",
    channels: Sequence[int] | None = None,
) -> Maps:
    """Saliency as the method gives it, (n, H, W), >= 0, on one scale for all patients of a network.

    Args, Raises: as `saliency_maps`. Of a network that averages its last maps, Grad-CAM's sum over
        the cells of a patch is what they add to the log-odds, were nothing rectified.
    """
    if method == "occlusion":
        from TACEResponseLib.evidence.image_network.attention.occlusion import occlusion_maps

        return occlusion_maps(
            network, patches, positive, device=device, output=output, channels=channels
        )
    _check_layer(network, target_layer)
    network.eval()
    with _hooks_taken_back(network.get_submodule(target_layer)):
        answer = log_odds_of(network, positive, output)
        engine = _engine(answer, f"network.{target_layer}", method)
        size = 1 if method == "gradcam++" else _patches_at_once(network, patches, device)
        return _gradient_maps(engine, patches, size, device)


def _gradient_maps(engine: "GradCAM", patches: Maps, size: int, device: str) -> Maps:
    """Raw Grad-CAM or Grad-CAM++ of each patch, (n, H, W), >= 0, so many patches at a time."""
    import torch

    # Inputs that want a gradient spare torch a warning about the hook of the first layers.
    batches = [
        engine(
            x=torch.from_numpy(patches[start : start + size]).to(device).requires_grad_(),
            class_idx=0,
        )
        for start in range(0, len(patches), size)
    ]
    maps = torch.cat([torch.as_tensor(b) for b in batches])[:, 0].detach().float().cpu().numpy()
    return np.maximum(maps, 0.0)


@contextmanager
def _hooks_taken_back(layer: "nn.Module") -> Iterator[None]:
    """MONAI leaves its hooks, and with them the last patient's activations; torch keeps no list."""
    tables = (layer._forward_hooks, layer._backward_hooks)
    before = [set(table) for table in tables]
    try:
        yield
    finally:
        for table, kept in zip(tables, before, strict=True):
            for number in set(table) - kept:
                del table[number]


def _patches_at_once(network: "nn.Module", patches: Maps, device: str) -> int:
    """As many as may keep every activation at the same time; four always may."""
    import torch

    if len(patches) <= SURELY_AT_ONCE:
        return SURELY_AT_ONCE
    return patches_at_once(network, torch.from_numpy(patches[:1]).to(device), PATCHES_AT_ONCE)


def _check_layer(network: "nn.Module", target_layer: str) -> None:
    """MONAI merely warns of a missing layer and returns nonsense."""
    names = [name for name, _ in network.named_modules() if name]
    if target_layer not in names:
        raise InputError(
            "target_layer",
            "must name a module of the network",
            got=target_layer,
            remedy=f"choose from {', '.join(names[:8])}",
        )


def log_odds_of(network: "nn.Module", positive: Sequence[int], output: Output) -> "nn.Module":
    """The network with one output, (n, 1): the log-odds of the positive class.

    Of two outputs under a softmax it is the difference of their logits.
    """
    from torch import nn

    class LogOdds(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, patches: "Tensor") -> "Tensor":
            outputs: Tensor = self.network(patches)
            if output == "sigmoid":
                outputs = nn.functional.logsigmoid(outputs)
            others = [n for n in range(outputs.shape[1]) if n not in positive]
            favoring = outputs[:, list(positive)].logsumexp(dim=1, keepdim=True)
            if not others:
                return favoring
            return favoring - outputs[:, others].logsumexp(dim=1, keepdim=True)

    return LogOdds()


def _engine(network: "nn.Module", layer: str, method: Method) -> "GradCAM":
    """MONAI's, without its default post-processing, which turns the map upside down."""
    from monai.visualize import GradCAM, GradCAMpp

    kind = GradCAM if method == "gradcam" else GradCAMpp
    return kind(network, target_layers=layer, postprocessing=lambda x: x)
