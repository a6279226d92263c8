"""A bundle whose calibration is updated on a user's own patients, both calibrations on its card.

Ranking, network and classifiers stay; only the level (`intercept`), or level and spread (`slope`),
of the logits move. The update is refitted on resamples of the patients for the interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.logistic import inside, logits
from TACEResponseLib.basics.past_limit import past
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.cards.card import model_card
from TACEResponseLib.bundle.metadata import FUSED, CalibrationSummary, Metric, Recalibration
from TACEResponseLib.evaluation.calibration.calibration_line import (
    calibration_in_the_large,
    calibration_line,
)
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.inputs import (
    Floats,
    Labels,
    checked_clusters,
    checked_outcome,
    checked_probabilities,
)
from TACEResponseLib.fusion.calibration import (
    IsotonicCalibration,
    NoCalibration,
    PlattCalibration,
    ShrinkageCalibration,
)
from TACEResponseLib.fusion.clusters import drawn_rows
from TACEResponseLib.fusion.fusion import FittedFusion
from TACEResponseLib.fusion.linear_model import FusionModel

Fitted = PlattCalibration | IsotonicCalibration | NoCalibration | ShrinkageCalibration
# Steyerberg, Statistics in Medicine 2004;23:2567: a level from fewer than 10 of each class, or a
# slope from fewer than 20, is worse than the old one as often as not.
FEWEST_PER_CLASS = {"intercept": 10, "slope": 20}


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """New logit = `slope` x old logit + `shift`."""

    slope: float
    shift: float

    def apply(self, probabilities: Floats) -> Floats:
        """Probabilities after the update."""
        return inside(expit(self.slope * logits(probabilities) + self.shift))


def check_class_sizes(labels: Labels, method: str) -> Labels:
    """Outcomes with enough patients of each class; can be asked before anybody is scored.

    Args:
        labels: (n,), 0 and 1.
        method: `intercept` or `slope`.
    Raises: InputError: nobody, one class only, or too few of one.
    """
    if not labels.size:
        raise InputError(
            "recalibrate",
            f"needs {FEWEST_PER_CLASS[method]} patients of each class, with their response",
            got="none with a response",
            remedy="fill in the column response",
        )
    outcome = checked_outcome(labels)
    fewer = int(min(outcome.sum(), outcome.size - outcome.sum()))
    if fewer < FEWEST_PER_CLASS[method]:
        raise InputError(
            "recalibrate",
            f"{option('method')} {method} needs {FEWEST_PER_CLASS[method]} patients of each class",
            got=fewer,
            remedy=_more_patients(fewer, method),
        )
    return outcome


def fit_update(labels: Labels, probabilities: Floats, method: str) -> Update:
    """Level alone, or level and slope, by maximum likelihood.

    Args:
        labels: (n,), 0 and 1, both occur.
        probabilities: (n,), as the bundle gives them now.
        method: `intercept` or `slope`.
    Raises: InputError: too few of a class, separated classes, or a model that ranks backwards.
    Source: Steyerberg, Statistics in Medicine 2004;23:2567, methods 2 and 3.
    """
    outcome = check_class_sizes(labels, method)
    p = checked_probabilities(probabilities, outcome)
    if method == "intercept":
        return Update(slope=1.0, shift=calibration_in_the_large(outcome, p).value)
    slope, shift = calibration_line(outcome, p)
    if not slope.value > 0:
        raise InputError(
            "recalibrate",
            "the model must rank patients in the right direction",
            got=f"a slope of {past(slope.value, 0, '.2f')} ({slope.method})",
            remedy="no recalibration mends that; check outcome and positive class",
        )
    return Update(slope=slope.value, shift=shift.value)


def _more_patients(fewer: int, method: str) -> str:
    """What can be done with too few patients of a class: another method only if it needs fewer."""
    others = [m for m, needed in FEWEST_PER_CLASS.items() if m != method and needed <= fewer]
    return "add patients" + "".join(f", or use {option('method')} {other}" for other in others)


def recalibrated(
    bundle: Bundle,
    labels: Labels,
    probabilities: Floats,
    *,
    method: str,
    source: str,
    bundle_id: str,
    seed: int,
    patients: Sequence[str] = (),
) -> Bundle:
    """A bundle with the update inside, not saved yet.

    Args:
        bundle: the old one.
        labels: (n,), outcomes of the user's patients.
        probabilities: (n,), what the old bundle says of them.
        method: `intercept` or `slope`.
        source: of the patients, for the card.
        bundle_id: of the new bundle.
        seed: of the resamples.
        patients: (n,), who each row is of; each row its own patient if not given.
    Returns: equal but for fusion, cut-off, and what metadata and card say of them. The cut-off
        moves along, so that the same patients are called positive.
    Raises: InputError: as `fit_update`.
    """
    update = fit_update(labels, probabilities, method)
    people = checked_clusters(list(patients) or None, labels.size)
    drawn = _drawn(labels, probabilities, method, bundle, seed, people)
    fusion = _updated_fusion(bundle.fusion, update, drawn)
    refits = tuple(
        replace(refit, fusion=_updated_fusion(refit.fusion, one))
        for refit, one in zip(bundle.refits, drawn, strict=False)
    )
    recalibration = _recalibration(labels, probabilities, update, method, source)
    old = bundle.metadata
    metadata = old.model_copy(
        update={
            "bundle_id": bundle_id,
            "version": _next(old.version),
            "changelog": {
                **old.changelog,
                _next(old.version): f"recalibrated ({method}) on {source}",
            },
            "fusion": fusion.settings,
            "threshold": fusion.threshold,
            "threshold_set_on": fusion.threshold_set_on,
            "calibration": old.calibration.model_copy(
                update={
                    "method": fusion.settings.calibration,
                    "fitted_on": f"{old.calibration.fitted_on}; then {method} on {source}",
                    "slope": None,
                    "intercept": None,
                }
            ),
            "answers": None,
            "recalibration": recalibration.model_copy(update={"before": old.calibration}),
        }
    )
    return replace(
        bundle,
        metadata=metadata,
        fusion=fusion,
        refits=refits,
        card=model_card(metadata),
        sha256="",
        source="",
    )


def _updated_fusion(
    old: FittedFusion, update: Update, drawn: Sequence[Update] = ()
) -> FittedFusion:
    """Every calibration of the fusion, updated; the interval by updates on resampled patients.

    Held-out scores and the answers by them are of the patients of training: they are dropped.
    """
    model = _updated_model(old.model, update)
    settings = old.settings.model_copy(update={"calibration": model.calibration.kind})
    return FittedFusion(
        settings=settings,
        branches=old.branches,
        clinical=old.clinical,
        model=model,
        bootstrap=tuple(_updated_model(m, u) for m, u in zip(old.bootstrap, drawn, strict=False)),
        threshold=float(update.apply(np.array([old.threshold]))[0]),
        threshold_set_on=f"{old.threshold_set_on}; moved with the recalibration",
        n_training=old.n_training,
    )


def _updated_model(model: FusionModel, update: Update) -> FusionModel:
    return model.model_copy(update={"calibration": _updated(model.calibration, update)})


def _updated(old: Fitted, update: Update) -> Fitted:
    """The old calibration followed by the update.

    Between the knots of an isotonic line the new one is straight in probability, which differs
    from the update of each point by less than the knots' own distance.
    """
    if isinstance(old, IsotonicCalibration):
        moved = update.apply(np.array(old.probabilities))
        return IsotonicCalibration(logits=old.logits, probabilities=tuple(moved.tolist()))
    slope, intercept = (1.0, 0.0) if isinstance(old, NoCalibration) else (old.slope, old.intercept)
    return PlattCalibration(
        slope=update.slope * slope, intercept=update.slope * intercept + update.shift
    )


def _drawn(
    labels: Labels,
    probabilities: Floats,
    method: str,
    bundle: Bundle,
    seed: int,
    patients: Labels,
) -> list[Update]:
    """The update on resampled patients, classes kept as large, one for each refit.

    Patients with several rows are drawn as a whole; classes are then as large as it happens.
    """
    rng = np.random.default_rng(seed)
    classes = [np.flatnonzero(labels == value) for value in (0, 1)]
    is_single = np.unique(patients).size == patients.size
    updates = []
    for _ in bundle.refits or bundle.fusion.bootstrap:
        rows = (
            np.concatenate([rng.choice(rows, rows.size) for rows in classes])
            if is_single
            else drawn_rows(labels.size, patients.astype(np.int64), rng)
        )
        try:
            updates.append(fit_update(labels[rows], probabilities[rows], method))
        except InputError:
            updates.append(fit_update(labels, probabilities, method))
    return updates


def _recalibration(
    labels: Labels, probabilities: Floats, update: Update, method: str, source: str
) -> Recalibration:
    """What the card says."""
    slope, intercept = calibration_line(labels, probabilities)
    return Recalibration(
        method="intercept" if method == "intercept" else "slope",
        source=source,
        n=labels.size,
        events=int(labels.sum()),
        slope=update.slope,
        shift=update.shift,
        slope_before=_metric("calibration slope", slope),
        intercept_before=_metric("calibration intercept", intercept),
        before=CalibrationSummary(method="none", fitted_on=""),
    )


def _metric(name: str, estimate: Estimate) -> Metric | None:
    """As metadata keep it; None where it can't be estimated."""
    if estimate.value != estimate.value:  # nan
        return None
    return Metric(
        name=name,
        branch=FUSED,
        cohort=CohortRole.TUNING,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        n=estimate.n,
        method=estimate.method,
    )


def _next(version: str) -> str:
    """The next minor version: numbers change, the format does not."""
    major, minor, _ = version.split(".")
    return f"{major}.{int(minor) + 1}.0"
