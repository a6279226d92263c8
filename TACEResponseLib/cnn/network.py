"""Networks from their definition, and weights from and to disk. Nothing here runs foreign code.

MONAI's ConfigParser calls whatever `_target_` names and evaluates whatever begins with `$`. So a
definition reaches it only after it has passed the allow-list below.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from TACEResponseLib.cnn.tensor_header import AGAIN, check_header
from TACEResponseLib.errors import InputError

if TYPE_CHECKING:
    from torch import nn

SMALL_CNN = "TACEResponseLib.cnn.architectures.small_cnn.SmallCNN"
LENET5_TYPE = "TACEResponseLib.cnn.architectures.lenet5_type.LeNet5Type"
ALEXNET = "TACEResponseLib.cnn.architectures.alexnet.AlexNet"
RESNET18 = "TACEResponseLib.cnn.architectures.resnet.resnet18"
RESNET50 = "TACEResponseLib.cnn.architectures.resnet.resnet50"
DENSENET169 = "TACEResponseLib.cnn.architectures.densenet.densenet169"
SWIN_TINY = "TACEResponseLib.cnn.architectures.swin.SwinTiny"
INCEPTION_V4 = "TACEResponseLib.cnn.architectures.inception_v4.InceptionV4"
MONAI_RESNET = "monai.networks.nets.ResNet"
MONAI_DENSENET169 = "monai.networks.nets.DenseNet169"
# Each network that a bundle may name, with the arguments that it may set.
ALLOWED: Mapping[str, frozenset[str]] = {
    SMALL_CNN: frozenset({"in_channels", "n_classes", "widths", "dropout"}),
    LENET5_TYPE: frozenset({"in_channels", "n_classes", "dropout"}),
    ALEXNET: frozenset({"in_channels", "n_classes", "dropout"}),
    RESNET18: frozenset({"in_channels", "n_classes", "dropout"}),
    RESNET50: frozenset({"in_channels", "n_classes", "dropout"}),
    DENSENET169: frozenset({"in_channels", "n_classes"}),
    SWIN_TINY: frozenset({"in_channels", "n_classes", "stochastic_depth"}),
    INCEPTION_V4: frozenset({"in_channels", "n_classes", "dropout"}),
    MONAI_RESNET: frozenset(
        {"block", "layers", "block_inplanes", "spatial_dims", "n_input_channels", "num_classes",
         "conv1_t_size", "conv1_t_stride", "bias_downsample", "shortcut_type", "widen_factor"}
    ),
    MONAI_DENSENET169: frozenset({"spatial_dims", "in_channels", "out_channels"}),
}  # fmt: skip
# What MONAI evaluates or resolves instead of taking it as text.
RUNNING_PREFIXES = ("$", "@", "%")
# No published network has a layer wider than this; larger numbers exhaust memory.
LARGEST_NUMBER = 4096
LARGEST_BY_NAME: Mapping[str, int] = {"widths": 512, "layers": 64, "conv1_t_size": 31}
LONGEST_LIST = 16


def check_network_def(network_def: Mapping[str, Any], where: str) -> None:
    """Refuse a definition that names anything but a known network with plain arguments.

    Args:
        network_def: `_target_` and its arguments.
        where: how the message calls its file.
    Raises: InputError: target or argument not on the list, or a value that is not plain.
    """
    target = str(network_def.get("_target_"))
    if target not in ALLOWED:
        raise InputError(where, "network_def must name a known network", got=repr(target)[:80],
                         remedy=f"use one of {', '.join(ALLOWED)}")  # fmt: skip
    for name, value in network_def.items():
        if name == "_target_":
            continue
        if name not in ALLOWED[target]:
            raise InputError(where, f"{target} takes no argument of this name", got=repr(name)[:80],
                             remedy=f"known are {', '.join(sorted(ALLOWED[target]))}")  # fmt: skip
        _check_value(name, value, where)


def _check_value(name: str, value: object, where: str) -> None:
    """Numbers within reason, plain words, or a short list of them."""
    values = value if isinstance(value, list | tuple) else [value]
    largest = LARGEST_BY_NAME.get(name, LARGEST_NUMBER)
    is_plain = len(values) <= LONGEST_LIST and all(_is_plain(v, largest) for v in values)
    if not is_plain:
        raise InputError(where, f"{name} must be a plain number, word or short list of them",
                         got=repr(value)[:80], remedy="write the value itself")  # fmt: skip


def _is_plain(value: object, largest: int) -> bool:
    """Neither nested nor something that MONAI would run."""
    if isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return abs(value) <= largest
    return isinstance(value, str) and not value.startswith(RUNNING_PREFIXES) and len(value) <= 40


def build_network(network_def: Mapping[str, Any], where: str = "network_def") -> "nn.Module":
    """The network of a definition, weights drawn from torch's current random state.

    Raises: InputError: the definition is not allowed, or the network refuses its arguments.
    """
    check_network_def(network_def, where)
    from monai.bundle import ConfigParser

    try:
        network: nn.Module = ConfigParser({"network_def": dict(network_def)}).get_parsed_content(
            "network_def"
        )
    except (RuntimeError, TypeError, ValueError) as error:
        raise InputError(where, "the network must accept its arguments",
                         got=str(error.__cause__ or error)[:120],
                         remedy="correct the arguments") from error  # fmt: skip
    return network


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
    check_header(path, network.state_dict(), place)
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(place, "must be a whole safetensors file", got=str(error)[:100],
                         remedy=AGAIN) from error  # fmt: skip
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise InputError(place, f"{name} must be finite", got="NaN or infinite values",
                             remedy=AGAIN)  # fmt: skip
    network.load_state_dict(tensors, assign=True)
