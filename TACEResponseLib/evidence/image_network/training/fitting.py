"""Training of an image network; the same inputs give the same weights to the bit on a CPU.

Stopped at any moment and called again with the same checkpoint folder, it goes on from the last
whole epoch and ends with the same weights.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.evidence.branch import FitContext
from TACEResponseLib.evidence.image_network.branch_network import (
    build_branch_network,
    check_sizes,
    image_part,
)
from TACEResponseLib.evidence.image_network.inference import gpu_memory
from TACEResponseLib.evidence.image_network.network_input import network_input
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings, StartingWeights
from TACEResponseLib.evidence.image_network.training.batches import enough_to_normalize
from TACEResponseLib.evidence.image_network.training.examples import Examples
from TACEResponseLib.evidence.image_network.training.reproducible import (
    digest_of_training,
    reproducible,
)
from TACEResponseLib.evidence.image_network.training.training_run import TrainingRun
from TACEResponseLib.evidence.image_network.weights.pretrained import load_pretrained
from TACEResponseLib.evidence.image_network.weights.published_weights import weights_file

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedNetwork:
    """A trained network and what is known of its training."""

    network: "nn.Module"
    """In evaluation mode, on the device of the training."""
    epoch: int
    """The epoch whose weights these are, counted from 1."""
    starting_weights: StartingWeights | None


def fit_network(
    settings: ImageNetworkSettings,
    training: Examples,
    seed: int,
    context: FitContext = FitContext(),  # noqa: B008
    tuning: Examples | None = None,
) -> FittedNetwork:
    """Train a network on patches.

    Args:
        settings: network and training.
        training: of training patients only.
        seed: of the weights, the order and the augmentation.
        context: device, checkpoint, log and file of published weights.
        tuning: of the fit's own patients, those held apart for the choice of an epoch and the
            learning rate's plateaus, as `settings` say.
    Returns: the network; logged are `loss` and, with patients of both classes held apart,
        `tuning_auc` of each epoch, counted from 1. After a kill the last epoch may be logged again.
    Raises: InputError: the network doesn't take the patches, numbers grow beyond bounds, or a
        batch doesn't fit into the GPU's memory.
    """
    device = context.device
    batch = settings.fitting.batch_size
    remedy = f"set a batch_size below {batch}, or use {option('device')} cpu"
    with reproducible(seed, device), gpu_memory("fitting.batch_size", remedy):
        network = build_branch_network(settings)
        check_sizes(network, settings, network_input(training.patches[:1], settings).shape[1:])
        start = _starting_weights(network, settings, context)
        digest = digest_of_training(
            settings, training, tuning, seed, start.sha256 if start else "random", device
        )
        run = TrainingRun.begun(
            network.to(device), settings, training, tuning, seed, device, digest
        )
        run.resume(context)
        with enough_to_normalize(settings.fitting):
            while run.epoch < settings.fitting.epochs:
                run.one_epoch(context)
        kept = run.finish()
    return FittedNetwork(
        network=network.eval().requires_grad_(True),
        epoch=kept,
        starting_weights=start,
    )


def _starting_weights(
    network: "nn.Module", settings: ImageNetworkSettings, context: FitContext
) -> StartingWeights | None:
    """Fill the image network with published weights, where the user gave any and they are wanted.

    A folder may hold files of several networks under their official names; one that lacks this
    network's file leaves the weights as drawn.
    """
    if context.weights is None or settings.fitting.start == "random":
        return None
    image = image_part(network)
    path = weights_file(image, context.weights)
    if path is None:
        return None
    report = load_pretrained(image, path, channels_rule=settings.fitting.channels_rule)
    return StartingWeights(
        architecture=report.architecture,
        file=report.file,
        sha256=report.sha256,
        is_official=report.is_official,
    )
