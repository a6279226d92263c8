"""What to train: a typed, checked view of one file of Resources/Recipes."""

from pydantic import Field, model_validator

from TACEResponseLib.basics.ids import BRANCH_PATTERN, is_branch_name
from TACEResponseLib.basics.settings import Name, Settings
from TACEResponseLib.basics.terms import Endpoint, ImageSequence, Modality
from TACEResponseLib.evaluation.discrimination.cross_validated import FEWEST_PERMUTATIONS
from TACEResponseLib.evidence.kinds import BranchSettings
from TACEResponseLib.fusion.fusion import FusionSettings
from TACEResponseLib.fusion.model_range import FEWEST_REFITS, MOST_REFITS
from TACEResponseLib.patient.context import PopulationLimits

MOST_BRANCHES, MOST_CANDIDATES = 32, 100
CHEAP_REPEATS = 5


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
    repeats: int | None = Field(default=None, ge=1, le=20)
    """Divisions into folds whose outputs are averaged; none: 5, or 1 where a branch is trained by
    epochs."""
    permutations: int = Field(default=0, ge=0, le=10_000)
    """Trainings on permuted labels behind the p value of the whole procedure, at least 200; 0: no p
    value. Not where a branch is trained by epochs."""
    refits: int = Field(default=30, ge=0, le=MOST_REFITS)
    """Trainings of everything but networks on resampled patients, at least 20, behind the range of
    one case; 0: none, and an interval of the fusion alone."""
    differences: tuple[Difference, ...] = ()

    @property
    def is_cheap(self) -> bool:
        """Whether each of its fits is a matter of moments: none is trained by epochs."""
        return not any(settings.trained_by_epochs for settings in self.branches)

    @property
    def n_repeats(self) -> int:
        """Divisions into folds."""
        return self.repeats or (CHEAP_REPEATS if self.is_cheap else 1)

    @model_validator(mode="after")
    def _permutations_fit(self) -> "Recipe":
        if 0 < self.permutations < FEWEST_PERMUTATIONS:
            raise ValueError(
                f"permutations must be 0 or at least {FEWEST_PERMUTATIONS}, got {self.permutations}"
            )
        if self.permutations and not self.is_cheap:
            raise ValueError("permutations must be 0 where a branch is trained by epochs")
        return self

    @model_validator(mode="after")
    def _refits_fit(self) -> "Recipe":
        if 0 < self.refits < FEWEST_REFITS:
            raise ValueError(f"refits must be 0 or at least {FEWEST_REFITS}, got {self.refits}")
        return self

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
