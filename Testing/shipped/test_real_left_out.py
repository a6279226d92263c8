"""What is said of patients left out: against hand, and against nobody's own patients."""

import numpy as np
import pytest

from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.significance import Significance
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.population import facts_of
from TACEResponseLib.recipe.reading import find_recipe, read_recipe
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.shipped.real_bundle import holm_of, judgement_metric
from TACEResponseLib.shipped.real_cohort import MAJORITY, VOLUME, Judgement, parts_of
from TACEResponseLib.shipped.real_identity import IDENTITIES
from TACEResponseLib.shipped.real_left_out import (
    held_out_brier,
    held_out_slope,
    instability,
    left_out,
    out_of_bag,
    refit,
    volume_thirds,
)
from TACEResponseLib.training.one_model import fit_shrunk, with_fewest_resamples
from TACEResponseLib.training.prepared_cohort import PreparedCohort


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    """Volume alone, with the fewest resamples and one division into folds."""
    shipped = with_fewest_resamples(read_recipe(find_recipe("ct-volume")))
    return shipped.model_copy(update={"repeats": 1})


@pytest.fixture(scope="module")
def cohort() -> PreparedCohort:
    """Forty patients of whom small tumors respond more often."""
    rng = np.random.default_rng(3)
    volumes = rng.normal(2, 0.7, 40)
    labels = (rng.random(40) < 1 / (1 + 4.0 ** (volumes - 2.3))).astype(np.int64)
    return PreparedCohort(
        case_ids=tuple(f"P{number:02d}" for number in range(40)),
        labels=labels,
        clinical=(ClinicalRecord(),) * 40,
        by_branch={
            "volume": tuple({"clinical": {}, "measures": {"log_volume_ml": v}} for v in volumes)
        },
    )


def judged(p: float | None) -> Judgement:
    auc = Estimate(value=0.6, low=0.5, high=0.7, n=91, method="by hand")
    chance = None if p is None else Significance(statistic=0.6, p=p, n=91, method="permutations")
    return Judgement(predictors=VOLUME, reading=MAJORITY, auc=auc, chance=chance, events=59)


def test_holm_s_correction_is_that_worked_by_hand() -> None:
    # Of three: .01 x 3, then .02 x 2, then .04 x 1, none below the one before.
    corrected = holm_of([judged(0.04), judged(None), judged(0.01), judged(0.02)])
    assert corrected == [pytest.approx(0.04), None, pytest.approx(0.03), pytest.approx(0.04)]
    assert holm_of([judged(None)]) == [None]


def test_a_metric_says_both_p_values() -> None:
    method = judgement_metric(judged(0.01), VOLUME, 0.03).method
    assert "p = 0.010 by permutations; p = 0.030 after Holm's correction" in method


def test_instability_is_the_mean_distance_of_refits() -> None:
    refits = np.array([[0.4, 0.7], [0.6, 0.7], [0.5, 0.9]])
    estimate = instability(np.array([0.5, 0.7]), refits)
    # .1 and 0, .1 and 0, 0 and .2.
    assert estimate.value == pytest.approx(0.4 / 6)
    assert instability(np.array([0.5, 0.7]), np.array([[0.5, 0.7]] * 3)).value == 0


def test_a_patient_is_asked_of_refits_that_did_not_draw_it() -> None:
    rows = [np.array([0, 0, 1]), np.array([1, 2, 2])]
    said = [np.array([0.1, 0.2, 0.3]), np.array([0.4, 0.5, 0.6])]
    with pytest.warns(RuntimeWarning, match="empty slice"):
        unseen = out_of_bag(rows, said)
    assert unseen[[0, 2]] == pytest.approx([0.4, 0.3])
    assert np.isnan(unseen[1])


def test_thirds_hold_predicted_beside_observed() -> None:
    volumes, labels = np.arange(9.0), np.array([1, 1, 1, 1, 1, 0, 0, 0, 0])
    thirds = volume_thirds(labels, volumes, np.linspace(0.9, 0.1, 9))
    assert [(g.n, g.observed) for g in thirds] == [(3, 1.0), (3, pytest.approx(2 / 3)), (3, 0.0)]
    assert [g.predicted for g in thirds] == pytest.approx([0.8, 0.5, 0.2])


def test_the_brier_score_of_one_half_is_one_quarter_and_its_slope_none() -> None:
    labels, rng = np.tile([0, 1], 20), np.random.default_rng(1)
    assert held_out_brier(labels, np.full((2, 40), 0.5), rng).value == pytest.approx(0.25)
    assert np.isnan(held_out_slope(labels, np.full((2, 40), 0.5), rng).value)


def test_everything_is_measured_and_jobs_change_nothing(
    recipe: Recipe, cohort: PreparedCohort
) -> None:
    (branch,) = recipe.branches
    prepared = cohort.by_branch["volume"]
    own = fit_shrunk(branch, recipe.fusion, prepared, cohort.labels, 1).probabilities(prepared)
    first, second = (left_out(recipe, cohort, own, 1, refits=12, jobs=jobs) for jobs in (1, 2))
    assert first == second
    assert first.slope.low < first.slope.value < first.slope.high
    assert 0.1 < first.brier.value < 0.3
    assert 0 < first.instability.value < 0.3
    assert sum(group.n for group in first.thirds) == 40


def test_a_refit_is_the_procedure_on_its_rows(recipe: Recipe, cohort: PreparedCohort) -> None:
    rows, said = refit(recipe, cohort, 1, 4)
    (branch,) = recipe.branches
    prepared = cohort.by_branch["volume"]
    again = fit_shrunk(branch, recipe.fusion, [prepared[r] for r in rows], cohort.labels[rows], 1)
    assert said == pytest.approx(again.probabilities(prepared), abs=0)
    assert not np.array_equal(rows, refit(recipe, cohort, 1, 5)[0])


def test_read_outs_are_counted_against_four_to_sixteen_weeks(recipe: Recipe) -> None:
    def patient(days: str) -> CohortPatient:
        return CohortPatient(
            row=2,
            case_id="P1",
            role=None,
            clinical=ClinicalRecord(),
            response="responder",
            other={"readout_days": days},
        )

    facts = facts_of(recipe, [patient(days) for days in ("27", "28", "112", "113", "")])
    assert (facts.readout.n, facts.readout.outside, facts.readout.not_stated) == (4, 2, 1)
    assert facts.readout.median == 70


def test_volume_alone_has_no_halves(recipe: Recipe) -> None:
    (branch,) = recipe.branches
    assert list(parts_of(branch)) == [VOLUME]
    assert list(IDENTITIES) == ["ct-volume", "ct-volume-clinical"]
