"""Subgroups whose differences are put there by construction."""

import numpy as np
import pytest
from scipy.special import expit

from TACEResponseLib.evaluation.discrimination.discrimination import auc, delong_spread
from TACEResponseLib.evaluation.subgroups import subgroup_forest


def cohort(slopes: tuple[float, ...], n: int, seed: int) -> tuple[np.ndarray, ...]:
    """Patients of several sites at which one logit means `slope` as much."""
    rng = np.random.default_rng(seed)
    site = np.repeat(np.arange(len(slopes)), n)
    logit = rng.normal(0, 1.5, site.size)
    outcome = rng.random(site.size) < expit(np.array(slopes)[site] * logit)
    return outcome.astype(int), expit(logit), site


def test_each_line_is_the_auc_of_its_own_patients() -> None:
    outcome, p, site = cohort((1, 1, 1), 60, 1)
    forest = subgroup_forest(outcome, p, site, attribute="site")
    assert [line.level for line in forest.subgroups] == ["0", "1", "2"]
    for number, line in enumerate(forest.subgroups):
        assert line.auc == auc(outcome[site == number], p[site == number])
        assert line.predicted == pytest.approx(p[site == number].mean())
        assert line.observed.value == pytest.approx(outcome[site == number].mean())
    assert sum(line.n for line in forest.subgroups) == forest.overall.n == 180


def test_two_aucs_are_compared_by_their_difference_in_logits() -> None:
    outcome, p, site = cohort((1, 0.2), 80, 2)
    forest = subgroup_forest(outcome, p, site, attribute="site")
    logit, variance = [], []
    for number in (0, 1):
        spread = delong_spread(outcome[site == number], p[site == number])
        value, error = spread.auc, spread.error
        logit.append(np.log(value / (1 - value)))
        variance.append((error / (value * (1 - value))) ** 2)
    assert forest.heterogeneity is not None
    assert forest.heterogeneity.statistic == pytest.approx(
        (logit[0] - logit[1]) ** 2 / sum(variance)
    )


def test_a_site_where_the_model_fails_is_found() -> None:
    forest = subgroup_forest(*cohort((1, 1, 0), 400, 3), attribute="site")
    assert forest.heterogeneity is not None
    assert forest.interaction is not None
    assert forest.heterogeneity.p < 1e-6
    assert forest.interaction.p < 1e-6
    assert forest.interaction.degrees_of_freedom == 2


def test_both_tests_keep_their_level_where_sites_are_alike() -> None:
    p_values = []
    for seed in range(120):
        forest = subgroup_forest(*cohort((1, 1), 100, seed), attribute="site")
        assert forest.heterogeneity is not None
        assert forest.interaction is not None
        p_values.append([forest.heterogeneity.p, forest.interaction.p])
    share = (np.array(p_values) < 0.05).mean(axis=0)
    assert (share < 0.12).all()


def test_a_level_with_one_outcome_has_no_auc_and_joins_no_test() -> None:
    forest = subgroup_forest([1, 0, 1, 1], [0.8, 0.2, 0.7, 0.6], list("aabb"), attribute="sex")
    assert forest.subgroups[1].auc is None
    assert forest.subgroups[1].observed.value == 1
    assert (forest.heterogeneity, forest.interaction) == (None, None)


def test_levels_of_other_patients_are_refused() -> None:
    with pytest.raises(ValueError, match="scanner: must be one level a patient"):
        subgroup_forest([1, 0], [0.8, 0.2], ["a"], attribute="scanner")
