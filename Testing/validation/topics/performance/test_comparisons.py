"""What fusion adds to a branch is knowledge, not calibration."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.performance.comparisons import branch_values


def test_a_branch_that_knows_as_much_loses_nothing_by_raw_outputs(study: Study) -> None:
    # The same ranking on another scale: thrice as extreme and shifted, as a network's raw outputs.
    fused = study.models[0]
    raw = expit(3 * logit(np.clip(fused.probabilities, 1e-4, 1 - 1e-4)) + 1)
    guess = np.random.default_rng(9).uniform(0.2, 0.8, study.n)
    model = replace(fused, branches={"cnn": raw, "guess": guess})
    same, less = branch_values(
        replace(study, models=(model,)), np.random.default_rng(0), resamples=200
    )
    assert np.mean((raw - study.outcome) ** 2) > np.mean((fused.probabilities - study.outcome) ** 2)
    assert same.added.brier.value == pytest.approx(0, abs=1e-6)
    assert same.added.net_benefit.value == pytest.approx(0, abs=1e-9)
    assert same.added.auc.difference.value == pytest.approx(0)
    assert less.added.brier.high < 0
