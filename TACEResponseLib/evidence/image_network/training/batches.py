"""Which patches each step of an epoch sees."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.image_network.settings import FittingSettings

if TYPE_CHECKING:
    from torch import Generator, Tensor, nn


def epoch_batches(
    targets: "Tensor",
    patients: "Tensor",
    fitting: FittingSettings,
    generator: "Generator",
    *,
    keep_single: bool,
) -> Iterator["Tensor"]:
    """Rows of one epoch, batch by batch.

    Args:
        targets: class of each patch, (n,).
        patients: number of each patch's patient, (n,).
        fitting: the balanced sampler draws with replacement, as many patches as there are.
        generator: of every draw.
        keep_single: whether a last batch of one patch is used; batch normalization needs two.
    """
    import torch

    if fitting.patients_per_epoch == "one":
        yield _batch_of_one_patient(targets, patients, fitting, generator)
        return
    n = len(targets)
    if fitting.balance == "sampler":
        order = torch.multinomial(_balanced(targets), n, replacement=True, generator=generator)
    else:
        order = torch.randperm(n, generator=generator)
    for rows in order.split(fitting.batch_size):
        if len(rows) > 1 or keep_single:
            yield rows


def steps_per_epoch(n: int, fitting: FittingSettings) -> int:
    """Batches of an epoch of n patches, a last one of one patch counted."""
    return 1 if fitting.patients_per_epoch == "one" else -(-n // fitting.batch_size)


def keeps_single(network: "nn.Module", fitting: FittingSettings) -> bool:
    """Whether a batch of one patch may train a network, in the mode in which it is.

    Where the recipe's batches are single patches all along (S3), normalization has the pixels of
    one patch to go by and no batch may be left out.
    """
    from torch.nn.modules.batchnorm import _BatchNorm

    normalizes = any(isinstance(m, _BatchNorm) and m.training for m in network.modules())
    return fitting.batch_size == 1 or not normalizes


@contextmanager
def enough_to_normalize(fitting: FittingSettings) -> Iterator[None]:
    """Says in one line that a batch is too small for a network's batch normalization.

    Raises: InputError.
    """
    try:
        yield
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise InputError(
            "fitting.batch_size",
            "a batch must fill the network's last maps with more than one cell",
            got=fitting.batch_size,
            remedy="raise it, or take larger patches",
        ) from error


def _balanced(targets: "Tensor") -> "Tensor":
    """Weight of each row that makes classes equally frequent."""
    import torch

    return 1.0 / torch.bincount(targets).double()[targets]


def _batch_of_one_patient(
    targets: "Tensor", patients: "Tensor", fitting: FittingSettings, generator: "Generator"
) -> "Tensor":
    """Up to `batch_size` patches of one patient drawn at random."""
    import torch

    firsts = torch.stack([torch.nonzero(patients == p)[0, 0] for p in patients.unique()])
    weight = torch.ones(len(firsts)).double()
    if fitting.balance == "sampler":
        weight = _balanced(targets[firsts])
    chosen = firsts[torch.multinomial(weight, 1, generator=generator)]
    rows = torch.nonzero(patients == patients[chosen]).ravel()
    order = torch.randperm(len(rows), generator=generator)
    return rows[order[: fitting.batch_size]]
