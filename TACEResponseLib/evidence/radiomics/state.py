"""What a radiomics branch keeps of its training cohort."""

from pydantic import Field, model_validator

from TACEResponseLib.basics.settings import Moderate, Name, Settings
from TACEResponseLib.evidence.radiomics.settings import MOST_FEATURES


class RadiomicsState(Settings):
    """The selected features in the classifier's order, with the training cohort's values."""

    feature_names: tuple[Name, ...] = Field(max_length=MOST_FEATURES)
    mean: tuple[Moderate, ...]
    sd: tuple[Moderate, ...]
    minimum: tuple[Moderate, ...]
    maximum: tuple[Moderate, ...]
    clips: bool = False
    """Whether values beyond the range enter as its ends; bundles of before let them enter as they
    are, and score as they did."""
    remarks: tuple[str, ...] = ()
    """What must be known of the training: features left out, fewer patients than features."""

    @model_validator(mode="after")
    def _equally_many(self) -> "RadiomicsState":
        lengths = {len(self.mean), len(self.sd), len(self.minimum), len(self.maximum)}
        if lengths != {len(self.feature_names)}:
            raise ValueError("mean, sd, minimum and maximum must be one a feature")
        return self
