"""What a bundle's metadata says of an image network."""

from typing import Literal

from pydantic import model_validator

from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings, ImageNetworkState


class ImageNetworkPart(Settings):
    """An image network of the bundle; its weights lie beside."""

    kind: Literal["image_network"] = "image_network"
    settings: ImageNetworkSettings
    state: ImageNetworkState = ImageNetworkState()

    @model_validator(mode="after")
    def _state_fits(self) -> "ImageNetworkPart":
        wanted = [variable.name for variable in self.settings.clinical]
        if [column.name for column in self.state.clinical] != wanted:
            raise ValueError(f"clinical columns must be {wanted}")
        for variable, column in zip(self.settings.clinical, self.state.clinical, strict=True):
            if variable.required == (column.filled_in is not None):
                raise ValueError("filled_in must be given for optional variables, and only there")
        return self

    @property
    def file(self) -> str:
        """Path of the weights inside the bundle."""
        return f"models/{self.settings.name}.safetensors"
