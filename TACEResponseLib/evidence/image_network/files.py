"""An image network from its file, tried before anybody relies on it."""

from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.subject import part_of
from TACEResponseLib.evidence.image_network.branch import ImageNetworkBranch
from TACEResponseLib.evidence.image_network.branch_network import (
    build_branch_network,
    for_patient,
    image_part,
)
from TACEResponseLib.evidence.image_network.budget import within_budget
from TACEResponseLib.evidence.image_network.network import read_weights
from TACEResponseLib.evidence.image_network.part import ImageNetworkPart
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.evidence.kind import unusable

if TYPE_CHECKING:
    from torch import nn


def read_network(path: Path, part: ImageNetworkPart, where: str, device: str) -> ImageNetworkBranch:
    """A network built from an allow-listed definition, then filled with weights.

    Args:
        path: the file, verified against the bundle's list.
        part: what the metadata says of it.
        where: how the user named the bundle, for messages.
        device: where it runs.
    Raises: InputError: the file is damaged, or the network takes or gives something else.
    """
    import torch

    # Without storage: to draw weights that the file replaces takes longer than to read it.
    with torch.device("meta"):
        network = build_branch_network(part.settings, where)
    try:
        read_weights(network, path)
    except InputError as error:
        raise InputError(
            where, f"{path.name}: {error.rule}", got=error.got, remedy=error.remedy
        ) from error
    _check_network(network, part.settings, where)
    return ImageNetworkBranch(part.settings, network.to(device), device, part.state)


def _check_network(network: "nn.Module", settings: ImageNetworkSettings, where: str) -> None:
    """The network takes the patches and gives the classes that its settings name."""
    import torch

    classes = len(settings.classes)
    tried = for_patient(network.eval(), [0.0] * len(settings.clinical), "cpu")
    try:
        with (
            torch.inference_mode(),
            within_budget(tried, part_of(where, f"branch {settings.name}")),
        ):
            answer = tried(torch.zeros(1, *settings.input_shape))
    except RuntimeError as error:
        raise unusable(settings.name, "a network of other patches", where) from error
    if tuple(answer.shape) != (1, classes) or not bool(answer.isfinite().all()):
        raise unusable(
            settings.name, f"outputs of shape {tuple(answer.shape)}, or none finite", where
        )
    if not settings.positive or not set(settings.positive) <= set(range(classes)):
        raise unusable(settings.name, f"positive outputs {settings.positive}", where)
    if settings.target_layer not in dict(image_part(network).named_modules()):
        raise unusable(settings.name, f"target layer {settings.target_layer[:40]!r}", where)
