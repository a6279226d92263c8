"""Radiomics as a branch: features of the lesion in, probability and contributions out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.branch import BranchResult, FeatureContribution, FitContext
from TACEResponseLib.case import Case
from TACEResponseLib.case_warning import CaseWarning
from TACEResponseLib.clinical.record import ClinicalRecord
from TACEResponseLib.imaging.volume import Mask
from TACEResponseLib.radiomics.classifiers import contributions, fit_classifier, logits
from TACEResponseLib.radiomics.extraction import extract_features
from TACEResponseLib.radiomics.ibsi import ibsi_code
from TACEResponseLib.radiomics.selection import select_features
from TACEResponseLib.radiomics.settings import RadiomicsSettings
from TACEResponseLib.radiomics.state import RadiomicsState

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

# Features named in a warning; the rest are counted.
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
        """Every feature of the parameter set."""
        image = case.images[self.settings.sequence]
        return extract_features(image, scored_mask(case, self.settings), self.settings.extraction)

    def from_features(
        self,
        clinical: ClinicalRecord,  # noqa: ARG002
        features: Mapping[str, float],
    ) -> dict[str, float] | None:
        """The features of a table, if it has any."""
        return dict(features) or None

    def fit(
        self,
        prepared: Sequence[Mapping[str, float]],
        labels: NDArray[np.int64],
        seed: int,
        context: FitContext = FitContext(),  # noqa: ARG002, B008
    ) -> "RadiomicsBranch":
        """Select features and train the classifier, on these patients alone."""
        names = sorted(prepared[0])
        values = _table(prepared, names)
        selected = select_features(values, labels, names, self.settings)
        chosen = _table(prepared, selected)
        state = RadiomicsState(
            feature_names=selected,
            mean=tuple(chosen.mean(axis=0).tolist()),
            sd=tuple(chosen.std(axis=0).tolist()),
            minimum=tuple(chosen.min(axis=0).tolist()),
            maximum=tuple(chosen.max(axis=0).tolist()),
        )
        pipeline = fit_classifier(self.settings, chosen, labels, seed)
        return RadiomicsBranch(self.settings, state, pipeline)


@dataclass(frozen=True, slots=True)
class RadiomicsBranch:
    """A trained radiomics classifier."""

    settings: RadiomicsSettings
    state: RadiomicsState
    pipeline: "Pipeline"

    @property
    def name(self) -> str:
        """Name in recipe, bundle and record."""
        return self.settings.name

    def logits(self, prepared: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
        """Logit of each patient, (n,)."""
        return logits(self.pipeline, _table(prepared, self.state.feature_names))

    def predict(self, case: Case) -> BranchResult:
        """Probability and contributions of one case; only selected features are computed."""
        start = perf_counter()
        names = self.state.feature_names
        image = case.images[self.settings.sequence]
        mask = scored_mask(case, self.settings)
        features = extract_features(image, mask, self.settings.extraction, names)
        values = np.array([features[name] for name in names])
        extracted = perf_counter()
        logit = float(logits(self.pipeline, values[np.newaxis])[0])
        return BranchResult(
            name=self.name,
            kind="radiomics",
            probability=float(1 / (1 + np.exp(-logit))),
            logit=logit,
            lesions=scored_lesions(case, self.settings),
            features=self._contributions(values),
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
            f"{self.state.feature_names[i]} ({beyond[i]:.1f} SD beyond)"
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


def scored_lesions(case: Case, settings: RadiomicsSettings) -> tuple[int, ...]:
    """Which lesions the features are of; specks never are."""
    if settings.lesion == "largest":
        return (case.largest_lesion.index,)
    return tuple(lesion.index for lesion in case.lesions if not lesion.is_speck)


def scored_mask(case: Case, settings: RadiomicsSettings) -> Mask:
    """Where these lesions lie on the image's grid."""
    return case.mask(settings.sequence, *scored_lesions(case, settings))


def _table(prepared: Sequence[Mapping[str, float]], names: Sequence[str]) -> NDArray[np.float64]:
    """Values (n, features) in the order of the names."""
    return np.array([[features[name] for name in names] for features in prepared])
