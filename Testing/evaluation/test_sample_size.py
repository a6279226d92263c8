"""Riley's sample sizes against the published examples and simulation."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm

from TACEResponseLib.evaluation.calibration.calibration_line import calibration_line
from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.evaluation.sample_size import (
    development_size,
    validation_size,
    validation_widths,
)

# Mechanical heart valve failure in Riley 2021: prevalence .018, AUC .8, logits about N(-5, 2.5).
VALVE_LOGITS = norm.ppf((np.arange(100_000) + 0.5) / 100_000, -5, 2.5)


def test_development_size_is_pmsampsizes_published_example() -> None:
    # R package pmsampsize: prevalence .174, 24 parameters, Cox-Snell R2 .288.
    size = development_size(0.174, 24, cox_snell_r2=0.288)
    assert (size.shrinkage, size.optimism, size.prevalence) == (623, 662, 221)
    assert (size.n, size.events) == (662, 116)


def test_ratio_and_auc_of_the_heart_valve_worked_by_hand() -> None:
    # exp(1.96 e) - exp(-1.96 e) = 1 at e = asinh(.5) / 1.96 = .2455: .982 / .018 / e ** 2.
    size = validation_size(0.018, 0.8, VALVE_LOGITS, observed_to_expected_width=1)
    assert size.observed_to_expected == pytest.approx(0.982 / 0.018 / 0.2455**2, abs=2)
    widths = [validation_widths(n, 0.018, 0.8, VALVE_LOGITS).auc for n in (size.auc - 1, size.auc)]
    assert widths[0] > 0.1 >= widths[1]
    assert size.n == max(size.observed_to_expected, size.slope, size.auc)


def test_size_for_the_slope_is_that_of_the_inverse_information() -> None:
    p = expit(VALVE_LOGITS)
    design = np.column_stack([np.ones(p.size), VALVE_LOGITS])
    information = design.T @ (design * (p * (1 - p))[:, None]) / p.size
    size = validation_size(0.018, 0.8, VALVE_LOGITS)
    expected = np.linalg.inv(information)[1, 1] / (0.2 / (2 * 1.96)) ** 2
    assert size.slope == pytest.approx(expected, rel=1e-3)


def test_widths_are_those_that_simulated_studies_have() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(-0.3, 1.2, 100_000)
    outcomes = rng.random(logits.size) < expit(logits)
    expected = validation_widths(300, outcomes.mean(), auc(outcomes, logits).value, logits)
    slopes, areas = [], []
    for _ in range(150):
        rows = rng.integers(logits.size, size=300)
        slopes.append(calibration_line(outcomes[rows], expit(logits[rows]))[0].value)
        areas.append(auc(outcomes[rows], logits[rows]).value)
    assert 2 * 1.96 * np.std(slopes) == pytest.approx(expected.slope, rel=0.2)
    assert 2 * 1.96 * np.std(areas) == pytest.approx(expected.auc, rel=0.2)


def test_width_and_size_undo_each_other() -> None:
    size = validation_size(0.5, 0.75, np.linspace(-2, 2, 50), slope_width=0.5, auc_width=0.12)
    widths = validation_widths(size.slope, 0.5, 0.75, np.linspace(-2, 2, 50))
    assert widths.slope == pytest.approx(0.5, rel=1e-3)
    ratio = validation_widths(size.observed_to_expected, 0.5, 0.75, np.linspace(-2, 2, 50))
    assert ratio.observed_to_expected == pytest.approx(0.2, rel=1e-2)


def test_what_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match=r"prevalence: must lie inside 0\.\.1, got 50"):
        validation_size(50, 0.8, [0, 1])
    with pytest.raises(ValueError, match="finite logits that differ"):
        validation_size(0.5, 0.8, [1, 1])
    with pytest.raises(ValueError, match="needs parameters >= 1"):
        development_size(0.5, 0)
