"""Selection: informative features are kept, whatever the order, and given ones are taken."""

from collections.abc import Callable

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.radiomics.selection import select_features
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings

NAMES = [
    f"original_firstorder_{name}"
    for name in ("Mean", "Median", "Energy", "Entropy", "Range", "Skewness", "Uniformity")
]
Maker = Callable[..., RadiomicsSettings]
METHODS = [
    {"selection": "rfe"},
    {"selection": "rfe", "rfe_estimator": "random_forest"},
    {"selection": "mrmr"},
]


def patients(n: int = 200, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Mean and Energy carry the label; Median is Mean's twin; Uniformity never varies."""
    rng = np.random.default_rng(seed)
    labels = np.tile([0, 1], n // 2)
    values = rng.normal(size=(n, len(NAMES)))
    values[:, 0] += 1.5 * labels
    values[:, 2] -= 1.2 * labels
    values[:, 1] = 3 * values[:, 0] + rng.normal(0, 0.05, n)
    values[:, 6] = 0.25
    return values, labels


@pytest.mark.parametrize("method", METHODS, ids=lambda m: "-".join(m.values()))
def test_informative_features_are_kept_once_and_constants_never(
    method: dict[str, str], make_settings: Maker
) -> None:
    kept = select_features(*patients(), NAMES, make_settings(**method), seed=1)
    assert kept in ((NAMES[2], NAMES[0]), (NAMES[2], NAMES[1]))


@pytest.mark.parametrize("method", METHODS, ids=lambda m: "-".join(m.values()))
def test_the_order_of_columns_does_not_matter(method: dict[str, str], make_settings: Maker) -> None:
    values, labels = patients()
    columns = np.random.default_rng(1).permutation(len(NAMES))
    settings = make_settings(**method)
    shuffled = select_features(values[:, columns], labels, [NAMES[c] for c in columns], settings)
    assert shuffled == select_features(values, labels, NAMES, settings)


def test_given_features_are_taken_and_nothing_else(make_settings: Maker) -> None:
    settings = make_settings(selection="given", given=(NAMES[4], NAMES[3]))
    assert select_features(*patients(), NAMES, settings) == (NAMES[3], NAMES[4])


def test_a_given_feature_that_is_not_there_is_refused_by_name(make_settings: Maker) -> None:
    settings = make_settings(selection="given", given=("original_firstorder_Median2",))
    with pytest.raises(InputError, match=r"recipe, given: must name features .*Median2"):
        select_features(*patients(), NAMES, settings)


def test_a_given_feature_that_never_varies_is_refused(make_settings: Maker) -> None:
    settings = make_settings(selection="given", given=(NAMES[6],))
    with pytest.raises(InputError, match=r"at least one feature must vary .*Uniformity"):
        select_features(*patients(), NAMES, settings)


def test_given_names_go_with_the_selection_and_the_sequences(make_settings: Maker) -> None:
    with pytest.raises(ValueError, match="only then"):
        make_settings(given=(NAMES[0],))
    with pytest.raises(ValueError, match="only then"):
        make_settings(selection="given")
    with pytest.raises(ValueError, match="those of one by the feature alone"):
        make_settings(selection="given", given=(f"ct_arterial:{NAMES[0]}",))
    with pytest.raises(ValueError, match="SEQUENCE:FEATURE"):
        make_settings(selection="given", given=(NAMES[0],), sequences=("mr_t2", "mr_arterial"))
    with pytest.raises(ValueError, match="IMAGETYPE_CLASS_FEATURE"):
        make_settings(selection="given", given=("Volume",))
