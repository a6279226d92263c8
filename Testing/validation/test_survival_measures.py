"""Groups at the model's own cut-off, and none where there is nothing to compare."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.evaluation.survival.log_rank import log_rank
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.survival.survival import (
    ABOVE,
    BELOW,
    SurvivalResults,
    survival,
    survival_from_readout,
)
from TACEResponseLib.validation.topics.topic import Results


def test_groups_are_those_of_the_cut_off(study: Study, results: Results) -> None:
    measures = results.of(SurvivalResults).survival[2]
    positive = study.models[0].probabilities >= 0.55
    assert measures.endpoint == "OS"
    assert {c.group: c.n for c in measures.curves} == {
        ABOVE: int(positive.sum()),
        BELOW: int((~positive).sum()),
    }
    names = np.where(positive, ABOVE, BELOW)
    assert measures.log_rank is not None
    assert measures.log_rank.p == log_rank(study.timed[2].follow_up, names).p
    assert measures.at_risk[ABOVE][0] == int(positive.sum())


def test_one_group_alone_is_drawn_and_not_tested(study: Study) -> None:
    everyone = replace(study.models[0], threshold=0.0001)
    resampled = survival(study, everyone, study.timed[2], np.random.default_rng(1), resamples=200)
    assert resampled.log_rank is None
    assert resampled.hazards is None
    assert len(resampled.curves) == 1


def test_a_cohort_without_events_is_told_and_not_tested(study: Study) -> None:
    timed = study.timed[2]
    nobody = replace(timed.follow_up, event=np.zeros(timed.follow_up.n, dtype=bool))
    resampled = survival(
        study,
        study.models[0],
        replace(timed, follow_up=nobody),
        np.random.default_rng(1),
        resamples=200,
    )
    assert (resampled.events, resampled.log_rank, resampled.concordance) == (0, None, None)


def test_death_competes_with_progression(results: Results) -> None:
    by_name = {endpoint.endpoint: endpoint for endpoint in results.of(SurvivalResults).survival}
    assert by_name["TTP"].competing is not None
    assert by_name["OS"].competing is None


def test_observed_groups_start_at_the_landmark(study: Study) -> None:
    timed = study.timed[2]
    measures = survival_from_readout(study, timed, 60)
    assert measures is not None
    early = timed.follow_up.time <= 60
    assert measures.n == int((~early).sum())
    assert measures.events_before == int((early & timed.follow_up.event).sum())
    assert survival_from_readout(study, timed, 1e6) is None


@pytest.mark.parametrize("place", [0, 1, 2])
def test_numbers_at_risk_never_rise(results: Results, place: int) -> None:
    for counts in results.of(SurvivalResults).survival[place].at_risk.values():
        assert counts == sorted(counts, reverse=True)
