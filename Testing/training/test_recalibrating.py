"""Level and slope of a bundle, updated on patients whose law is known."""

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.bundle import load_bundle, save_bundle
from TACEResponseLib.fusion.calibration import IsotonicCalibration, NoCalibration, PlattCalibration
from TACEResponseLib.training.recalibrating import (
    Update,
    _updated,
    check_class_sizes,
    fit_update,
    recalibrated,
)

SHIPPED = "ct-radiomics-cnn-simulated"


def patients(slope: float, shift: float, n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes whose true logit is slope x the model's + shift, and the model's probabilities."""
    rng = np.random.default_rng(8)
    logit = rng.normal(0, 1.5, n)
    truth = 1 / (1 + np.exp(-(slope * logit + shift)))
    return (rng.random(n) < truth).astype(int), 1 / (1 + np.exp(-logit))


def test_a_known_slope_and_shift_are_found() -> None:
    update = fit_update(*patients(0.6, -0.8), "slope")
    assert (update.slope, update.shift) == pytest.approx((0.6, -0.8), abs=0.12)
    level = fit_update(*patients(1.0, 0.7), "intercept")
    assert level.slope == 1
    assert level.shift == pytest.approx(0.7, abs=0.1)


@pytest.mark.parametrize(
    "old",
    [
        PlattCalibration(slope=1.7, intercept=-0.2),
        NoCalibration(),
        IsotonicCalibration(logits=(-2, 0, 2), probabilities=(0.1, 0.4, 0.9)),
    ],
)
def test_the_new_calibration_is_the_old_one_then_the_update(
    old: PlattCalibration | NoCalibration | IsotonicCalibration,
) -> None:
    update = Update(slope=0.5, shift=0.3)
    logit = np.array([-2.0, 0.0, 2.0])
    np.testing.assert_allclose(_updated(old, update).apply(logit), update.apply(old.apply(logit)))


def test_the_new_bundle_has_both_calibrations_and_calls_the_same_patients(tmp_path) -> None:
    old = load_bundle(SHIPPED)
    labels, p = patients(0.6, -0.8, 400)
    new = recalibrated(
        old, labels, p, method="slope", source="our clinic", bundle_id="ours", seed=1
    )
    saved = load_bundle(save_bundle(new, tmp_path / "ours").source and tmp_path / "ours")
    assert saved.metadata.version == "1.1.0"
    assert "The calibration of training" in saved.card
    assert "our clinic: 400 patients" in saved.card
    names = old.fusion.branch_names
    logits = {name: np.linspace(-4, 4, 41) for name in names}
    from TACEResponseLib.patient.record import ClinicalRecord

    records = [ClinicalRecord()] * 41
    before, after = (b.fusion.probabilities(logits, records) for b in (old, saved))
    np.testing.assert_array_equal(before >= old.fusion.threshold, after >= saved.fusion.threshold)
    assert np.all(np.diff(after) > 0)
    assert not np.allclose(before, after)


@pytest.mark.parametrize(
    ("n_per_class", "method", "remedy"),
    [
        (15, "slope", "add patients, or use --method intercept"),
        (5, "slope", "add patients"),
        (5, "intercept", "add patients"),
    ],
)
def test_another_method_is_advised_only_where_it_would_do(
    n_per_class: int, method: str, remedy: str
) -> None:
    labels = np.repeat([0, 1], n_per_class)
    with pytest.raises(InputError) as caught:
        fit_update(labels, np.linspace(0.2, 0.8, labels.size), method)
    assert caught.value.remedy == remedy


def test_too_few_patients_and_a_reversed_model_are_refused() -> None:
    labels, p = patients(1.0, 0.0, 12)
    with pytest.raises(InputError, match="--method slope needs 20 patients of each class"):
        fit_update(labels, p, "slope")
    labels, p = patients(-1.0, 0.0, 400)
    with pytest.raises(InputError, match="rank patients in the right direction"):
        fit_update(labels, p, "slope")


@pytest.mark.parametrize(
    ("positive", "negative", "method", "match"),
    [
        (0, 0, "slope", "needs 20 patients of each class.* got none with a response"),
        (0, 30, "slope", r"must hold both 0 and 1 .* got only 0"),
        (9, 30, "intercept", "--method intercept needs 10 patients of each class, got 9"),
        (19, 30, "slope", "needs 20 .* got 19; add patients, or use --method intercept"),
    ],
)
def test_too_few_patients_are_known_from_their_outcomes_alone(
    positive: int, negative: int, method: str, match: str
) -> None:
    with pytest.raises(InputError, match=match):
        check_class_sizes(np.repeat([1, 0], (positive, negative)), method)
    assert check_class_sizes(np.repeat([1, 0], (20, 30)), method).sum() == 20
