"""The network of a branch: its image network, and round it the joint head where there is one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.image_network.budget import (
    check_parameters,
    within_budget,
    without_storage,
)
from TACEResponseLib.evidence.image_network.network import build_network, check_network
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings

if TYPE_CHECKING:
    from torch import nn

Floats = NDArray[np.float64]


def build_branch_network(settings: ImageNetworkSettings, where: str = "network") -> "nn.Module":
    """The network that these settings name, weights drawn from torch's current random state.

    Counted without storage first; inside torch.device("meta") it stays without.

    Raises: InputError: the definition is not allowed, or the network refuses its arguments.
    """
    import torch

    check_network(settings.network, settings.arguments, where)
    with without_storage():
        empty = _built(settings, where)
    check_parameters(empty, where)
    return empty if torch.get_default_device().type == "meta" else _built(settings, where)


def _built(settings: ImageNetworkSettings, where: str) -> "nn.Module":
    """Image network and joint head, of any size."""
    image = build_network(settings.network, settings.arguments, where)
    if settings.joint_head is None:
        return image
    from TACEResponseLib.evidence.image_network.architectures.joint import JointNetwork

    return JointNetwork(
        image,
        n_clinical=len(settings.clinical),
        n_classes=len(settings.classes),
        widths=settings.joint_head.widths,
        dropout=settings.joint_head.dropout,
    )


def image_part(network: "nn.Module") -> "nn.Module":
    """The image network without a joint head."""
    from TACEResponseLib.evidence.image_network.architectures.joint import JointNetwork

    return network.image if isinstance(network, JointNetwork) else network


def for_patient(
    network: "nn.Module", clinical: Sequence[float] | Floats, device: str
) -> "nn.Module":
    """A network that takes patches alone: itself, or with one patient's clinical values in it.

    Args:
        network: on `device`.
        clinical: z-scored, (m,); empty without a joint head.
        device: where the values go.
    """
    import torch

    from TACEResponseLib.evidence.image_network.architectures.joint import (
        JointNetwork,
        OfOnePatient,
    )

    if not isinstance(network, JointNetwork):
        return network
    values = torch.as_tensor(clinical, dtype=torch.float32, device=device)
    return OfOnePatient(network, values).eval()


def layer_path(network: "nn.Module", layer: str) -> str:
    """Where `for_patient` has a layer of the image network."""
    return layer if image_part(network) is network else f"network.image.{layer}"


def last_linear(network: "nn.Module") -> tuple[str, "nn.Linear"]:
    """Name and module of the last linear layer, which is the head of every known network.

    Raises: InputError: there is none.
    """
    from torch import nn

    linear_layers = [(n, m) for n, m in network.named_modules() if isinstance(m, nn.Linear)]
    if not linear_layers:
        raise InputError(
            "trainable",
            "head needs a network that ends in a linear layer",
            got=type(network).__name__,
            remedy="set trainable: all",
        )
    return linear_layers[-1]


def check_sizes(
    network: "nn.Module", settings: ImageNetworkSettings, input_shape: tuple[int, ...]
) -> None:
    """The network takes the patches and gives the classes that its settings name.

    Args:
        network: on the CPU.
        settings: of its branch.
        input_shape: channels, rows and columns of what it is going to see.
    Raises: InputError: it doesn't.
    """
    import torch

    channels, rows, columns = input_shape
    patch = torch.zeros(1, channels, rows, columns)
    classes = len(settings.classes)
    was_training = network.training
    network.eval()
    try:
        with torch.inference_mode(), within_budget(network, "network"):
            answer = for_patient(network, [0.0] * len(settings.clinical), "cpu")(patch)
    except RuntimeError as error:
        raise InputError(
            "network",
            f"must take patches of {channels} x {rows} x {columns}",
            got=str(error).splitlines()[0][:100],
            remedy="correct in_channels or the patch",
        ) from error
    finally:
        network.train(was_training)
    if tuple(answer.shape) != (1, classes):
        raise InputError(
            "network",
            f"must give {classes} outputs, one a class",
            got=answer.shape[-1],
            remedy="correct n_classes",
        )
