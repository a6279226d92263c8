"""References of all branches, and what calibrates them: distances of patients held out of a fit.

Training patients lie nearer to a reference that they made than new ones do. Distances that
calibrate are therefore of patients held out of the fit, its selection and its network, fold by
fold. Sorted, and each branch by itself, they name no patient.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.likeness.reference import Reference
from TACEResponseLib.likeness.verdict import BranchLikeness, Likeness, LikenessWord

UNUSUAL, UNLIKE = 0.05, 0.01
"""Shares of like cases that are called so though they are like."""
FEW_PATIENTS = 100
"""With fewer, no rank is below `UNLIKE`."""
BEYOND_ALL = 1.2
"""With few patients a case is unlike only this much further than all of them."""
COMMON = 0.95
"""The quantile that makes distances of several branches comparable; also of disagreement."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BranchReference:
    """One branch: where training patients lie, and what those held out had."""

    reference: Reference
    distances: Floats
    """(n,), of training patients by a fit without them, ascending."""
    logit_mean: float
    logit_sd: float
    """Of the branch's logits of the same patients."""

    @property
    def common(self) -> float:
        """The distance that 5 % of the training patients exceed."""
        return float(np.quantile(self.distances, COMMON)) or 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedLikeness:
    """What a bundle knows of its training patients' numbers.

    Raises: ValueError: branches of different cohorts, or distances that are not sorted.
    """

    branches: Mapping[str, BranchReference]
    joint: Floats
    """(n,), each held-out patient's furthest branch, in multiples of `common`, ascending."""
    disagreement: float
    """How far apart two branches were in 5 % of held-out patients, in standard deviations of their
    logits; 0 of one branch."""

    def __post_init__(self) -> None:
        """Refuse what does not belong together."""
        rows = [self.joint, *(branch.distances for branch in self.branches.values())]
        if len({row.shape for row in rows}) != 1 or self.joint.ndim != 1 or not self.joint.size:
            raise ValueError("every branch must have the distances of the same patients")
        if not all(np.isfinite(row).all() and (row >= 0).all() for row in rows):
            raise ValueError("distances must be finite and >= 0")
        if not all((np.diff(row) >= 0).all() for row in rows):
            raise ValueError("distances must be sorted")

    @property
    def n_training(self) -> int:
        """Patients behind the distances."""
        return int(self.joint.size)

    def verdict(
        self, vectors: Mapping[str, Floats], reasons: Mapping[str, tuple[str, ...]]
    ) -> Likeness:
        """Say how like the training patients a case is.

        A p is a rank: (1 + training patients at least as far) / (1 + training patients), so that
        of cases like them a share of p or less has it. Over several branches the furthest counts,
        against the furthest branch of each training patient: one test, not one a branch.

        Args:
            vectors: (d,) by branch.
            reasons: what lies furthest out, by branch; kept where the branch is unusual.
        Raises: KeyError: `vectors` names other branches.
        Source: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005, chapter 2
            (conformal p values); Westfall and Young, Resampling-Based Multiple Testing, 1993 (the
            maximum over several).
        """
        if set(vectors) != set(self.branches):
            raise KeyError(f"vectors wanted of {tuple(self.branches)}, got {tuple(vectors)}")
        distances = {
            name: float(branch.reference.distances(vectors[name][np.newaxis])[0])
            for name, branch in self.branches.items()
        }
        furthest = max(d / self.branches[name].common for name, d in distances.items())
        p = rank_p(self.joint, furthest)
        beyond = furthest / float(self.joint[-1]) if self.joint[-1] > 0 else 1.0
        said = []
        for name, distance in distances.items():
            own = rank_p(self.branches[name].distances, distance)
            why = reasons.get(name, ()) if own < UNUSUAL else ()
            said.append(BranchLikeness(branch=name, distance=distance, p=own, reasons=why))
        return Likeness(
            word=_word(p, beyond, self.n_training),
            p=p,
            beyond=beyond,
            n_training=self.n_training,
            branches=tuple(said),
        )

    def disagrees(self, logits: Mapping[str, float]) -> bool:
        """Whether branches lie on both sides of their means, further apart than is common.

        Args:
            logits: of every branch.
        """
        scores = [(logits[n] - b.logit_mean) / b.logit_sd for n, b in self.branches.items()]
        low, high = min(scores), max(scores)
        return low < 0 < high and self.disagreement > 0 and high - low > self.disagreement


def fit_likeness(
    references: Mapping[str, Reference],
    distances: Mapping[str, Floats],
    logits: Mapping[str, Floats],
) -> FittedLikeness:
    """Put together what fits of a training measured.

    Args:
        references: of the fits on all training patients, by branch.
        distances: (n,), of the same patients by fits without them, in one order for all branches.
        logits: (n,), in the same order, of the same fits.
    """
    branches = {
        name: BranchReference(
            reference=reference,
            distances=np.sort(distances[name]),
            logit_mean=float(logits[name].mean()),
            logit_sd=float(logits[name].std()) or 1.0,
        )
        for name, reference in references.items()
    }
    relative = [distances[name] / branch.common for name, branch in branches.items()]
    scores = [(logits[name] - b.logit_mean) / b.logit_sd for name, b in branches.items()]
    apart = np.max(scores, axis=0) - np.min(scores, axis=0)
    return FittedLikeness(
        branches=branches,
        joint=np.sort(np.max(relative, axis=0)),
        disagreement=float(np.quantile(apart, COMMON)),
    )


def rank_p(calibration: Floats, value: float) -> float:
    """(1 + how many of (n,) sorted values are at least as large) / (1 + n)."""
    n = calibration.size
    return (1 + n - int(np.searchsorted(calibration, value, side="left"))) / (1 + n)


def _word(p: float, beyond: float, n_training: int) -> LikenessWord:
    """The verdict's word."""
    is_unlike = p < UNLIKE if n_training >= FEW_PATIENTS else beyond > BEYOND_ALL
    if is_unlike:
        return "unlike"
    return "unusual" if p < UNUSUAL else "like"
