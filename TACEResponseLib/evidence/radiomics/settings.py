"""What a radiomics branch is: its lesion, its features, its classifier."""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from TACEResponseLib.basics.settings import MOST_EPOCHS, Name, Settings
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.icc_filter import IccFilter
from TACEResponseLib.evidence.settings import EvidenceSettings, LesionsUsed
from TACEResponseLib.imaging.settings import MrZScore

FeatureClass = Literal["shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"]
Selection = Literal["none", "rfe", "mrmr", "given"]
ClassifierName = Literal[
    "linear", "logistic", "lasso", "svm_linear", "svm_rbf", "gbm", "random_forest", "knn", "dnn"
]
MOST_FEATURES = 10_000
MOST_TREES = 1000
# Where a Gaussian's second derivative has fallen below a millionth of its height.
LOG_REACH_SIGMA = 6.0
# Taps of the wavelet coif1, which pyradiomics takes.
WAVELET_REACH_VOXELS = 6
SEQUENCE_MARK = ":"
"""Between sequence and feature where a branch reads several: `mr_t2:original_glcm_Contrast`."""


# Lower bounds of gray levels that a parameter set doesn't name, in HU and in standard deviations.
# Below -150 HU there is no soft tissue, only air at a tumor's margin. The wavelet's low-pass image
# is 2.83 times the original: the bounds of filtered images take in those of the original.
CT_LOWEST, CT_LOWEST_FILTERED = -150.0, -500.0
MR_LOWEST, MR_LOWEST_FILTERED = -3.0, -10.0


class ExtractionSettings(Settings):
    """A named parameter set of pyradiomics."""

    name: Name
    """Name of the parameter set, written to the record."""
    spacing_mm: float | None = Field(default=1.0, ge=0.2, le=10)
    """Isotropic resampling; `None` keeps the image's own grid."""
    intensity: MrZScore | None = None
    """How MR, whose unit is arbitrary, is standardized beforehand; `None` for CT."""
    bin_width: float = Field(default=25.0, ge=1e-3, le=1e6)
    """Of a gray level, in HU, or in standard deviations where `intensity` is given."""
    lowest: float = Field(
        default_factory=lambda known: MR_LOWEST if known.get("intensity") else CT_LOWEST,
        ge=-1e6,
        le=1e6,
    )
    """Lower edge of the first gray level, in the same unit; darker voxels are counted in it. -150
    HU where it isn't named, -3 standard deviations where `intensity` is given."""
    lowest_filtered: float = Field(
        default_factory=lambda known: (
            MR_LOWEST_FILTERED if known.get("intensity") else CT_LOWEST_FILTERED
        ),
        ge=-1e6,
        le=1e6,
    )
    """The same for LoG and wavelet images, whose values scatter round 0; -500 or -10."""
    image_types: tuple[Literal["Original", "LoG", "Wavelet"], ...] = Field(
        default=("Original",), min_length=1, max_length=3
    )
    log_sigma_mm: tuple[Annotated[float, Field(ge=0.2, le=20)], ...] = Field(
        default=(), max_length=16
    )
    feature_classes: tuple[FeatureClass, ...] = (
        "shape",
        "firstorder",
        "glcm",
        "glrlm",
        "glszm",
        "gldm",
        "ngtdm",
    )

    def lowest_of(self, image_type: str) -> float:
        """Lower edge of the first gray level of an image, by pyradiomics' name for it."""
        return self.lowest if image_type == "original" else self.lowest_filtered


class DenseSettings(Settings):
    """A network of one hidden layer on z-scored features, as S1's 440-220-2."""

    hidden_units: int = Field(default=220, ge=1, le=4096)
    dropout: float = Field(default=0.5, ge=0, lt=1)
    learning_rate: float = Field(default=0.01, gt=0, le=100)
    """Annealed to 0 by a cosine over the whole training."""
    batch_size: int = Field(default=32, ge=2, le=65_536)
    epochs: int = Field(default=200, ge=1, le=MOST_EPOCHS)


class RadiomicsSettings(EvidenceSettings):
    """One classifier on the radiomics of one or several sequences."""

    kind: Literal["radiomics"] = "radiomics"
    name: Name = "radiomics"
    sequences: tuple[ImageSequence, ...] = Field(min_length=1, max_length=len(ImageSequence))
    lesion: Literal["largest", "union"] = "largest"
    extraction: ExtractionSettings
    icc: IccFilter | None = None
    """Needs a second reader's ROI of some training patients."""
    selection: Selection = "rfe"
    """Recursive elimination, minimum redundancy and maximum relevance, names, or everything."""
    n_features: int = Field(default=14, ge=1, le=MOST_FEATURES)
    """How many features `rfe` and `mrmr` keep."""
    rfe_estimator: Literal["logistic", "random_forest"] = "logistic"
    """What ranks features in `rfe`."""
    given: tuple[Name, ...] = Field(default=(), max_length=MOST_FEATURES)
    """Names of the features that selection `given` takes; no others are computed."""
    classifier: ClassifierName = "logistic"
    inverse_regularization: float = Field(default=1.0, ge=1e-9, le=1e9)
    """scikit-learn's C of logistic regression and support vector machines."""
    gamma: float = Field(default=0.2, ge=1e-9, le=1e9)
    """Of the kernel exp(-gamma d^2) of `svm_rbf`, on z-scores."""
    alpha: float | None = Field(default=None, ge=1e-9, le=1e9)
    """Penalty of `lasso` on z-scores; `None` chooses it by cross-validation in training."""
    n_neighbors: int = Field(default=4, ge=1, le=10_000)
    """Of `knn`."""
    n_trees: int = Field(default=300, ge=1, le=MOST_TREES)
    """Of `random_forest`, and rounds of `gbm`, to whom 100 are plenty."""
    min_samples_leaf: int = Field(default=5, ge=1, le=10_000)
    """Of `random_forest` and `gbm`."""
    tree_depth: int = Field(default=3, ge=1, le=12)
    """Of `gbm`; a random forest's trees grow until their leaves are small."""
    learning_rate: float = Field(default=0.1, gt=0, le=1)
    """Shrinkage of `gbm`."""
    dense: DenseSettings = DenseSettings()
    """Of `dnn`."""

    @model_validator(mode="after")
    def _names_fit(self) -> "RadiomicsSettings":
        if len(set(self.sequences)) != len(self.sequences):
            raise ValueError("each sequence is named once")
        if bool(self.given) != (self.selection == "given"):
            raise ValueError("given must name features if selection is `given`, and only then")
        if len(set(self.given)) != len(self.given):
            raise ValueError("given must name each feature once")
        self.check_names(self.given)
        return self

    @model_validator(mode="after")
    def _mr_has_a_unit(self) -> "RadiomicsSettings":
        is_mr = any(sequence.modality == "MR" for sequence in self.sequences)
        reads_values = set(self.extraction.feature_classes) != {"shape"}
        if is_mr and reads_values and self.extraction.intensity is None:
            raise ValueError(
                "extraction.intensity must standardize MR, whose unit is arbitrary, before gray "
                "levels are counted: {kind: mr_z_score}; shape alone needs none"
            )
        return self

    def check_names(self, names: Iterable[str]) -> None:
        """Refuse names of features that this branch can't have.

        Raises: ValueError: a name says a sequence where there is one, or none where there are
            several, or isn't made as pyradiomics makes names.
        """
        for name in names:
            sequence, mark, plain = name.rpartition(SEQUENCE_MARK)
            is_marked = bool(mark)
            is_known = not mark or sequence in self.sequences
            if is_marked != (len(self.sequences) > 1) or not is_known:
                raise ValueError(
                    f"{name}: features of several sequences are named SEQUENCE:FEATURE, those of "
                    "one by the feature alone"
                )
            if plain.count("_") < 2:
                raise ValueError(f"{name}: features are named IMAGETYPE_CLASS_FEATURE")

    @property
    def sequence(self) -> ImageSequence:
        """The first sequence."""
        return self.sequences[0]

    prepared_by: ClassVar[str] = "TACEResponseLib.evidence.radiomics.lesion_features"

    @property
    def preparation(self) -> dict[str, Any]:
        """All that what `prepare` gives depends on: equal here, equal features."""
        return {
            "kind": self.kind,
            "sequences": [sequence.value for sequence in self.sequences],
            "lesion": self.lesion,
            "extraction": self.extraction.model_dump(mode="json"),
            "given": list(self.given),
            "second_reader": "features, dice" if self.icc is not None else None,
        }

    @property
    def lesions_used(self) -> LesionsUsed:
        """The largest one, or the union of all."""
        return "all" if self.lesion == "union" else "largest"

    def reach_mm(self, extent_mm: float) -> float | None:  # noqa: ARG002
        """As far as its filters; MR is standardized over the whole body."""
        extraction = self.extraction
        if extraction.intensity is not None:
            return None
        taps = WAVELET_REACH_VOXELS * (extraction.spacing_mm or 0.0)
        return LOG_REACH_SIGMA * max(extraction.log_sigma_mm, default=0.0) + taps

    @property
    def reads_second_roi(self) -> bool:
        """The ICC filter compares two readers."""
        return self.icc is not None

    @property
    def is_logistic_regression(self) -> bool:
        """By its classifier; features may be selected before."""
        return self.classifier == "logistic"

    @property
    def trained_by_epochs(self) -> tuple[str, ...]:
        """A dense network alone."""
        return ("dense",) if self.classifier == "dnn" else ()
