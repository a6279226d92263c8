"""What a training has made, before it is measured and becomes a bundle."""

from dataclasses import dataclass

from TACEResponseLib.bundle.refits import Refit
from TACEResponseLib.evaluation.significance import Significance
from TACEResponseLib.evidence.branch import AnyBranch
from TACEResponseLib.fusion.fusion import FittedFusion
from TACEResponseLib.fusion.nested_outputs import NestedOutputs
from TACEResponseLib.training.candidates import FittedCandidate
from TACEResponseLib.training.prepared_cohort import Floats, PreparedCohort

NESTED = "; of the procedure, each patient held out of branches, fusion and calibration"
"""Follows the method of an AUC of training patients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """The parts that a bundle is made of, the outputs behind them, and what they were chosen of."""

    branches: tuple[AnyBranch, ...]
    """Those of the chosen candidate."""
    fusion: FittedFusion
    outputs: NestedOutputs
    """Of the chosen candidate's branches."""
    candidates: tuple[FittedCandidate, ...] = ()
    """Every one that was compared, in the recipe's order."""
    all_branches: tuple[AnyBranch, ...] = ()
    """Those of every candidate."""
    refits: tuple[Refit, ...] = ()
    """The chosen candidate trained on other patients."""
    chance: Significance | None = None
    """How often permuted labels do as well; `None` where nobody asked."""


def logits_of(branches: tuple[AnyBranch, ...], cohort: PreparedCohort) -> dict[str, Floats]:
    """Logits (n,) by branch of patients that no fit has seen."""
    return {branch.name: branch.logits(cohort.by_branch[branch.name]) for branch in branches}
