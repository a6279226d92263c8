"""Choices that don't go together are refused when they are read."""

import pytest
from pydantic import ValidationError

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.imaging.settings import PatchSettings

ARTERIAL, T2 = ImageSequence.MR_ARTERIAL, ImageSequence.MR_T2
TWO = {"sequences": ["mr_arterial", "mr_t2"], "intensity": {"kind": "mr_window"}}
JOINT = {"clinical": [{"name": "age_years"}], "joint_head": {}}


def settings(**changes: object) -> ImageNetworkSettings:
    values = {
        "sequences": ["ct_arterial"],
        "network": SMALL_CNN,
        "arguments": {},
        "target_layer": "features",
    }
    return ImageNetworkSettings.model_validate(values | changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"channel_order": ["ct_arterial"]}, "goes with channel_content: sequences"),
        (
            TWO | {"patch": {"channel_content": "sequences"}, "channel_order": ["mr_t2"]},
            "each of the sequences",
        ),
        ({"sequences": ["mr_t2", "mr_t2"]}, "sequences must differ"),
        ({"crop_px": 128, "patch": {"size_px": 96}}, "crop_px must be <="),
        ({"normalization": {"mean": [0.5, 0.5], "sd": [1, 1]}}, "1 or 3 numbers"),
        ({"normalization": {"mean": [0.5], "sd": [0]}}, "greater than or equal to 0.0000"),
        ({"clinical": [{"name": "age_years"}]}, "go together"),
        ({"joint_head": {}}, "go together"),
        (JOINT | {"fitting": {"trainable": "head"}}, "learns together"),
        (JOINT | {"fitting": {"batch_size": 1}}, "batch_size must be >= 2"),
        (JOINT | {"fitting": {"patients_per_epoch": "one"}}, "without a joint head"),
        (JOINT | {"joint_head": {"widths": [9999]}}, "widths must be 1 to 4096"),
        ({"output": "sigmoid"}, "binary_cross_entropy_per_class"),
        (
            {
                "sequences": ["mr_t2"],
                "intensity": {"kind": "mr_z_score"},
                "fitting": {"brightness": 0.5},
            },
            "intensity of 0 to 1",
        ),
        ({"patch": {"size_px": 320, "width_px": 450}}, "quarter_turns must be false"),
        ({"fitting": {"learning_rate": 1e-4, "final_learning_rate": 1e-3}}, "final_learning_rate"),
        ({"fitting": {"epoch": 3}}, "Extra inputs"),
    ],
)
def test_choices_that_do_not_go_together_are_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        settings(**changes)


def test_channels_are_counted_and_named() -> None:
    assert settings().input_shape == (3, 224, 224)
    order = settings(
        **TWO,
        patch={"channel_content": "sequences", "size_px": 136},
        crop_px=128,
        channel_order=["mr_arterial", "mr_arterial", "mr_t2"],
    )
    assert order.input_shape == (3, 128, 128)
    assert order.channel_sequences == (ARTERIAL, ARTERIAL, T2)
    each = settings(**TWO, patch={"channels": 2, "channel_content": "adjacent_slices"})
    assert each.channel_sequences == (ARTERIAL, ARTERIAL, T2, T2)
    slices = {"size_px": 320, "width_px": 450, "shape": "whole_slice", "slices": "all"}
    whole = settings(patch=slices, fitting={"quarter_turns": False})
    assert whole.input_shape == (3, 320, 450)


@pytest.mark.parametrize(
    ("patch", "needs_roi"),
    [
        ({}, True),
        ({"shape": "whole_slice"}, True),
        ({"shape": "whole_slice", "slices": "all"}, False),
        ({"shape": "whole_slice", "slices": "every_n", "every_n": 3}, False),
        ({"slices": "all"}, True),
    ],
)
def test_only_whole_slices_of_the_whole_image_need_no_roi(
    patch: dict[str, object], needs_roi: bool
) -> None:
    assert settings(patch=patch).needs_roi is needs_roi
    assert PatchSettings(**patch).needs_roi is needs_roi
