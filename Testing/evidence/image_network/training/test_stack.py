"""Patches in one array, in memory or in a file."""

from pathlib import Path

import numpy as np
import pytest
import torch

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.evidence.image_network.settings import FittingSettings, ImageNetworkSettings
from TACEResponseLib.evidence.image_network.training.examples import Examples
from TACEResponseLib.evidence.image_network.training.fitting import fit_network
from TACEResponseLib.evidence.image_network.training.stack import Stack


def parts() -> list[np.ndarray]:
    """Patches of four patients, 3 to 6 each."""
    rng = np.random.default_rng(1)
    return [rng.normal(size=(n, 2, 4, 4)).astype(np.float32) for n in (3, 4, 5, 6)]


@pytest.mark.parametrize("limit", [0, 500, 2**20])
def test_a_stack_is_numpy_s_concatenation_wherever_it_lies(limit: int, tmp_path: Path) -> None:
    with Stack(tmp_path / "new", limit) as stack:
        for part in parts():
            stack.add(part)
        array = stack.array()
    np.testing.assert_array_equal(array, np.concatenate(parts()))
    assert isinstance(array, np.memmap) is (limit < 2**20)
    assert array.flags.writeable
    assert array.flags.c_contiguous


def test_a_large_stack_costs_no_memory_of_its_own(tmp_path: Path) -> None:
    before = own_memory()
    with Stack(tmp_path, 2**20) as stack:
        for _ in range(100):
            stack.add(np.ones((1, 1, 512, 512), dtype=np.float32))
        total = float(stack.array().sum(dtype=np.float64))
    assert total == 100 * 512 * 512
    assert own_memory() - before < 20 * 2**20, "100 MiB of patches stay in the file"


def test_a_training_from_a_file_ends_with_the_same_bits(tmp_path: Path) -> None:
    settings = ImageNetworkSettings(
        sequences=(ImageSequence.CT_ARTERIAL,),
        network=SMALL_CNN,
        arguments={"in_channels": 2, "n_classes": 2, "widths": [4]},
        target_layer="features",
        fitting=FittingSettings(epochs=2, batch_size=4),
    )
    weights = []
    for limit in (0, 2**20):
        with Stack(tmp_path, limit) as stack:
            for part in parts():
                stack.add(part)
            examples = Examples(
                patches=stack.array(),
                labels=np.tile([0, 1], 9),
                patients=np.repeat(np.arange(4), (3, 4, 5, 6)),
            )
        weights.append(fit_network(settings, examples, 7, tuning=examples).network.state_dict())
    assert all(torch.equal(tensor, weights[1][name]) for name, tensor in weights[0].items())


def test_nothing_of_the_file_is_left_behind(tmp_path: Path) -> None:
    with Stack(tmp_path, 0) as stack:
        stack.add(parts()[0])
        assert stack.array().size
    assert list(tmp_path.iterdir()) == []


def test_rows_of_another_shape_are_refused() -> None:
    with Stack(limit=0) as stack:
        stack.add(np.zeros((1, 2, 4, 4), dtype=np.float32))
        with pytest.raises(ValueError, match=r"shape \(2, 4, 4\), got \(2, 4, 5\)"):
            stack.add(np.zeros((1, 2, 4, 5), dtype=np.float32))


def test_an_empty_stack_is_refused() -> None:
    with pytest.raises(ValueError, match="must hold an array"):
        Stack().array()


def own_memory() -> int:
    """Bytes of this process that no file stands behind."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the system doesn't tell a process's own memory apart")
    status = Path("/proc/self/status").read_text("ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) * 1024
