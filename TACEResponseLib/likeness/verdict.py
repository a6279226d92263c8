"""What is said of how like the training patients a case is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

LikenessWord = Literal["like", "unusual", "unlike"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchLikeness:
    """How far a case lies from the training patients in what one branch reads."""

    branch: str
    distance: float
    """In standard deviations of the training patients, shrunk covariance."""
    p: float
    """Share of training patients at least as far, the case counted in; of this branch alone."""
    reasons: tuple[str, ...] = ()
    """What lies furthest out, where the branch's numbers have names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """The verdict over all branches."""

    word: LikenessWord
    """`unusual` below 5 %; `unlike` where no probability is called."""
    p: float
    """Share of training patients who lie at least as far in their furthest branch."""
    beyond: float
    """Furthest branch, as a multiple of the furthest training patient."""
    n_training: int
    branches: tuple[BranchLikeness, ...]

    @property
    def is_unlike(self) -> bool:
        """Whether no probability is called."""
        return self.word == "unlike"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Of every branch in which the case is unusual, the furthest first."""
        far = furthest_first(self.branches)
        return tuple(reason for branch in far for reason in branch.reasons)


def furthest_first(branches: Sequence[BranchLikeness]) -> list[BranchLikeness]:
    """In order of p."""
    return sorted(branches, key=lambda branch: branch.p)
