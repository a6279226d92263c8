"""What a bundle's metadata says of an image network."""

from typing import Literal

from pydantic import model_validator

from TACEResponseLib.evidence.image_network.monai import monai_network
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings, ImageNetworkState
from TACEResponseLib.evidence.monai_network import MonaiNetwork
from TACEResponseLib.evidence.part import EvidencePart
from TACEResponseLib.patient.columns import ClinicalInput, FusionColumn, check_clinical_columns


class ImageNetworkPart(EvidencePart):
    """An image network of the bundle; its weights lie beside."""

    kind: Literal["image_network"] = "image_network"
    settings: ImageNetworkSettings
    state: ImageNetworkState = ImageNetworkState()

    @model_validator(mode="after")
    def _state_fits(self) -> "ImageNetworkPart":
        check_clinical_columns(self.settings.clinical, self.state.clinical)
        return self

    @property
    def file(self) -> str:
        """Path of the weights inside the bundle."""
        return f"models/{self.settings.name}.safetensors"

    @property
    def card_lines(self) -> list[str]:
        """What the network sees, and from which weights its training started."""
        settings, begun = self.settings, self.state.starting_weights
        _, rows, columns = settings.input_shape
        of = "patches of the largest lesion" if settings.needs_roi else "slices of the whole image"
        read = ", ".join(sequence.value for sequence in settings.sequences)
        joined = f", with {len(settings.clinical)} clinical variables" if settings.clinical else ""
        line = (
            f"- {settings.name}: network on {rows} x {columns} {of} in {read}{joined} "
            f"(`{self.file}`)"
        )
        maps = self.state.map_check
        map_lines = [f"  - {sentence}" for sentence in maps.words] if maps else []
        if begun is None:
            return [line, "  - Its training started from random weights.", *map_lines]
        origin = "" if begun.is_official else ", not the published file"
        return [
            line,
            f"  - Its training started from {begun.architecture} weights: {begun.file} "
            f"(SHA-256 {begun.sha256}{origin}).",
            *map_lines,
        ]

    @property
    def clinical_columns(self) -> tuple[tuple[ClinicalInput, FusionColumn], ...]:
        """Of the joint head."""
        return tuple(zip(self.settings.clinical, self.state.clinical, strict=True))

    @property
    def monai_network(self) -> MonaiNetwork:
        """The network, with its joint head if it has one."""
        return monai_network(self.settings)
