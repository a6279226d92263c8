"""Nothing but known networks with plain arguments is built, and weights must fit to the tensor."""

from pathlib import Path

import pytest
import torch

from TACEResponseLib.cnn.network import (
    ALLOWED,
    MONAI_DENSENET169,
    MONAI_RESNET,
    RESNET50,
    SMALL_CNN,
    build_network,
    check_network_def,
    read_weights,
    write_weights,
)
from TACEResponseLib.errors import InputError

SMALL = {"_target_": SMALL_CNN, "in_channels": 1, "n_classes": 2, "widths": [4, 8]}


@pytest.mark.parametrize(
    ("network_def", "says"),
    [
        ({"_target_": "os.getcwd"}, "known network"),
        ({"_target_": "subprocess.run", "args": "ls"}, "known network"),
        ({}, "known network"),
        (SMALL | {"dropout": "$__import__('os').getcwd()"}, "plain"),
        (SMALL | {"dropout": "@other"}, "plain"),
        (SMALL | {"dropout": "%file.json"}, "plain"),
        (SMALL | {"widths": [{"_target_": "os.getcwd"}]}, "plain"),
        (SMALL | {"widths": {"_target_": "os.getcwd"}}, "plain"),
        (SMALL | {"n_classes": 10**9}, "plain"),
        (SMALL | {"widths": [8] * 100}, "plain"),
        (SMALL | {"widths": [4096] * 16}, "plain"),
        (SMALL | {"_requires_": "$print(1)"}, "no argument"),
        (SMALL | {"_mode_": "callable"}, "no argument"),
    ],
)
def test_a_definition_that_could_run_code_or_fill_memory_is_refused(
    network_def: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        build_network(network_def, "inference.json")


def test_every_allowed_name_is_a_network() -> None:
    from importlib import import_module

    for target in ALLOWED:
        module, _, name = target.rpartition(".")
        assert callable(getattr(import_module(module), name))


def test_the_same_network_is_built_through_monai() -> None:
    network = build_network(SMALL)
    assert network(torch.zeros(1, 1, 16, 16)).shape == (1, 2)
    check_network_def({"_target_": RESNET50, "in_channels": 1, "n_classes": 4}, "here")


def test_arguments_that_the_network_refuses_are_the_user_s_mistake() -> None:
    with pytest.raises(InputError, match="accept its arguments"):
        build_network(SMALL | {"widths": [0]})


def test_weights_come_back_and_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = build_network(SMALL), build_network(SMALL)
    write_weights(first, tmp_path / "a.safetensors")
    read_weights(second, tmp_path / "a.safetensors")
    for name, tensor in first.state_dict().items():
        assert torch.equal(tensor, second.state_dict()[name])
    write_weights(second, tmp_path / "b.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


MONAI_ARGUMENTS = {
    MONAI_RESNET: {"block": "basic", "layers": [1, 1, 1, 1], "block_inplanes": [4, 4, 4, 4],
                   "spatial_dims": 2, "n_input_channels": 1},
    MONAI_DENSENET169: {"spatial_dims": 2, "in_channels": 1, "out_channels": 2},
}  # fmt: skip


@pytest.mark.parametrize("target", ALLOWED)
def test_a_file_of_weights_fills_every_tensor_of_a_network(target: str) -> None:
    """A bundle's networks have no storage of their own before; nothing may be left unfilled."""
    with torch.device("meta"):
        network = build_network({"_target_": target} | MONAI_ARGUMENTS.get(target, {}))
    tensors = [*network.named_parameters(), *network.named_buffers()]
    assert {name for name, _ in tensors} == set(network.state_dict())
    assert all(tensor.is_meta for _, tensor in tensors)


def test_a_network_without_storage_takes_the_file_s_weights(tmp_path: Path) -> None:
    drawn = build_network(SMALL).eval()
    write_weights(drawn, tmp_path / "w.safetensors")
    with torch.device("meta"):
        empty = build_network(SMALL).eval()
    read_weights(empty, tmp_path / "w.safetensors")
    patches = torch.rand(2, 1, 16, 16)
    assert torch.equal(empty(patches), drawn(patches))
    assert all(parameter.requires_grad for parameter in empty.parameters())


def test_weights_that_do_not_fit_are_refused_by_tensor(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    write_weights(build_network(SMALL | {"widths": [4, 9]}), path)
    with pytest.raises(InputError, match=r"classifier\.weight must be"):
        read_weights(build_network(SMALL), path)
    write_weights(build_network(SMALL | {"widths": [4]}), path)
    with pytest.raises(InputError, match="network's tensors and no other"):
        read_weights(build_network(SMALL), path)
    broken = build_network(SMALL)
    broken.classifier.bias.data[0] = float("nan")
    write_weights(broken, path)
    with pytest.raises(InputError, match=r"classifier\.bias must be finite"):
        read_weights(build_network(SMALL), path)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(InputError, match="whole safetensors file"):
        read_weights(build_network(SMALL), path)
