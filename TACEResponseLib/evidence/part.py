"""What a bundle's metadata says of a trained branch, whatever its kind."""

from abc import abstractmethod
from dataclasses import dataclass

from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.evidence.icc_filter import IccFilter
from TACEResponseLib.evidence.monai_network import MonaiNetwork
from TACEResponseLib.evidence.settings import EvidenceSettings
from TACEResponseLib.patient.columns import ClinicalInput, FusionColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionFeature:
    """One number that a branch takes from the ROI, and what training knew of it."""

    branch: str
    name: str
    mean: float
    sd: float
    minimum: float
    maximum: float
    icc: IccFilter | None = None
    """Filter of its branch; None where training had none."""


class EvidencePart(Settings):
    """Settings of a trained branch, with the state that lies in no file of its own."""

    kind: str
    settings: EvidenceSettings

    @property
    def file(self) -> str | None:
        """Path of what was trained inside the bundle; None where the state says all of it."""
        return None

    @property
    @abstractmethod
    def card_lines(self) -> list[str]:
        """What the model card says of its inputs: Markdown, one item with any below it."""

    @property
    def lesion_features(self) -> tuple[LesionFeature, ...]:
        """Numbers of the ROI, whose drift and whose agreement between readers are looked at."""
        return ()

    @property
    def clinical_columns(self) -> tuple[tuple[ClinicalInput, FusionColumn], ...]:
        """Clinical variables, with what training knew of each."""
        return ()

    @property
    def monai_network(self) -> MonaiNetwork | None:
        """The network that MONAI's tools may run; None of evidence without one."""
        return None

    def check_up_to_date(self, where: str) -> None:
        """Refuse what earlier programs wrote and this one would misread.

        Raises: InputError.
        """
