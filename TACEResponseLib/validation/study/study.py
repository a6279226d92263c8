"""What is validated: patients with outcomes, what the models said of them, and where they are from.

Made once by one of two gates, `predictions_table` or `cohort_study`; nothing after re-checks it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.cohort.description import TableOne
from TACEResponseLib.cohort.population.facts import TableFacts
from TACEResponseLib.evaluation.agreement.intraclass import IccForm
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats, Labels
from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.patient.record import ClinicalRecord

HALF = 0.5
HALF_SET_ON = "no data: one half by convention"
Calls = NDArray[np.int_]
"""Of one reader, 1, 0 or `NOT_READ`, in the study's order."""
NOT_READ = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """What one model said of every patient."""

    name: str
    probabilities: Floats
    """(n,), of the positive class; the mean over `repeats` where there are any."""
    threshold: float = HALF
    """Its own cut-off: at or above it a patient is called positive."""
    threshold_set_on: str = HALF_SET_ON
    repeats: tuple[Floats, ...] = ()
    """Out-of-fold probabilities of each repeat of a cross-validation; empty for a fixed model."""
    branches: Mapping[str, Floats] = field(default_factory=dict)
    """Probabilities by single sources of evidence, before fusion."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassScores:
    """What one network of more than two classes said of every patient."""

    name: str
    """Of the model, and of its branch where a bundle has it."""
    classes: tuple[str, ...]
    probabilities: Floats
    """(n, classes); each row adds up to 1."""
    stage: str
    """What these probabilities are, in words."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baseline:
    """A simple score that any model must beat; its direction was fixed before looking."""

    name: str
    scores: Floats
    """(n,), higher = more likely positive; nan where unknown."""
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimedOutcome:
    """Follow-up of those patients in whom it is known."""

    follow_up: FollowUp
    rows: NDArray[np.intp]
    """Their places among the study's patients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A patient without a prediction or without an outcome, and why."""

    case_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadFeature:
    """A number that a branch takes from the ROI, as two readers drew it."""

    branch: str
    name: str
    ratings: Floats
    """(n, 2), first and second reader."""
    training_sd: float
    form: IccForm
    """By which training filtered, or would have by default."""
    minimum: float | None
    """Least correlation that training let pass; None where it did not filter."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SecondReadings:
    """What the first model makes of a second reader's ROI, of the patients who have one."""

    rows: NDArray[np.intp]
    """Their places among the study's patients."""
    probabilities: Floats
    """(n, 2), first and second reader."""
    features: tuple[ReadFeature, ...] = ()
    failures: tuple[Failure, ...] = ()
    """Patients whose second ROI could not be scored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDrift:
    """How an input of these patients lies in the range that the model was trained on."""

    model: str
    feature: str
    mean_z: float
    """Mean in standard deviations of the training cohort; 0 is alike."""
    sd_z: float
    """Standard deviation in those of the training cohort; 1 is alike."""
    share_outside: float
    """Patients beyond the smallest or largest training value."""
    n: int
    """Patients in whom it is known."""
    share_missing: float | None = None
    """Of a clinical variable, for which training's own value stands; None for what is measured on
    the image of every patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An AUC that training measured of a model."""

    model: str
    patients: str
    """On whom, in words."""
    auc: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where patients and outcomes come from, as far as the files say."""

    source: str
    """File names."""
    roles: tuple[CohortRole, ...] = ()
    """Of the patients; empty where the files don't say."""
    simulated: bool | None = None
    """`None` where the files don't say."""
    cross_validated: bool = False
    training: tuple[str, ...] = ()
    """One sentence a model: what it was trained on."""
    training_missing: str = ""
    """What was missing of the first model's clinical variables in training; empty where it does
    not say."""
    development: str = ""
    """How many patients the first model's training had and should have had, as it says."""

    @property
    def in_sample(self) -> bool:
        """Whether patients shaped the model that is judged on them."""
        shaped = {CohortRole.TRAINING, CohortRole.TUNING} & set(self.roles)
        return bool(shaped) and not self.cross_validated


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """Everything that a validation starts from; arrays are in the order of `case_ids`."""

    case_ids: tuple[str, ...]
    outcome: Labels
    positive_class: str
    models: tuple[Model, ...]
    """The first is the one that the first page judges."""
    origin: Origin
    responses: tuple[str, ...] = ()
    """Observed class, CR, PR, SD or PD, blank where only responder or not is known; empty where
    `class_scores` is."""
    class_scores: tuple[ClassScores, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    timed: tuple[TimedOutcome, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Levels by attribute, blank where unknown."""
    clinical: tuple[ClinicalRecord, ...] = ()
    table_one: TableOne | None = None
    facts: TableFacts | None = None
    """What the table says of criterion, read-out, treatment, stage and dates."""
    inside: NDArray[np.bool_] | None = None
    """(n,), false for patients whom the table places outside the first model's population; `None`
    where no model says its limits."""
    failures: tuple[Failure, ...] = ()
    second_readings: SecondReadings | None = None
    """None where too few patients have a second reader's ROI."""
    drift: tuple[FeatureDrift, ...] = ()
    candidates: tuple[Mapping[str, object], ...] = ()
    """Fusions that the bundle's recipe compared, as its metadata tells."""
    promises: tuple[Promise, ...] = ()
    """What training measured, by model, the one to believe first."""
    warnings: tuple[CaseWarning, ...] = ()
    patients: tuple[str, ...] = ()
    """Who each row is of; none at all where each row is a patient of its own."""

    @property
    def clusters(self) -> NDArray[np.int_] | None:
        """Number of the patient of each row, (n,); None where each row is its own."""
        if len(set(self.patients)) == len(self.patients):
            return None
        return np.asarray(np.unique(self.patients, return_inverse=True)[1])

    @property
    def n(self) -> int:
        """Rows: patients, unless `clusters` tells otherwise."""
        return self.outcome.size

    @property
    def events(self) -> int:
        """Patients of the positive class."""
        return int(self.outcome.sum())
