"""From patches to class probabilities, in batches, on CPU or CUDA."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind, option
from TACEResponseLib.evidence.image_network.settings import Output

if TYPE_CHECKING:
    from torch import Tensor, nn


class NotFiniteError(InputError):
    """A network's answers are not numbers; a training may go on and mend it."""


def predict_patches(
    network: "nn.Module",
    patches: NDArray[np.float32],
    *,
    device: str = "cpu",
    batch_size: int = 16,
    output: Output = "softmax",
    clinical: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Class probabilities of patches.

    Args:
        network: already on `device`; set to evaluation mode.
        patches: (n, channels, H, W).
        device: autocast to half precision is used on CUDA only.
        batch_size: patches a pass; changes nothing but memory and speed.
        output: what makes probabilities of the network's outputs.
        clinical: z-scored values of each patch's patient, (n, m), for a joint network.
    Returns: (n, classes); each row adds up to 1.
    Raises: InputError: the GPU's memory can't hold a batch; `NotFiniteError`: an answer isn't
        finite.
    """
    import torch

    network.eval()
    outputs = []
    with (
        torch.inference_mode(),
        torch.autocast("cuda", enabled=device.startswith("cuda")),
        gpu_memory(Subject(SubjectKind.DEVICE), f"use {option('device')} cpu"),
    ):
        for start in range(0, len(patches), batch_size):
            rows = slice(start, start + batch_size)
            inputs = [torch.from_numpy(patches[rows]).to(device)]
            if clinical is not None:
                inputs.append(torch.from_numpy(clinical[rows]).to(device, torch.float32))
            outputs.append(to_probabilities(network(*inputs).double(), output).cpu())
    return _finite(np.asarray(torch.cat(outputs).numpy()))


def _finite(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Running means of too few or too small steps send a network in evaluation mode to infinity."""
    if np.isfinite(probabilities).all():
        return probabilities
    raise NotFiniteError(
        "image network",
        "must answer with finite numbers",
        got=f"none for {int((~np.isfinite(probabilities)).any(axis=1).sum())} patches",
        remedy="train it longer, in larger batches or more slowly",
    )


def to_probabilities(logits: "Tensor", output: Output) -> "Tensor":
    """Probabilities (n, classes) that add up to 1.

    Sigmoids of several classes add up to anything, so they are divided by their sum.
    """
    if output == "softmax":
        return logits.softmax(dim=1)
    each = logits.sigmoid()
    return each / each.sum(dim=1, keepdim=True)


@contextmanager
def gpu_memory(where: str, remedy: str) -> Iterator[None]:
    """Says in one line that the GPU's memory is too small.

    Raises: InputError.
    """
    import torch

    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        raise InputError(
            where, "the GPU's memory must hold a batch", got="out of memory", remedy=remedy
        ) from error
