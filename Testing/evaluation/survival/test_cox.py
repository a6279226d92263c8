"""Cox regression against published fits."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.survival.cox import cox, proportionality_sentence
from TACEResponseLib.evaluation.survival.follow_up import FollowUp


def test_lung_cancer_by_age_and_sex_is_the_manual_page_of_rs_survival(lung) -> None:  # type: ignore[no-untyped-def]
    follow_up = FollowUp(
        time=lung["time"].to_numpy(), event=lung["status"].to_numpy(), unit="days", endpoint="OS"
    )
    model = cox(follow_up, {"age": lung["age"], "sex": lung["sex"]})
    age, sex = model.hazard_ratios["age"], model.hazard_ratios["sex"]
    assert (age.value, age.low, age.high) == pytest.approx((1.017, 0.999, 1.036), abs=5e-4)
    assert (sex.value, sex.low, sex.high) == pytest.approx((0.599, 0.431, 0.831), abs=5e-4)
    assert model.significance["sex"].statistic == pytest.approx(-3.06, abs=5e-3)
    assert model.significance["age"].p == pytest.approx(0.0650, abs=5e-4)
    assert (model.n, model.events) == (228, 165)


def test_rossis_prisoners_are_lifelines_documented_ones() -> None:
    from lifelines.datasets import load_rossi

    data = load_rossi()
    names = ("fin", "age", "race", "wexp", "mar", "paro", "prio")
    follow_up = FollowUp(
        time=data["week"].to_numpy(),
        event=data["arrest"].to_numpy(),
        unit="weeks",
        endpoint="arrest",
    )
    model = cox(follow_up, {name: data[name] for name in names})
    documented = {
        "fin": 0.68,
        "age": 0.94,
        "race": 1.37,
        "wexp": 0.86,
        "mar": 0.65,
        "paro": 0.92,
        "prio": 1.10,
    }
    ratios = {name: round(model.hazard_ratios[name].value, 2) for name in names}
    assert ratios == documented
    # Age and work experience are the documented breaches of proportionality.
    assert {n for n in names if model.proportionality[n].p < 0.05} == {"age", "wexp"}
    assert "age" in proportionality_sentence(model)


def test_remission_trial_has_the_published_efron_ratio(
    remission: tuple[FollowUp, list[str]],
) -> None:
    follow_up, groups = remission
    ratio = cox(follow_up, {"placebo": np.array(groups) == "placebo"}).hazard_ratios["placebo"]
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((4.82, 2.15, 10.81), abs=5e-3)


def test_the_opposite_coding_gives_the_inverse_ratio(
    remission: tuple[FollowUp, list[str]],
) -> None:
    follow_up, groups = remission
    coded = (np.array(groups) == "placebo").astype(float)
    there = cox(follow_up, {"group": coded}).hazard_ratios["group"]
    back = cox(follow_up, {"group": 1 - coded}).hazard_ratios["group"]
    assert (there.value, there.low) == pytest.approx((1 / back.value, 1 / back.high), rel=1e-4)


def test_crossing_hazards_are_found_and_said() -> None:
    rng = np.random.default_rng(1)
    group = np.repeat([0.0, 1.0], 400)
    time = np.where(group == 1, rng.weibull(3, 800), rng.weibull(0.7, 800))
    follow_up = FollowUp(time=time, event=np.ones(800, bool), unit="months", endpoint="OS")
    model = cox(follow_up, {"group": group})
    assert model.proportionality["group"].p < 1e-6
    assert "changes over time for group" in proportionality_sentence(model)


def test_perfect_separation_is_said_and_does_not_crash() -> None:
    follow_up = FollowUp(
        time=np.arange(1.0, 25),
        event=np.array([True] * 12 + [False] * 12),
        unit="weeks",
        endpoint="OS",
    )
    model = cox(follow_up, {"group": [1] * 12 + [0] * 12})
    assert [w.code for w in model.warnings] == ["separated_hazards"]


def test_a_constant_covariate_is_refused(remission: tuple[FollowUp, list[str]]) -> None:
    with pytest.raises(ValueError, match="site: must differ between patients, got 1 everywhere"):
        cox(remission[0], {"site": np.ones(42)})


def test_a_few_early_events_do_not_throw_the_search_off() -> None:
    # R, survival: coxph(Surv(time, rep(1, 91)) ~ late) gives .051119 (.019225 to .135925).
    rng = np.random.default_rng(2)
    time = np.concatenate([rng.exponential(150, 7), rng.exponential(1200, 84) + 50])
    follow_up = FollowUp(time=time, event=np.ones(91, bool), unit="days", endpoint="OS")
    ratio = cox(follow_up, {"late": np.arange(91) >= 7}).hazard_ratios["late"]
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx(
        (0.051119, 0.019225, 0.135925), rel=1e-4
    )
