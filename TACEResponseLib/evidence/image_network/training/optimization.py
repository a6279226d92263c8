"""Loss, optimizer and learning rate of a training."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from TACEResponseLib.evidence.image_network.settings import FittingSettings, ImageNetworkSettings

if TYPE_CHECKING:
    from torch import Tensor, nn

# The learning rate after a plateau, as a share of that before.
PLATEAU_FACTOR = 0.1


def loss_of(outputs: "Tensor", targets: "Tensor", settings: ImageNetworkSettings) -> "Tensor":
    """Mean loss of a batch.

    Args:
        outputs: logits (n, classes).
        targets: index of each patch's class, (n,).
        settings: `binary_cross_entropy_per_class` adds up, over the classes, the cross-entropy of
            "this class or not", of sigmoids (S0) or of the softmax (S3, equation of CEL).
    """
    from torch.nn import functional

    if settings.fitting.loss == "cross_entropy":
        return functional.cross_entropy(outputs, targets)
    truth = functional.one_hot(targets, outputs.shape[1]).to(outputs)
    if settings.output == "sigmoid":
        each = functional.binary_cross_entropy_with_logits(outputs, truth, reduction="none")
    else:
        each = functional.binary_cross_entropy(outputs.softmax(dim=1), truth, reduction="none")
    return each.sum(dim=1).mean()


def optimizer_of(parameters: "Iterable[nn.Parameter]", fitting: FittingSettings) -> Any:
    """Adam, or SGD with momentum."""
    import torch

    if fitting.optimizer == "adam":
        return torch.optim.Adam(
            parameters, lr=fitting.learning_rate, weight_decay=fitting.weight_decay
        )
    return torch.optim.SGD(
        parameters,
        lr=fitting.learning_rate,
        momentum=fitting.momentum,
        weight_decay=fitting.weight_decay,
    )


def schedule_of(optimizer: Any, fitting: FittingSettings, steps: int) -> Any:
    """The learning rate: step by step, or for a plateau epoch by epoch.

    Args:
        optimizer: whose rate it sets.
        fitting: names the schedule.
        steps: of the whole training.
    """
    from torch.optim import lr_scheduler

    if fitting.schedule == "cosine":
        return lr_scheduler.CosineAnnealingLR(
            optimizer, T_max=steps, eta_min=fitting.final_learning_rate
        )
    if fitting.schedule == "plateau":
        # torch waits for one epoch more than its patience.
        return lr_scheduler.ReduceLROnPlateau(
            optimizer,
            mode="max",
            factor=PLATEAU_FACTOR,
            patience=fitting.patience_epochs - 1,
            threshold=0.0,
            min_lr=fitting.final_learning_rate,
        )
    return lr_scheduler.ConstantLR(optimizer, factor=1.0, total_iters=0)
