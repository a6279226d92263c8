"""What to train: a typed, checked view of one file of Resources/Recipes."""

from pydantic import Field, model_validator

from TACEResponseLib.basics.ids import BRANCH_PATTERN, is_branch_name
from TACEResponseLib.basics.settings import Name, Settings
from TACEResponseLib.basics.terms import Endpoint, ImageSequence, Modality
from TACEResponseLib.evidence.kinds import BranchSettings
from TACEResponseLib.fusion.fusion import FusionSettings
from TACEResponseLib.patient.context import PopulationLimits

MOST_BRANCHES, MOST_CANDIDATES = 32, 100


class Difference(Settings):
    """One place where a recipe can't or doesn't follow its paper."""

    topic: str
    paper: str
    ours: str
    why: str


class Candidate(Settings):
    """One of the fusions that a recipe compares."""

    name: Name
    branches: tuple[Name, ...] = Field(min_length=1, max_length=MOST_BRANCHES)
    """Names of the branches whose outputs it fuses."""
    fusion: FusionSettings | None = None
    """The recipe's own if none is given."""
    paper: str = ""
    """What the paper calls it."""


class Recipe(Settings):
    """A published method with every gap settled by a named setting."""

    name: Name
    title: str
    citation: str
    modality: Modality
    sequences: tuple[ImageSequence, ...] = Field(min_length=1, max_length=len(ImageSequence))
    endpoint: Endpoint
    positive_class: str
    criterion: str
    readout: str
    treatment: str
    population: str
    population_limits: PopulationLimits = PopulationLimits()
    intended_use: str
    branches: tuple[BranchSettings, ...] = Field(min_length=1, max_length=MOST_BRANCHES)
    """Every source of evidence that any candidate uses; all are trained on the same folds."""
    fusion: FusionSettings = FusionSettings()
    candidates: tuple[Candidate, ...] = Field(default=(), max_length=MOST_CANDIDATES)
    """What is compared; the best on the tuning patients is kept. None: all branches, fused."""
    folds: int = Field(default=5, ge=2, le=20)
    """Cross-validation folds for the out-of-fold outputs that fusion is fitted on."""
    differences: tuple[Difference, ...] = ()

    @model_validator(mode="after")
    def _names_fit(self) -> "Recipe":
        names = [settings.name for settings in self.branches]
        if bad := [name for name in names if not is_branch_name(name)]:
            raise ValueError(f"branch names must match {BRANCH_PATTERN.pattern}, got {bad[0]!r}")
        if len(set(names)) != len(names):
            raise ValueError("branches must have different names")
        listed = [candidate.name for candidate in self.candidates]
        if len(set(listed)) != len(listed):
            raise ValueError("candidates must have different names")
        for candidate in self.candidates:
            if unknown := sorted(set(candidate.branches) - set(names)):
                raise ValueError(
                    f"candidate {candidate.name} names {unknown[0]}, which is none of "
                    f"the branches {', '.join(names)}"
                )
            if len(set(candidate.branches)) != len(candidate.branches):
                raise ValueError(f"candidate {candidate.name} must name each branch once")
        return self
