"""How large a network may be: parameters before it has any, activations before they are computed.

Definitions come from bundles and recipes, whose few words can ask for terabytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past

if TYPE_CHECKING:
    from torch import Tensor, nn

# Far above any published network of this field: AlexNet has 61 million.
MOST_PARAMETERS = 200_000_000
# Of one batch; InceptionV4 on 450 x 320 pixels takes 0.3 GB a patch where all is kept for
# gradients, and 0.02 GB a patch in its widest layer.
MOST_BATCH_BYTES = 4 * 1024**3
# Patches that scoring hands over at once, see `occlusion` and `inference`.
LARGEST_BATCH = 32
MOST_PATCH_BYTES = 1024**3
# Multiplications for one patch: five times those of InceptionV4 on 450 x 320 pixels.
MOST_PRODUCTS = 10**11
BYTES_PER_NUMBER = 4
DRAWING = frozenset({"normal_", "uniform_", "erfinv_", "clamp_"})
REMEDY = "choose a smaller network, or smaller patches"


@dataclass(slots=True)
class Activations:
    """What a network has computed for one patch so far."""

    total_bytes: int = 0
    """Of all layers together: what gradients keep."""
    widest_bytes: int = 0
    """Of one layer's input and output."""
    products: int = 0


@contextmanager
def without_storage() -> Iterator[None]:
    """Networks built meanwhile have shapes alone, and draw nothing from the random state.

    To draw numbers for tensors without storage, torch would load its compiler, which takes seconds.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    class NothingDrawn(TorchFunctionMode):
        def __torch_function__(
            self,
            func: Any,
            types: Any,  # torch's signature
            args: tuple[Any, ...] = (),
            kwargs: dict[str, Any] | None = None,
        ) -> Any:
            named = kwargs or {}
            if getattr(func, "__name__", "") in DRAWING:
                return args[0] if args else named["tensor"]
            return func(*args, **named)

    with torch.device("meta"), NothingDrawn():
        yield


def check_parameters(network: "nn.Module", where: str) -> None:
    """Refuse a network of too many parameters; its tensors may be without storage.

    Raises: InputError.
    """
    count = sum(tensor.numel() for tensor in network.state_dict().values())
    if count > MOST_PARAMETERS:
        raise InputError(
            where,
            f"network must have at most {MOST_PARAMETERS // 10**6} million parameters",
            got=f"{count / 1e6:,.0f} million",
            remedy=REMEDY,
        )


@contextmanager
def within_budget(network: "nn.Module", where: str) -> Iterator[Activations]:
    """While one patch runs through a network, stop it before any layer leaves the budget.

    Args:
        network: whose `forward` is called inside the block, with one patch.
        where: how the user named it, for messages.
    Returns: what was counted.
    Raises: InputError: a layer would.
    """
    computed = Activations()

    def count(module: "nn.Module", inputs: tuple[Any, ...]) -> None:
        if inputs and hasattr(inputs[0], "shape"):
            _add(computed, module, inputs[0])
            _check(computed, where, type(module).__name__)

    leaves = [module for module in network.modules() if not list(module.children())]
    handles = [module.register_forward_pre_hook(count) for module in leaves]
    try:
        yield computed
    finally:
        for handle in handles:
            handle.remove()


def patches_at_once(network: "nn.Module", patch: "Tensor", most: int) -> int:
    """How many patches may keep all their activations at the same time.

    Args:
        network: takes `patch`.
        patch: one of them, (1, C, H, W).
        most: never more than these.
    """
    import torch

    with within_budget(network, "image network") as computed, torch.inference_mode():
        network(patch)
    return max(1, min(most, MOST_BATCH_BYTES // max(1, computed.total_bytes)))


def _add(computed: Activations, module: "nn.Module", given: "Tensor") -> None:
    """One layer more, by the shape of what it is given."""
    from torch import nn

    numbers = prod(given.shape)
    if isinstance(module, nn.Conv2d):
        numbers, products = _convolved(module, tuple(given.shape))
    elif isinstance(module, nn.Linear):
        numbers = numbers // max(1, given.shape[-1]) * module.out_features
        products = numbers * module.in_features
    else:
        products = numbers
    size = numbers * BYTES_PER_NUMBER
    computed.total_bytes += size
    computed.widest_bytes = max(computed.widest_bytes, size + prod(given.shape) * BYTES_PER_NUMBER)
    computed.products += products


def _padded(module: "nn.Conv2d") -> tuple[int, ...]:
    """Pixels that a convolution puts round its input, of both ends together."""
    if isinstance(module.padding, str):
        is_same = module.padding == "same"
        sizes = zip(module.kernel_size, module.dilation, strict=True)
        return tuple(dilation * (kernel - 1) * is_same for kernel, dilation in sizes)
    return tuple(2 * padding for padding in module.padding)


def _convolved(module: "nn.Conv2d", shape: tuple[int, ...]) -> tuple[int, int]:
    """Numbers that a convolution gives, and multiplications that it takes."""
    sides = []
    for side, kernel, stride, padded, dilation in zip(
        shape[-2:], module.kernel_size, module.stride, _padded(module), module.dilation, strict=True
    ):
        reach = int(dilation) * (int(kernel) - 1) + 1
        sides.append(max(0, (side + padded - reach) // int(stride) + 1))
    numbers = shape[0] * module.out_channels * prod(sides)
    each = module.in_channels // module.groups * prod(module.kernel_size)
    return numbers, numbers * each


def _check(computed: Activations, where: str, layer: str) -> None:
    """Refuse before the layer runs."""
    batch = computed.widest_bytes * LARGEST_BATCH
    if batch > MOST_BATCH_BYTES or computed.total_bytes > MOST_PATCH_BYTES:
        raise InputError(
            where,
            "network and patch must need at most 4 GB for the activations "
            f"of a batch of {LARGEST_BATCH} patches, and 1 GB for all of one patch",
            got=f"{past(batch / 1024**3, MOST_BATCH_BYTES / 1024**3)} GB and "
            f"{past(computed.total_bytes / 1024**3, MOST_PATCH_BYTES / 1024**3)} GB "
            f"up to a layer {layer}",
            remedy=REMEDY,
        )
    if computed.products > MOST_PRODUCTS:
        raise InputError(
            where,
            f"network and patch must need at most {MOST_PRODUCTS:.0e} multiplications for a patch",
            got=past(computed.products, MOST_PRODUCTS, ".2e"),
            remedy=REMEDY,
        )
