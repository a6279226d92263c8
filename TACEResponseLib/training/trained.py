"""What a training has made, before it is measured and becomes a bundle."""

from collections.abc import Mapping
from dataclasses import dataclass

from TACEResponseLib.evidence.branch import FittedBranch
from TACEResponseLib.fusion.fusion import FittedFusion
from TACEResponseLib.training.candidates import FittedCandidate
from TACEResponseLib.training.prepared_cohort import Floats, PreparedCohort


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """The parts that a bundle is made of, the outputs behind them, and what they were chosen of."""

    branches: tuple[FittedBranch, ...]
    """Those of the chosen candidate."""
    fusion: FittedFusion
    out_of_fold: Mapping[str, Floats]
    """Logits (n,) by branch, of the chosen candidate's branches."""
    candidates: tuple[FittedCandidate, ...] = ()
    """Every one that was compared, in the recipe's order."""
    all_branches: tuple[FittedBranch, ...] = ()
    """Those of every candidate."""


def logits_of(branches: tuple[FittedBranch, ...], cohort: PreparedCohort) -> dict[str, Floats]:
    """Logits (n,) by branch of patients that no fit has seen."""
    return {branch.name: branch.logits(cohort.by_branch[branch.name]) for branch in branches}
