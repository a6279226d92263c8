"""An image network as a bundle shows it to MONAI's tools."""

from collections.abc import Mapping
from typing import Any

from TACEResponseLib.evidence.image_network.known_networks import JOINT, OLD_TARGETS
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.evidence.monai_network import MonaiNetwork, TensorFormat
from TACEResponseLib.imaging.settings import MrZScore

ALIASES = "TACEResponseLib.networks"
"""Where MONAI's tools find a network by its word, wherever its module lies."""


def monai_network(settings: ImageNetworkSettings) -> MonaiNetwork:
    """Definition, input and output of a network."""
    return MonaiNetwork(
        definition=network_def(settings), takes=_patches(settings), gives=_classes(settings)
    )


def network_def(settings: ImageNetworkSettings) -> dict[str, Any]:
    """Image network, with its joint head if it has one, as MONAI's ConfigParser reads it."""
    image = {"_target_": f"{ALIASES}.{settings.network}", **settings.arguments}
    if settings.joint_head is None:
        return image
    return {
        "_target_": f"{ALIASES}.{JOINT}",
        "image": image,
        "n_clinical": len(settings.clinical),
        "n_classes": len(settings.classes),
        "widths": list(settings.joint_head.widths),
        "dropout": settings.joint_head.dropout,
    }


def with_target_of_today(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """A definition whose target is the name of today in place of one that files held before."""
    target = definition.get("_target_")
    if not isinstance(target, str) or target not in OLD_TARGETS:
        return definition
    return {**definition, "_target_": f"{ALIASES}.{OLD_TARGETS[target]}"}


def _patches(settings: ImageNetworkSettings) -> TensorFormat:
    """What a network takes."""
    channels, rows, columns = settings.input_shape
    return TensorFormat(
        type="image",
        format="magnitude",
        modality=settings.sequence.modality,
        num_channels=channels,
        spatial_shape=(rows, columns),
        dtype="float32",
        value_range=_value_range(settings),
        is_patch_data=True,
        channel_def={
            str(channel): f"{sequence.value}, {settings.patch.channel_content}"
            for channel, sequence in enumerate(settings.channel_sequences)
        },
    )


def _value_range(settings: ImageNetworkSettings) -> tuple[float, float]:
    """Of all channels, after intensity step and normalization."""
    low, high = 0.0, 1.0
    if isinstance(settings.intensity, MrZScore):
        low, high = -settings.intensity.clip, settings.intensity.clip
    if settings.normalization is None:
        return low, high
    numbers = list(zip(settings.normalization.mean, settings.normalization.sd, strict=True))
    return min((low - m) / sd for m, sd in numbers), max((high - m) / sd for m, sd in numbers)


def _classes(settings: ImageNetworkSettings) -> TensorFormat:
    """What a network gives: logits, of which softmax or sigmoids make probabilities."""
    return TensorFormat(
        type="probabilities",
        format="classes",
        modality="n/a",
        num_channels=len(settings.classes),
        spatial_shape=(),
        dtype="float32",
        value_range=(),
        is_patch_data=True,
        channel_def={str(n): str(name) for n, name in enumerate(settings.classes)},
    )
