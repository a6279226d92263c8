"""Who is trained on and who is asked, so that every output is of a fit without the patient.

For each fold there is a fit without it, asked about it; that is a fold's own output. What fusion is
fitted on while a fold is left out must not know the fold either: that takes fits without the fold
and without a part of the others, asked about that part. Where there are folds enough the parts are
the other folds, and the fit without folds 1 and 2 serves twice: it is asked about 2 while 1 is left
out, and about 1 while 2 is. Five folds then take 10 such fits and not 20.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.fusion.linear_model import stratified_folds
from TACEResponseLib.fusion.nested_outputs import Folds, NestedOutputs
from TACEResponseLib.training.prepared_cohort import Floats, Labels, Rows

# With fewer folds, a fit without two of them has too few patients left; parts are drawn anew.
FEWEST_FOLDS_TO_PAIR = 4
PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """One fit of a branch, and what its answers are for."""

    name: str
    repeat: int
    trained: Rows
    """(n,), patients that it learns from."""
    held_out: Rows
    """(n,), patients whom it is asked about; none that it learns from."""
    levels: tuple[tuple[int, Rows], ...]
    """Levels, by the fold that each leaves out, and the patients (n,) whose output it gives."""

    @property
    def fold(self) -> int | None:
        """The fold that it leaves out, if it learns from everybody else."""
        is_whole = len(self.levels) == 1 and (self.trained | self.held_out).all()
        return self.levels[0][0] if is_whole else None


def nested_splits(folds: Folds, labels: Labels, seed: int) -> list[Split]:
    """Every fit that `nested_outputs` needs of a branch, the longest first.

    Args:
        folds: (repeats, n), from 0; both classes occur outside every fold.
        labels: (n,), 1 for the positive class, 0 else.
        seed: of parts that are drawn.
    """
    splits = [split for r, own in enumerate(folds) for split in _of_repeat(own, r, labels, seed)]
    return sorted(splits, key=lambda split: -int(split.trained.sum()))


def nested_outputs(
    folds: Folds, splits: Sequence[Split], answers: Mapping[str, Mapping[str, Floats]]
) -> NestedOutputs:
    """Put the answers where they belong.

    Args:
        folds: (repeats, n), as the splits were made of.
        splits: all of them.
        answers: by branch and name of split, logits of the patients asked, in their order.
    """
    shape = (folds.shape[0], int(folds.max()) + 1, folds.shape[1])
    logits = {branch: np.full(shape, np.nan) for branch in answers}
    for branch, of_branch in answers.items():
        for split in splits:
            everyone = np.full(folds.shape[1], np.nan)
            everyone[split.held_out] = of_branch[split.name]
            for fold, rows in split.levels:
                logits[branch][split.repeat, fold, rows] = everyone[rows]
    return NestedOutputs(folds=folds, logits=logits)


def _of_repeat(folds: NDArray[np.int64], repeat: int, labels: Labels, seed: int) -> Iterator[Split]:
    """Fits of one division into folds."""
    named = f"repeat-{repeat + 1}-" if repeat else ""
    numbers = range(int(folds.max()) + 1)
    for fold in numbers:
        own = folds == fold
        yield _split(f"{named}fold-{fold + 1}", repeat, ~own, [(fold, own)])
    if len(numbers) >= FEWEST_FOLDS_TO_PAIR:
        for one, other in combinations(numbers, 2):
            first, second = folds == one, folds == other
            name = f"{named}folds-{one + 1}-{other + 1}"
            yield _split(name, repeat, ~(first | second), [(one, second), (other, first)])
        return
    for fold in numbers:
        for number, part in enumerate(_parts(folds != fold, labels, seed)):
            name = f"{named}fold-{fold + 1}-part-{number + 1}"
            yield _split(name, repeat, (folds != fold) & ~part, [(fold, part)])


def _split(name: str, repeat: int, trained: Rows, levels: Sequence[tuple[int, Rows]]) -> Split:
    held_out = np.logical_or.reduce([rows for _, rows in levels])
    return Split(name=name, repeat=repeat, trained=trained, held_out=held_out, levels=tuple(levels))


def _parts(rows: Rows, labels: Labels, seed: int) -> Iterator[Rows]:
    """Some patients in parts with classes spread evenly, each (n,); as many as a class allows."""
    fewest = int(np.bincount(labels[rows], minlength=2).min())
    parts = min(PARTS, fewest)
    own = stratified_folds(labels[rows], parts, seed)
    for number in range(parts):
        part = np.zeros_like(rows)
        part[np.flatnonzero(rows)[own == number]] = True
        yield part
