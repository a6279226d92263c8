"""Training of an image network; the same inputs give the same weights to the bit on a CPU."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.cnn.augmentation import augmented
from TACEResponseLib.cnn.network import build_network
from TACEResponseLib.cnn.settings import FittingSettings, ImageNetworkSettings

if TYPE_CHECKING:
    from torch import Generator, Tensor, nn


def fit_network(
    settings: ImageNetworkSettings,
    patches: NDArray[np.float32],
    labels: NDArray[np.int64],
    seed: int,
) -> "nn.Module":
    """Train a network on patches.

    Args:
        settings: network and training.
        patches: (n, channels, S, S), of training patients only.
        labels: (n,), the class of each patch's patient.
        seed: of the weights, the order and the augmentation.
    Returns: the network in evaluation mode, on the CPU.
    """
    import torch

    fitting = settings.fitting
    generator = torch.Generator().manual_seed(seed)
    inputs, targets = torch.from_numpy(patches), torch.from_numpy(labels)
    with _reproducible(seed):
        network = build_network(settings.network_def)
        optimizer = _optimizer(network, fitting)
        steps = -(-len(targets) // fitting.batch_size)
        schedule = _schedule(optimizer, fitting, fitting.epochs * steps)
        network.train()
        for _ in range(fitting.epochs):
            for rows in _batches(targets, fitting, generator):
                batch = augmented(inputs[rows], fitting, generator)
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(network(batch), targets[rows])
                loss.backward()
                optimizer.step()
                schedule.step()
    return network.eval()


@contextmanager
def _reproducible(seed: int) -> Iterator[None]:
    """One thread and a random state of our own, for weights and dropout; both restored.

    The number of threads changes the order of sums, hence the last bits of the weights.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


def _optimizer(network: "nn.Module", fitting: FittingSettings) -> Any:
    """Adam, or SGD with momentum."""
    import torch

    if fitting.optimizer == "adam":
        return torch.optim.Adam(
            network.parameters(), lr=fitting.learning_rate, weight_decay=fitting.weight_decay
        )
    return torch.optim.SGD(
        network.parameters(),
        lr=fitting.learning_rate,
        momentum=fitting.momentum,
        weight_decay=fitting.weight_decay,
    )


def _schedule(optimizer: Any, fitting: FittingSettings, steps: int) -> Any:
    """The learning rate, step by step."""
    import torch

    if fitting.schedule == "cosine":
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    return torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0, total_iters=0)


def _batches(
    targets: "Tensor", fitting: FittingSettings, generator: "Generator"
) -> Iterator["Tensor"]:
    """Rows of one epoch; a last batch of one patch is left out, as batch normalization needs two.

    The balanced sampler draws with replacement, as many patches as there are.
    """
    import torch

    n = len(targets)
    if fitting.balance == "sampler":
        weight = 1.0 / torch.bincount(targets).double()[targets]
        order = torch.multinomial(weight, n, replacement=True, generator=generator)
    else:
        order = torch.randperm(n, generator=generator)
    for rows in order.split(fitting.batch_size):
        if len(rows) > 1:
            yield rows
