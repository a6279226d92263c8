"""Progression where death comes first: by hand, and as the report shows it."""

import json
import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from TACEResponseLib.evaluation.survival.gray import gray_test
from TACEResponseLib.validation.report.methods_text import methods_text
from TACEResponseLib.validation.report.metrics import metrics_json
from TACEResponseLib.validation.report.report import report_html
from TACEResponseLib.validation.study.study import Model, Origin, Study
from TACEResponseLib.validation.study.timed_outcomes import timed_outcomes
from TACEResponseLib.validation.style.words import p_value
from TACEResponseLib.validation.topics.survival.competing import (
    DEATH,
    FEWEST_AT_RISK,
    PROGRESSION,
    TOLD_MONTHS,
    CompetingMeasures,
    competing_risks,
)
from TACEResponseLib.validation.topics.survival.figure_incidence import draw_incidence
from TACEResponseLib.validation.topics.survival.risk_times import MONTH_DAYS, risk_times
from TACEResponseLib.validation.topics.survival.survival import (
    ABOVE,
    SurvivalMeasures,
    SurvivalResults,
    survival,
)
from TACEResponseLib.validation.topics.survival.words import (
    competing_sentence,
    incidence_table,
)
from TACEResponseLib.validation.topics.topic import Results

# Progression at 1 and 4 (later death does not count), death at 2, last seen at 3 and 5, and one
# whose progression was last looked for at 3 and who died at 6.
BY_HAND = {
    "time_to_progression_days": ["1", "2", "3", "4", "5", "3"],
    "progressed": ["1", "0", "0", "1", "0", "0"],
    "survival_days": ["9", "2", "8", "9", "5", "6"],
    "died": ["1", "1", "0", "1", "0", "1"],
}


@pytest.fixture
def six_patients() -> Study:
    model = Model(name="m", probabilities=np.full(6, 0.9), threshold=0.5)
    return Study(
        case_ids=tuple("ABCDEF"),
        outcome=np.array([0, 1, 0, 1, 0, 1]),
        positive_class="responder",
        models=(model,),
        origin=Origin(source="by hand"),
        timed=timed_outcomes(BY_HAND),
    )


@pytest.fixture
def of_ttp(results: Results) -> CompetingMeasures:
    measures = next(
        f for f in results.of(SurvivalResults).survival if f.endpoint == "TTP"
    ).competing
    assert measures is not None
    return measures


def plain_text(page: str) -> str:
    """Without escapes, tags and no-break spaces."""
    return unescape(re.sub(r"<[^>]*>", "", page)).replace("\u00a0", " ")


def measured(study: Study) -> dict[str, SurvivalMeasures]:
    rng = np.random.default_rng(1)
    resampled = [survival(study, study.models[0], t, rng, resamples=200) for t in study.timed]
    return {f.endpoint: f for f in resampled}


def test_six_patients_worked_by_hand(six_patients: Study) -> None:
    # At 1: 1/6 progress. At 2: 1/6 die, 4/6 are left. At 4, three are at risk: 4/6 * 1/3 = 2/9
    # progress, 4/9 are left. At 6 the last one dies.
    measures = measured(six_patients)["TTP"].competing
    assert measures is not None
    progression, death = measures.progression[0], measures.death[0]
    assert progression.time.tolist() == [1, 2, 3, 4, 5, 6]
    assert progression.incidence == pytest.approx(np.array([3, 3, 3, 7, 7, 7]) / 18)
    assert death.incidence == pytest.approx(np.array([0, 3, 3, 3, 3, 11]) / 18)
    assert (measures.n, measures.progressions, measures.deaths) == (6, 2, 2)
    # One died on the day of the last look, one 3 days after it.
    assert measures.unwatched == 1.5
    assert "a median of 2 days after progression was last looked for" in competing_sentence(
        measures
    )
    assert measures.at_risk[ABOVE][0] == 6
    assert (measures.gray_progression, measures.gray_death, measures.told_at) == (None, None, None)


def test_both_causes_and_event_free_survival_add_to_1(results: Results) -> None:
    by_name = {f.endpoint: f for f in results.of(SurvivalResults).survival}
    measures = by_name["TTP"].competing
    assert measures is not None
    for progression, death, free in zip(
        measures.progression, measures.death, by_name["PFS"].curves, strict=True
    ):
        assert progression.group == death.group == free.group
        assert progression.time.tolist() == death.time.tolist()
        left = np.array([free.at(t).value for t in progression.time])
        assert progression.incidence + death.incidence + left == pytest.approx(np.ones(left.size))


def test_censoring_the_dead_promises_more_progression(of_ttp: CompetingMeasures) -> None:
    for at in of_ttp.incidences:
        assert at.progression.low < at.progression.value < at.progression.high
        assert at.progression.value < at.without_competing


def test_incidence_is_told_as_long_as_each_group_is_large_enough(
    study: Study, of_ttp: CompetingMeasures
) -> None:
    timed = next(t for t in study.timed if t.follow_up.endpoint == "TTP")
    risks = competing_risks(study, timed)
    assert risks is not None
    assert of_ttp.told_at is not None
    months = of_ttp.told_at / MONTH_DAYS
    following = TOLD_MONTHS[TOLD_MONTHS.index(round(months)) + 1]
    positive = study.models[0].probabilities >= study.models[0].threshold
    for time, is_enough in ((of_ttp.told_at, True), (following * MONTH_DAYS, False)):
        left = [int((risks.time[group] >= time).sum()) for group in (positive, ~positive)]
        assert (min(left) >= FEWEST_AT_RISK) == is_enough


def test_gray_tests_both_causes(study: Study, of_ttp: CompetingMeasures) -> None:
    timed = next(t for t in study.timed if t.follow_up.endpoint == "TTP")
    risks = competing_risks(study, timed)
    assert risks is not None
    positive = study.models[0].probabilities >= study.models[0].threshold
    for cause, significance in ((PROGRESSION, of_ttp.gray_progression), (DEATH, of_ttp.gray_death)):
        assert significance is not None
        assert significance.p == pytest.approx(gray_test(risks, cause, positive).p)


def test_without_deaths_known_nothing_competes(six_patients: Study) -> None:
    ttp = tuple(t for t in six_patients.timed if t.follow_up.endpoint == "TTP")
    assert measured(replace(six_patients, timed=ttp))["TTP"].competing is None
    assert measured(six_patients)["PFS"].competing is None


def test_the_report_says_why_and_shows_figure_table_and_both_tests(
    study: Study, results: Results, of_ttp: CompetingMeasures
) -> None:
    text = plain_text(report_html(study, results, {}))
    sentence = competing_sentence(of_ttp)
    assert "death rules progression out" in sentence
    assert p_value(of_ttp.gray_progression) in sentence
    assert p_value(of_ttp.gray_death) in sentence
    for words in (sentence, *(c for r in incidence_table(of_ttp).rows for c in r)):
        assert words in text
    methods = " ".join(methods_text(study, results))
    assert "Aalen and Johansen" in methods
    assert "Gray's test" in methods
    remark = json.loads(metrics_json(study, results))["results"]["survival"][1]["competing"]
    assert remark["progression"][0]["incidence"] == of_ttp.progression[0].incidence.tolist()


def test_nobody_who_died_is_told(six_patients: Study) -> None:
    alive = timed_outcomes(BY_HAND | {"died": ["0"] * 6})
    measures = measured(replace(six_patients, timed=alive))["TTP"].competing
    assert measures is not None
    assert competing_sentence(measures).startswith("TTP: Nobody died without a progression seen")
    assert measures.unwatched is None


def test_the_figure_holds_every_step_of_every_curve(
    study: Study, of_ttp: CompetingMeasures
) -> None:
    drawing = draw_incidence(study, of_ttp)
    assert drawing.name == "incidence_ttp"
    assert len(drawing.rows) == sum(c.time.size for c in (*of_ttp.progression, *of_ttp.death))
    first = of_ttp.progression[0]
    assert drawing.rows[0][:4] == (first.group, PROGRESSION, first.time[0], first.incidence[0])
    legend = drawing.figure.axes[0].get_legend()
    assert legend is not None
    words = [text.get_text() for text in legend.get_texts()]
    assert words[0] == f"{first.group}, n = {first.n}: {first.events} progressed"
    assert len(words) == 4


@pytest.mark.parametrize(
    ("last_months", "expected"), [(5.5, [0, 1, 2, 3, 4, 5, 6]), (40, [0, 12, 24, 36, 48])]
)
def test_numbers_at_risk_stand_at_round_months(last_months: float, expected: list[int]) -> None:
    times = risk_times(last_months * MONTH_DAYS)
    assert [time / MONTH_DAYS for time in times] == pytest.approx(expected)


def test_incidence_is_read_between_steps_and_not_beyond_them(six_patients: Study) -> None:
    measures = measured(six_patients)["TTP"].competing
    assert measures is not None
    curve = measures.progression[0]
    assert curve.at(0.5).value == 0
    assert curve.at(3.5).value == pytest.approx(1 / 6)
    assert np.isnan(curve.at(7).value)
    with pytest.raises(ValueError, match="time must be >= 0 days, got -1"):
        curve.at(-1)
