"""Clinical variables and tumor size as a branch: a formula whose every term is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.logistic import fit_logistic
from TACEResponseLib.evidence.branch import (
    AnyBranch,
    BranchResult,
    FeatureContribution,
    FitContext,
)
from TACEResponseLib.evidence.clinical.measures import measures_of_features
from TACEResponseLib.evidence.clinical.preparation import PreparedClinical, measures_of, prepared_of
from TACEResponseLib.evidence.clinical.settings import ClinicalSettings
from TACEResponseLib.evidence.clinical.state import ClinicalState, check_columns
from TACEResponseLib.evidence.refits import logits_by
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.columns import (
    encode_record,
    fit_clinical_column,
    fit_column,
    z_scored,
)
from TACEResponseLib.patient.record import ClinicalRecord

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ClinicalRecipe:
    """A clinical branch that can be trained."""

    settings: ClinicalSettings

    @property
    def name(self) -> str:
        """Name in recipe, bundle and record."""
        return self.settings.name

    def prepare(self, case: Case) -> PreparedClinical:
        """The variables that it uses, and the measures of the ROI."""
        return prepared_of(self.settings, case.clinical, measures_of(self.settings, case))

    def from_features(
        self, clinical: ClinicalRecord, features: Mapping[str, float]
    ) -> PreparedClinical | None:
        """The same, from features without resampling that stand in a table."""
        measures = measures_of_features(features, self.settings.measures)
        return None if measures is None else prepared_of(self.settings, clinical, measures)

    def fit(
        self,
        prepared: Sequence[PreparedClinical],
        labels: NDArray[np.int64],
        seed: int,  # noqa: ARG002
        context: FitContext = FitContext(),  # noqa: ARG002, B008
    ) -> "ClinicalBranch":
        """Fill in, scale and fit on these patients alone; nothing is drawn.

        Raises: InputError: a patient lacks a required variable, or nobody has an optional one.
        """
        patients = tuple(prepared)
        measured = [
            (fit_column(name, values), values)
            for name in self.settings.measures
            for values in [np.array([p["measures"][name] for p in patients])]
        ]
        records = [ClinicalRecord(values=p["clinical"]) for p in patients]
        known = [fit_clinical_column(v, records) for v in self.settings.variables]
        columns = tuple(column for column, _ in (*measured, *known))
        values = np.column_stack([values for _, values in (*measured, *known)])
        model = fit_logistic(
            z_scored(values, columns), labels, self.settings.inverse_regularization
        )
        state = ClinicalState(
            columns=columns,
            intercept=float(model.intercept_[0]),
            coefficients=tuple(model.coef_[0].tolist()),
        )
        return ClinicalBranch(self.settings, state)


@dataclass(frozen=True, slots=True)
class ClinicalBranch:
    """A trained clinical branch.

    Raises: ValueError: settings and state name different columns.
    """

    settings: ClinicalSettings
    state: ClinicalState

    def __post_init__(self) -> None:
        """Refuse parts that don't belong together."""
        check_columns(self.settings, self.state)

    @property
    def name(self) -> str:
        """Name in recipe, bundle and record."""
        return self.settings.name

    def logits(self, prepared: Sequence[PreparedClinical]) -> Floats:
        """Logit of each patient, (n,).

        Raises: InputError: a patient lacks required variables (all are named).
        """
        values = np.array([self._encoded(patient)[0] for patient in prepared])
        return self._logits(values.reshape(len(prepared), len(self.state.columns)))

    def predict(self, case: Case, refits: Sequence[AnyBranch] = ()) -> BranchResult:
        """Probability, terms and warnings of one case.

        Raises: InputError: as `logits`, or the case has no ROI to measure.
        """
        start = perf_counter()
        measures = measures_of(self.settings, case)
        prepared = prepared_of(self.settings, case.clinical, measures)
        values, imputed = self._encoded(prepared)
        measured = perf_counter()
        logit = float(self._logits(values))
        return BranchResult(
            name=self.name,
            kind="clinical",
            probability=float(expit(logit)),
            logit=logit,
            lesions=_lesions(case) if self.settings.measures else (),
            features=self._contributions(values),
            refit_logits=logits_by(refits, prepared),
            warnings=(*self._range_warnings(measures), *imputed),
            seconds={"measures": measured - start, "formula": perf_counter() - measured},
        )

    def _encoded(self, patient: PreparedClinical) -> tuple[Floats, tuple[CaseWarning, ...]]:
        """Values in the order of the columns, (m,), and what the reader must know of them."""
        measures = [patient["measures"][name] for name in self.settings.measures]
        record = ClinicalRecord(values=patient["clinical"])
        columns = self.state.columns[len(measures) :]
        known, _, warnings = encode_record(self.settings.variables, columns, record)
        return np.concatenate([np.array(measures, dtype=float), known]), warnings

    def _logits(self, values: Floats) -> Floats:
        """Of values (m,) or (n, m)."""
        z_scores = z_scored(values, self.state.columns)
        return np.asarray(z_scores @ np.array(self.state.coefficients) + self.state.intercept)

    def _contributions(self, values: Floats) -> tuple[FeatureContribution, ...]:
        """Every term; with the intercept they add up to the logit."""
        z_scores = z_scored(values, self.state.columns)
        return tuple(
            FeatureContribution(
                name=column.name,
                value=float(value),
                z_score=float(z),
                contribution=float(coefficient * z),
                ibsi_code=None,
            )
            for column, value, z, coefficient in zip(
                self.state.columns, values, z_scores, self.state.coefficients, strict=True
            )
        )

    def _range_warnings(self, measures: Mapping[str, float]) -> list[CaseWarning]:
        """Measures outside what the formula has seen."""
        return [
            CaseWarning(
                code="feature_outside_training_range",
                message=f"{column.name} of {measures[column.name]:.3g} lies outside the training "
                f"cohort's range, {column.minimum:.3g} to {column.maximum:.3g}.",
            )
            for column in self.state.columns
            if column.name in measures
            and not column.minimum <= measures[column.name] <= column.maximum
        ]


def _lesions(case: Case) -> tuple[int, ...]:
    """All of them: the measures are of their union."""
    return tuple(lesion.index for lesion in case.lesions if not lesion.is_speck)
