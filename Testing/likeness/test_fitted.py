"""The verdict: ranks against held-out patients, one test over all branches."""

import numpy as np
import pytest

from TACEResponseLib.likeness.fitted import FittedLikeness, fit_likeness, rank_p
from TACEResponseLib.likeness.reference import Reference

NOTHING: dict[str, tuple[str, ...]] = {}


def line() -> Reference:
    """Distance from 0, tails drawn in; see `at`."""
    zero, one = np.array([0.0]), np.array([1.0])
    return Reference(
        center=zero, unit=one, mean=zero, scale=one, axes=one[np.newaxis], variances=one, rest=1.0
    )


def at(distance: float) -> np.ndarray:
    """The number that lies so far."""
    return np.sinh([distance])


def likeness(n: int = 199, **distances: np.ndarray) -> FittedLikeness:
    """Distances of .1, .2 and so on to n tenths in one branch, unless told otherwise."""
    given = distances or {"one": np.arange(1.0, n + 1) / 10}
    logits = {name: np.linspace(-2.0, 2.0, d.size) for name, d in given.items()}
    return fit_likeness({name: line() for name in given}, given, logits)


def verdict(model: FittedLikeness, **values: float) -> tuple[str, float]:
    vectors = {name: at(value) for name, value in values.items()}
    said = model.verdict(vectors, NOTHING)
    return said.word, said.p


def test_a_p_is_a_rank_among_held_out_patients() -> None:
    # 0 and the three 2s below, 5 above: (1 + 4) / (1 + 5) for a value of 2.
    assert rank_p(np.array([0.0, 2.0, 2.0, 2.0, 5.0]), 2.0) == pytest.approx(5 / 6)
    assert rank_p(np.array([1.0, 2.0]), 9.0) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("value", "word"), [(10.0, "like"), (18.95, "like"), (19.15, "unusual"), (20.0, "unlike")]
)
def test_of_199_patients_9_may_lie_further_out(value: float, word: str) -> None:
    assert verdict(likeness(), one=value)[0] == word


@pytest.mark.parametrize(
    ("beyond", "word"), [(0.99, "unusual"), (1.19, "unusual"), (1.21, "unlike")]
)
def test_with_few_patients_a_case_is_unlike_a_fifth_beyond_all(beyond: float, word: str) -> None:
    assert verdict(likeness(50), one=5 * beyond)[0] == word


def test_the_furthest_branch_counts_against_everybody_s_furthest() -> None:
    n = 400
    rng = np.random.default_rng(81)
    model = likeness(a=np.abs(rng.normal(size=n)), b=np.abs(rng.normal(size=n)) * 100)
    fresh = np.abs(rng.normal(size=(4000, 2))) * (1, 100)
    unusual = np.mean([verdict(model, a=a, b=b)[1] < 0.05 for a, b in fresh])
    # Two tests of .05 would call 10 % so; the limits are three standard errors of 400 patients.
    assert 0.05 - 3 * 0.011 < unusual < 0.05 + 3 * 0.011


def test_reasons_are_kept_of_branches_that_lie_far_out() -> None:
    model = likeness(a=np.arange(1.0, 201.0), b=np.arange(1.0, 201.0))
    vectors = {"a": at(500.0), "b": at(3.0)}
    said = model.verdict(vectors, {"a": ("size 9",), "b": ("age 3",)})
    assert said.reasons == ("size 9",)
    assert [branch.p for branch in said.branches] == pytest.approx([1 / 201, 199 / 201])


def test_branches_disagree_on_both_sides_and_further_apart_than_is_common() -> None:
    logits = np.linspace(-1.0, 1.0, 101)
    model = fit_likeness(
        {"a": line(), "b": line()},
        {"a": np.ones(101), "b": np.ones(101)},
        {"a": logits, "b": logits + 0.1 * np.sign(logits)},
    )
    assert model.disagrees({"a": -1.0, "b": 1.0})
    assert not model.disagrees({"a": 0.5, "b": 9.0})
    assert not model.disagrees({"a": -0.01, "b": 0.01})


def test_one_branch_never_disagrees() -> None:
    assert not likeness().disagrees({"one": 1e6})


@pytest.mark.parametrize(
    ("joint", "rule"),
    [
        (np.array([2.0, 1.0]), "sorted"),
        (np.array([1.0, np.nan]), "finite"),
        (np.ones(3), "the same patients"),
    ],
)
def test_what_does_not_belong_together_is_refused(joint: np.ndarray, rule: str) -> None:
    branches = likeness(2).branches
    with pytest.raises(ValueError, match=rule):
        FittedLikeness(branches=branches, joint=joint, disagreement=1.0)
    with pytest.raises(KeyError, match="vectors wanted"):
        likeness(2).verdict({"two": np.ones(1)}, NOTHING)
