"""How the files of published ImageNet weights name their tensors, and what they must hash to."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.errors import InputError

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedWeights:
    """One published file and the way from its names to those of our network."""

    architecture: str
    file: str
    """Its official name, which ends with the first 8 digits of its SHA-256."""
    library: str
    """Whose names it uses."""
    stem: str
    """Our name of the first convolution's weight."""
    head: str
    """Our name of the last linear layer."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Patterns and replacements that turn the file's names into ours, applied in order."""

    @property
    def sha256_start(self) -> str:
        """First 8 hexadecimal digits of the file's SHA-256."""
        return self.file.rpartition("-")[2].partition(".")[0]

    def our_name(self, name: str) -> str:
        """Our name of a tensor of the file."""
        for pattern, replacement in self.renamed:
            name = re.sub(pattern, replacement, name)
        return name


ALEXNET = PublishedWeights(
    architecture="AlexNet",
    file="alexnet-owt-7be5be79.pth",
    library="torchvision",
    stem="features.0.weight",
    head="classifier.6",
)
RESNET18 = PublishedWeights(
    architecture="ResNet18",
    file="resnet18-f37072fd.pth",
    library="torchvision",
    stem="conv1.weight",
    head="fc",
)
RESNET50 = PublishedWeights(
    architecture="ResNet50",
    file="resnet50-0676ba61.pth",
    library="torchvision",
    stem="conv1.weight",
    head="fc",
)
DENSENET169 = PublishedWeights(
    architecture="DenseNet169",
    file="densenet169-b2777c0a.pth",
    library="torchvision",
    stem="features.conv0.weight",
    head="class_layers.out",
    renamed=(
        # The official file still writes norm.1, which torchvision itself calls norm1 today.
        (r"(denselayer\d+)\.(norm|conv)\.?([12])\.", r"\1.layers.\2\3."),
        (r"^classifier\.", "class_layers.out."),
    ),
)
SWIN_TINY = PublishedWeights(
    architecture="Swin-T",
    file="swin_t-704ceda3.pth",
    library="torchvision",
    stem="features.0.0.weight",
    head="head",
    renamed=((r"\.mlp\.0\.", ".mlp.linear1."), (r"\.mlp\.3\.", ".mlp.linear2.")),
)
INCEPTION_V4 = PublishedWeights(
    architecture="InceptionV4",
    file="inceptionv4-8e4777a0.pth",
    library="timm",
    stem="features.0.conv.weight",
    head="last_linear",
)


ALL = (ALEXNET, RESNET18, RESNET50, DENSENET169, SWIN_TINY, INCEPTION_V4)


def weights_file(network: "nn.Module", given: Path) -> Path | None:
    """The file to begin with: the one given, or of a folder the one with the official name.

    Returns: `None` where a folder has none for this network.
    Raises: InputError: a file is given, and no weights are known for the network.
    """
    if not given.is_dir():
        weights_for(network)
        return given
    try:
        path = given / weights_for(network).file
    except InputError:
        return None
    return path if path.is_file() else None


def weights_for(network: "nn.Module") -> PublishedWeights:
    """The published weights of a network's architecture.

    Raises: InputError: none are known for it.
    """
    from monai.networks.nets import DenseNet169, ResNet

    from TACEResponseLib.evidence.image_network.architectures.alexnet import AlexNet
    from TACEResponseLib.evidence.image_network.architectures.inception_v4 import InceptionV4
    from TACEResponseLib.evidence.image_network.architectures.swin import SwinTiny

    known: dict[type[nn.Module], PublishedWeights | None] = {
        AlexNet: ALEXNET,
        DenseNet169: DENSENET169,
        InceptionV4: INCEPTION_V4,
        ResNet: _resnet_weights(network),
        SwinTiny: SWIN_TINY,
    }
    if published := known.get(type(network)):
        return published
    raise InputError(
        "weights",
        "must be for a network with published weights",
        got=type(network).__name__,
        remedy=f"leave them out, or choose from {', '.join(w.architecture for w in ALL)}",
    )


def _resnet_weights(network: "nn.Module") -> PublishedWeights | None:
    """Of ResNet18 or ResNet50 by the kind and number of blocks; all depths are one class."""
    names = network.state_dict().keys()
    # Only bottleneck blocks have a third convolution.
    last = "conv3" if "layer1.0.conv3.weight" in names else "conv2"
    counted = [n.partition(".")[0] for n in names if n.endswith(f"{last}.weight")]
    blocks = tuple(counted.count(f"layer{stage}") for stage in range(1, 5))
    known: dict[tuple[str, tuple[int, ...]], PublishedWeights] = {
        ("conv2", (2, 2, 2, 2)): RESNET18,
        ("conv3", (3, 4, 6, 3)): RESNET50,
    }
    return known.get((last, blocks))
