"""Nothing but known networks with plain arguments is built, and weights must fit to the tensor."""

from pathlib import Path

import pytest
import torch
from monai.bundle import ConfigParser

from TACEResponseLib import networks
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.image_network.known_networks import (
    KNOWN,
    MONAI_DENSENET169,
    MONAI_RESNET,
    RESNET50,
    SMALL_CNN,
)
from TACEResponseLib.evidence.image_network.network import (
    build_network,
    check_network,
    read_weights,
    write_weights,
)

SMALL = {"in_channels": 1, "n_classes": 2, "widths": [4, 8]}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"dropout": "$__import__('os').getcwd()"}, "plain"),
        ({"dropout": "@other"}, "plain"),
        ({"dropout": "%file.json"}, "plain"),
        ({"widths": [{"_target_": "os.getcwd"}]}, "plain"),
        ({"widths": {"_target_": "os.getcwd"}}, "plain"),
        ({"n_classes": 10**9}, "plain"),
        ({"widths": [8] * 100}, "plain"),
        ({"widths": [4096] * 16}, "plain"),
        ({"_requires_": "$print(1)"}, "no argument"),
        ({"_mode_": "callable"}, "no argument"),
    ],
)
def test_a_definition_that_could_run_code_or_fill_memory_is_refused(
    changes: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        build_network(SMALL_CNN, SMALL | changes, "inference.json")


@pytest.mark.parametrize(
    "name", ["os.getcwd", "subprocess.run", "", "SmallCNN", "TACEResponseLib.networks.small_cnn"]
)
def test_a_name_that_is_not_on_the_list_is_refused_with_the_list(name: str) -> None:
    with pytest.raises(InputError, match=r"must be a known one.*use one of small_cnn, lenet5_type"):
        build_network(name, {}, "inference.json")


@pytest.mark.parametrize("name", KNOWN)
def test_others_find_every_network_under_its_stable_name(name: str) -> None:
    assert getattr(networks, name) is KNOWN[name].load()


def test_the_stable_name_of_what_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'resnet5000'"):
        getattr(networks, "resnet5000")  # noqa: B009


def test_the_same_network_is_built_by_monai_from_its_stable_name() -> None:
    definition = {"_target_": "TACEResponseLib.networks.small_cnn", **SMALL}
    parsed = ConfigParser({"network_def": definition}).get_parsed_content("network_def")
    network = build_network(SMALL_CNN, SMALL)
    assert repr(parsed) == repr(network)
    assert network(torch.zeros(1, 1, 16, 16)).shape == (1, 2)
    check_network(RESNET50, {"in_channels": 1, "n_classes": 4}, "here")


@pytest.mark.parametrize("wrong", [{"in_channels": 0}, {"n_classes": -1}, {"widths": [4, 0]}])
def test_layers_without_channels_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match="must be 1 or more, got"):
        build_network(SMALL_CNN, SMALL | wrong)


def test_arguments_that_the_network_refuses_are_the_user_s_mistake() -> None:
    with pytest.raises(InputError, match="accept its arguments"):
        build_network(SMALL_CNN, SMALL | {"dropout": 2.0})


def test_weights_come_back_and_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = build_network(SMALL_CNN, SMALL), build_network(SMALL_CNN, SMALL)
    write_weights(first, tmp_path / "a.safetensors")
    read_weights(second, tmp_path / "a.safetensors")
    for name, tensor in first.state_dict().items():
        assert torch.equal(tensor, second.state_dict()[name])
    write_weights(second, tmp_path / "b.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


MONAI_ARGUMENTS = {
    MONAI_RESNET: {
        "block": "basic",
        "layers": [1, 1, 1, 1],
        "block_inplanes": [4, 4, 4, 4],
        "spatial_dims": 2,
        "n_input_channels": 1,
    },
    MONAI_DENSENET169: {"spatial_dims": 2, "in_channels": 1, "out_channels": 2},
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_file_of_weights_fills_every_tensor_of_a_network(name: str) -> None:
    """A bundle's networks have no storage of their own before; nothing may be left unfilled."""
    with torch.device("meta"):
        network = build_network(name, MONAI_ARGUMENTS.get(name, {}))
    tensors = [*network.named_parameters(), *network.named_buffers()]
    assert {name for name, _ in tensors} == set(network.state_dict())
    assert all(tensor.is_meta for _, tensor in tensors)


def test_a_network_without_storage_takes_the_file_s_weights(tmp_path: Path) -> None:
    drawn = build_network(SMALL_CNN, SMALL).eval()
    write_weights(drawn, tmp_path / "w.safetensors")
    with torch.device("meta"):
        empty = build_network(SMALL_CNN, SMALL).eval()
    read_weights(empty, tmp_path / "w.safetensors")
    patches = torch.rand(2, 1, 16, 16)
    assert torch.equal(empty(patches), drawn(patches))
    assert all(parameter.requires_grad for parameter in empty.parameters())


def test_weights_that_do_not_fit_are_refused_by_tensor(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    write_weights(build_network(SMALL_CNN, SMALL | {"widths": [4, 9]}), path)
    with pytest.raises(InputError, match=r"classifier\.weight must be"):
        read_weights(build_network(SMALL_CNN, SMALL), path)
    write_weights(build_network(SMALL_CNN, SMALL | {"widths": [4]}), path)
    with pytest.raises(InputError, match="network's tensors and no other"):
        read_weights(build_network(SMALL_CNN, SMALL), path)
    broken = build_network(SMALL_CNN, SMALL)
    broken.classifier.bias.data[0] = float("nan")
    write_weights(broken, path)
    with pytest.raises(InputError, match=r"classifier\.bias must be finite"):
        read_weights(build_network(SMALL_CNN, SMALL), path)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(InputError, match="whole safetensors file"):
        read_weights(build_network(SMALL_CNN, SMALL), path)
