"""A network that stops between two epochs goes on from its own checkpoint."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.evidence.image_network.preparation import PreparedPatches
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.training.logs.log import FitLog, read_log
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.state import TrainingState
from TACEResponseLib.training.train import train

NETWORK = {
    "kind": "image_network",
    "name": "cnn",
    "sequences": ["ct_arterial"],
    "patch": {"size_px": 16, "channels": 1},
    "network": "small_cnn",
    "arguments": {"in_channels": 1, "n_classes": 2, "widths": [4, 8]},
    "target_layer": "features",
    "fitting": {"epochs": 4},
}


def patches() -> PreparedCohort:
    """Twelve patients of noise."""
    rng = np.random.default_rng(1)
    return PreparedCohort(
        case_ids=tuple(f"P{i:02d}" for i in range(12)),
        labels=np.tile([0, 1], 6),
        clinical=(ClinicalRecord(),) * 12,
        by_branch={
            "cnn": tuple(
                PreparedPatches(
                    patches=rng.normal(size=(1, 1, 16, 16)).astype(np.float32), plans=()
                )
                for _ in range(12)
            )
        },
    )


@pytest.mark.usefixtures("in_process")
def test_the_numbers_are_those_of_a_training_that_never_stopped(
    tmp_path: Path, make_recipe: Callable[..., Recipe], monkeypatch: pytest.MonkeyPatch
) -> None:
    fusion = {"n_bootstrap": 40, "folds": 2}
    recipe = make_recipe(branches=[NETWORK], candidates=[], folds=2, fusion=fusion)
    whole = train(recipe, patches(), seed=3, state=TrainingState(tmp_path / "whole"))
    state = TrainingState(tmp_path / "stopped")
    epochs: list[int] = []

    def stopping(self: FitLog, quantity: str, epoch: int, value: float) -> None:
        epochs.append(epoch)
        if len(epochs) == 7:
            raise RuntimeError("the power went off")
        write(self, quantity, epoch, value)

    write = FitLog.__call__
    with monkeypatch.context() as patch:
        patch.setattr(FitLog, "__call__", stopping)
        with pytest.raises(RuntimeError, match="power"):
            train(recipe, patches(), seed=3, state=state)
    again = train(recipe, patches(), seed=3, state=state)
    assert np.array_equal(again.outputs.logits["cnn"], whole.outputs.logits["cnn"])
    assert again.fusion == whole.fusion
    check = whole.branches[0].state.map_check
    assert check is not None
    # Every training patient, each by the network of the fold that left the patient out.
    assert check.n == 12
    assert again.branches[0].state.map_check == check
    ours, theirs = read_log(state.folder / "log"), read_log(tmp_path / "whole" / "log")
    assert ours == theirs
    parts = {f"cnn-fold-{fold}-part-{part}" for fold in (1, 2) for part in (1, 2, 3)}
    assert {row.fit for row in ours} == {"cnn-all", "cnn-fold-1", "cnn-fold-2", *parts}
    assert not any((state.folder / "checkpoints").iterdir())
