"""Whether one label lies round another, as a liver does round its tumor.

Told from shapes alone, since names come in every language. A label is enclosed by another if that
other covers most of its surface, or lies on both sides of most of its voxels along two axes, or,
where it covers a good part of the surface, on both sides of some voxels along one. So a tumor at
the liver's rim is enclosed, even one that bulges out; of two lesions side by side, even touching,
neither is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Self

import numpy as np

from TACEResponseLib.imaging.box import Box, marked_box
from TACEResponseLib.imaging.volume import Mask, Voxels

MOST_OF_SURFACE, GOOD_PART_OF_SURFACE = 0.5, 0.2
MOST_OF_VOXELS, SOME_VOXELS = 0.5, 0.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marked:
    """A label's voxels, cut to the box that they fill."""

    box: Box
    mask: Mask

    @classmethod
    def of(cls, mask: Mask) -> Self | None:
        """A whole mask, cut; `None` if it is empty."""
        box = marked_box(mask)
        return None if box is None else cls(box=box, mask=mask[box])


def marked_labels(labels: Voxels) -> dict[int, Marked]:
    """Every label of an image, ascending."""
    from scipy import ndimage

    outer = marked_box(labels)
    if outer is None:
        return {}
    marked = {}
    for label, inner in enumerate(ndimage.find_objects(labels[outer].astype(np.int32)), start=1):
        if inner is not None:
            k, j, i = (
                slice(a.start + b.start, a.start + b.stop)
                for a, b in zip(outer, inner, strict=True)
            )
            marked[label] = Marked(box=(k, j, i), mask=np.asarray(labels[k, j, i] == label))
    return marked


def find_enclosure(marked: Sequence[Marked]) -> tuple[int, int] | None:
    """The first pair of which the one encloses the other.

    Args:
        marked: labels or segments on one grid; they may overlap.
    Returns: positions of the outer and the inner one; `None` if there is no such pair.
    """
    for outer, inner in permutations(range(len(marked)), 2):
        if encloses(marked[outer], marked[inner]):
            return outer, inner
    return None


def encloses(outer: Marked, inner: Marked) -> bool:
    """Whether one label lies round another; most pairs are too far apart to be looked at."""
    if not _touch(_wider(outer.box), inner.box):
        return False
    covered = _covered_share(outer, inner)
    if covered >= MOST_OF_SURFACE:
        return True
    axes = np.sum([_between(outer, inner, axis) for axis in range(3)], axis=0)
    if covered >= GOOD_PART_OF_SURFACE and float((axes >= 1).mean()) >= SOME_VOXELS:
        return True
    return float((axes >= 2).mean()) >= MOST_OF_VOXELS


def _covered_share(outer: Marked, inner: Marked) -> float:
    """Share of the inner one's voxel faces that the outer one lies against, or over."""
    window = _wider(inner.box)
    inside, other = _pasted(inner, window), _pasted(outer, window)
    faces = covered = 0
    for axis in range(3):
        for step in (1, -1):
            # The window is one voxel wider than the label, so nothing comes round its ends.
            border = inside & ~np.roll(inside, -step, axis)
            faces += int(border.sum())
            covered += int((border & np.roll(other, -step, axis)).sum())
    return covered / faces


def _between(outer: Marked, inner: Marked, axis: int) -> np.ndarray[tuple[int], np.dtype[np.int_]]:
    """1 for each inner voxel that has the outer label on both sides of it along an axis, else 0."""
    lines = list(inner.box)
    lines[axis] = _hull(inner.box[axis], outer.box[axis])
    window: Box = (lines[0], lines[1], lines[2])
    other = _pasted(outer, window)
    before = np.logical_or.accumulate(other, axis)
    after = np.flip(np.logical_or.accumulate(np.flip(other, axis), axis), axis)
    return np.asarray((before & after)[_pasted(inner, window)]).astype(np.int_)


def _pasted(marked: Marked, window: Box) -> Mask:
    """The label's voxels in a window, which may reach beyond it or cut it."""
    pasted = np.zeros([s.stop - s.start for s in window], dtype=np.bool_)
    shared = [
        slice(max(s.start, w.start), min(s.stop, w.stop))
        for s, w in zip(marked.box, window, strict=True)
    ]
    if all(s.start < s.stop for s in shared):
        there = tuple(
            slice(s.start - w.start, s.stop - w.start) for s, w in zip(shared, window, strict=True)
        )
        here = tuple(
            slice(s.start - b.start, s.stop - b.start)
            for s, b in zip(shared, marked.box, strict=True)
        )
        pasted[there] = marked.mask[here]
    return pasted


def _touch(one: Box, other: Box) -> bool:
    """Whether two boxes share a voxel."""
    return all(a.start < b.stop and b.start < a.stop for a, b in zip(one, other, strict=True))


def _wider(box: Box) -> Box:
    """A box with one voxel more on every side; it may leave the grid."""
    k, j, i = (slice(s.start - 1, s.stop + 1) for s in box)
    return k, j, i


def _hull(one: slice, other: slice) -> slice:
    """The stretch that holds both."""
    return slice(min(one.start, other.start), max(one.stop, other.stop))
