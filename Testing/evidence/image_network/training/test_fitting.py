"""Training: the same weights to the bit, a learnable task learned, each option as it says."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.branch import FitContext
from TACEResponseLib.evidence.image_network.inference import NotFiniteError, predict_patches
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.network import build_network
from TACEResponseLib.evidence.image_network.settings import FittingSettings, ImageNetworkSettings
from TACEResponseLib.evidence.image_network.training.examples import Examples
from TACEResponseLib.evidence.image_network.training.fitting import fit_network
from TACEResponseLib.evidence.image_network.training.sources import NetworkSource


def settings(**fitting: object) -> ImageNetworkSettings:
    return ImageNetworkSettings(
        sequences=(ImageSequence.CT_ARTERIAL,),
        network=SMALL_CNN,
        arguments={"in_channels": 1, "n_classes": 2, "widths": [8, 16]},
        target_layer="features",
        fitting=FittingSettings(**{"epochs": 6, "learning_rate": 0.01} | fitting),
    )


def task(n: int, seed: int) -> Examples:
    """Noise, and in class 1 a bright square at a random place; one patch a patient."""
    rng = np.random.default_rng(seed)
    labels = np.tile([0, 1], n // 2)
    patches = rng.normal(0, 0.3, (n, 1, 24, 24)).astype(np.float32)
    for i in np.flatnonzero(labels):
        row, column = rng.integers(2, 14, 2)
        patches[i, 0, row : row + 8, column : column + 8] += 0.7
    return Examples(patches=patches, labels=labels, patients=np.arange(n))


def same(first: torch.nn.Module, second: torch.nn.Module) -> bool:
    """All tensors equal to the bit."""
    others = second.state_dict()
    return all(torch.equal(tensor, others[name]) for name, tensor in first.state_dict().items())


def test_two_trainings_give_the_same_weights_to_the_bit() -> None:
    examples = task(40, 0)
    before = torch.random.get_rng_state()
    first, second = (fit_network(settings(epochs=2), examples, seed=5).network for _ in range(2))
    assert same(first, second)
    assert torch.equal(before, torch.random.get_rng_state())
    other = fit_network(settings(epochs=2), examples, seed=6).network
    assert not torch.equal(first.classifier.weight, other.classifier.weight)


def by_the_plain_loop(
    chosen: ImageNetworkSettings, examples: Examples, seed: int
) -> torch.nn.Module:
    """The training of the bundle that ships, written out once more in its plainest form."""
    fitting = chosen.fitting
    generator = torch.Generator().manual_seed(seed)
    inputs, targets = torch.from_numpy(examples.patches), torch.from_numpy(examples.labels)
    n = len(targets)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build_network(chosen.network, chosen.arguments).train()
        adam = torch.optim.Adam(
            network.parameters(), lr=fitting.learning_rate, weight_decay=fitting.weight_decay
        )
        steps = fitting.epochs * -(-n // fitting.batch_size)
        rate = torch.optim.lr_scheduler.CosineAnnealingLR(adam, T_max=steps)
        for _ in range(fitting.epochs):
            weight = 1.0 / torch.bincount(targets).double()[targets]
            order = torch.multinomial(weight, n, replacement=True, generator=generator)
            for rows in order.split(fitting.batch_size):
                if len(rows) == 1:
                    continue
                batch = inputs[rows]
                draws = torch.randint(0, 2, (3, len(rows)), generator=generator).bool()
                across, down, turned = draws[:, :, None, None, None]
                batch = torch.where(across, batch.flip(3), batch)
                batch = torch.where(down, batch.flip(2), batch)
                batch = torch.where(turned, batch.rot90(1, (2, 3)), batch)
                adam.zero_grad()
                torch.nn.functional.cross_entropy(network(batch), targets[rows]).backward()
                adam.step()
                rate.step()
    return network


@pytest.mark.parametrize("batch_size", [16, 13], ids=["even", "a last batch of one"])
def test_the_shipped_recipe_trains_to_the_weights_of_the_plain_loop(batch_size: int) -> None:
    """Whatever options are added, the bundle that ships can be made again bit for bit."""
    chosen, examples = settings(epochs=2, batch_size=batch_size), task(40, 0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        plain = by_the_plain_loop(chosen, examples, seed=5)
    finally:
        torch.set_num_threads(threads)
    assert same(fit_network(chosen, examples, seed=5).network, plain)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"optimizer": "sgd"},
        {"schedule": "plateau", "patience_epochs": 2},
        {"loss": "binary_cross_entropy_per_class"},
        {"positions": "six"},
        {
            "brightness": 0.1,
            "contrast": 0.1,
            "shift_fraction": 0.05,
            "rotation_degrees": 10,
            "zoom": 0.1,
        },
    ],
    ids=["adam", "sgd", "plateau", "one against the rest", "six positions", "varied"],
)
def test_a_learnable_task_is_learned(options: dict[str, object]) -> None:
    from TACEResponseLib.evaluation.discrimination.discrimination import auc

    network = fit_network(settings(**options), task(160, 0), seed=1).network
    fresh = task(100, 1)
    assert auc(fresh.labels, predict_patches(network, fresh.patches)[:, 1]).value > 0.9


def test_the_number_of_threads_is_restored() -> None:
    threads = torch.get_num_threads()
    fit_network(settings(epochs=1), task(20, 0), seed=1)
    assert torch.get_num_threads() == threads


def test_each_epoch_is_logged_and_logging_moves_no_bit() -> None:
    log: list[tuple[str, int, float]] = []
    context = FitContext(log=lambda *row: log.append(row))
    watched = fit_network(settings(epochs=3), task(40, 0), 5, context, tuning=task(20, 3))
    assert [(name, epoch) for name, epoch, _ in log] == [
        (name, epoch) for epoch in (1, 2, 3) for name in ("loss", "tuning_auc")
    ]
    assert same(watched.network, fit_network(settings(epochs=3), task(40, 0), 5).network)


def test_the_best_epoch_of_the_tuning_patients_is_kept() -> None:
    losses: dict[int, float] = {}
    context = FitContext(
        log=lambda name, epoch, value: losses.update({epoch: value} if name == "tuning_auc" else {})
    )
    # At this rate the last epochs are not the best ones.
    chosen = settings(epochs=8, learning_rate=0.1, choose_epoch="best_tuning", schedule="constant")
    tuning = task(30, 3)
    fitted = fit_network(chosen, task(24, 0), 2, context, tuning)
    assert fitted.epoch == max(losses, key=lambda epoch: (losses[epoch], -epoch))
    assert fitted.epoch < 8
    from TACEResponseLib.evaluation.discrimination.discrimination import auc

    answer = predict_patches(fitted.network, tuning.patches)[:, 1]
    assert auc(tuning.labels, answer).value == pytest.approx(losses[fitted.epoch])


def test_an_epoch_whose_answers_are_infinite_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logged: list[int] = []
    calls = iter(range(9))
    answer = NetworkSource.tuning_probabilities

    def infinite_at_first(source: NetworkSource) -> NDArray[np.float64]:
        if next(calls) < 2:
            raise NotFiniteError("image network", "must answer", got="none", remedy="wait")
        return answer(source)

    monkeypatch.setattr(NetworkSource, "tuning_probabilities", infinite_at_first)
    context = FitContext(log=lambda name, epoch, _: logged.append(epoch) if "auc" in name else None)
    chosen = settings(epochs=4, choose_epoch="best_tuning", schedule="plateau")
    fitted = fit_network(chosen, task(24, 0), 2, context, task(20, 3))
    assert fitted.epoch in (3, 4)
    assert logged == [3, 4]


def test_without_tuning_patients_of_both_classes_the_last_epoch_is_kept() -> None:
    chosen = settings(epochs=2, choose_epoch="best_tuning")
    alike = task(20, 3)
    alike.labels[:] = 1
    assert fit_network(chosen, task(20, 0), 2).epoch == 2
    assert fit_network(chosen, task(20, 0), 2, tuning=alike).epoch == 2


def test_an_epoch_of_one_patient_is_one_step() -> None:
    steps: list[int] = []
    original = torch.optim.SGD.step

    class Counting(torch.optim.SGD):
        def step(self, closure=None):  # type: ignore[no-untyped-def]
            steps.append(1)
            return original(self, closure)

    chosen = settings(
        epochs=7, optimizer="sgd", patients_per_epoch="one", batch_size=1, schedule="plateau"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim, "SGD", Counting)
        fit_network(chosen, task(20, 0), 1)
    assert len(steps) == 7


def test_patches_of_another_size_are_refused_by_the_network() -> None:
    three = task(20, 0)
    wide = Examples(
        patches=three.patches.repeat(3, axis=1), labels=three.labels, patients=three.patients
    )
    with pytest.raises(InputError, match="must take patches of 3 x 24 x 24"):
        fit_network(settings(epochs=1), wide, 1)


def test_a_training_that_runs_away_is_refused() -> None:
    tame = settings(epochs=3, optimizer="sgd", schedule="constant")
    # Beyond what a recipe may say, so that it is sure to run away.
    fitting = tame.fitting.model_copy(update={"learning_rate": 1e30})
    wild = tame.model_copy(update={"fitting": fitting})
    with pytest.raises(InputError, match="loss must stay finite"):
        fit_network(wild, task(40, 0), 1)


def test_a_full_gpu_names_the_batch_size(monkeypatch: pytest.MonkeyPatch) -> None:
    from TACEResponseLib.evidence.image_network.training import training_run

    def full(*_: object) -> torch.Tensor:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(training_run, "loss_of", full)
    with pytest.raises(InputError, match=r"fitting.batch_size: .*set a batch_size below 16"):
        fit_network(settings(epochs=1), task(20, 0), 1)
