"""What the network sees when it scores, and where that lies."""

import numpy as np
import pytest
import torch

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.network_input import (
    network_input,
    normalized,
    seen_plans,
)
from TACEResponseLib.evidence.image_network.settings import (
    ChannelNormalization,
    ImageNetworkSettings,
)
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.patches import PatchPlan
from TACEResponseLib.imaging.settings import PatchSettings


def settings(**changes: object) -> ImageNetworkSettings:
    return ImageNetworkSettings(
        sequences=(ImageSequence.CT_ARTERIAL,),
        patch=PatchSettings(size_px=20, channels=3),
        network=SMALL_CNN,
        arguments={},
        target_layer="features",
        **changes,
    )


@pytest.fixture
def patches() -> np.ndarray:
    return np.random.default_rng(0).random((2, 3, 20, 20), dtype=np.float32)


def test_without_crop_and_normalization_nothing_is_touched(patches: np.ndarray) -> None:
    assert network_input(patches, settings()) is patches


def test_the_numbers_of_s2_are_applied(patches: np.ndarray) -> None:
    one = ChannelNormalization(mean=(0.2701,), sd=(0.1390,))
    seen = network_input(patches, settings(normalization=one))
    assert seen == pytest.approx((patches - 0.2701) / 0.1390, abs=1e-5)
    batch = normalized(torch.from_numpy(patches), one).numpy()
    assert batch == pytest.approx(seen, abs=1e-6)


def test_each_channel_has_its_own_numbers() -> None:
    chosen = ChannelNormalization(mean=(0.0, 0.5, 1.0), sd=(1.0, 0.5, 0.25))
    ones = np.ones((1, 3, 20, 20), dtype=np.float32)
    assert network_input(ones, settings(normalization=chosen))[0, :, 0, 0].tolist() == [1, 1, 0]


def test_the_middle_is_seen_and_lies_where_it_was_cut(patches: np.ndarray) -> None:
    seen = network_input(patches, settings(crop_px=16))
    assert np.array_equal(seen, patches[:, :, 2:18, 2:18])
    geometry = Geometry(
        size_ijk=(20, 20, 1),
        spacing_mm=(2.0, 3.0, 5.0),
        origin_lps=(10.0, 20.0, 30.0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    (plan,) = seen_plans([PatchPlan(slice_index=4, geometry=geometry)], settings(crop_px=16))
    assert plan.slice_index == 4
    assert plan.geometry.size_ijk == (16, 16, 1)
    assert plan.geometry.origin_lps == (14.0, 26.0, 30.0)
