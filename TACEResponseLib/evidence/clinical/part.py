"""What a bundle's metadata says of clinical evidence."""

from typing import Literal

from pydantic import model_validator

from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.evidence.clinical.branch import check_columns
from TACEResponseLib.evidence.clinical.settings import ClinicalSettings
from TACEResponseLib.evidence.clinical.state import ClinicalState


class ClinicalPart(Settings):
    """A clinical formula of the bundle, whole: its state is its every number."""

    kind: Literal["clinical"] = "clinical"
    settings: ClinicalSettings
    state: ClinicalState

    @model_validator(mode="after")
    def _state_fits(self) -> "ClinicalPart":
        check_columns(self.settings, self.state)
        return self

    @property
    def file(self) -> None:
        """No file lies beside."""
