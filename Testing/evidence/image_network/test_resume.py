"""Stopped at any moment, a training goes on and ends with the same bits."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.branch import FitContext
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.network import write_weights
from TACEResponseLib.evidence.image_network.settings import FittingSettings, ImageNetworkSettings
from TACEResponseLib.evidence.image_network.training.checkpoint import (
    FILE,
    read_checkpoint,
    write_checkpoint,
)
from TACEResponseLib.evidence.image_network.training.examples import Examples
from TACEResponseLib.evidence.image_network.training.fitting import FittedNetwork, fit_network


class KilledError(Exception):
    """What a test stops a training with."""


def settings(**fitting: object) -> ImageNetworkSettings:
    return ImageNetworkSettings(
        sequences=(ImageSequence.CT_ARTERIAL,),
        # Dropout draws from torch's own random state, which must come back too.
        network=SMALL_CNN,
        arguments={"in_channels": 1, "n_classes": 2, "widths": [4, 8], "dropout": 0.5},
        target_layer="features",
        fitting=FittingSettings(**{"epochs": 6, "learning_rate": 0.01} | fitting),
    )


def examples(seed: int, n: int = 24) -> Examples:
    rng = np.random.default_rng(seed)
    labels = np.tile([0, 1], n // 2)
    patches = rng.random((n, 1, 16, 16), dtype=np.float32) + labels[:, None, None, None] * 0.1
    return Examples(patches=patches.astype(np.float32), labels=labels, patients=np.arange(n))


def fit(context: FitContext = FitContext(), **fitting: object) -> FittedNetwork:  # noqa: B008
    return fit_network(settings(**fitting), examples(0), 3, context, examples(1))


def assert_same(first: FittedNetwork, second: FittedNetwork) -> None:
    assert first.epoch == second.epoch
    others = second.network.state_dict()
    for name, tensor in first.network.state_dict().items():
        assert torch.equal(tensor, others[name]), name


@pytest.mark.parametrize("stop_after", [1, 3, 6])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"optimizer": "sgd", "schedule": "plateau", "patience_epochs": 1},
        {"choose_epoch": "best_tuning", "schedule": "constant"},
        {"trainable": "head", "positions": "six"},
    ],
    ids=["adam and cosine", "sgd and plateau", "best epoch", "head on features"],
)
def test_a_stopped_training_ends_with_the_same_bits(
    stop_after: int, options: dict[str, object], tmp_path: Path
) -> None:
    whole = fit(**options)

    def stop(quantity: str, epoch: int, _: float) -> None:
        if quantity == "tuning_auc" and epoch == stop_after:
            raise KilledError

    with pytest.raises(KilledError):
        fit(FitContext(checkpoint=tmp_path, log=stop), **options)
    epochs: list[int] = []
    context = FitContext(checkpoint=tmp_path, log=lambda _, epoch, __: epochs.append(epoch))
    assert_same(fit(context, **options), whole)
    assert min(epochs) == stop_after, "the epochs behind the stop are not trained again"


def test_a_finished_training_is_only_read(tmp_path: Path) -> None:
    first = fit(FitContext(checkpoint=tmp_path))
    epochs: list[int] = []
    again = fit(FitContext(checkpoint=tmp_path, log=lambda _, epoch, __: epochs.append(epoch)))
    assert_same(first, again)
    assert epochs == []


def test_the_checkpoint_of_another_training_is_not_continued(tmp_path: Path) -> None:
    context = FitContext(checkpoint=tmp_path)
    fit(context)
    other = fit_network(settings(), examples(7), 3, context, examples(1))
    assert_same(other, fit_network(settings(), examples(7), 3, tuning=examples(1)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"\x80\x02cos\nsystem\n."])
def test_a_damaged_checkpoint_starts_anew(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert_same(fit(FitContext(checkpoint=tmp_path)), fit())


def test_a_checkpoint_that_would_run_code_is_not_read(tmp_path: Path) -> None:
    class Runs:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, ("true",)

    torch.save({"digest": "x", "weights": Runs()}, tmp_path / FILE)
    assert read_checkpoint(tmp_path, "x") is None


def test_a_kill_while_writing_leaves_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_checkpoint({"digest": "x", "epoch": 1}, tmp_path)

    def killed(*_: object) -> None:
        raise KilledError

    monkeypatch.setattr(torch, "save", killed)
    with pytest.raises(KilledError):
        write_checkpoint({"digest": "x", "epoch": 2}, tmp_path)
    assert read_checkpoint(tmp_path, "x") == {"digest": "x", "epoch": 1}
    assert [p.name for p in tmp_path.iterdir()] == [FILE]


SCRIPT = """
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
spec = spec_from_file_location("resumed", sys.argv[1])
tests = module_from_spec(spec)
spec.loader.exec_module(tests)
fitted = tests.fit(tests.FitContext(checkpoint=Path(sys.argv[2])), epochs=40)
tests.write_weights(fitted.network, Path(sys.argv[3]))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kill -9 is of Unix")
def test_kill_9_leaves_a_training_that_ends_with_the_same_file(tmp_path: Path) -> None:
    def command(name: str) -> list[str]:
        return [
            sys.executable,
            "-c",
            SCRIPT,
            __file__,
            str(tmp_path / name),
            str(tmp_path / f"{name}.safetensors"),
        ]

    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(command("killed"), cwd=root) as process:
        while not (tmp_path / "killed" / FILE).exists() and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    assert not (tmp_path / "killed.safetensors").exists(), "it ended before the kill"
    subprocess.run(command("killed"), cwd=root, check=True)
    write_weights(fit(epochs=40).network, tmp_path / "whole.safetensors")
    killed, whole = (tmp_path / f"{name}.safetensors" for name in ("killed", "whole"))
    assert killed.read_bytes() == whole.read_bytes()
