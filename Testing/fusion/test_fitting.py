"""Training of the fusion: nothing that is said of a fold has met it."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from TACEResponseLib.fusion.calibration import CalibrationMethod, fit_calibration
from TACEResponseLib.fusion.fitting import TrainedFusion, fit_fusion
from TACEResponseLib.fusion.fusion import FusionSettings
from TACEResponseLib.fusion.nested_outputs import NestedOutputs
from TACEResponseLib.patient.record import ClinicalRecord
from Testing.fusion.fixed_outputs import fixed_outputs

N = 90
NOBODY = [ClinicalRecord()] * N
LABELS = np.arange(N) % 2
SETTINGS = FusionSettings(n_bootstrap=40, folds=3)


def signal(seed: int, strength: float = 1.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=N) + strength * LABELS


def trained(settings: FusionSettings = SETTINGS, **logits: np.ndarray) -> TrainedFusion:
    return fit_fusion(settings, fixed_outputs(logits, LABELS, 3, 2), NOBODY, LABELS, 1)


@pytest.mark.parametrize("calibration", ["platt", "isotonic", "none"])
def test_labels_of_a_fold_reach_nothing_that_is_said_of_it(calibration: CalibrationMethod) -> None:
    settings = SETTINGS.model_copy(update={"calibration": calibration})
    outputs = fixed_outputs({"a": signal(1), "b": signal(2)}, LABELS, 3)
    own = outputs.folds[0] == 0
    turned = np.where(own, 1 - LABELS, LABELS)
    before, after = (
        fit_fusion(settings, outputs, NOBODY, labels, 1, resampled=False).held_out[0]
        for labels in (LABELS, turned)
    )
    assert np.array_equal(before[own], after[own])
    assert not np.array_equal(before[~own], after[~own])


def test_outputs_of_a_fold_reach_nothing_that_is_said_of_another() -> None:
    outputs = fixed_outputs({"a": signal(1)}, LABELS, 3)
    own = outputs.folds[0] == 0
    values = outputs.logits["a"].copy()
    values[0, 0, own] = 99.0
    moved = replace(outputs, logits={"a": values})
    before, after = (
        fit_fusion(SETTINGS, some, NOBODY, LABELS, 1, resampled=False).held_out[0]
        for some in (outputs, moved)
    )
    assert np.array_equal(before[~own], after[~own])


def test_coefficients_are_of_the_mean_over_repeats_and_calibration_of_held_out_logits() -> None:
    rng = np.random.default_rng(3)
    outputs = fixed_outputs({"a": signal(1)}, LABELS, 3, 2)
    values = outputs.logits["a"] + rng.normal(0, 0.5, outputs.logits["a"].shape)
    outputs = NestedOutputs(folds=outputs.folds, logits={"a": values})
    fusion = fit_fusion(SETTINGS, outputs, NOBODY, LABELS, 1, resampled=False).fusion
    mean = outputs.mean("a")[:, np.newaxis]
    scaler = StandardScaler().fit(mean)
    whole = LogisticRegression(tol=1e-10, max_iter=1000).fit(scaler.transform(mean), LABELS)
    assert fusion.model.coefficients == pytest.approx(whole.coef_[0], abs=1e-5)
    held_out = np.empty((2, N))
    for repeat, folds in enumerate(outputs.folds):
        for fold in range(3):
            level, own = values[repeat, fold][:, np.newaxis], folds == fold
            scaler = StandardScaler().fit(level[~own])
            part = LogisticRegression(tol=1e-10, max_iter=1000)
            part.fit(scaler.transform(level[~own]), LABELS[~own])
            held_out[repeat, own] = part.decision_function(scaler.transform(level[own]))
    expected = fit_calibration("platt", held_out.mean(axis=0), LABELS)
    calibration = fusion.model.calibration
    assert calibration.kind == expected.kind == "platt"
    assert calibration.slope == pytest.approx(expected.slope, rel=1e-4)
    assert calibration.intercept == pytest.approx(expected.intercept, abs=1e-4)


def test_no_coefficient_of_evidence_is_below_0_in_model_or_resample() -> None:
    fusion = trained(a=signal(1), b=-signal(2), c=signal(3, 0)).fusion
    for model in (fusion.model, *fusion.bootstrap):
        assert min(model.coefficients) >= 0
    assert fusion.model.coefficients[1] == 0


def test_resamples_take_turns_with_the_repeats_and_are_centered_on_the_model() -> None:
    fusion = trained(a=signal(1, 2.0)).fusion
    assert len(fusion.bootstrap) == 40
    z_scores = np.linspace(-1.5, 1.5, 7)[:, np.newaxis]
    drawn = np.array([m.calibration.apply(m.logits(z_scores)) for m in fusion.bootstrap])
    kept = fusion.model.calibration.apply(fusion.model.logits(z_scores))
    assert np.median(drawn, axis=0) == pytest.approx(kept, abs=0.08)


def test_a_class_that_a_fold_takes_away_is_refused() -> None:
    labels = np.zeros(N, dtype=np.int64)
    labels[:2] = 1
    outputs = fixed_outputs({"a": signal(1)}, LABELS, 3)
    with pytest.raises(ValueError, match=">= 2 patients outside every fold"):
        fit_fusion(SETTINGS, outputs, NOBODY, labels, 1)


@pytest.mark.parametrize(
    ("labels", "says"),
    [(np.full(N, 2), "0 and 1"), (np.tile([0, 1], 10), "as many as labels, 20")],
)
def test_labels_of_others_are_refused(labels: np.ndarray, says: str) -> None:
    outputs = fixed_outputs({"a": signal(1)}, LABELS, 3)
    with pytest.raises(ValueError, match=says):
        fit_fusion(SETTINGS, outputs, [ClinicalRecord()] * labels.size, labels, 1)
