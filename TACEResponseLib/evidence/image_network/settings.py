"""What an image network branch is: its input, its network, its training."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from TACEResponseLib.basics.settings import MOST_EPOCHS, Moderate, Name, Settings
from TACEResponseLib.basics.terms import ImageSequence, ResponseClass
from TACEResponseLib.evidence.image_network.map_check import MapCheck
from TACEResponseLib.evidence.settings import EvidenceSettings
from TACEResponseLib.imaging.settings import CtWindow, Intensity, MrZScore, PatchSettings
from TACEResponseLib.patient.columns import MOST_VARIABLES, ClinicalInput, FusionColumn

SaliencyMethod = Literal["gradcam", "gradcam++", "occlusion"]
Output = Literal["softmax", "sigmoid"]
# What comes after the patches are cut; whatever else is set may shape them.
LATER = frozenset(
    {
        "name",
        "network",
        "arguments",
        "target_layer",
        "saliency",
        "classes",
        "positive",
        "fitting",
        "output",
        "joint_head",
        "normalization",
    }
)
# Cut round the lesion before anything is computed; patches reach no further than their margin,
# or half a patch of fixed pixels, which are added to it.
CROP_MARGIN_MM = 20.0
# Eight of each of the known sequences.
MOST_CHANNELS = 8 * len(ImageSequence)


class FittingSettings(Settings):
    """How the network is trained."""

    epochs: int = Field(default=20, ge=1, le=MOST_EPOCHS)
    batch_size: int = Field(default=16, ge=1, le=4096)
    optimizer: Literal["adam", "sgd"] = "adam"
    learning_rate: float = Field(default=1e-3, gt=0, le=100)
    momentum: float = Field(default=0.9, ge=0, lt=1)
    weight_decay: float = Field(default=1e-6, ge=0, le=100)
    schedule: Literal["constant", "cosine", "plateau"] = "cosine"
    """`cosine` falls step by step to `final_learning_rate`; `plateau` divides by ten after
    `patience_epochs` without gain of accuracy, of the patients held apart where there are any."""
    final_learning_rate: float = Field(default=0.0, ge=0)
    patience_epochs: int = Field(default=10, ge=1, le=MOST_EPOCHS)
    loss: Literal["cross_entropy", "binary_cross_entropy_per_class"] = "cross_entropy"
    """The second adds up each class against the rest, as S3 prints it."""
    start: Literal["given_weights", "random"] = "given_weights"
    """`given_weights` begins with published weights if the user has given a file of them."""
    channels_rule: Literal["keep_rgb", "mean_then_repeat"] = "keep_rgb"
    """How published weights of three channels meet another number of them."""
    trainable: Literal["all", "head"] = "all"
    """`head`: the last linear layer alone learns, as in S0."""
    frozen_batch_norm: bool = True
    """With `head`: whether batch normalization and dropout before it stay as in scoring. Then
    features are computed once where `positions` is `six` and nothing else is drawn."""
    choose_epoch: Literal["last", "best_tuning"] = "last"
    """`best_tuning` keeps the epoch of the highest AUC on a fifth of the fit's own patients, whom
    its steps leave out; never on patients of the role `tuning`, who choose among candidates."""
    patients_per_epoch: Literal["all", "one"] = "all"
    """`one`: an epoch is one step, on one batch of a patient drawn at random, as in S3."""
    balance: Literal["none", "sampler"] = "sampler"
    """`sampler` draws patches with replacement so that classes are equally frequent, at a
    fixed epoch length, as S0's iteration count implies."""
    flips: bool = True
    quarter_turns: bool = True
    positions: Literal["eight", "six"] = "eight"
    """Which positions of the square flips and quarter turns reach: all eight, or S0's six: as it
    is, flipped across, down, both, and turned left or right."""
    brightness: float = Field(default=0.0, ge=0, lt=1)
    """Largest relative change; 0.5 draws factors of 0.5 to 1.5."""
    contrast: float = Field(default=0.0, ge=0, lt=1)
    """Largest relative change of the distance from the patch's mean."""
    shift_fraction: float = Field(default=0.0, ge=0, lt=0.5)
    """Largest shift along each axis, as a share of the patch's side."""
    rotation_degrees: float = Field(default=0.0, ge=0, le=180)
    zoom: float = Field(default=0.0, ge=0, lt=1)
    """Largest enlargement; 0.2 draws factors of 1 to 1.2."""

    @property
    def draws_continuously(self) -> bool:
        """Whether a patch is changed in more than its position on the square."""
        return any(
            (self.brightness, self.contrast, self.shift_fraction, self.rotation_degrees, self.zoom)
        )

    @model_validator(mode="after")
    def _choices_fit(self) -> "FittingSettings":
        if self.final_learning_rate > self.learning_rate:
            raise ValueError("final_learning_rate must be <= learning_rate")
        return self


class ChannelNormalization(Settings):
    """Mean and standard deviation that are taken from each channel before the network.

    Fixed numbers, as published or of the training cohort: never those of the patient's own site.
    """

    mean: tuple[Moderate, ...] = Field(min_length=1, max_length=MOST_CHANNELS)
    """One for all channels, or one a channel."""
    sd: tuple[Annotated[float, Field(ge=1e-9, le=1e9)], ...] = Field(
        min_length=1, max_length=MOST_CHANNELS
    )

    @model_validator(mode="after")
    def _sizes_agree(self) -> "ChannelNormalization":
        if len(self.mean) != len(self.sd):
            raise ValueError("mean and sd must be as many")
        return self


class JointHead(Settings):
    """S2's head: image outputs and clinical values side by side, through two hidden layers."""

    widths: tuple[int, ...] = Field(default=(512, 512), min_length=1, max_length=4)
    dropout: float = Field(default=0.1, ge=0, lt=1)

    @model_validator(mode="after")
    def _widths_are_sane(self) -> "JointHead":
        if not all(1 <= width <= 4096 for width in self.widths):
            raise ValueError(f"widths must be 1 to 4096, got {self.widths}")
        return self


class ImageNetworkSettings(EvidenceSettings):
    """One network on the patches of one or several sequences of the largest lesion."""

    kind: Literal["image_network"] = "image_network"
    name: Name = "cnn"
    sequences: tuple[ImageSequence, ...] = Field(min_length=1, max_length=len(ImageSequence))
    channel_order: tuple[ImageSequence, ...] = Field(default=(), max_length=MOST_CHANNELS)
    """With `channel_content: sequences`: which sequence fills each channel; none = `sequences`."""
    intensity: Intensity = CtWindow()
    patch: PatchSettings = PatchSettings()
    crop_px: int | None = Field(default=None, ge=16, le=1024)
    """Side of the square of the patch that the network sees: drawn in training, its middle in
    scoring; `None` shows the whole patch."""
    normalization: ChannelNormalization | None = None
    network: str = Field(max_length=100)
    """A word of `known_networks`."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    """Of that network."""
    clinical: tuple[ClinicalInput, ...] = Field(default=(), max_length=MOST_VARIABLES)
    """Variables that the joint head reads beside the image network's outputs."""
    joint_head: JointHead | None = None
    target_layer: Name
    """Module of the image network whose activations Grad-CAM reads, as `named_modules` spells
    it."""
    saliency: SaliencyMethod = "gradcam"
    """`gradcam++` runs one patch at a time; `occlusion` costs 225 passes a patch."""
    classes: tuple[ResponseClass | Literal["non_responder", "responder"], ...] = (
        "non_responder",
        "responder",
    )
    """What each output means, in order."""
    output: Output = "softmax"
    """What makes probabilities of the outputs; sigmoids are divided by their sum."""
    positive: tuple[int, ...] = (1,)
    """Outputs whose probabilities add up to that of the positive class."""
    fitting: FittingSettings = FittingSettings()

    prepared_by: ClassVar[str] = "TACEResponseLib.evidence.image_network.preparation"
    has_map: ClassVar[bool] = True

    @property
    def clinical_inputs(self) -> tuple[ClinicalInput, ...]:
        """Variables of the joint head."""
        return self.clinical

    @property
    def response_classes(self) -> tuple[str, ...]:
        """Its classes where they are more than two."""
        return tuple(str(name) for name in self.classes) if len(self.classes) > 2 else ()

    @property
    def trained_by_epochs(self) -> tuple[str, ...]:
        """Always."""
        return ("fitting",)

    @property
    def chooses_epoch(self) -> bool:
        """Where the settings say so."""
        return self.fitting.choose_epoch == "best_tuning"

    @property
    def takes_weights(self) -> bool:
        """Unless it begins with random ones."""
        return self.fitting.start == "given_weights"

    @property
    def preparation(self) -> dict[str, Any]:
        """All that what `prepare` gives depends on: equal here, equal patches."""
        return self.model_dump(mode="json", exclude=set(LATER))

    @property
    def negative(self) -> tuple[int, ...]:
        """Outputs of all other classes."""
        return tuple(n for n in range(len(self.classes)) if n not in self.positive)

    @property
    def sequence(self) -> ImageSequence:
        """The first sequence, on whose grid the slices are chosen."""
        return self.sequences[0]

    @property
    def channel_sequences(self) -> tuple[ImageSequence, ...]:
        """The sequence of each channel, in order."""
        if self.patch.channel_content == "sequences":
            return self.channel_order or self.sequences
        return tuple(s for s in self.sequences for _ in range(self.patch.channels))

    @property
    def needs_roi(self) -> bool:
        """Whether a case can't be scored without a lesion."""
        return self.patch.needs_roi

    def reach_mm(self, extent_mm: float) -> float | None:
        """As far as its patches; whole slices are the whole image, and so is the body of MR."""
        patch = self.patch
        if patch.shape == "whole_slice" or not isinstance(self.intensity, CtWindow):
            return None
        if patch.fixed_spacing_mm is not None:
            side = max(patch.size_px, patch.columns_px)
            return CROP_MARGIN_MM + patch.fixed_spacing_mm * side / 2
        return CROP_MARGIN_MM + patch.margin_fraction * extent_mm

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Channels, rows and columns of what the network sees."""
        rows, columns = self.patch.size_px, self.patch.columns_px
        if self.crop_px is not None:
            rows, columns = self.crop_px, self.crop_px
        return len(self.channel_sequences), rows, columns

    @model_validator(mode="after")
    def _input_fits(self) -> "ImageNetworkSettings":
        patch, n_channels = self.patch, len(self.channel_sequences)
        if len(set(self.sequences)) != len(self.sequences):
            raise ValueError("sequences must differ")
        if self.channel_order and patch.channel_content != "sequences":
            raise ValueError("channel_order goes with channel_content: sequences")
        if set(self.channel_sequences) != set(self.sequences):
            raise ValueError("channel_order must name each of the sequences, and no other")
        if self.crop_px is not None and self.crop_px > min(patch.size_px, patch.columns_px):
            raise ValueError("crop_px must be <= size_px and width_px")
        if self.normalization and len(self.normalization.mean) not in (1, n_channels):
            raise ValueError(f"normalization must have 1 or {n_channels} numbers")
        return self

    @model_validator(mode="after")
    def _joint_head_fits(self) -> "ImageNetworkSettings":
        if bool(self.clinical) != (self.joint_head is not None):
            raise ValueError("clinical and joint_head go together")
        if self.joint_head and self.fitting.trainable == "head":
            raise ValueError("a joint head learns together with its image network")
        if self.joint_head and self.fitting.batch_size < 2:
            raise ValueError("batch_size must be >= 2 with a joint head, which normalizes batches")
        if self.joint_head and self.fitting.patients_per_epoch == "one":
            raise ValueError("patients_per_epoch: one goes without a joint head")
        return self

    @model_validator(mode="after")
    def _fitting_fits(self) -> "ImageNetworkSettings":
        fitting, patch = self.fitting, self.patch
        if fitting.loss == "cross_entropy" and self.output == "sigmoid":
            raise ValueError("output: sigmoid goes with loss: binary_cross_entropy_per_class")
        if (fitting.brightness or fitting.contrast) and isinstance(self.intensity, MrZScore):
            raise ValueError("brightness and contrast need an intensity of 0 to 1")
        if fitting.quarter_turns and self.crop_px is None and patch.size_px != patch.columns_px:
            raise ValueError("quarter_turns must be false where patches are no squares")
        return self


class StartingWeights(Settings):
    """Which published weights a training began with, as the card tells it."""

    architecture: str
    file: str
    sha256: str
    is_official: bool


class ImageNetworkState(Settings):
    """What training found beside the weights."""

    clinical: tuple[FusionColumn, ...] = ()
    """Columns of the joint head, in the settings' order."""
    starting_weights: StartingWeights | None = None
    """`None`: weights were drawn at random."""
    epoch: int | None = None
    """The epoch whose weights were kept, counted from 1; `None` in bundles that don't say."""
    map_check: MapCheck | None = None
    """`None` in bundles of before, whose maps have no scale but their own."""
