"""From patches to class probabilities, in batches, on CPU or CUDA."""

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.errors import InputError

if TYPE_CHECKING:
    from torch import nn

# A probability of exactly 0 or 1 has no logit.
SMALLEST_PROBABILITY = 1e-6


def choose_device(wanted: Literal["auto", "cpu", "cuda"]) -> str:
    """The device to run on; `auto` takes CUDA where there is one.

    Raises: InputError: CUDA is asked for and absent.
    """
    if wanted == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise InputError("--device", "CUDA must be available", got="no CUDA device",
                         remedy="use --device cpu, or install torch with CUDA")  # fmt: skip
    return "cpu"


def predict_patches(
    network: "nn.Module",
    patches: NDArray[np.float32],
    *,
    device: str = "cpu",
    batch_size: int = 16,
) -> NDArray[np.float64]:
    """Class probabilities of patches.

    Args:
        network: already on `device`; set to evaluation mode.
        patches: (n, channels, H, W).
        device: autocast to half precision is used on CUDA only.
        batch_size: patches a pass; changes nothing but memory and speed.
    Returns: softmax probabilities (n, classes).
    """
    import torch

    network.eval()
    outputs = []
    with torch.inference_mode(), torch.autocast("cuda", enabled=device.startswith("cuda")):
        for start in range(0, len(patches), batch_size):
            batch = torch.from_numpy(patches[start : start + batch_size]).to(device)
            outputs.append(network(batch).double().softmax(dim=1).cpu())
    return np.asarray(torch.cat(outputs).numpy())


def to_logit(probability: float) -> float:
    """Finite logit of a probability."""
    p = min(max(probability, SMALLEST_PROBABILITY), 1 - SMALLEST_PROBABILITY)
    return float(np.log(p / (1 - p)))
