"""Does a map find what moves the network? Deletion and insertion curves against random order.

Simple case first: cover the squares that the map marks most, and see how fast the answer falls;
then cover squares in random order. A map that knows nothing does no better than chance. Insertion
begins with a blurred patch and brings its squares back, for covering alone could act by its edges.
Both orders use the same squares, so that the shape of what is covered favors neither.

Source: Petsiuk, Das and Saenko, BMVC 2018 (RISE); squares in place of pixels are ours.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pixels = NDArray[np.float32]
Answer = Callable[[Pixels], Floats]
"""What is explained, (n,), of patches (n, channels, H, W); higher where the map speaks for it."""

# Squares along a side of the patch, about the cells of a network's last maps.
SQUARES_ACROSS = 8
STEPS = 8
RANDOM_ORDERS = 3
# Of the blur that insertion begins with, in sides of a patch.
BLUR = 1 / 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PerturbationCurves:
    """The answer while squares are covered, or brought back, one after another."""

    share: Floats
    """(steps,), of the patch that was changed, from 0 to 1."""
    deletion: Floats
    """(steps,), covered by the map's order."""
    random_deletion: Floats
    """(steps,), mean of random orders."""
    insertion: Floats
    """(steps,), brought back by the map's order."""
    random_insertion: Floats

    @property
    def deletion_gain(self) -> float:
        """How much faster than by chance the answer falls: the area between the curves."""
        return _area(self.random_deletion - self.deletion, self.share)

    @property
    def insertion_gain(self) -> float:
        """How much faster than by chance it rises."""
        return _area(self.insertion - self.random_insertion, self.share)


def perturbation_curves(
    answer: Answer,
    patch: Pixels,
    heat: Pixels,
    rng: np.random.Generator,
    *,
    orders: int = RANDOM_ORDERS,
) -> PerturbationCurves:
    """Deletion and insertion of one patch by its map, and by random orders of the same squares.

    Args:
        answer: of the network.
        patch: (channels, H, W); a covered square shows each channel's median.
        heat: (H, W), of the same patch.
        rng: source of the random orders.
        orders: how many of them.
    """
    squares = squares_of(patch.shape[1:])
    counts = np.rint(np.linspace(0, SQUARES_ACROSS**2, STEPS + 1)).astype(int)
    chosen = [order_of(heat), *(rng.permutation(SQUARES_ACROSS**2) for _ in range(orders))]
    changed = np.stack([_changed(order, squares, counts) for order in chosen])[:, :, np.newaxis]
    median = np.broadcast_to(np.median(patch, axis=(1, 2))[:, None, None], patch.shape)
    deletion = _answers(answer, np.where(changed, median, patch))
    insertion = _answers(answer, np.where(changed, patch, _blurred(patch)))
    return PerturbationCurves(
        share=counts / SQUARES_ACROSS**2,
        deletion=deletion[0],
        random_deletion=deletion[1:].mean(axis=0),
        insertion=insertion[0],
        random_insertion=insertion[1:].mean(axis=0),
    )


def squares_of(shape: tuple[int, ...]) -> NDArray[np.int64]:
    """The number of each pixel's square, (H, W); 8 x 8 squares, row by row."""
    rows, columns = (np.arange(side) * SQUARES_ACROSS // side for side in shape)
    numbers: NDArray[np.int64] = rows[:, None] * SQUARES_ACROSS + columns
    return numbers


def square_means(heat: NDArray[np.floating]) -> Floats:
    """Mean of a map (H, W) in each square, (64,); 0 where a patch has fewer pixels than squares."""
    squares = squares_of(heat.shape).ravel()
    number = SQUARES_ACROSS**2
    sums = np.bincount(squares, weights=heat.ravel().astype(np.float64), minlength=number)
    return np.asarray(sums / np.maximum(np.bincount(squares, minlength=number), 1))


def order_of(heat: NDArray[np.floating]) -> NDArray[np.int64]:
    """Squares by falling mean of the map, (64,); the first in order of equals."""
    order: NDArray[np.int64] = np.argsort(-square_means(heat), kind="stable")
    return order


def _area(heights: Floats, share: Floats) -> float:
    """Between a curve and 0, by straight lines."""
    from scipy.integrate import trapezoid

    return float(trapezoid(heights, share))


def _changed(
    order: NDArray[np.int64], squares: NDArray[np.int64], counts: NDArray[np.int_]
) -> NDArray[np.bool_]:
    """Which pixels are changed at each step, (steps, H, W)."""
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    return np.asarray(place[squares] < counts[:, None, None])


def _answers(answer: Answer, patches: NDArray[np.floating]) -> Floats:
    """Answers of (orders, steps, channels, H, W), (orders, steps)."""
    flat = patches.reshape(-1, *patches.shape[2:]).astype(np.float32)
    return np.asarray(answer(flat), dtype=np.float64).reshape(patches.shape[:2])


def _blurred(patch: Pixels) -> Pixels:
    """The patch without its details."""
    from scipy.ndimage import gaussian_filter

    sigma = (0.0, *(BLUR * side for side in patch.shape[1:]))
    blurred: Pixels = gaussian_filter(patch, sigma, mode="nearest")
    return blurred
