"""Cumulative incidence by hand, and why one minus Kaplan-Meier is wrong."""

import numpy as np
import pytest

from TACEResponseLib.errors import InputError
from TACEResponseLib.evaluation.competing_risks import CompetingRisks, cumulative_incidence
from TACEResponseLib.evaluation.follow_up import FollowUp
from TACEResponseLib.evaluation.kaplan_meier import kaplan_meier

CAUSES = ("progression", "death")


def test_five_patients_worked_by_hand() -> None:
    # At 1: 1/5. At 2 a death: survival 3/5. At 3 censored. At 4: + 3/5 * 1/2. At 5 censored.
    risks = CompetingRisks(
        time=np.array([1.0, 2, 3, 4, 5]), cause=np.array([1, 2, 0, 1, 0]), causes=CAUSES,
        unit="weeks",
    )  # fmt: skip
    curve = cumulative_incidence(risks, "progression")[0]
    assert curve.incidence.tolist() == pytest.approx([0.2, 0.2, 0.2, 0.5, 0.5])
    assert (curve.n, curve.events) == (5, 2)
    death = cumulative_incidence(risks, "death")[0]
    assert death.incidence.tolist() == pytest.approx([0, 0.2, 0.2, 0.2, 0.2])
    assert (death.low[0], death.high[0]) == (0, 1)


def test_without_competing_events_it_is_one_minus_kaplan_meier(
    remission: tuple[FollowUp, list[str]],
) -> None:
    follow_up, groups = remission
    risks = CompetingRisks(
        time=follow_up.time, cause=follow_up.event.astype(int), causes=("relapse",), unit="weeks"
    )
    survival = kaplan_meier(follow_up, groups)
    for curve, plain in zip(cumulative_incidence(risks, "relapse", groups), survival, strict=True):
        assert curve.group == plain.group
        assert curve.incidence == pytest.approx([1 - plain.at(t).value for t in curve.time])


def test_all_causes_and_survival_add_to_1_and_kaplan_meier_promises_too_much() -> None:
    rng = np.random.default_rng(1)
    risks = CompetingRisks(
        time=rng.exponential(10, 200), cause=rng.integers(0, 3, 200), causes=CAUSES, unit="weeks"
    )
    both = [cumulative_incidence(risks, cause)[0] for cause in CAUSES]
    any_event = FollowUp(time=risks.time, event=risks.cause > 0, unit="weeks", endpoint="any")
    free = kaplan_meier(any_event)[0]
    total = both[0].incidence + both[1].incidence
    assert total == pytest.approx([1 - free.at(t).value for t in both[0].time])
    wrong = FollowUp(time=risks.time, event=risks.cause == 1, unit="weeks", endpoint="wrong")
    assert 1 - kaplan_meier(wrong)[0].at(20).value > 1.2 * both[0].incidence[both[0].time <= 20][-1]


def test_a_group_without_the_event_is_flat_at_0() -> None:
    risks = CompetingRisks(
        time=np.array([1.0, 2, 3, 4]), cause=np.array([2, 0, 1, 2]), causes=CAUSES, unit="weeks"
    )
    flat, rising = cumulative_incidence(risks, "progression", ["a", "a", "b", "b"])
    assert flat.incidence.tolist() == [0, 0]
    assert rising.incidence.tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("time", "cause", "words"),
    [
        ([1, -2], [1, 1], "time, row 2: must be >= 0 weeks"),
        ([1, 2], [1, 3], r"cause, row 2: must be 0 \(censored\) to 2, got 3"),
        ([1, 2], [1], "one each a patient"),
    ],
    ids=["negative", "unknown cause", "too few"],
)
def test_what_is_no_competing_risk_is_refused(
    time: list[float], cause: list[int], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        CompetingRisks(time=np.array(time), cause=np.array(cause), causes=CAUSES, unit="weeks")


def test_a_cause_nobody_named_is_refused() -> None:
    risks = CompetingRisks(time=np.array([1.0]), cause=np.array([1]), causes=CAUSES, unit="weeks")
    with pytest.raises(InputError, match="one of progression, death, got relapse"):
        cumulative_incidence(risks, "relapse")
