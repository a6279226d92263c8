"""Every network by the word that files hold: `TACEResponseLib.networks.small_cnn(**arguments)`.

The one name for others to import: MONAI's tools read it from a bundle's `configs/inference.json`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from TACEResponseLib.evidence.image_network.known_networks import JOINT, KNOWN

if TYPE_CHECKING:
    from torch import nn

__all__ = [JOINT, *KNOWN]


def __getattr__(name: str) -> "Callable[..., nn.Module]":
    """What makes a network, imported when it is asked for."""
    if name == JOINT:
        from TACEResponseLib.evidence.image_network.architectures.joint import JointNetwork

        return JointNetwork
    if name not in KNOWN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return KNOWN[name].load()
