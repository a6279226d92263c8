"""From the settings of a branch to the branch that can be trained."""

from typing import Annotated

from pydantic import Field

from TACEResponseLib.evidence.branch import BranchRecipe
from TACEResponseLib.evidence.clinical.settings import ClinicalSettings
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings

BranchSettings = Annotated[
    ImageNetworkSettings | RadiomicsSettings | ClinicalSettings, Field(discriminator="kind")
]


def branch_recipe(settings: BranchSettings) -> BranchRecipe:
    """The trainable branch of these settings."""
    if isinstance(settings, ImageNetworkSettings):
        from TACEResponseLib.evidence.image_network.branch import ImageNetworkRecipe

        return ImageNetworkRecipe(settings)
    if isinstance(settings, RadiomicsSettings):
        from TACEResponseLib.evidence.radiomics.branch import RadiomicsRecipe

        return RadiomicsRecipe(settings)
    from TACEResponseLib.evidence.clinical.branch import ClinicalRecipe

    return ClinicalRecipe(settings)


def needs_roi(settings: BranchSettings) -> bool:
    """Whether a branch looks at the tumor; whole-slice networks don't."""
    return bool(getattr(settings, "needs_roi", True))
