"""Radiomics as a branch: features of the lesion in, probability and contributions out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.terms import SECOND_READER
from TACEResponseLib.evidence.branch import (
    AnyBranch,
    BranchResult,
    FeatureContribution,
    FitContext,
)
from TACEResponseLib.evidence.radiomics.classifiers import (
    classifier_logits,
    contributions,
    fit_classifier,
)
from TACEResponseLib.evidence.radiomics.feature_names import wanted_names
from TACEResponseLib.evidence.radiomics.ibsi import ibsi_code
from TACEResponseLib.evidence.radiomics.lesion_features import lesion_features, scored_lesions
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings
from TACEResponseLib.evidence.radiomics.state import RadiomicsState
from TACEResponseLib.evidence.radiomics.training_table import select_columns, table, training_table
from TACEResponseLib.evidence.refits import logits_by
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from TACEResponseLib.evidence.radiomics.dense_network import DenseClassifier

# Features named in a warning; the rest are counted.
SMALLEST_SD = 0.1
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class RadiomicsRecipe:
    """A radiomics classifier that can be trained."""

    settings: RadiomicsSettings

    @property
    def name(self) -> str:
        """Name in recipe, bundle and record."""
        return self.settings.name

    def prepare(self, case: Case) -> dict[str, float]:
        """Every feature of the parameter set in every sequence, or the given ones alone.

        A second reading for the ICC filter is the same of the second reader's case, added by the
        caller under names that begin with `SECOND_READER`.
        """
        return lesion_features(case, self.settings, self.settings.given or None)

    def from_features(
        self,
        clinical: ClinicalRecord,  # noqa: ARG002
        features: Mapping[str, float],
    ) -> dict[str, float] | None:
        """The same from a table, with second readings if it has them; `None` if one lacks."""
        names = wanted_names(self.settings)
        if not all(name in features for name in names):
            return None
        second = [f"{SECOND_READER}{name}" for name in names] if self.settings.icc else []
        return {name: features[name] for name in (*names, *second) if name in features}

    def fit(
        self,
        prepared: Sequence[Mapping[str, float]],
        labels: NDArray[np.int64],
        seed: int,
        context: FitContext = FitContext(),  # noqa: B008
    ) -> "RadiomicsBranch":
        """Select features and train the classifier, on these patients alone.

        The order of the patients changes no bit; a checkpoint isn't needed for seconds of work.

        Raises: InputError: nothing varies, a feature lacks, or the ICC filter has no second reader.
        """
        patients = training_table(tuple(prepared), labels)
        selected, remarks = select_columns(patients, self.settings, seed)
        values = patients.columns(selected)
        classifier = fit_classifier(self.settings, values, patients.labels, seed, context.log)
        state = RadiomicsState(
            feature_names=selected,
            mean=tuple(values.mean(axis=0).tolist()),
            sd=tuple(values.std(axis=0).tolist()),
            minimum=tuple(values.min(axis=0).tolist()),
            maximum=tuple(values.max(axis=0).tolist()),
            remarks=remarks,
        )
        return RadiomicsBranch(self.settings, state, classifier)


@dataclass(frozen=True, slots=True)
class RadiomicsBranch:
    """A trained radiomics classifier."""

    settings: RadiomicsSettings
    state: RadiomicsState
    pipeline: "Pipeline | DenseClassifier"

    @property
    def name(self) -> str:
        """Name in recipe, bundle and record."""
        return self.settings.name

    def logits(self, prepared: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
        """Logit of each patient, (n,)."""
        return classifier_logits(self.pipeline, table(prepared, self.state.feature_names))

    def predict(self, case: Case, refits: Sequence[AnyBranch] = ()) -> BranchResult:
        """Probability and contributions of one case; only selected features are computed."""
        start = perf_counter()
        names = self.state.feature_names
        features = lesion_features(case, self.settings, _selected(self, refits))
        values = np.array([features[name] for name in names])
        extracted = perf_counter()
        logit = float(classifier_logits(self.pipeline, values[np.newaxis])[0])
        return BranchResult(
            name=self.name,
            kind="radiomics",
            probability=float(expit(logit)),
            logit=logit,
            lesions=scored_lesions(case, self.settings),
            features=self._contributions(values),
            refit_logits=logits_by(refits, features),
            warnings=self._range_warnings(values),
            seconds={"features": extracted - start, "classifier": perf_counter() - extracted},
        )

    def _contributions(self, values: NDArray[np.float64]) -> tuple[FeatureContribution, ...]:
        """Value, z-score and contribution of each feature."""
        z_scores = (values - self.state.mean) / self.state.sd
        added = contributions(self.pipeline, values)
        return tuple(
            FeatureContribution(
                name=name,
                value=float(values[i]),
                z_score=float(z_scores[i]),
                contribution=None if added is None else float(added[i]),
                ibsi_code=ibsi_code(name),
            )
            for i, name in enumerate(self.state.feature_names)
        )

    def _range_warnings(self, values: NDArray[np.float64]) -> tuple[CaseWarning, ...]:
        """Features outside what the classifier has seen, the farthest first."""
        low, high = np.array(self.state.minimum), np.array(self.state.maximum)
        beyond = np.maximum(low - values, values - high) / np.array(self.state.sd)
        outside = [int(i) for i in np.argsort(-beyond, kind="stable") if beyond[i] > 0]
        if not outside:
            return ()
        named = ", ".join(
            f"{self.state.feature_names[i]} ({_in_sd(beyond[i])} beyond)"
            for i in outside[:MOST_NAMED]
        )
        rest = len(outside) - MOST_NAMED
        more = f" and {rest} more" if rest > 0 else ""
        return (
            CaseWarning(
                code="feature_outside_training_range",
                message=f"{len(outside)} of {len(values)} features lie outside the training "
                f"cohort's range: {named}{more}.",
            ),
        )


def _selected(branch: "RadiomicsBranch", refits: Sequence[AnyBranch]) -> tuple[str, ...]:
    """Every feature that any of them reads, each once."""
    own = [cast("RadiomicsBranch", one).state.feature_names for one in refits]
    return tuple(
        dict.fromkeys(name for names in (branch.state.feature_names, *own) for name in names)
    )


def _in_sd(beyond: float) -> str:
    """How far outside a range a value lies, in standard deviations of the training cohort."""
    return f"{beyond:.1f} SD" if beyond >= SMALLEST_SD else f"less than {SMALLEST_SD} SD"
