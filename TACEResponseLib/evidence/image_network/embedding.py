"""What a network makes of its patches before its last layer: the numbers that likeness is of."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evidence.image_network.branch_network import image_part, last_linear

if TYPE_CHECKING:
    from torch import Tensor, nn

Floats = NDArray[np.float64]


class Embedding:
    """Gathers the inputs of the last layer while a network runs."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._batches: list[Floats] = []

    def add(self, inputs: "Tensor") -> None:
        """Those of one batch, (n, d)."""
        flat = inputs.detach().flatten(start_dim=1)
        self._batches.append(np.asarray(flat.double().cpu().numpy()))

    def mean(self) -> Floats:
        """Over all patches, (d,)."""
        return np.asarray(np.concatenate(self._batches).mean(axis=0))


def embedding_size(network: "nn.Module") -> int:
    """Numbers of an embedding: inputs of the image network's last linear layer."""
    return int(last_linear(image_part(network))[1].in_features)


@contextmanager
def embedding_of(network: "nn.Module") -> Iterator[Embedding]:
    """What the last linear layer of the image network gets within the block.

    A joint head's layers come after it: clinical values have a likeness of their own.
    """
    gathered = Embedding()
    _, layer = last_linear(image_part(network))
    hook = layer.register_forward_pre_hook(lambda _, inputs: gathered.add(inputs[0]))
    try:
        yield gathered
    finally:
        hook.remove()
