"""What a radiomics branch keeps of its training cohort."""

from pydantic import model_validator

from TACEResponseLib.settings import Settings


class RadiomicsState(Settings):
    """The selected features in the classifier's order, with the training cohort's values."""

    feature_names: tuple[str, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...]
    minimum: tuple[float, ...]
    maximum: tuple[float, ...]
    remarks: tuple[str, ...] = ()
    """What must be known of the training: features left out, fewer patients than features."""

    @model_validator(mode="after")
    def _equally_many(self) -> "RadiomicsState":
        lengths = {len(self.mean), len(self.sd), len(self.minimum), len(self.maximum)}
        if lengths != {len(self.feature_names)}:
            raise ValueError("mean, sd, minimum and maximum must be one a feature")
        return self
