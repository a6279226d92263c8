"""What an image network branch is: its input, its network, its training."""

from typing import Any, Literal

from pydantic import Field

from TACEResponseLib.imaging.settings import CtWindow, Intensity, PatchSettings
from TACEResponseLib.settings import Settings
from TACEResponseLib.terms import ImageSequence, ResponseClass

SaliencyMethod = Literal["gradcam", "gradcam++", "occlusion"]


class FittingSettings(Settings):
    """How the network is trained."""

    epochs: int = Field(default=20, ge=1)
    batch_size: int = Field(default=16, ge=1)
    optimizer: Literal["adam", "sgd"] = "adam"
    learning_rate: float = Field(default=1e-3, gt=0)
    momentum: float = Field(default=0.9, ge=0, lt=1)
    weight_decay: float = Field(default=1e-6, ge=0)
    schedule: Literal["constant", "cosine"] = "cosine"
    flips: bool = True
    quarter_turns: bool = True
    balance: Literal["none", "sampler"] = "sampler"
    """`sampler` draws patches with replacement so that classes are equally frequent, at a
    fixed epoch length, as S0's iteration count implies."""


class ImageNetworkSettings(Settings):
    """One network on the patches of one or several sequences of the largest lesion."""

    kind: Literal["image_network"] = "image_network"
    name: str = "cnn"
    sequences: tuple[ImageSequence, ...] = Field(min_length=1)
    intensity: Intensity = CtWindow()
    patch: PatchSettings = PatchSettings()
    network_def: dict[str, Any]
    """`_target_` and its arguments, as MONAI's ConfigParser reads them."""
    target_layer: str
    """Module whose activations Grad-CAM reads, as `named_modules` spells it."""
    saliency: SaliencyMethod = "gradcam"
    """`gradcam++` runs one patch at a time; `occlusion` costs 225 passes a patch."""
    classes: tuple[ResponseClass | Literal["non_responder", "responder"], ...] = (
        "non_responder",
        "responder",
    )
    """What each output means, in order; softmax over them."""
    positive: tuple[int, ...] = (1,)
    """Outputs whose probabilities add up to that of the positive class."""
    fitting: FittingSettings = FittingSettings()

    @property
    def sequence(self) -> ImageSequence:
        """The first sequence, on whose grid the slices are chosen."""
        return self.sequences[0]
