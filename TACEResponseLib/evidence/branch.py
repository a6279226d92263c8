"""The shape that every source of evidence has: prepare, fit, predict.

A recipe is a list of branches and a fusion. `prepare` turns a case into the little that the
branch needs (patches, a feature vector), so that a cohort fits in memory and folds share it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NewType, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.settings import EvidenceSettings
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchOutput:
    """What the network says of one patch."""

    slice_index: int
    """Along the superior axis of the image brought to LPS axes."""
    slice_z_mm: float
    """Position of the patch's center along the superior axis, LPS."""
    class_probabilities: tuple[float, ...]
    probability: float
    """Of the positive class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureContribution:
    """One feature, and what it adds to the branch's output."""

    name: str
    value: float
    z_score: float
    """Against the training cohort's mean and standard deviation."""
    contribution: float | None
    """In logits, against a patient with the training cohort's mean; `None` where the
    classifier has no exact additive contributions."""
    ibsi_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SaliencyMap:
    """Grad-CAM on the input image's own grid, 0..1, 0 outside the scored slices' span."""

    volume: Volume
    method: str
    scored_slices: tuple[int, ...]
    """Slices (superior axis, image brought to LPS axes) that the network saw."""
    interpolated_slices: tuple[int, ...]
    """Slices between them, filled in linearly."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BranchResult:
    """What one branch says of one case."""

    name: str
    kind: str
    """Its word, as in the settings."""
    probability: float
    """Of the positive class, before fusion and calibration."""
    logit: float
    lesions: tuple[int, ...]
    """`Lesion.index` of the lesions it looked at."""
    class_probabilities: tuple[tuple[str, float], ...] = ()
    patches: tuple[PatchOutput, ...] = ()
    features: tuple[FeatureContribution, ...] = ()
    saliency: Mapping[ImageSequence, SaliencyMap] = field(default_factory=dict)
    refit_logits: tuple[float, ...] = ()
    """What each of the refits that were asked too says of the case."""
    warnings: tuple[CaseWarning, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Seconds by stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitContext:
    """What a fit may use beside its patients; none of it changes what is learned from them."""

    device: str = "cpu"
    checkpoint: Path | None = None
    """Folder of this fit alone. A fit that finds its own checkpoint there goes on from it and ends
    with the same numbers; the caller removes the folder."""
    log: Callable[[str, int, float], None] | None = None
    """Told a quantity, its epoch and its value."""
    weights: Path | None = None
    """ImageNet weights to begin with."""


Prepared = NewType("Prepared", object)
"""What a branch prepared of a patient, where nobody knows of which kind: it is handed on, and none
but its own kind looks inside."""
PreparedT = TypeVar("PreparedT")
PreparedIn = TypeVar("PreparedIn", contravariant=True)


class FittedBranch(Protocol[PreparedIn]):
    """A trained branch, as a bundle holds it."""

    @property
    def settings(self) -> EvidenceSettings:
        """What it was trained by."""
        ...

    @property
    def name(self) -> str:
        """Name in recipe, bundle and record."""
        ...

    def predict(self, case: Case, refits: Sequence["AnyBranch"] = ()) -> BranchResult:
        """Say what this branch finds in one case.

        Args:
            case: images, ROI and clinical record.
            refits: the same branch trained on other patients, asked about the same case.
        """
        ...

    def logits(self, prepared: Sequence[PreparedIn]) -> NDArray[np.float64]:
        """Patient-level logits (n,) of prepared cases; higher = more likely positive."""
        ...


AnyBranch = FittedBranch[Prepared]
"""A trained branch of whichever kind."""


class BranchRecipe(Protocol[PreparedT]):
    """A branch that can be trained."""

    @property
    def name(self) -> str:
        """Name in recipe, bundle and record."""
        ...

    def prepare(self, case: Case) -> PreparedT:
        """Reduce a case to what the branch needs of it; small, and picklable by joblib."""
        ...

    def from_features(
        self, clinical: ClinicalRecord, features: Mapping[str, float]
    ) -> PreparedT | None:
        """What `prepare` would give, from features that stand in a cohort table.

        Returns: `None` if the branch reads images, or a feature lacks.
        """
        ...

    def fit(
        self,
        prepared: Sequence[PreparedT],
        labels: NDArray[np.int64],
        seed: int,
        context: FitContext = FitContext(),
    ) -> FittedBranch[PreparedT]:
        """Train on prepared cases; same seed, same result.

        Args:
            prepared: of training patients only.
            labels: (n,), 0 or 1; for a network of four classes the index of its class.
            seed: of everything that is drawn.
            context: device, checkpoint, log.
        """
        ...
