"""What a radiomics branch is: its lesion, its features, its classifier."""

from typing import Literal

from pydantic import Field

from TACEResponseLib.settings import Settings
from TACEResponseLib.terms import ImageSequence

FeatureClass = Literal["shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"]


class ExtractionSettings(Settings):
    """A named parameter set of pyradiomics."""

    name: str
    """Name of the parameter set, written to the record."""
    spacing_mm: float | None = Field(default=1.0, gt=0, le=10)
    """Isotropic resampling; `None` keeps the image's own grid."""
    bin_width: float = Field(default=25.0, gt=0)
    image_types: tuple[Literal["Original", "LoG", "Wavelet"], ...] = ("Original",)
    log_sigma_mm: tuple[float, ...] = ()
    feature_classes: tuple[FeatureClass, ...] = (
        "shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm",
    )  # fmt: skip


class RadiomicsSettings(Settings):
    """One classifier on the radiomics of one or several sequences."""

    kind: Literal["radiomics"] = "radiomics"
    name: str = "radiomics"
    sequences: tuple[ImageSequence, ...] = Field(min_length=1)
    lesion: Literal["largest", "union"] = "largest"
    extraction: ExtractionSettings
    selection: Literal["none", "rfe"] = "rfe"
    n_features: int = Field(default=14, ge=1)
    """How many features selection keeps; ignored when selection is `none`."""
    classifier: Literal["logistic", "random_forest"] = "logistic"
    inverse_regularization: float = Field(default=1.0, gt=0)
    """scikit-learn's C of the logistic classifier."""
    n_trees: int = Field(default=300, ge=1)
    min_samples_leaf: int = Field(default=5, ge=1)

    @property
    def sequence(self) -> ImageSequence:
        """The first sequence."""
        return self.sequences[0]
