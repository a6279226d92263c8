"""The same inputs give the same weights: one thread, random states of our own, fixed kernels."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.evidence.image_network.training.examples import Examples

if TYPE_CHECKING:
    from torch import Tensor


@contextmanager
def reproducible(seed: int, device: str = "cpu") -> Iterator[None]:
    """One thread and a random state of our own, for weights and dropout; both restored.

    The number of threads changes the order of sums, hence the last bits of the weights. On CUDA
    the choice of kernels is fixed too, as far as torch has fixed ones.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    is_cuda = device.startswith("cuda")
    devices = [torch.device(device).index or 0] if is_cuda else []
    kernels = torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=is_cuda)
    try:
        with kernels, torch.random.fork_rng(devices=devices):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


def random_states(device: str) -> "dict[str, Tensor]":
    """Torch's own random states, which dropout draws from."""
    import torch

    states = {"cpu": torch.get_rng_state()}
    if device.startswith("cuda"):
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def set_random_states(states: "dict[str, Tensor]", device: str) -> None:
    """Go on drawing where `random_states` was asked."""
    import torch

    torch.set_rng_state(states["cpu"])
    if device.startswith("cuda"):
        torch.cuda.set_rng_state(states["cuda"], device)


def digest_of_training(
    settings: ImageNetworkSettings,
    training: Examples,
    tuning: Examples | None,
    seed: int,
    start: str,
    device: str,
) -> str:
    """SHA-256 of all that shapes a training, so that no other one's checkpoint is continued."""
    import torch

    words = [
        settings.model_dump_json(),
        str(seed),
        start,
        device.partition(":")[0],
        str(torch.__version__),
    ]
    digest = hashlib.sha256("\n".join(words).encode("utf-8"))
    for examples in (training, tuning):
        if examples is None:
            continue
        for array in (examples.patches, examples.labels, examples.patients, examples.clinical):
            if array is not None:
                digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
