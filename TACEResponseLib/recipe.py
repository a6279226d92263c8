"""What to train: a typed, checked view of one file of Resources/Recipes."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, model_validator

from TACEResponseLib.clinical.settings import ClinicalSettings
from TACEResponseLib.cnn.settings import ImageNetworkSettings
from TACEResponseLib.errors import InputError
from TACEResponseLib.fusion import FusionSettings
from TACEResponseLib.population import PopulationLimits
from TACEResponseLib.radiomics.settings import RadiomicsSettings
from TACEResponseLib.settings import Settings
from TACEResponseLib.terms import Endpoint, ImageSequence, Modality
from TACEResponseLib.yaml_reading import read_yaml

BranchSettings = Annotated[
    ImageNetworkSettings | RadiomicsSettings | ClinicalSettings, Field(discriminator="kind")
]


class Difference(Settings):
    """One place where a recipe can't or doesn't follow its paper."""

    topic: str
    paper: str
    ours: str
    why: str


class Candidate(Settings):
    """One of the fusions that a recipe compares."""

    name: str
    branches: tuple[str, ...] = Field(min_length=1)
    """Names of the branches whose outputs it fuses."""
    fusion: FusionSettings | None = None
    """The recipe's own if none is given."""
    paper: str = ""
    """What the paper calls it."""


class Recipe(Settings):
    """A published method with every gap settled by a named setting."""

    name: str
    title: str
    citation: str
    modality: Modality
    sequences: tuple[ImageSequence, ...] = Field(min_length=1)
    endpoint: Endpoint
    positive_class: str
    criterion: str
    readout: str
    treatment: str
    population: str
    population_limits: PopulationLimits = PopulationLimits()
    intended_use: str
    branches: tuple[BranchSettings, ...] = Field(min_length=1)
    """Every source of evidence that any candidate uses; all are trained on the same folds."""
    fusion: FusionSettings = FusionSettings()
    candidates: tuple[Candidate, ...] = ()
    """What is compared; the best on the tuning patients is kept. None: all branches, fused."""
    folds: int = Field(default=5, ge=2, le=20)
    """Cross-validation folds for the out-of-fold outputs that fusion is fitted on."""
    differences: tuple[Difference, ...] = ()

    @model_validator(mode="after")
    def _names_fit(self) -> "Recipe":
        names = [settings.name for settings in self.branches]
        if len(set(names)) != len(names):
            raise ValueError("branches must have different names")
        listed = [candidate.name for candidate in self.candidates]
        if len(set(listed)) != len(listed):
            raise ValueError("candidates must have different names")
        for candidate in self.candidates:
            if unknown := sorted(set(candidate.branches) - set(names)):
                raise ValueError(f"candidate {candidate.name} names {unknown[0]}, which is none of "
                                 f"the branches {', '.join(names)}")  # fmt: skip
            if len(set(candidate.branches)) != len(candidate.branches):
                raise ValueError(f"candidate {candidate.name} must name each branch once")
        return self


def read_recipe(path: Path) -> Recipe:
    """Read a recipe file.

    Raises: InputError: not there, not YAML, or against the schema (names the key).
    """
    import yaml

    where = f"recipe {path.name}"
    try:
        content = read_yaml(path.read_text(encoding="utf-8"), where)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(where, "must be a readable YAML file", got=type(error).__name__,
                         remedy="check the path and the file") from error  # fmt: skip
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        from TACEResponseLib.recipe_keys import refused_recipe

        raise refused_recipe(error, where) from error
