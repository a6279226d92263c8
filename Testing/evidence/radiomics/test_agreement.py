"""Features on which readers agree: the filter sees training patients alone, and needs two."""

from collections.abc import Callable

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.icc_filter import IccFilter
from TACEResponseLib.evidence.radiomics.agreement import feature_agreement, reliable_names
from TACEResponseLib.evidence.radiomics.branch import RadiomicsRecipe
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings

MEAN, RANGE = "original_firstorder_Mean", "original_firstorder_Range"
# Shrout and Fleiss 1979, table 2: six patients read by four; judges 1 and 3.
FIRST, SECOND = (9, 6, 8, 7, 10, 6), (5, 3, 6, 2, 6, 4)


def twice(noise: float, n: int = 40) -> list[dict[str, float]]:
    """Readers agree on the mean, and on the range up to noise of this many SD."""
    rng = np.random.default_rng(4)
    values = rng.normal(size=(n, 2))
    return [
        {
            MEAN: mean,
            RANGE: spread,
            f"reader2:{MEAN}": mean + 0.1 * rng.normal(),
            f"reader2:{RANGE}": spread + noise * rng.normal(),
        }
        for mean, spread in values.tolist()
    ]


def test_the_form_that_is_named_is_used() -> None:
    readings = [{MEAN: a, f"reader2:{MEAN}": b} for a, b in zip(FIRST, SECOND, strict=True)]
    table = np.array([FIRST, SECOND], dtype=float).T
    between = 2 * table.mean(axis=1).var(ddof=1)
    rest = (table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()) ** 2
    error = rest.sum() / 5
    readers = 6 * table.mean(axis=0).var(ddof=1)
    consistency = (between - error) / (between + error)
    absolute = (between - error) / (between + error + 2 * (readers - error) / 6)
    assert feature_agreement(readings, MEAN, IccFilter(form="ICC(3,1)")) == pytest.approx(
        consistency
    )
    assert feature_agreement(readings, MEAN, IccFilter()) == pytest.approx(absolute)
    assert absolute < 0.4 < consistency


@pytest.mark.parametrize(("noise", "kept"), [(0.1, [MEAN, RANGE]), (2.0, [MEAN])])
def test_what_readers_disagree_on_is_dropped(noise: float, kept: list[str]) -> None:
    assert reliable_names(twice(noise), [MEAN, RANGE], IccFilter()) == kept


def test_patients_read_once_are_left_out_of_the_correlation() -> None:
    once = [{MEAN: float(i), RANGE: 1e6 * i} for i in range(100)]
    assert reliable_names(twice(2.0) + once, [MEAN, RANGE], IccFilter()) == [MEAN]


def test_a_filter_without_a_second_reader_is_refused_with_the_column_and_the_remedy() -> None:
    once = [{MEAN: float(i)} for i in range(20)]
    with pytest.raises(InputError, match=r"column roi_reader2: .*got 0; give the column, or .*icc"):
        reliable_names(once, [MEAN], IccFilter())


def test_readers_who_agree_on_nothing_are_refused() -> None:
    with pytest.raises(InputError, match=r"at least one feature must have ICC\(2,1\) >= 0.75"):
        reliable_names(twice(2.0), [RANGE], IccFilter())


def test_a_fit_uses_reliable_features_alone_and_says_what_it_left_out(
    make_settings: Callable[..., RadiomicsSettings],
) -> None:
    prepared, labels = twice(2.0), np.tile([0, 1], 20)
    settings = make_settings(selection="none", icc=IccFilter())
    branch = RadiomicsRecipe(settings).fit(prepared, labels, seed=1)
    assert branch.state.feature_names == (MEAN,)
    assert branch.state.remarks == (
        f"1 of 2 features have ICC(2,1) < 0.75 between the readers and were left out: {RANGE}.",
    )
    # Without the filter the second reading is no feature.
    whole = RadiomicsRecipe(make_settings(selection="none")).fit(prepared, labels, seed=1)
    assert whole.state.feature_names == (MEAN, RANGE)


def test_a_second_reading_is_not_needed_to_predict(
    make_settings: Callable[..., RadiomicsSettings],
) -> None:
    settings = make_settings(selection="none", icc=IccFilter())
    branch = RadiomicsRecipe(settings).fit(twice(2.0), np.tile([0, 1], 20), seed=1)
    assert np.isfinite(branch.logits([{MEAN: 0.3}])).all()
