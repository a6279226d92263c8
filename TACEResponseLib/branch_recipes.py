"""From the settings of a branch to the branch that can be trained."""

from typing import Annotated

from pydantic import Field

from TACEResponseLib.branch import BranchRecipe
from TACEResponseLib.clinical.settings import ClinicalSettings
from TACEResponseLib.cnn.settings import ImageNetworkSettings
from TACEResponseLib.radiomics.settings import RadiomicsSettings

BranchSettings = Annotated[
    ImageNetworkSettings | RadiomicsSettings | ClinicalSettings, Field(discriminator="kind")
]


def branch_recipe(settings: BranchSettings) -> BranchRecipe:
    """The trainable branch of these settings."""
    if isinstance(settings, ImageNetworkSettings):
        from TACEResponseLib.cnn.branch import ImageNetworkRecipe

        return ImageNetworkRecipe(settings)
    if isinstance(settings, RadiomicsSettings):
        from TACEResponseLib.radiomics.branch import RadiomicsRecipe

        return RadiomicsRecipe(settings)
    from TACEResponseLib.clinical.branch import ClinicalRecipe

    return ClinicalRecipe(settings)


def needs_roi(settings: BranchSettings) -> bool:
    """Whether a branch looks at the tumor; whole-slice networks don't."""
    return bool(getattr(settings, "needs_roi", True))
