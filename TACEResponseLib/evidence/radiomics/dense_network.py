"""A small fully connected network on z-scored features, as S1's 440-220-2."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evidence.radiomics.settings import DenseSettings

if TYPE_CHECKING:
    from torch import Generator, Tensor, nn

Log = Callable[[str, int, float], None]
CLASSES = 2


@dataclass(frozen=True, slots=True, eq=False)
class DenseClassifier:
    """A trained network; its buffers `mean` and `sd` are the training cohort's."""

    network: "nn.Sequential"

    def logits(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logits (n,) of unscaled features (n, features): what softmax says, before rounding."""
        import torch

        with torch.inference_mode():
            outputs = self.network(_standardized(self.network, values)).double().numpy()
        return np.asarray(outputs[:, 1] - outputs[:, 0])


def build_dense(settings: DenseSettings, n_features: int) -> "nn.Sequential":
    """Features - hidden units with batch normalization, ReLU and dropout - two outputs.

    Weights are drawn from torch's current random state. The features' mean and standard deviation
    are buffers, so that one file holds all that a prediction needs.
    Source: S1 (nodes, dropout, activation); the order of normalization and ReLU is unsaid.
    """
    import torch
    from torch import nn

    network = nn.Sequential(
        nn.Linear(n_features, settings.hidden_units),
        nn.BatchNorm1d(settings.hidden_units),
        nn.ReLU(),
        nn.Dropout(settings.dropout),
        nn.Linear(settings.hidden_units, CLASSES),
    )
    network.register_buffer("mean", torch.zeros(n_features, dtype=torch.float64))
    network.register_buffer("sd", torch.ones(n_features, dtype=torch.float64))
    return network


def fit_dense(
    settings: DenseSettings,
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
    seed: int,
    log: Log | None = None,
) -> DenseClassifier:
    """Train by Adam on cross-entropy, the learning rate falling by a cosine at each step.

    Args:
        settings: network and training.
        values: (n, features), unscaled, of training patients only.
        labels: (n,), 0 or 1.
        seed: of weights, dropout and order.
        log: told the mean loss of each epoch.
    Returns: the network in evaluation mode; same inputs, same bits on a CPU. Seconds of training
        need no checkpoint.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    with _reproducible(seed):
        network = build_dense(settings, values.shape[1])
        network.get_buffer("mean").copy_(torch.from_numpy(values.mean(axis=0)))
        network.get_buffer("sd").copy_(torch.from_numpy(values.std(axis=0)))
        inputs, targets = _standardized(network, values), torch.from_numpy(labels)
        optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
        steps = len(list(_batches(len(labels), settings.batch_size, torch.Generator())))
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings.epochs * steps)
        for epoch in range(settings.epochs):
            losses = []
            for rows in _batches(len(labels), settings.batch_size, generator):
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(network(inputs[rows]), targets[rows])
                loss.backward()
                optimizer.step()
                schedule.step()
                losses.append(float(loss.detach()))
            if log:
                log("loss", epoch + 1, float(np.mean(losses)))
    return DenseClassifier(network.eval())


def _standardized(network: "nn.Sequential", values: NDArray[np.float64]) -> "Tensor":
    """z-scores by the network's own buffers, float32."""
    import torch

    mean, sd = network.get_buffer("mean"), network.get_buffer("sd")
    return ((torch.from_numpy(values) - mean) / sd).float()


def _batches(n: int, size: int, generator: "Generator") -> Iterator["Tensor"]:
    """Rows of one epoch; a last batch of one is left out, as batch normalization needs two."""
    import torch

    for rows in torch.randperm(n, generator=generator).split(size):
        if len(rows) > 1:
            yield rows


@contextmanager
def _reproducible(seed: int) -> Iterator[None]:
    """One thread and a random state of our own, both restored; threads change the last bits."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)
