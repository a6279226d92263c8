"""What is left of a coefficient: against R's rms, and where it must be all or nothing."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from TACEResponseLib.fusion.bounded_line import fit_line
from TACEResponseLib.fusion.calibration import ShrinkageCalibration, fit_calibration
from TACEResponseLib.fusion.shrinkage import (
    Drawn,
    LogitsOf,
    ResampledSlopes,
    calibration_slope,
    drawn_with_replacement,
    fitted_shrinkage,
    level,
    optimism_corrected,
    resampled_slopes,
)


def procedure(inputs: np.ndarray, labels: np.ndarray, weight: float = 1e6) -> LogitsOf:
    """A logistic regression, scaled anew on the patients of each fit."""
    free = np.zeros(inputs.shape[1], dtype=bool)

    def logits_of(rows: Drawn) -> np.ndarray:
        mean, sd = inputs[rows].mean(axis=0), inputs[rows].std(axis=0)
        line = fit_line("logistic", (inputs[rows] - mean) / sd, labels[rows], weight, free)
        return line.logits((inputs - mean) / sd)

    return logits_of


def shrunk(
    inputs: np.ndarray, labels: np.ndarray, weight: float = 1e6, resamples: int = 60, seed: int = 1
) -> tuple[ShrinkageCalibration, np.ndarray]:
    """The calibration, and the logits that it is applied to."""
    logits_of = procedure(inputs, labels, weight)
    own = logits_of(np.arange(labels.size))
    rng = np.random.default_rng(seed)
    return fitted_shrinkage(labels, own, logits_of, resamples, rng), own


@pytest.fixture(scope="module")
def asah(shared_data: Path) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """pROC's patients: predictors by name, and 1 for a poor outcome."""
    with (shared_data / "statistics" / "asah.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    values = {
        name: np.array([float(r[name]) for r in rows]) for name in ("s100b", "ndka", "wfns", "age")
    }
    return values, np.array([int(r["outcome"] == "Poor") for r in rows])


# Made with R 4.2 and rms 6.5.0, 4,000 resamples (set.seed(1)): the mean is `test` of
#   validate(lrm(poor ~ s100b + ndka + wfns, d, x = TRUE, y = TRUE), B = 4000)["Slope", ]
# and the median is that of the same 4,000 slopes, by glm of poor on predict(fit, d).
@pytest.mark.parametrize(
    ("predictors", "mean", "median", "error"),
    [(("s100b", "ndka", "wfns"), 0.9108, 0.9029, 0.02), (("s100b",), 1.0164, 0.9783, 0.04)],
    ids=["three predictors", "one predictor"],
)
def test_slopes_are_those_of_rms(
    asah: tuple[dict[str, np.ndarray], np.ndarray],
    predictors: tuple[str, ...],
    mean: float,
    median: float,
    error: float,
) -> None:
    inputs, labels = np.column_stack([asah[0][name] for name in predictors]), asah[1]
    slopes = resampled_slopes(labels, procedure(inputs, labels), 400, np.random.default_rng(7))
    # A fit without a penalty has slope 1 where it was fitted.
    assert slopes.trained == pytest.approx(np.ones(400), abs=0.01)
    assert slopes.tested.mean() == pytest.approx(mean, abs=error)
    assert np.median(slopes.tested) == pytest.approx(median, abs=error)
    assert optimism_corrected(1.0, slopes) == pytest.approx(median, abs=error)


def test_the_calibration_slope_is_that_of_two_groups_worked_by_hand() -> None:
    # Shares 1/4 at -1 and 3/4 at 1: logit(3/4) = ln 3 on either side of 0.
    logits, labels = np.array([-1.0] * 4 + [1.0] * 4), np.array([1, 0, 0, 0, 1, 1, 1, 0])
    assert calibration_slope(labels, logits) == pytest.approx(np.log(3), abs=1e-5)
    assert calibration_slope(labels, 5 * logits + 2) == pytest.approx(np.log(3) / 5, abs=1e-5)


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
def test_the_calibration_slope_is_that_of_statsmodels(scale: float) -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(10)
    logits = rng.normal(1, 1, 80)
    labels = (rng.random(80) < expit(0.6 * logits)).astype(int)
    theirs = sm.Logit(labels, sm.add_constant(scale * logits)).fit(disp=0).params[1]
    assert calibration_slope(labels, scale * logits) == pytest.approx(theirs, rel=1e-5)


def test_logits_that_separate_the_classes_have_a_steep_slope_and_the_same_ones_none() -> None:
    labels = np.array([0] * 5 + [1] * 5)
    assert calibration_slope(labels, np.arange(10.0)) > 5
    assert np.isnan(calibration_slope(labels, np.full(10, 0.1)))


def test_of_optimism_the_median_counts_and_one_wild_resample_does_not() -> None:
    trained, tested = np.array([1.0, 1.0, 1.0, 1.0]), np.array([0.7, 0.8, 0.9, -400.0])
    assert optimism_corrected(1.0, ResampledSlopes(trained=trained, tested=tested)) == (
        pytest.approx(0.75)
    )


def test_the_mean_probability_is_the_share_of_events() -> None:
    rng = np.random.default_rng(2)
    labels, logits = (rng.random(50) < 0.3).astype(int), rng.normal(3, 4, 50)
    assert expit(logits + level(labels, logits)).mean() == pytest.approx(labels.mean(), abs=1e-9)


def test_little_known_of_few_is_shrunk_and_much_known_of_many_is_not() -> None:
    rng = np.random.default_rng(3)
    few, many = rng.normal(size=(60, 8)), rng.normal(size=(1000, 2))
    of_few, own = shrunk(few, (rng.random(60) < expit(0.3 * few[:, 0])).astype(int))
    of_many, _ = shrunk(many, (rng.random(1000) < expit(1.5 * many[:, 0])).astype(int))
    assert 0 <= of_few.slope < 0.75
    assert of_many.slope > 0.95
    assert np.ptp(of_few.apply(own)) < np.ptp(expit(own))


def test_a_procedure_that_claims_twice_as_much_keeps_half_as_much() -> None:
    rng = np.random.default_rng(4)
    inputs = rng.normal(size=(80, 3))
    labels = (rng.random(80) < expit(inputs[:, 0])).astype(int)
    plain = procedure(inputs, labels)

    def twice(rows: Drawn) -> np.ndarray:
        return 2 * plain(rows)

    own = plain(np.arange(80))
    first, second = (
        fitted_shrinkage(labels, scale * own, fit, 40, np.random.default_rng(5))
        for scale, fit in ((1, plain), (2, twice))
    )
    assert second.slope == pytest.approx(first.slope / 2, rel=1e-4)
    assert second.apply(2 * own) == pytest.approx(first.apply(own), abs=1e-5)


def test_what_a_penalty_drew_in_is_not_drawn_out_again() -> None:
    rng = np.random.default_rng(6)
    inputs = rng.normal(size=(100, 1))
    labels = (rng.random(100) < expit(1.2 * inputs[:, 0])).astype(int)
    calibration, own = shrunk(inputs, labels, weight=0.01)
    assert calibration_slope(labels, own) > 1.5
    assert calibration.slope == 1


def test_a_model_that_says_the_same_of_all_gives_the_share_of_events() -> None:
    labels = np.array([1, 1, 1, 0] * 5)
    same = fitted_shrinkage(
        labels, np.zeros(20), lambda _: np.zeros(20), 40, np.random.default_rng(1)
    )
    assert same.slope == 0
    assert same.apply([-5.0, 0.0, 5.0]) == pytest.approx([0.75] * 3)


def test_the_same_seed_gives_the_same_bits() -> None:
    rng = np.random.default_rng(8)
    inputs, labels = rng.normal(size=(40, 2)), np.tile([0, 1], 20)
    first, second = (shrunk(inputs, labels, seed=9)[0] for _ in range(2))
    assert first == second


def test_resamples_have_two_patients_of_each_class() -> None:
    labels = np.array([1, 1] + [0] * 30)
    for rows in drawn_with_replacement(labels, 50, np.random.default_rng(1)):
        assert np.unique(rows[labels[rows] == 1]).size == 2


def test_one_patient_of_a_class_is_refused() -> None:
    labels = np.array([1] + [0] * 9)
    with pytest.raises(ValueError, match="too few patients of one class"):
        fitted_shrinkage(labels, np.arange(10.0), lambda _: np.arange(10.0), 40, _rng())


def test_logits_alone_tell_no_shrinkage() -> None:
    with pytest.raises(ValueError, match="from refits"):
        fit_calibration("shrinkage", [0.0, 1.0], [0, 1])


def _rng() -> np.random.Generator:
    return np.random.default_rng(1)
