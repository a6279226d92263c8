"""How features and probability change when another reader draws the ROI."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evaluation.agreement.bland_altman import LimitsOfAgreement, limits_of_agreement
from TACEResponseLib.evaluation.agreement.intraclass import IccForm, intraclass
from TACEResponseLib.evaluation.bootstrap import bootstrap_estimate
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import Floats
from TACEResponseLib.evaluation.proportions import proportion
from TACEResponseLib.validation.study.study import Failure, ReadFeature, Study

# Of the probability: absolute agreement of single readers, as the default of the feature filter.
PROBABILITY_FORM: IccForm = "ICC(2,1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureAgreement:
    """One feature between two readers."""

    branch: str
    name: str
    form: IccForm
    """By which training filtered, or would have by default."""
    minimum: float | None
    """None where training did not filter."""
    icc: Mapping[IccForm, Estimate]
    """All six forms."""
    shift_sd: float
    """Second reader's mean less the first's, in standard deviations of training."""

    @property
    def value(self) -> Estimate:
        """The correlation by the form that counts."""
        return self.icc[self.form]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoiAgreement:
    """One model on two readers' ROIs of the same patients."""

    model: str
    threshold: float
    case_ids: tuple[str, ...]
    probabilities: Floats
    """(n, 2), first and second reader."""
    features: tuple[FeatureAgreement, ...]
    probability_icc: Mapping[IccForm, Estimate]
    mean_absolute_difference: Estimate
    limits: LimitsOfAgreement
    """Of the probability by the second reader's ROI less that by the first's."""
    changed_calls: Estimate
    """Share of patients who change sides of the cut-off."""
    failures: tuple[Failure, ...]

    @property
    def changes(self) -> NDArray[np.bool_]:
        """(n,), whether the patient changes sides of the cut-off."""
        return _sides_differ(self.probabilities, self.threshold)

    @property
    def n(self) -> int:
        """Patients read twice."""
        return len(self.case_ids)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoiReaderResults:
    """None where no second reader drew the ROI too."""

    roi_readers: RoiAgreement | None


def roi_agreement(study: Study, rng: np.random.Generator, *, resamples: int) -> RoiAgreement | None:
    """Agreement of features and probability; None without second readings.

    Args:
        study: its first model is the one that read both ROIs.
        rng: source of the draws.
        resamples: cohorts drawn for the mean absolute difference.
    Raises: InputError: from fewer than 3 patients.
    """
    readings, model = study.second_readings, study.models[0]
    if readings is None:
        return None
    first, second = readings.probabilities.T
    apart = np.abs(second - first)
    changed = _sides_differ(readings.probabilities, model.threshold)
    return RoiAgreement(
        model=model.name,
        threshold=model.threshold,
        case_ids=tuple(study.case_ids[row] for row in readings.rows),
        probabilities=readings.probabilities,
        features=tuple(_feature(feature) for feature in readings.features),
        probability_icc=intraclass(readings.probabilities),
        mean_absolute_difference=bootstrap_estimate(
            lambda rows: float(apart[rows].mean()), apart.size, rng, resamples=resamples
        ),
        limits=limits_of_agreement(first, second),
        changed_calls=proportion(int(changed.sum()), changed.size),
        failures=readings.failures,
    )


def _sides_differ(probabilities: Floats, threshold: float) -> NDArray[np.bool_]:
    """(n,), of probabilities (n, 2)."""
    return np.diff(probabilities >= threshold, axis=1).ravel()


def _feature(read: ReadFeature) -> FeatureAgreement:
    """All forms of one feature."""
    first, second = read.ratings.T
    return FeatureAgreement(
        branch=read.branch,
        name=read.name,
        form=read.form,
        minimum=read.minimum,
        icc=intraclass(read.ratings),
        shift_sd=float((second - first).mean() / read.training_sd),
    )
