"""The networks that a recipe or a bundle may name, by the words that files hold.

A new network is a line here and a file in `architectures`; see docs/extending.md. Files name no
module, so that modules may move; bundles of before, which did, are read by `OLD_TARGETS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

SMALL_CNN = "small_cnn"
LENET5_TYPE = "lenet5_type"
ALEXNET = "alexnet"
RESNET18 = "resnet18"
RESNET50 = "resnet50"
DENSENET169 = "densenet169"
SWIN_TINY = "swin_tiny"
INCEPTION_V4 = "inception_v4"
MONAI_RESNET = "monai_resnet"
MONAI_DENSENET169 = "monai_densenet169"
JOINT = "joint"
"""Image network and clinical values under one head; made of settings, never named by them."""

HERE = f"{__package__}.architectures"
MONAI = "monai.networks.nets"


@dataclass(frozen=True, slots=True)
class KnownNetwork:
    """Where a network is made, and the arguments that files may set."""

    module: str
    maker: str
    arguments: frozenset[str]

    def load(self) -> "Callable[..., nn.Module]":
        """What makes it; imports torch."""
        made: Callable[..., nn.Module] = getattr(import_module(self.module), self.maker)
        return made


def _ours(module: str, maker: str, *further: str) -> KnownNetwork:
    """A network of `architectures`; all take channels and classes."""
    arguments = frozenset({"in_channels", "n_classes", *further})
    return KnownNetwork(f"{HERE}.{module}", maker, arguments)


KNOWN: Mapping[str, KnownNetwork] = {
    SMALL_CNN: _ours("small_cnn", "SmallCNN", "widths", "dropout"),
    LENET5_TYPE: _ours("lenet5_type", "LeNet5Type", "dropout"),
    ALEXNET: _ours("alexnet", "AlexNet", "dropout"),
    RESNET18: _ours("resnet", "resnet18", "dropout"),
    RESNET50: _ours("resnet", "resnet50", "dropout"),
    DENSENET169: _ours("densenet", "densenet169"),
    SWIN_TINY: _ours("swin", "SwinTiny", "stochastic_depth"),
    INCEPTION_V4: _ours("inception_v4", "InceptionV4", "dropout"),
    MONAI_RESNET: KnownNetwork(
        MONAI,
        "ResNet",
        frozenset(
            {
                "block",
                "layers",
                "block_inplanes",
                "spatial_dims",
                "n_input_channels",
                "num_classes",
                "conv1_t_size",
                "conv1_t_stride",
                "bias_downsample",
                "shortcut_type",
                "widen_factor",
            }
        ),
    ),
    MONAI_DENSENET169: KnownNetwork(
        MONAI, "DenseNet169", frozenset({"spatial_dims", "in_channels", "out_channels"})
    ),
}

_BEFORE = "TACEResponseLib.cnn.architectures"
OLD_TARGETS: Mapping[str, str] = {
    f"{_BEFORE}.small_cnn.SmallCNN": SMALL_CNN,
    f"{_BEFORE}.lenet5_type.LeNet5Type": LENET5_TYPE,
    f"{_BEFORE}.alexnet.AlexNet": ALEXNET,
    f"{_BEFORE}.resnet.resnet18": RESNET18,
    f"{_BEFORE}.resnet.resnet50": RESNET50,
    f"{_BEFORE}.densenet.densenet169": DENSENET169,
    f"{_BEFORE}.swin.SwinTiny": SWIN_TINY,
    f"{_BEFORE}.inception_v4.InceptionV4": INCEPTION_V4,
    f"{_BEFORE}.joint.JointNetwork": JOINT,
    f"{MONAI}.ResNet": MONAI_RESNET,
    f"{MONAI}.DenseNet169": MONAI_DENSENET169,
}
"""Words of today by the `_target_` that bundles and recipes held before bundles of format 2."""


def with_names_of_today(content: Any) -> Any:
    """The values of a recipe or of a bundle's metadata, with definitions of before as of today.

    A definition was `network_def: {_target_: ..., **arguments}`. A target that no file held stays,
    for the check of networks to refuse.
    """
    if isinstance(content, list):
        return [with_names_of_today(value) for value in content]
    if not isinstance(content, dict):
        return content
    values = {key: with_names_of_today(value) for key, value in content.items()}
    definition = values.get("network_def")
    if isinstance(definition, dict) and "_target_" in definition:
        target = str(definition.pop("_target_"))
        del values["network_def"]
        values |= {"network": OLD_TARGETS.get(target, target)[:100], "arguments": definition}
    return values
