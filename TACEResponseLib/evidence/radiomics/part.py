"""What a bundle's metadata says of radiomics evidence."""

from typing import Literal

from pydantic import model_validator

from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings
from TACEResponseLib.evidence.radiomics.state import RadiomicsState


class RadiomicsPart(Settings):
    """A radiomics classifier of the bundle, which lies beside; a network's weights as such."""

    kind: Literal["radiomics"] = "radiomics"
    settings: RadiomicsSettings
    state: RadiomicsState
    """Features and their training ranges."""

    @model_validator(mode="after")
    def _ranges_are_ranges(self) -> "RadiomicsPart":
        state = self.state
        ranges = zip(state.minimum, state.mean, state.maximum, state.sd, strict=True)
        for name, (low, mean, high, sd) in zip(state.feature_names, ranges, strict=True):
            slack = 1e-9 * max(abs(low), abs(high))
            if not (low - slack <= mean <= high + slack and sd > 0):
                raise ValueError(f"minimum <= mean <= maximum and sd > 0 must hold for {name}")
        if not state.feature_names:
            raise ValueError("at least one feature is needed")
        self.settings.check_names(state.feature_names)
        return self

    @property
    def file(self) -> str:
        """Path of the classifier inside the bundle."""
        kind = "safetensors" if self.settings.classifier == "dnn" else "skops"
        return f"models/{self.settings.name}.{kind}"
