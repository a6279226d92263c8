"""Gray's test against the published output of the R package cmprsk."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.survival.competing_risks import CompetingRisks
from TACEResponseLib.evaluation.survival.follow_up import FollowUp
from TACEResponseLib.evaluation.survival.gray import gray_test
from TACEResponseLib.evaluation.survival.log_rank import log_rank
from TACEResponseLib.validation.style.words import p_value

# 177 patients after stem cell transplantation (Scrucca, Bone Marrow Transplantation
# 2010;45:1388): months, 1 relapse or 2 death without it, and 1 for AML or 0 for ALL.
MONTHS = (
    "0.67 9.5 131.77 24.03 1.47 2.23 124.83 10.53 123.9 2 1.7 6.33 2.3 3.57 0.4 0.87 121.1 "
    "5.27 7.5 6.3 6.13 2.8 5.37 2.87 10.9 3.07 1.7 114.7 1.8 114.1 35 112.93 3.63 112.23 1.67 "
    "7.63 7.53 110.37 20.93 6.03 2.83 9.63 3.17 9.97 5.7 106.13 2.53 4.2 9.17 8.73 85.1 4.8 "
    "3.57 8 82.6 81.67 6 6.2 3.47 4.23 1 7.47 6.1 77 76.03 28.53 1.97 13.07 1.43 72.93 71.83 "
    "67.8 8.17 7.57 2.4 70.2 3.03 5.87 68.83 1.1 9.13 6.07 3.3 59.17 1.23 58.23 58 56.6 3.6 "
    "1.6 5.63 4.4 13.8 49.27 9.2 8.63 6.7 1.1 5.43 45.3 12.57 43.67 11.8 43.2 4.17 6.63 42.5 "
    "1.87 1.23 41.3 3.9 4.57 4.4 3.7 3.4 20.83 8.6 1.3 0.37 0.27 35.5 35.5 4.07 7.93 17.23 "
    "3.43 2 8.8 32.63 12.17 7.2 9 6 29.9 29.2 28.7 42.17 0.13 3.63 12.27 26.13 4.73 3.93 "
    "24.77 2.03 6.6 9.43 5 1.87 5.6 19.9 1.2 5.23 3.5 2.8 1.47 7.63 2.23 0.87 7.2 3.23 3.57 "
    "4.57 1.77 16.83 16.6 16.13 2.7 10.3 15.17 7 2.53 14.5 2.3 10.2 9.97 7.63 "
)
CAUSE = (
    "210222020122212202221211211010102012102222221011220222002121222001212000211011021120100021"
    "122021212010202101202222212122001112220222100012110120121111012222112222220002101101001"
)
IS_AML = (
    "010000000001100001010000100101110001011011111101111110010110101111100001000111101101011011"
    "111110100010110111111111101100010000111011110111011110100101011111001101110100011111111"
)


@pytest.fixture(scope="module")
def transplants() -> CompetingRisks:
    return CompetingRisks(
        time=np.array(MONTHS.split(), dtype=float),
        cause=np.array([int(code) for code in CAUSE]),
        causes=("relapse", "death"),
        unit="months",
    )


@pytest.mark.parametrize(
    ("cause", "statistic", "p"),
    [("relapse", 2.8623325, 0.09067592), ("death", 0.4481279, 0.50322531)],
)
def test_transplants_by_disease_are_cmprsks(
    transplants: CompetingRisks, cause: str, statistic: float, p: float
) -> None:
    significance = gray_test(transplants, cause, list(IS_AML))
    assert significance.statistic == pytest.approx(statistic, abs=5e-8)
    assert significance.p == pytest.approx(p, abs=5e-9)
    assert (significance.degrees_of_freedom, significance.n) == (1, 177)


def test_order_and_names_of_groups_change_nothing(transplants: CompetingRisks) -> None:
    groups = np.random.default_rng(5).integers(0, 3, 177)
    renamed = np.array(["z", "y", "x"])[groups]
    first, second = (gray_test(transplants, "relapse", names) for names in (groups, renamed))
    assert first.statistic == pytest.approx(second.statistic)
    assert first.degrees_of_freedom == 2


def test_without_competing_events_and_censoring_it_is_near_the_log_rank_test() -> None:
    rng = np.random.default_rng(6)
    group = np.repeat([0, 1], 300)
    time = rng.exponential(10, 600)
    risks = CompetingRisks(time=time, cause=np.ones(600), causes=("event",), unit="months")
    plain = FollowUp(time=time, event=np.ones(600), unit="months", endpoint="event")
    assert gray_test(risks, "event", group).statistic == pytest.approx(
        log_rank(plain, group).statistic, rel=0.05
    )


def test_its_level_holds_where_the_log_rank_test_of_the_cause_does_not() -> None:
    # Same incidence of cause 1 in both groups; group 1 has the other cause much sooner.
    rng = np.random.default_rng(7)
    p_values = []
    for _ in range(150):
        group = np.repeat([0, 1], 80)
        first = rng.random(160) < 0.5
        time = np.where(first, rng.exponential(10, 160), rng.exponential(np.where(group, 3, 20)))
        end = rng.uniform(5, 40, 160)
        risks = CompetingRisks(
            time=np.minimum(time, end),
            cause=np.where(time > end, 0, np.where(first, 1, 2)),
            causes=("event", "other"),
            unit="months",
        )
        p_values.append(gray_test(risks, "event", group).p)
    assert 0.01 < np.mean(np.array(p_values) < 0.05) < 0.1


def test_an_event_that_never_happened_is_refused(transplants: CompetingRisks) -> None:
    risks = CompetingRisks(
        time=transplants.time,
        cause=transplants.cause,
        causes=("relapse", "death", "second"),
        unit="months",
    )
    with pytest.raises(ValueError, match="second: must be seen at least once"):
        gray_test(risks, "second", list(IS_AML))


def test_groups_that_were_never_at_risk_together_have_no_p_value() -> None:
    # Group a is gone before the first event: nothing could have differed, and p is not 1.
    time, groups = np.array([1.0, 2, 3, 10, 11, 12]), list("aaabbb")
    for first in ([0, 0, 0], [0, 2, 0]):
        risks = CompetingRisks(
            time=time, cause=np.array([*first, 1, 1, 1]), causes=("event", "other"), unit="months"
        )
        result = gray_test(risks, "event", groups)
        assert np.isnan([result.p, result.statistic]).all()
        assert p_value(result) == "no test"


def test_a_group_that_was_never_at_risk_changes_neither_statistic_nor_degrees(
    transplants: CompetingRisks,
) -> None:
    two = gray_test(transplants, "relapse", list(IS_AML))
    risks = CompetingRisks(
        time=np.concatenate([transplants.time, [0.05, 0.06]]),
        cause=np.concatenate([transplants.cause, [0, 0]]),
        causes=transplants.causes,
        unit="months",
    )
    three = gray_test(risks, "relapse", [*IS_AML, "gone", "gone"])
    assert three.statistic == pytest.approx(two.statistic)
    assert (three.degrees_of_freedom, three.p) == (1, pytest.approx(two.p))
