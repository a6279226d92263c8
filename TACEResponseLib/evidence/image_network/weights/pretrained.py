"""Start a network from published ImageNet weights in a file that the user has; no download.

Every tensor of the file and of the network is accounted for: loaded, left out by a rule that the
report names, or the file is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.file_digest import sha256_of_open
from TACEResponseLib.basics.reading.regular_file import open_regular
from TACEResponseLib.evidence.image_network.weights.published_weights import (
    PublishedWeights,
    weights_for,
)
from TACEResponseLib.evidence.image_network.weights.tensor_header import read_tensor_header
from TACEResponseLib.evidence.settings import MOST_WEIGHTS_BYTES

if TYPE_CHECKING:
    from torch import Tensor, nn

ChannelsRule = Literal["keep_rgb", "mean_then_repeat"]
HeadRule = Literal["leave_out", "load"]
# Batch normalization counts its batches; older files lack the counters, and nothing reads them.
COUNTER = ".num_batches_tracked"
# Computed, not learned: which entry of the bias table belongs to a pair of cells.
INDEX = ".relative_position_index"
Tensors = dict[str, "Tensor"]


OTHER_FILE = "a file of the author's"


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainedReport:
    """Which weights a network started from, for the record and the model card."""

    architecture: str
    file: str
    """Name without its folder."""
    sha256: str
    is_official: bool
    """Whether the SHA-256 begins as that of the published file."""
    n_tensors: int
    """Tensors of the network that the file filled."""
    left_out: tuple[str, ...]
    """Tensors of the head that stayed as drawn, by our names."""
    absent: tuple[str, ...]
    """Counters that the file lacks."""
    channels_rule: ChannelsRule
    n_channels: int


def load_pretrained(
    network: "nn.Module",
    path: Path,
    *,
    channels_rule: ChannelsRule = "keep_rgb",
    head_rule: HeadRule = "leave_out",
) -> PretrainedReport:
    """Fill a network with published weights.

    Args:
        network: AlexNet, ResNet18, ResNet50, DenseNet169, Swin-T or InceptionV4; changed in place,
            and only after the whole file has passed.
        path: state dict of torch (`.pth`, `.pt`, `.bin`) or safetensors, with the names of
            torchvision, for InceptionV4 of timm.
        channels_rule: how the first convolution's three input channels become the network's.
            `keep_rgb`: the first three keep red, green and blue, further ones start at zero, so
            that the network answers as the published one to the first three; at least three.
            `mean_then_repeat`: each channel gets 3 / n of the mean filter, so that the network
            answers as the published one to a gray image in all its channels; any number.
        head_rule: `leave_out` keeps the last linear layer as drawn; `load` wants its 1000 outputs.
    Returns: what was loaded from which file, and what was not.
    Raises: InputError: no such file, unreadable, holds code, of another architecture, a tensor
        missing, surplus, of another shape or type or not finite, or too few channels.
    """
    import torch

    published = weights_for(network)
    with open_regular(path, f"weights {path.name}", most_bytes=MOST_WEIGHTS_BYTES) as file:
        digest = sha256_of_open(file)
    is_official = digest.startswith(published.sha256_start)
    if path.name == published.file and not is_official:
        raise InputError(
            path.name,
            f"its SHA-256 must begin with {published.sha256_start}",
            got=digest[:8],
            remedy="download it again",
        )
    tensors = _our_names(_read(path), published, path.name)
    expected = network.state_dict()
    head = {name for name in expected if name.startswith(f"{published.head}.")}
    left_out = head if head_rule == "leave_out" else set()
    absent = {n for n in expected if n.endswith(COUNTER)} - set(tensors)
    _check_names(set(tensors) - left_out, set(expected) - left_out - absent, published, path.name)
    loaded = {name: t for name, t in tensors.items() if name not in left_out}
    _check_index(loaded, expected, path.name)
    loaded[published.stem] = _adapt(
        loaded[published.stem], expected[published.stem].shape[1], channels_rule, path.name
    )
    _check_tensors(loaded, expected, path.name)
    with torch.no_grad():
        network.load_state_dict(loaded, strict=False)
    return PretrainedReport(
        architecture=published.architecture,
        # A bundle carries this: what the user calls a file is the user's own.
        file=published.file if is_official else OTHER_FILE,
        sha256=digest,
        is_official=is_official,
        n_tensors=len(loaded),
        left_out=tuple(sorted(left_out)),
        absent=tuple(sorted(absent)),
        channels_rule=channels_rule,
        n_channels=expected[published.stem].shape[1],
    )


def _read(path: Path) -> Tensors:
    """The tensors of a file by their names; nothing else is ever unpickled."""
    content = _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)
    from torch import Tensor

    if not isinstance(content, Mapping) or not all(
        isinstance(name, str) and isinstance(value, Tensor) for name, value in content.items()
    ):
        raise InputError(
            path.name,
            "must be a state dict, names with one tensor each",
            got=_described(content),
            remedy="save only the state dict of the network",
        )
    return dict(content)


def _read_safetensors(path: Path) -> object:
    """Content of a safetensors file."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        read_tensor_header(path, path.name)
    except InputError as error:
        # The remedies of a bundle's file don't help here.
        raise _unreadable(path, error) from error
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise _unreadable(path, error) from error


def _read_torch(path: Path) -> object:
    """Content of a file of torch.save, by its reader that refuses code."""
    import pickle

    import torch

    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "GLOBAL" in str(error):  # the pickle's word for a name to import and call
            raise InputError(
                path.name,
                "must hold tensors only",
                got="a pickle with code in it",
                remedy="don't open it; get the published file",
            ) from error
        raise _unreadable(path, error) from error
    # A damaged archive ends in one of many errors, of which the user needs one line.
    except Exception as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    """The file is damaged or of another kind."""
    return InputError(
        path.name,
        "must be a whole file of torch.save or safetensors",
        got=f"{type(error).__name__} on reading",
        remedy="download it again",
    )


def _described(content: object) -> str:
    """What a file holds instead, short."""
    if isinstance(content, Mapping):
        odd = [str(n)[:40] for n, v in content.items() if not hasattr(v, "shape")]
        return f"other values under {', '.join(odd[:3])}"
    return type(content).__name__


def _our_names(tensors: Tensors, published: PublishedWeights, where: str) -> Tensors:
    """The same tensors under our names."""
    ours = {published.our_name(name): tensor for name, tensor in tensors.items()}
    if len(ours) < len(tensors):
        raise InputError(
            where,
            "must name each tensor once",
            got="two names for one tensor",
            remedy=f"get {published.file}",
        )
    return ours


def _check_names(
    names: set[str], expected: set[str], published: PublishedWeights, where: str
) -> None:
    """All tensors of the network, and no other."""
    missing, surplus = sorted(expected - names), sorted(names - expected)
    if not missing and not surplus:
        return
    parts = [
        f"{len(names)} {what} ({', '.join(names[:2])})"
        for what, names in (("missing", missing), ("unknown", surplus))
        if names
    ]
    raise InputError(
        where,
        f"must hold {published.architecture} as {published.library} names its tensors",
        got=" and ".join(parts),
        remedy=f"get {published.file}",
    )


def _check_index(tensors: Tensors, expected: Mapping[str, "Tensor"], where: str) -> None:
    """Indices into the bias table are as ours, or the published bias would mean other cells."""
    for name in [n for n in tensors if n.endswith(INDEX)]:
        ours = expected[name].cpu()
        if tensors[name].numel() != ours.numel() or not bool(
            (tensors[name].reshape(ours.shape) == ours).all()
        ):
            raise InputError(
                where,
                f"{name} must be that of windows of 7 x 7",
                got="another index",
                remedy="get the weights of windows of 7 x 7",
            )
        tensors[name] = ours


def _adapt(weight: "Tensor", n: int, rule: ChannelsRule, where: str) -> "Tensor":
    """Weight of the first convolution, (out, 3, H, W), for n input channels."""
    if weight.ndim != 4 or weight.shape[1] != 3:
        raise InputError(
            where,
            "the first convolution must take 3 channels",
            got=f"a weight of shape {tuple(weight.shape)}",
            remedy="get the published weights",
        )
    if rule == "mean_then_repeat":
        return weight.mean(dim=1, keepdim=True).repeat(1, n, 1, 1) * (3 / n)
    if n < 3:
        raise InputError(
            "channels_rule",
            "keep_rgb needs a network of at least 3 channels",
            got=n,
            remedy="use mean_then_repeat, or 3 channels",
        )
    import torch

    further = weight.new_zeros(weight.shape[0], n - 3, *weight.shape[2:])
    return torch.cat([weight, further], dim=1)


def _check_tensors(tensors: Tensors, expected: Mapping[str, "Tensor"], where: str) -> None:
    """Shape and type as the network's, and finite."""
    for name, tensor in tensors.items():
        own = expected[name]
        if tensor.shape != own.shape or tensor.dtype != own.dtype:
            raise InputError(
                where,
                f"{name} must be {own.dtype} {tuple(own.shape)}",
                got=f"{tensor.dtype} {tuple(tensor.shape)}",
                remedy="get the weights of this architecture",
            )
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise InputError(
                where,
                f"{name} must be finite",
                got="NaN or infinite values",
                remedy="download it again",
            )
