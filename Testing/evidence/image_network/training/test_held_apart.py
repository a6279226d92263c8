import numpy as np
import pytest

from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.evidence.image_network.training.held_apart import held_apart


def settings(choose_epoch: str = "best_tuning", **changes: object) -> ImageNetworkSettings:
    return ImageNetworkSettings.model_validate(
        {
            "sequences": ["ct_arterial"],
            "network": "small_cnn",
            "target_layer": "features",
            "fitting": {"choose_epoch": choose_epoch},
            **changes,
        }
    )


def test_a_fifth_of_each_class_is_held_apart_by_seed() -> None:
    labels = np.array([1] * 10 + [0] * 30)
    apart = held_apart(labels, settings(), 1)
    assert (apart[labels == 1].sum(), apart[labels == 0].sum()) == (2, 6)
    assert np.array_equal(apart, held_apart(labels, settings(), 1))
    assert not np.array_equal(apart, held_apart(labels, settings(), 2))


def test_nobody_is_held_apart_where_the_last_epoch_is_kept() -> None:
    assert not held_apart(np.tile([0, 1], 20), settings("last"), 1).any()


def test_four_classes_are_each_held_apart() -> None:
    four = settings(classes=["CR", "PR", "SD", "PD"], positive=[0, 1])
    labels = np.repeat([0, 1, 2, 3], 5)
    assert np.bincount(labels[held_apart(labels, four, 1)]).tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("labels", [[0, 0, 0, 1], [1, 0]])
def test_nobody_is_where_one_class_would_lose_its_only_patient(labels: list[int]) -> None:
    assert not held_apart(np.array(labels), settings(), 1).any()
