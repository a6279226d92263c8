"""What a bundle says of itself: what it reads, what it predicts, and on whom it was trained."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from TACEResponseLib.basics.ids import BRANCH_PATTERN, broken_rule, is_branch_name
from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.basics.terms import CohortRole, Endpoint, ImageSequence, Modality
from TACEResponseLib.evidence.kinds import BranchPart, BranchSettings
from TACEResponseLib.evidence.monai_network import MonaiNetwork
from TACEResponseLib.evidence.part import LesionFeature
from TACEResponseLib.fusion.calibration import CalibrationMethod
from TACEResponseLib.fusion.fusion import FusionSettings
from TACEResponseLib.fusion.model_range import MOST_REFITS
from TACEResponseLib.patient.columns import ClinicalInput
from TACEResponseLib.patient.context import PopulationLimits
from TACEResponseLib.recipe.recipe import MOST_BRANCHES, Difference

FORMAT_VERSION: Literal[2] = 2
"""1 named the module of a network; still read."""

BUNDLE_ID_PATTERN = r"^[a-z0-9][a-z0-9._\-]{0,63}$"
FUSED = "fused"
"""Stands for the fused model where a metric names its branch."""
MOST_PATIENTS = 10_000_000
CROSS_VALIDATED_AUC = "AUC, cross-validated"
"""Name of a metric: the whole procedure judged by repeated cross-validation."""


class CohortSummary(Settings):
    """How many patients a cohort has, and how many of the positive class."""

    n: int = Field(ge=1, le=MOST_PATIENTS)
    events: int = Field(ge=0)
    source: str = ""
    """Where the patients come from."""

    @model_validator(mode="after")
    def _events_are_patients(self) -> "CohortSummary":
        if self.events > self.n:
            raise ValueError(f"events must be <= n, got {self.events} of {self.n}")
        return self


class Metric(Settings):
    """A measured number with its 95 % interval."""

    name: str
    branch: str = FUSED
    cohort: CohortRole
    value: float
    low: float
    high: float
    n: int = Field(ge=1)
    """Patients it rests on."""
    method: str
    """How the interval was made."""

    @model_validator(mode="after")
    def _interval_holds_value(self) -> "Metric":
        if not self.low <= self.value <= self.high:
            raise ValueError(f"low <= value <= high must hold for {self.name}")
        return self


class CandidateRow(Settings):
    """One of the fusions that were compared; the bundle holds the chosen one."""

    name: str
    branches: tuple[str, ...] = Field(min_length=1)
    paper: str = ""
    """What the paper calls it."""
    training: Metric
    """AUC of training patients, held out."""
    tuning: Metric | None = None
    """AUC of the tuning patients, on which the choice rests."""
    chosen: bool


class ChanceSummary(Settings):
    """How often the whole training, on permuted labels, does as well as on the true ones."""

    auc: float = Field(ge=0, le=1)
    """Of the true labels, by what is permuted too."""
    p: float = Field(gt=0, le=1)
    n: int = Field(ge=1)
    """Patients."""
    method: str


class AnswerSummary(Settings):
    """What training patients would have been answered by models that had not seen them."""

    positive: int = Field(ge=0)
    """Patients told the positive class."""
    positive_right: int = Field(ge=0)
    negative: int = Field(ge=0)
    negative_right: int = Field(ge=0)
    cannot_tell: int = Field(ge=0)

    @model_validator(mode="after")
    def _right_are_told(self) -> "AnswerSummary":
        if self.positive_right > self.positive or self.negative_right > self.negative:
            raise ValueError("those told right must be among those told")
        return self


class ReaderAgreement(Settings):
    """How alike two readers drew the tumors of training patients."""

    dice: float = Field(gt=0, le=1)
    """Mean over patients."""
    n: int = Field(ge=1, le=MOST_PATIENTS)
    """Patients whose ROI was drawn twice."""


class CalibrationSummary(Settings):
    """How probabilities were calibrated, and how well that holds."""

    method: CalibrationMethod
    fitted_on: str
    slope: Metric | None = None
    """1 is right, below 1 is overconfident."""
    intercept: Metric | None = None


class Recalibration(Settings):
    """An update of the calibration on a user's own patients, after training."""

    method: Literal["intercept", "slope"]
    source: str
    n: int = Field(ge=1)
    events: int = Field(ge=0)
    slope: float = Field(gt=0)
    """New logit = slope x old logit + shift."""
    shift: float
    slope_before: Metric | None = None
    """Of the old calibration on these patients, as is `intercept_before`."""
    intercept_before: Metric | None = None
    before: CalibrationSummary
    """The calibration that training gave."""


class BundleMetadata(Settings):
    """Our part of `configs/metadata.json`; MONAI's part is derived from it."""

    format_version: Literal[2] = FORMAT_VERSION
    bundle_id: str = Field(pattern=BUNDLE_ID_PATTERN)
    version: str = Field(default="1.0.0", pattern=r"^\d+\.\d+\.\d+$")
    changelog: dict[str, str] = Field(default_factory=lambda: {"1.0.0": "first version"})
    title: str
    authors: str
    copyright: str
    license: str
    citation: str
    recipe: str
    differences: tuple[Difference, ...] = ()
    """Where the recipe can't or doesn't follow its paper."""
    simulated: bool
    """Trained on simulated patients: means nothing for a real one."""
    modality: Modality
    sequences: tuple[ImageSequence, ...] = Field(min_length=1)
    endpoint: Endpoint
    positive_class: str = Field(min_length=1)
    criterion: str
    """Response criterion with its version, such as mRECIST."""
    readout: str
    """When response was read."""
    treatment: str
    population: str
    population_limits: PopulationLimits = PopulationLimits()
    """What of the population a case can be compared with."""
    readers: ReaderAgreement | None = None
    """None where no training patient's ROI was drawn twice, or the bundle is older than this."""
    intended_use: str
    failure_modes: tuple[str, ...] = ()
    """Where it is known to go wrong; one sentence each."""
    cohorts: dict[CohortRole, CohortSummary]
    metrics: tuple[Metric, ...] = ()
    candidates: tuple[CandidateRow, ...] = ()
    """What the recipe compared, in its order; none where there was nothing to choose."""
    chance: ChanceSummary | None = None
    """None where the recipe asked for no permutations, or the bundle is older than they are."""
    answers: AnswerSummary | None = None
    """None of a bundle without held-out scores."""
    refits: int = Field(default=0, ge=0, le=MOST_REFITS)
    """Of the whole model on resampled patients, behind the range of one case."""
    permuted_labels: bool = False
    """Trained on labels that were dealt out at random, to check the procedure."""
    trained_on: str = "cpu"
    """Device of the networks; on CUDA the same training may give other last digits."""
    calibration: CalibrationSummary
    recalibration: Recalibration | None = None
    """None where the calibration is still that of training."""
    threshold: float = Field(gt=0, lt=1)
    threshold_set_on: str
    branches: tuple[BranchPart, ...] = Field(min_length=1, max_length=MOST_BRANCHES)
    fusion: FusionSettings
    package_versions: dict[str, str]
    """Of the training machine, as `provenance.package_versions` names them."""
    training_seed: int = Field(ge=0, lt=2**64)

    @property
    def branch_settings(self) -> tuple[BranchSettings, ...]:
        """Settings of every branch, in order."""
        return tuple(part.settings for part in self.branches)

    @property
    def branch_names(self) -> tuple[str, ...]:
        """Names of the branches, in order."""
        return tuple(part.settings.name for part in self.branches)

    @property
    def clinical_inputs(self) -> tuple[ClinicalInput, ...]:
        """Clinical variables that anything of the bundle reads; required if anything needs it."""
        read = [*self.fusion.clinical]
        for settings in self.branch_settings:
            read += settings.clinical_inputs
        by_name: dict[str, ClinicalInput] = {}
        for variable in read:
            if variable.required or variable.name not in by_name:
                by_name[variable.name] = variable
        return tuple(by_name.values())

    @property
    def lesion_features(self) -> tuple[LesionFeature, ...]:
        """Numbers of the ROI that any branch reads, with what training knew of each."""
        return tuple(feature for part in self.branches for feature in part.lesion_features)

    @property
    def monai_networks(self) -> Mapping[str, MonaiNetwork]:
        """Networks for MONAI's tools by the names of their branches, in order."""
        networks = {part.settings.name: part.monai_network for part in self.branches}
        return {name: network for name, network in networks.items() if network is not None}

    @model_validator(mode="after")
    def _names_are_file_names(self) -> "BundleMetadata":
        bad = [name for name in self.branch_names if not is_branch_name(name)]
        if bad:
            raise ValueError(f"branch names must match {BRANCH_PATTERN.pattern}, got {bad}")
        if rule := broken_rule(self.bundle_id):
            raise ValueError(f"bundle_id {rule}, got {self.bundle_id}")
        if len(set(self.branch_names)) != len(self.branch_names):
            raise ValueError("branches must have different names")
        return self

    @model_validator(mode="after")
    def _branches_read_the_sequences(self) -> "BundleMetadata":
        read = {sequence for settings in self.branch_settings for sequence in settings.sequences}
        if read != set(self.sequences) or len(set(self.sequences)) != len(self.sequences):
            raise ValueError(f"sequences must be those that branches read, {sorted(read)}")
        if {s.modality for s in self.sequences} != {self.modality}:
            raise ValueError(f"sequences must be of modality {self.modality}")
        return self

    @model_validator(mode="after")
    def _numbers_have_cohorts(self) -> "BundleMetadata":
        if CohortRole.TRAINING not in self.cohorts:
            raise ValueError("cohorts must name the training cohort")
        if self.calibration.method != self.fusion.calibration:
            raise ValueError("calibration must be the one that the fusion settings name")
        return self
