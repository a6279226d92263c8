"""The distance: scikit-learn's where the covariance is kept whole, Mahalanobis' by hand."""

import numpy as np
import pytest
from sklearn.covariance import LedoitWolf

from TACEResponseLib.likeness.reference import MOST_AXES, Reference, fit_reference

# With tails drawn in they are 7 and 6, their z-scores 3 and 4: 3 squared over 1, 4 squared over 4.
SEVEN_AND_SIX = np.sinh([[7.0, 6.0]]) * (1.0, 2.0)


def by_hand(**changes: object) -> Reference:
    parts = {
        "center": np.array([0.0, 0.0]),
        "unit": np.array([1.0, 2.0]),
        "mean": np.array([1.0, 2.0]),
        "scale": np.array([2.0, 1.0]),
        "axes": np.eye(2),
        "variances": np.array([1.0, 4.0]),
        "rest": 1.0,
    }
    return Reference(**{**parts, **changes})  # type: ignore[arg-type]


def test_a_distance_worked_on_paper() -> None:
    assert by_hand().distances(SEVEN_AND_SIX) == pytest.approx([np.sqrt(13.0)])


def test_directions_without_an_axis_count_by_the_rest() -> None:
    one = by_hand(axes=np.array([[1.0, 0.0]]), variances=np.array([1.0]), rest=16.0)
    assert one.distances(SEVEN_AND_SIX) == pytest.approx([np.sqrt(10.0)])


@pytest.mark.parametrize(("n", "size"), [(200, 14), (30, 14), (25, 40)])
def test_the_distance_is_that_of_the_shrunk_covariance(n: int, size: int) -> None:
    rng = np.random.default_rng(71)
    values = rng.normal(size=(n, size)) @ rng.normal(size=(size, size)) + 5.0
    fresh = rng.normal(size=(8, size)) * 3.0
    low, center, high = np.percentile(values, (25, 50, 75), axis=0)
    known, new = (np.arcsinh((v - center) / ((high - low) / 1.349)) for v in (values, fresh))
    mean, sd = known.mean(axis=0), known.std(axis=0)
    expected = LedoitWolf().fit((known - mean) / sd).mahalanobis((new - mean) / sd)
    assert fit_reference(values).distances(fresh) == pytest.approx(np.sqrt(expected), rel=1e-9)


def test_a_few_patients_far_out_do_not_hide_who_lies_beyond_the_rest() -> None:
    rng = np.random.default_rng(75)
    values = rng.normal(size=(200, 3))
    values[:4] += 300.0
    near, far = fit_reference(values).distances(np.array([[0.0] * 3, [8.0] * 3]))
    assert far > 4 * near + 2


def test_a_wide_embedding_keeps_few_axes_and_no_patient() -> None:
    values = np.random.default_rng(72).normal(size=(100, 300))
    reference = fit_reference(values)
    assert reference.axes.shape == (MOST_AXES, 300)
    assert np.isfinite(reference.distances(values)).all()


def test_units_and_order_of_patients_change_no_distance() -> None:
    rng = np.random.default_rng(73)
    values, fresh = rng.normal(size=(50, 4)), rng.normal(size=(3, 4))
    units = np.array([1e-6, 1.0, 1e3, 1e9])
    first = fit_reference(values).distances(fresh)
    again = fit_reference((values * units)[::-1]).distances(fresh * units)
    assert again == pytest.approx(first, rel=1e-8)


def test_a_number_that_never_varied_is_far_out_when_it_does() -> None:
    values = np.column_stack([np.random.default_rng(74).normal(size=60), np.zeros(60)])
    near, far = fit_reference(values).distances(np.array([[0.0, 0.0], [0.0, 1.0]]))
    assert near < 1.0
    assert far > 3.0


def test_nothing_that_varies_still_has_a_distance() -> None:
    assert fit_reference(np.ones((5, 2))).distances(np.ones((1, 2))) == pytest.approx([0.0])


@pytest.mark.parametrize(
    "changes",
    [
        {"scale": np.array([1.0])},
        {"mean": np.array([np.nan, 0.0])},
        {"variances": np.array([1.0, 0.0])},
        {"rest": 0.0},
        {"unit": np.array([1.0, -1.0])},
    ],
    ids=["sizes", "not a number", "no variance", "no rest", "no unit"],
)
def test_parts_that_do_not_fit_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"reference needs|must be > 0"):
        by_hand(**changes)
