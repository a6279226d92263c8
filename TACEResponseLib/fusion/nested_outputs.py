"""What the branches say of the training patients, with every fold left out in turn.

Level k of a repeat plays a training without fold k, as whole as the real one: each other patient
has an output by a fit that saw neither fold k nor the patient, as fusion is fitted on; each patient
of fold k has one by a fit on all others, as fusion is asked. What is fitted on level k has
therefore never met fold k, and what it then says of fold k measures the procedure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.logistic import Floats

Folds = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NestedOutputs:
    """Logits of every branch, by repeat, level and patient."""

    folds: Folds
    """(repeats, n), fold of each patient, 0 to levels - 1."""
    logits: Mapping[str, Floats]
    """(repeats, levels, n) by branch; may be of no branch."""

    def __post_init__(self) -> None:
        """Refuse what does not belong together.

        Raises: ValueError: a shape is another, or a logit is not finite.
        """
        if self.folds.ndim != 2 or self.folds.size == 0:
            raise ValueError(f"folds must be (repeats, n), got {self.folds.shape}")
        shape = (self.folds.shape[0], self.levels, self.folds.shape[1])
        for name, values in self.logits.items():
            if values.shape != shape:
                raise ValueError(f"logits of {name} must be {shape}, got {values.shape}")
            if not np.isfinite(values).all():
                raise ValueError(f"branch logits must be finite, those of {name} are not")

    @property
    def repeats(self) -> int:
        """Divisions into folds."""
        return int(self.folds.shape[0])

    @property
    def levels(self) -> int:
        """Folds of each."""
        return int(self.folds.max()) + 1

    def out_of_fold(self, name: str) -> Floats:
        """Logits (repeats, n) of a branch, each by the fit without the patient's fold alone."""
        own = self.folds[:, np.newaxis, :]
        return np.asarray(np.take_along_axis(self.logits[name], own, axis=1)[:, 0, :])

    def mean(self, name: str) -> Floats:
        """The same averaged over repeats, (n,): what the fusion that is kept is fitted on."""
        return np.asarray(self.out_of_fold(name).mean(axis=0))

    def of(self, names: Sequence[str]) -> "NestedOutputs":
        """Of some branches, in this order."""
        return NestedOutputs(folds=self.folds, logits={name: self.logits[name] for name in names})
