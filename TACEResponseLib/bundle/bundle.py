"""A trained model in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from TACEResponseLib.bundle.card import SIMULATED_FIRST_LINE
from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.bundle.refits import Refit
from TACEResponseLib.evidence.branch import AnyBranch
from TACEResponseLib.evidence.kinds import BranchPart, kind_of
from TACEResponseLib.fusion.fusion import FittedFusion


@dataclass(frozen=True, kw_only=True, eq=False)
class Bundle:
    """Branches, the fusion of their outputs, and what must be known of them.

    Raises: ValueError: the parts don't belong together.
    """

    metadata: BundleMetadata
    branches: tuple[AnyBranch, ...]
    fusion: FittedFusion
    card: str
    """The model card, Markdown."""
    refits: tuple[Refit, ...] = ()
    """The same trained on other patients; none in bundles of before, whose range is not known."""
    sha256: str = ""
    """Of the file SHA256SUMS, and so of every file; empty until the bundle has been saved."""
    source: str = ""
    """Name of the folder or zip it was read from."""

    def __post_init__(self) -> None:
        """Refuse parts that contradict each other."""
        if self.metadata.simulated and not self.card.startswith(SIMULATED_FIRST_LINE):
            raise ValueError(f"the card of a simulated model must begin: {SIMULATED_FIRST_LINE}")
        names = self.metadata.branch_names
        if tuple(branch.name for branch in self.branches) != names:
            raise ValueError(f"branches must be {names}, as the metadata says")
        if set(self.fusion.branch_names) != set(names):
            raise ValueError(f"the fusion must take the outputs of {names}")
        if self.fusion.settings != self.metadata.fusion:
            raise ValueError("the fusion must have the settings that the metadata says")
        if not (self.refits or self.fusion.bootstrap):
            raise ValueError("there must be refits, or resamples of the fusion")
        if len(self.refits) != self.metadata.refits:
            raise ValueError("there must be as many refits as the metadata says")
        promised = (self.metadata.threshold, self.metadata.threshold_set_on)
        if (self.fusion.threshold, self.fusion.threshold_set_on) != promised:
            raise ValueError("the fusion must have the threshold that the metadata says")


def describe_branches(branches: Sequence[AnyBranch]) -> tuple[BranchPart, ...]:
    """What the metadata says of trained branches."""
    return tuple(kind_of(branch.settings).part_of(branch) for branch in branches)
