"""Losses as printed in the papers, and learning rates by hand."""

import math

import pytest
import torch

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.settings import FittingSettings, ImageNetworkSettings
from TACEResponseLib.evidence.image_network.training.optimization import (
    loss_of,
    optimizer_of,
    schedule_of,
)


def settings(output: str = "softmax", **fitting: object) -> ImageNetworkSettings:
    return ImageNetworkSettings(
        sequences=(ImageSequence.CT_ARTERIAL,),
        network=SMALL_CNN,
        arguments={},
        target_layer="features",
        output=output,
        fitting=FittingSettings(**fitting),
    )


def test_the_loss_of_s3_is_twice_the_cross_entropy_of_two_classes() -> None:
    # -y log p - (1 - y) log(1 - p) over both classes: both terms are log p of the true one.
    outputs, targets = torch.tensor([[0.3, 1.4], [2.0, -1.0]]), torch.tensor([1, 1])
    plain = loss_of(outputs, targets, settings())
    printed = loss_of(outputs, targets, settings(loss="binary_cross_entropy_per_class"))
    assert float(printed) == pytest.approx(2 * float(plain), rel=1e-6)


def test_a_constant_prediction_scores_what_the_paper_s_validation_set_gives() -> None:
    # 13 of 64 progress: the prior alone scores 1.009 by the printed loss, so that the paper's best
    # .7475 is better than that; by plain cross-entropy, .505, it would be worse.
    share = 13 / 64
    logits = torch.tensor([[math.log(1 - share), math.log(share)]]).repeat(64, 1)
    targets = torch.tensor([1] * 13 + [0] * 51)
    loss = loss_of(logits, targets, settings(loss="binary_cross_entropy_per_class"))
    assert float(loss) == pytest.approx(1.009, abs=5e-4)
    assert float(loss_of(logits, targets, settings())) == pytest.approx(0.505, abs=5e-4)


def test_sigmoids_are_each_judged_alone() -> None:
    outputs, targets = torch.tensor([[0.0, math.log(3), 0.0, 0.0]]), torch.tensor([1])
    loss = loss_of(outputs, targets, settings("sigmoid", loss="binary_cross_entropy_per_class"))
    # Sigmoids .5, .75, .5, .5, of which the second is the truth.
    assert float(loss) == pytest.approx(-math.log(0.75) - 3 * math.log(0.5), rel=1e-6)


def rates(fitting: FittingSettings, accuracies: list[float]) -> list[float]:
    """The learning rate after each epoch."""
    optimizer = optimizer_of([torch.nn.Parameter(torch.zeros(1))], fitting)
    schedule = schedule_of(optimizer, fitting, steps=len(accuracies))
    learning_rates = []
    for accuracy in accuracies:
        optimizer.step()
        schedule.step(*([accuracy] if fitting.schedule == "plateau" else []))
        learning_rates.append(optimizer.param_groups[0]["lr"])
    return learning_rates


def test_a_plateau_of_ten_epochs_divides_the_rate_by_ten() -> None:
    fitting = FittingSettings(schedule="plateau", optimizer="sgd", learning_rate=0.01)
    # The first epoch is the best; ten without gain follow.
    learning_rates = rates(fitting, [0.8] + [0.8] * 9 + [0.7])
    assert learning_rates[:10] == [0.01] * 10
    assert learning_rates[10] == pytest.approx(0.001)
    # A gain, however small, starts the count anew.
    assert rates(fitting, [0.8] * 10 + [0.801] + [0.8] * 9)[-1] == 0.01


def test_cosine_ends_where_it_is_told() -> None:
    fitting = FittingSettings(learning_rate=5e-4, final_learning_rate=1e-8)
    learning_rates = rates(fitting, [0.0] * 20)
    assert learning_rates[-1] == pytest.approx(1e-8)
    assert learning_rates[9] == pytest.approx((5e-4 + 1e-8) / 2)


def test_constant_stays() -> None:
    assert rates(FittingSettings(schedule="constant"), [0.0] * 5) == [1e-3] * 5
