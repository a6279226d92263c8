"""Cohorts like the real one: right in the median about new patients, and not one number for all.

The fast form of Testing/benchmarks/shrinkage.py, on cohorts of its own.
"""

import numpy as np
import pytest

from TACEResponseLib.evidence.kinds import branch_recipe
from TACEResponseLib.fusion.shrinkage import calibration_slope
from TACEResponseLib.recipe.reading import find_recipe, read_recipe
from TACEResponseLib.training.one_model import fit_shrunk, with_fewest_resamples
from Testing.fusion.volume_world import N_PATIENTS, drawn_cohort, fitted, shrinkage_of

SEED, COHORTS = 950_001, 24


def test_slopes_in_new_patients_lie_about_one_and_answers_apart() -> None:
    slopes, ranges = [], []
    for number in range(COHORTS):
        first, second, third = (np.random.default_rng([SEED, n, number]) for n in range(3))
        cohort, fresh = (
            drawn_cohort("volume", N_PATIENTS, first),
            drawn_cohort("volume", 2000, second),
        )
        model = fitted("volume", cohort.inputs, cohort.labels)
        own = model.logits(cohort.inputs)
        shrunk = shrinkage_of("volume", cohort, own, 40, third)
        said = shrunk.slope * model.logits(fresh.inputs)
        slopes.append(calibration_slope(fresh.labels, said) if shrunk.slope else np.inf)
        ranges.append(np.ptp(shrunk.apply(own)))
    # Of 24 cohorts the median has a standard error of .2.
    assert 0.6 < np.median(slopes) < 1.6
    assert np.mean(np.array(ranges) > 0.1) > 0.75


def test_the_world_fits_what_the_recipe_fits() -> None:
    recipe = with_fewest_resamples(read_recipe(find_recipe("ct-volume")))
    (settings,) = recipe.branches
    cohort = drawn_cohort("volume", N_PATIENTS, np.random.default_rng(1))
    prepared = [
        {"clinical": {}, "measures": {"log_volume_ml": v}} for v in cohort.inputs[:, 0].tolist()
    ]
    branch = branch_recipe(settings).fit(prepared, cohort.labels, 1)
    own = fitted("volume", cohort.inputs, cohort.labels).logits(cohort.inputs)
    assert branch.logits(prepared) == pytest.approx(own, abs=1e-5)
    model = fit_shrunk(settings, recipe.fusion, prepared, cohort.labels, 1)
    assert model.probabilities(prepared).mean() == pytest.approx(cohort.labels.mean(), abs=1e-9)
