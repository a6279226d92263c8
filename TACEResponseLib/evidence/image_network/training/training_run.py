"""A training under way: one epoch after the other, each left behind on disk when it is whole."""

import math
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.branch import FitContext
from TACEResponseLib.evidence.image_network.branch_network import last_linear
from TACEResponseLib.evidence.image_network.inference import NotFiniteError
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.evidence.image_network.training.batches import (
    epoch_batches,
    keeps_single,
    steps_per_epoch,
)
from TACEResponseLib.evidence.image_network.training.checkpoint import (
    read_checkpoint,
    write_checkpoint,
)
from TACEResponseLib.evidence.image_network.training.examples import Examples, Judgement, judged
from TACEResponseLib.evidence.image_network.training.optimization import (
    loss_of,
    optimizer_of,
    schedule_of,
)
from TACEResponseLib.evidence.image_network.training.reproducible import (
    random_states,
    set_random_states,
)
from TACEResponseLib.evidence.image_network.training.sources import (
    FeatureSource,
    NetworkSource,
    OutputSource,
    reads_features,
)

if TYPE_CHECKING:
    from torch import Generator, nn


@dataclass(slots=True, kw_only=True, eq=False)
class TrainingRun:
    """Everything that an epoch changes, and what it reads."""

    settings: ImageNetworkSettings
    training: Examples
    tuning: Examples | None
    source: OutputSource
    optimizer: Any
    schedule: Any
    generator: "Generator"
    device: str
    digest: str
    epoch: int = 0
    """Epochs that are behind it."""
    best_epoch: int = 0
    best_auc: float = -1.0
    best_weights: dict[str, Any] | None = None

    @classmethod
    def begun(
        cls,
        network: "nn.Module",
        settings: ImageNetworkSettings,
        training: Examples,
        tuning: Examples | None,
        seed: int,
        device: str,
        digest: str,
    ) -> "TrainingRun":
        """A training before its first epoch."""
        import torch

        fitting = settings.fitting
        if fitting.trainable == "head":
            network.requires_grad_(False)
            last_linear(network)[1].requires_grad_(True)
        kind = FeatureSource if reads_features(settings) else NetworkSource
        source = kind(network, settings, training, tuning, device)
        learning = [p for p in source.trained.parameters() if p.requires_grad]
        optimizer = optimizer_of(learning, fitting)
        steps = fitting.epochs * steps_per_epoch(len(training.labels), fitting)
        return cls(
            settings=settings,
            training=training,
            tuning=tuning,
            source=source,
            optimizer=optimizer,
            schedule=schedule_of(optimizer, fitting, steps),
            generator=torch.Generator().manual_seed(seed),
            device=device,
            digest=digest,
        )

    def one_epoch(self, context: FitContext) -> None:
        """Train, judge, log, and only then leave the epoch behind on disk."""
        loss, accuracy = self._train()
        self.epoch += 1
        judgement = self._judge()
        if self.settings.fitting.schedule == "plateau" and (judgement or self.tuning is None):
            self.schedule.step(judgement.accuracy if judgement else accuracy)
        self._keep_best(judgement)
        if context.log:
            context.log("loss", self.epoch, loss)
            if judgement and judgement.auc is not None:
                context.log("tuning_auc", self.epoch, judgement.auc)
        if context.checkpoint:
            write_checkpoint(self._state(), context.checkpoint)

    def _train(self) -> tuple[float, float]:
        """The steps of one epoch; mean loss and share of right answers while it learned."""
        import torch

        settings, fitting = self.settings, self.settings.fitting
        self.source.begin_epoch()
        targets = torch.from_numpy(self.training.labels)
        patients = torch.from_numpy(self.training.patients)
        keep = keeps_single(self.source.trained, fitting)
        losses, right, seen = torch.zeros(()), torch.zeros(()), 0
        for rows in epoch_batches(targets, patients, fitting, self.generator, keep_single=keep):
            self.optimizer.zero_grad()
            outputs = self.source.outputs(rows, self.generator)
            truth = targets[rows].to(self.device)
            loss = loss_of(outputs, truth, settings)
            loss.backward()
            self.optimizer.step()
            if fitting.schedule != "plateau":
                self.schedule.step()
            losses += loss.detach().cpu() * len(rows)
            right += (outputs.detach().argmax(dim=1) == truth).sum().cpu()
            seen += len(rows)
        _check_finite(losses, fitting.learning_rate)
        return float(losses) / max(seen, 1), float(right) / max(seen, 1)

    def _judge(self) -> Judgement | None:
        """On the patients held apart, where there are any and it answers them in numbers.

        Running means of the first steps may send a deep network to infinity; such an epoch is not
        chosen, and where no later one is better, whoever asks the network next refuses it.
        """
        if self.tuning is None:
            return None
        try:
            probabilities = self.source.tuning_probabilities()
        except NotFiniteError:
            return None
        return judged(probabilities, self.tuning, self.settings)

    def _keep_best(self, judgement: Judgement | None) -> None:
        """Remember the weights of the highest AUC; the first of equals."""
        if self.settings.fitting.choose_epoch == "last" or judgement is None:
            return
        if judgement.auc is not None and judgement.auc > self.best_auc:
            self.best_epoch, self.best_auc = self.epoch, judgement.auc
            self.best_weights = deepcopy(self.source.trained.state_dict())

    def finish(self) -> int:
        """Put the chosen weights in place; returns their epoch."""
        if self.best_weights is None:
            return self.epoch
        self.source.trained.load_state_dict(self.best_weights)
        return self.best_epoch

    def _state(self) -> dict[str, Any]:
        """Everything that the next epoch depends on."""
        return {
            "digest": self.digest,
            "epoch": self.epoch,
            "weights": self.source.trained.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "generator": self.generator.get_state(),
            "random": random_states(self.device),
            "best_epoch": self.best_epoch,
            "best_auc": self.best_auc,
            "best_weights": self.best_weights,
        }

    def resume(self, context: FitContext) -> None:
        """Go on from this training's own checkpoint, if there is one."""
        if context.checkpoint is None:
            return
        state = read_checkpoint(context.checkpoint, self.digest)
        if state is None:
            return
        self.source.trained.load_state_dict(state["weights"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.generator.set_state(state["generator"])
        set_random_states(state["random"], self.device)
        self.epoch = int(state["epoch"])
        self.best_epoch = int(state["best_epoch"])
        self.best_auc = float(state["best_auc"])
        self.best_weights = state["best_weights"]


def _check_finite(losses: Any, learning_rate: float) -> None:
    """A training that has run away must not end as a model."""
    if not math.isfinite(float(losses)):
        raise InputError(
            "fitting.learning_rate",
            "the loss must stay finite in training",
            got=f"a learning rate of {learning_rate:g}",
            remedy="lower it",
        )
