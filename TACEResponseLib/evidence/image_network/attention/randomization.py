"""Does a map depend on what the network learned? Its layers lose that one after another.

From the last layer to the first, the weights of a layer are dealt out among its own connections
anew. A map that stays what it was shows outlines of the image, not what the network knows.
Permuted weights keep their size, and running means of what follows a layer so changed are taken
anew; without, deep networks would answer with numbers beyond all bounds.

Source: Adebayo and others, NeurIPS 2018 (cascading randomization, Spearman's correlation).
"""

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evidence.image_network.map_check import Redrawn

if TYPE_CHECKING:
    from torch import nn

Floats = NDArray[np.float64]
SignedMaps = Callable[["nn.Module"], Floats]
"""What speaks for the class less what speaks against it, (patches, squares), of a network."""
DRAWS = 5


def redrawn_resemblance(
    network: "nn.Module",
    maps_of: SignedMaps,
    forward: Callable[["nn.Module"], None],
    rng: np.random.Generator,
    *,
    draws: int = DRAWS,
) -> tuple[Redrawn, ...]:
    """Rank correlation of maps before and after, by how many layers were changed.

    Args:
        network: trained; left as it is.
        maps_of: of a network of the same layers, on the same patches each time.
        forward: has such a network answer the same patches, for its running means.
        rng: source of the permutations.
        draws: how often they are drawn; a correlation is averaged over patches, its size over
            draws, for a map may turn into its negative by chance.
    Returns: after the last layer, the last half, and all.
    """
    before = maps_of(network)
    number = len(layers_of(network))
    stages = sorted({1, (number + 1) // 2, number})
    drawn = [_one_draw(network, stages, before, maps_of, forward, rng) for _ in range(draws)]
    sizes = np.abs(np.array(drawn)).mean(axis=0)
    return tuple(
        Redrawn(layers=layers, of=number, correlation=min(1.0, float(size)))
        for layers, size in zip(stages, sizes, strict=True)
    )


def layers_of(network: "nn.Module") -> list["nn.Module"]:
    """Modules with weights of their own, in the order of the network."""
    return [m for m in network.modules() if next(m.parameters(recurse=False), None) is not None]


def rank_correlation(before: Floats, after: Floats) -> float:
    """Spearman's, mean over rows; 0 of a row in which nothing differs, or that is no number.

    Args:
        before: (n, squares).
        after: (n, squares).
    """
    from scipy.stats import rankdata

    ranks = [rankdata(maps, axis=1) for maps in (before, after)]
    one, other = (r - r.mean(axis=1, keepdims=True) for r in ranks)
    scale = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    each = (one * other).sum(axis=1) / np.where(scale > 0, scale, np.inf)
    return float(np.clip(np.nan_to_num(each).mean(), -1.0, 1.0))


def _one_draw(
    network: "nn.Module",
    stages: Sequence[int],
    before: Floats,
    maps_of: SignedMaps,
    forward: Callable[["nn.Module"], None],
    rng: np.random.Generator,
) -> list[float]:
    """Correlation after each stage of one cascade."""
    changed = copy.deepcopy(network)
    correlations, done = [], 0
    from_last = layers_of(changed)[::-1]
    for stage in stages:
        for layer in from_last[done:stage]:
            _permute(layer, rng)
        done = stage
        _take_means_anew(changed, from_last[:stage], forward)
        correlations.append(rank_correlation(before, maps_of(changed)))
    return correlations


def _permute(layer: "nn.Module", rng: np.random.Generator) -> None:
    """Deal the values of each of a layer's parameters out anew."""
    import torch

    with torch.no_grad():
        for parameter in layer.parameters(recurse=False):
            order = torch.from_numpy(rng.permutation(parameter.numel())).to(parameter.device)
            parameter.copy_(parameter.flatten()[order].reshape(parameter.shape))


def _take_means_anew(
    network: "nn.Module",
    layers: Sequence["nn.Module"],
    forward: Callable[["nn.Module"], None],
) -> None:
    """Running means of changed layers that normalize batches, of what now reaches them."""
    from torch.nn.modules.batchnorm import _BatchNorm

    network.eval()
    normalizing = [layer for layer in layers if isinstance(layer, _BatchNorm)]
    for layer in normalizing:
        layer.reset_running_stats()
        layer.momentum = None
        layer.train()
    if normalizing:
        forward(network)
    network.eval()
