"""Networks by their names, and weights from and to disk. Nothing here runs foreign code.

A file names a network of the list in `known_networks` and gives it plain arguments. What MONAI's
ConfigParser would evaluate or resolve is refused in these too, as a bundle hands them on to it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.image_network.known_networks import KNOWN
from TACEResponseLib.evidence.image_network.weights.tensor_header import AGAIN, check_tensor_header

if TYPE_CHECKING:
    from torch import nn

# What MONAI evaluates or resolves instead of taking it as text.
RUNNING_PREFIXES = ("$", "@", "%")
# No published network has a layer wider than this; larger numbers exhaust memory.
LARGEST_NUMBER = 4096
LARGEST_BY_NAME: Mapping[str, int] = {"widths": 512, "layers": 64, "conv1_t_size": 31}
LONGEST_LIST = 16
# Torch builds layers without channels, with a warning.
COUNTED = frozenset(
    {
        "in_channels",
        "n_classes",
        "widths",
        "n_input_channels",
        "num_classes",
        "out_channels",
        "block_inplanes",
    }
)


def check_network(network: str, arguments: Mapping[str, Any], where: str) -> None:
    """Refuse anything but a known network with plain arguments of its own.

    Args:
        network: its word, a key of `KNOWN`.
        arguments: as the settings hold them.
        where: how the message calls their file.
    Raises: InputError: network or argument not on the list, or a value that is not plain.
    """
    if network not in KNOWN:
        raise InputError(
            where,
            "network must be a known one",
            got=repr(network)[:80],
            remedy=f"use one of {', '.join(KNOWN)}",
        )
    known = KNOWN[network].arguments
    for name, value in arguments.items():
        if name not in known:
            raise InputError(
                where,
                f"{network} takes no argument of this name",
                got=repr(name)[:80],
                remedy=f"known are {', '.join(sorted(known))}",
            )
        _check_value(name, value, where)


def _check_value(name: str, value: object, where: str) -> None:
    """Numbers within reason, plain words, or a short list of them."""
    values = value if isinstance(value, list | tuple) else [value]
    largest = LARGEST_BY_NAME.get(name, LARGEST_NUMBER)
    is_plain = len(values) <= LONGEST_LIST and all(_is_plain(v, largest) for v in values)
    if is_plain and name in COUNTED and any(isinstance(v, int | float) and v < 1 for v in values):
        raise InputError(
            where, f"{name} must be 1 or more", got=repr(value)[:80], remedy="correct it"
        )
    if not is_plain:
        raise InputError(
            where,
            f"{name} must be a plain number, word or short list of them",
            got=repr(value)[:80],
            remedy="write the value itself",
        )


def _is_plain(value: object, largest: int) -> bool:
    """Neither nested nor long; nothing that MONAI's ConfigParser would run."""
    if isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return abs(value) <= largest
    return isinstance(value, str) and not value.startswith(RUNNING_PREFIXES) and len(value) <= 40


def build_network(
    network: str, arguments: Mapping[str, Any], where: str = "network"
) -> "nn.Module":
    """The network of that name, weights drawn from torch's current random state.

    Raises: InputError: it is not known, or refuses its arguments.
    """
    check_network(network, arguments, where)
    try:
        return KNOWN[network].load()(**arguments)
    except (RuntimeError, TypeError, ValueError) as error:
        raise InputError(
            where,
            "the network must accept its arguments",
            got=str(error)[:120],
            remedy="correct the arguments",
        ) from error


def write_weights(network: "nn.Module", path: Path) -> None:
    """Write every tensor of a network as safetensors; same weights, same bytes."""
    from safetensors.torch import save_file

    tensors = {name: t.detach().cpu().contiguous() for name, t in network.state_dict().items()}
    save_file(tensors, path)


def read_weights(network: "nn.Module", path: Path, where: str | None = None) -> None:
    """Give a network the tensors of a safetensors file, all of them and no other.

    Args:
        network: its own tensors may be without storage (torch's `meta` device).
        path: of the file.
        where: how the message calls it; its name otherwise.
    Raises: InputError: unreadable, a tensor missing, surplus, of another shape or type, or with
        values that are not finite.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    place = where or path.name
    check_tensor_header(path, network.state_dict(), place)
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(
            place, "must be a whole safetensors file", got=str(error)[:100], remedy=AGAIN
        ) from error
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise InputError(
                place, f"{name} must be finite", got="NaN or infinite values", remedy=AGAIN
            )
    network.load_state_dict(tensors, assign=True)
