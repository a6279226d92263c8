"""Where outputs of a training step come from: the whole network, or features computed once."""

from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.evidence.image_network.branch_network import last_linear
from TACEResponseLib.evidence.image_network.inference import predict_patches, to_probabilities
from TACEResponseLib.evidence.image_network.network_input import network_input, normalized
from TACEResponseLib.evidence.image_network.settings import FittingSettings, ImageNetworkSettings
from TACEResponseLib.evidence.image_network.training.augmentation import (
    augmented,
    cropped,
    draw_positions,
    jittered,
    moved,
    positions,
)
from TACEResponseLib.evidence.image_network.training.examples import Examples

if TYPE_CHECKING:
    from torch import Generator, Tensor, nn

Floats = NDArray[np.float64]
T = TypeVar("T")
# Patches that are normalized at a time; all of them may be more than the memory holds.
AT_ONCE = 16
UPRIGHT = FittingSettings(flips=False, quarter_turns=False)


class OutputSource(Protocol):
    """Outputs of training patches, and probabilities of tuning patches."""

    @property
    def trained(self) -> "nn.Module":
        """The module that learns."""
        ...

    def begin_epoch(self) -> None:
        """Set every layer to the mode in which it trains."""
        ...

    def outputs(self, rows: "Tensor", generator: "Generator") -> "Tensor":
        """Logits (n, classes) of some training patches, augmented."""
        ...

    def tuning_probabilities(self) -> Floats:
        """Class probabilities (n, classes) of all tuning patches; sets evaluation mode."""
        ...


class NetworkSource:
    """The whole network runs in each step."""

    def __init__(
        self,
        network: "nn.Module",
        settings: ImageNetworkSettings,
        training: Examples,
        tuning: Examples | None,
        device: str,
    ) -> None:
        """Args: network: on `device`."""
        import torch

        self.trained = network
        self._settings, self._tuning, self._device = settings, tuning, device
        self._patches = torch.from_numpy(training.patches)
        self._clinical = None
        if training.clinical is not None:
            self._clinical = torch.from_numpy(training.clinical).float()

    def begin_epoch(self) -> None:
        """Train all, or the head alone with the rest as in scoring."""
        fitting = self._settings.fitting
        self.trained.train()
        if fitting.trainable == "head" and fitting.frozen_batch_norm:
            self.trained.eval()

    def outputs(self, rows: "Tensor", generator: "Generator") -> "Tensor":
        """Logits of augmented patches."""
        settings, fitting = self._settings, self._settings.fitting
        batch = self._patches[rows].to(self._device)
        batch = moved(jittered(batch, fitting, generator), fitting, generator)
        batch = cropped(batch, settings.crop_px, generator)
        batch = normalized(augmented(batch, fitting, generator), settings.normalization)
        if self._clinical is None:
            logits: Tensor = self.trained(batch)
        else:
            logits = self.trained(batch, self._clinical[rows].to(self._device))
        return logits

    def tuning_probabilities(self) -> Floats:
        """By the network as it scores."""
        tuning, settings = _there(self._tuning), self._settings
        blocks = [slice(n, n + AT_ONCE) for n in range(0, len(tuning.patches), AT_ONCE)]
        return np.concatenate(
            [
                predict_patches(
                    self.trained,
                    network_input(tuning.patches[rows], settings),
                    device=self._device,
                    output=settings.output,
                    clinical=None if tuning.clinical is None else tuning.clinical[rows],
                )
                for rows in blocks
            ]
        )


class FeatureSource:
    """The head alone runs; features of every position of every patch are computed once.

    What lies before the head is as in scoring, so that a feature depends on its patch alone and
    the result is that of running the whole frozen network in each step.
    """

    def __init__(
        self,
        network: "nn.Module",
        settings: ImageNetworkSettings,
        training: Examples,
        tuning: Examples | None,
        device: str,
    ) -> None:
        """Args: network: on `device`; its last linear layer is the head."""
        name, self.trained = last_linear(network)
        self._settings, self._device = settings, device
        self._features = features_of(network, name, training.patches, settings, device)
        self._tuning = None
        if tuning is not None:
            upright = settings.model_copy(update={"fitting": UPRIGHT})
            self._tuning = features_of(network, name, tuning.patches, upright, device)[0]

    def begin_epoch(self) -> None:
        """A linear layer has one mode."""

    def outputs(self, rows: "Tensor", generator: "Generator") -> "Tensor":
        """Logits of the features of a drawn position of each patch."""
        drawn = draw_positions(len(rows), self._settings.fitting, generator)
        logits: Tensor = self.trained(self._features[drawn, rows].to(self._device))
        return logits

    def tuning_probabilities(self) -> Floats:
        """By the head from features."""
        import torch

        features = _there(self._tuning).to(self._device)
        with torch.inference_mode():
            logits = self.trained(features).double()
        return np.asarray(to_probabilities(logits, self._settings.output).cpu().numpy())


def reads_features(settings: ImageNetworkSettings) -> bool:
    """Whether features can be computed once: the rest is frozen, and copies are few."""
    fitting = settings.fitting
    is_frozen = fitting.trainable == "head" and fitting.frozen_batch_norm
    has_few = fitting.positions == "six" or not (fitting.flips or fitting.quarter_turns)
    return is_frozen and has_few and not fitting.draws_continuously and settings.crop_px is None


def features_of(
    network: "nn.Module",
    head: str,
    patches: NDArray[np.float32],
    settings: ImageNetworkSettings,
    device: str,
) -> "Tensor":
    """What the head is given of each position of each patch.

    Args:
        network: on `device`; set to evaluation mode.
        head: name of its last linear layer.
        patches: (n, channels, H, W), as prepared.
        settings: name crop, normalization and positions.
        device: where it runs.
    Returns: (positions, n, features), on the CPU.
    """
    import torch

    seen: list[Tensor] = []
    layer = network.get_submodule(head)
    hook = layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].cpu()))
    network.eval()
    batches: list[Tensor] = []
    try:
        for start in range(0, len(patches), AT_ONCE):
            batch = torch.from_numpy(network_input(patches[start : start + AT_ONCE], settings))
            seen.clear()
            with torch.inference_mode():
                for copy in positions(batch.to(device), settings.fitting):
                    network(copy)
            batches.append(torch.stack(seen))
    finally:
        hook.remove()
    return torch.cat(batches, dim=1)


def _there(value: T | None) -> T:
    """A value that is there whenever tuning is asked for."""
    if value is None:
        raise ValueError("there are no tuning patients")
    return value
