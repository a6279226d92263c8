"""What a file of weights may hold, and how it fits other channels and classes.

A narrow ResNet18 stands for all: its tensors have the published names and other shapes.
"""

import hashlib
import re
import socket
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.image_network.known_networks import (
    DENSENET169,
    MONAI_RESNET,
    SMALL_CNN,
)
from TACEResponseLib.evidence.image_network.network import build_network
from TACEResponseLib.evidence.image_network.weights import pretrained
from TACEResponseLib.evidence.image_network.weights.pretrained import load_pretrained
from TACEResponseLib.evidence.image_network.weights.published_weights import ALL, weights_for
from TACEResponseLib.evidence.image_network.weights.published_weights import DENSENET169 as DENSENET

NARROW = {
    "block": "basic",
    "layers": [2, 2, 2, 2],
    "block_inplanes": [4, 8, 8, 8],
    "spatial_dims": 2,
    "n_input_channels": 3,
    "num_classes": 10,
    "conv1_t_size": 7,
    "conv1_t_stride": 2,
    "bias_downsample": False,
}


def network_of(channels: int = 3, n_classes: int = 10, seed: int = 0, **other: object) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        definition = NARROW | {"n_input_channels": channels, "num_classes": n_classes} | other
        return build_network(MONAI_RESNET, definition).eval()


@pytest.fixture
def published() -> nn.Module:
    return network_of(seed=1)


@pytest.fixture
def file(published: nn.Module, tmp_path: Path) -> Path:
    path = tmp_path / "weights.pth"
    torch.save(published.state_dict(), path)
    return path


def image(channels: int, seed: int = 3) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(2, channels, 64, 64, generator=generator)


def features(network: nn.Module, patches: Tensor) -> Tensor:
    """What reaches the last linear layer."""
    seen: list[Tensor] = []
    hook = network.avgpool.register_forward_hook(lambda _m, _i, output: seen.append(output))
    with torch.inference_mode():
        network(patches)
    hook.remove()
    return seen[0].flatten(1)


@pytest.mark.parametrize("channels", [1, 2, 3, 5])
def test_the_mean_repeated_answers_to_gray_as_the_published_network(
    published: nn.Module, file: Path, channels: int
) -> None:
    network = network_of(channels)
    load_pretrained(network, file, channels_rule="mean_then_repeat")
    gray = image(1)
    published_values = features(published, gray.repeat(1, 3, 1, 1))
    assert torch.allclose(
        features(network, gray.repeat(1, channels, 1, 1)), published_values, atol=1e-5
    )


@pytest.mark.parametrize("channels", [3, 5])
def test_kept_colors_answer_as_the_published_network_whatever_the_other_channels(
    published: nn.Module, file: Path, channels: int
) -> None:
    network = network_of(channels)
    report = load_pretrained(network, file)
    patches = image(channels)
    published_values = features(published, patches[:, :3])
    assert torch.allclose(features(network, patches), published_values, atol=1e-5)
    assert (report.channels_rule, report.n_channels) == ("keep_rgb", channels)


def test_colors_need_three_channels(file: Path) -> None:
    with pytest.raises(InputError, match="at least 3 channels, got 1; use mean_then_repeat"):
        load_pretrained(network_of(1), file)


def test_the_head_stays_as_drawn_and_is_reported(file: Path) -> None:
    network, drawn = network_of(n_classes=2), network_of(n_classes=2)
    report = load_pretrained(network, file)
    assert report.left_out == ("fc.bias", "fc.weight")
    assert torch.equal(network.fc.weight, drawn.fc.weight)
    assert torch.equal(network.fc.bias, drawn.fc.bias)
    assert not torch.equal(network.conv1.weight, drawn.conv1.weight)
    assert report.n_tensors == len(network.state_dict()) - 2


def test_a_head_of_other_classes_is_loaded_by_no_rule(file: Path) -> None:
    with pytest.raises(InputError, match=r"fc\.weight must be torch.float32 \(2, 8\), got"):
        load_pretrained(network_of(n_classes=2), file, head_rule="load")


def test_the_report_names_file_and_hash(file: Path) -> None:
    report = load_pretrained(network_of(), file)
    assert (report.architecture, report.file) == ("ResNet18", "a file of the author's")
    assert report.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert not report.is_official
    assert report.absent == ()


def test_safetensors_give_the_same_network(published: nn.Module, file: Path) -> None:
    first, second = network_of(), network_of()
    load_pretrained(first, file)
    save_file(published.state_dict(), file.with_suffix(".safetensors"))
    load_pretrained(second, file.with_suffix(".safetensors"))
    for name, tensor in first.state_dict().items():
        assert torch.equal(tensor, second.state_dict()[name]), name


def test_files_of_old_torch_versions_are_read_and_may_lack_counters(
    published: nn.Module, file: Path
) -> None:
    old = {n: t for n, t in published.state_dict().items() if "num_batches" not in n}
    torch.save(old, file, _use_new_zipfile_serialization=False)
    network = network_of()
    report = load_pretrained(network, file)
    assert len(report.absent) == 20  # one a batch normalization: 1 + 16 + 3 in shortcuts
    assert all(name.endswith(".num_batches_tracked") for name in report.absent)
    assert torch.equal(network.bn1.weight, published.bn1.weight)


def test_densenet_s_old_names_are_known() -> None:
    old = "features.denseblock2.denselayer11.norm.2.running_var"
    expected = "features.denseblock2.denselayer11.layers.norm2.running_var"
    assert DENSENET.our_name(old) == DENSENET.our_name(old.replace("norm.2", "norm2")) == expected
    with torch.device("meta"):
        network = build_network(DENSENET169, {})
    assert expected in network.state_dict()


def test_the_checksum_in_an_official_name_must_hold(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    official = file.rename(file.with_name("resnet18-f37072fd.pth"))
    with pytest.raises(InputError, match=r"SHA-256 must begin with f37072fd, got .*download it"):
        load_pretrained(network_of(), official)
    monkeypatch.setattr(pretrained, "sha256_of_open", lambda _path: "f37072fd" + "0" * 56)
    assert load_pretrained(network_of(), official).is_official


def without(name: str) -> object:
    return lambda state: {n: t for n, t in state.items() if n != name}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (without("layer2.0.conv1.weight"), r"got 1 missing \(layer2\.0\.conv1\.weight\); get resn"),
        (lambda s: s | {"extra.weight": torch.ones(1)}, r"got 1 unknown \(extra\.weight\)"),
        (lambda s: {f"module.{n}": t for n, t in s.items()}, r"missing .* and .* unknown"),
        (lambda s: s | {"bn1.weight": torch.ones(5)}, r"bn1\.weight must be .*\(4,\), got"),
        (lambda s: s | {"bn1.weight": torch.ones(4).double()}, r"bn1\.weight must be torch\."),
        (lambda s: s | {"bn1.weight": torch.full((4,), torch.nan)}, r"bn1\.weight must be finite"),
        (lambda s: s | {"conv1.weight": torch.ones(4, 1, 7, 7)}, "must take 3 channels"),
        (lambda s: s | {"epoch": 3}, "state dict.*other values under epoch"),
        (lambda s: {"state_dict": s}, "state dict.*other values under state_dict"),
        (list, "state dict.*got list"),
        (lambda _: {}, "missing"),
    ],
    ids=[
        "missing",
        "unknown",
        "prefix",
        "shape",
        "type",
        "not finite",
        "gray",
        "number",
        "wrapped",
        "list",
        "empty",
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_changes_nothing(
    published: nn.Module, tmp_path: Path, change: object, says: str
) -> None:
    path = tmp_path / "w.pth"
    torch.save(change(dict(published.state_dict())), path)
    network, untouched = network_of(), network_of()
    with pytest.raises(InputError, match=says) as caught:
        load_pretrained(network, path)
    assert "\n" not in str(caught.value)
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, untouched.state_dict()[name]), name


class Malice:
    """Makes a file when it is unpickled."""

    def __init__(self, made: Path) -> None:
        self.made = made

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (open, (str(self.made), "w"))


def test_a_pickle_that_holds_code_is_refused_and_not_run(tmp_path: Path) -> None:
    path, made = tmp_path / "w.pth", tmp_path / "made"
    torch.save({"conv1.weight": Malice(made)}, path)
    with pytest.raises(InputError, match=r"w\.pth: must hold tensors only, got a pickle with code"):
        load_pretrained(network_of(), path)
    assert not made.exists()


def test_a_whole_pickled_network_is_refused(published: nn.Module, tmp_path: Path) -> None:
    torch.save(published, tmp_path / "w.pth")
    with pytest.raises(InputError, match="must hold tensors only"):
        load_pretrained(network_of(), tmp_path / "w.pth")


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize(
    "content", [b"", b"not weights at all\n", None], ids=["none", "text", "cut"]
)
def test_a_damaged_file_is_one_line(file: Path, suffix: str, content: bytes | None) -> None:
    path = file.with_name(f"damaged{suffix}")
    if content is None:
        content = file.read_bytes()[:2000]
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"damaged\{suffix}: must be a whole file of") as caught:
        load_pretrained(network_of(), path)
    assert "\n" not in str(caught.value)


def test_an_absent_file_is_not_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", None)
    with pytest.raises(InputError, match=r"f37072fd\.pth: must be a readable file.*No such"):
        load_pretrained(network_of(), tmp_path / "resnet18-f37072fd.pth")
    with pytest.raises(InputError, match="must be a regular file, got a folder"):
        load_pretrained(network_of(), tmp_path)


@pytest.mark.parametrize(
    ("network", "name"),
    [
        (lambda: build_network(SMALL_CNN, {}), "SmallCNN"),
        (lambda: network_of(layers=[3, 4, 6, 3]), "ResNet"),
    ],
    ids=["small", "ResNet34"],
)
def test_a_network_without_published_weights_is_said(
    file: Path, network: object, name: str
) -> None:
    with pytest.raises(InputError, match=f"got {name}; leave them out, or choose from AlexNet"):
        load_pretrained(network(), file)


def test_another_index_of_the_position_bias_is_refused() -> None:
    ours = {"a.relative_position_index": torch.arange(16).reshape(4, 4)}
    same = {"a.relative_position_index": torch.arange(16)}
    pretrained._check_index(same, ours, "w.pth")
    assert same["a.relative_position_index"].shape == (4, 4)
    for other in (torch.arange(16).flip(0), torch.arange(9)):
        with pytest.raises(InputError, match="windows of 7 x 7"):
            pretrained._check_index({"a.relative_position_index": other}, ours, "w.pth")


def test_the_guide_names_every_published_file() -> None:
    guide = Path(__file__).resolve().parents[3] / "docs" / "pretrained-weights.md"
    named = set(re.findall(r"[a-z0-9_-]+-[0-9a-f]{8}\.pth", guide.read_text(encoding="utf-8")))
    assert named == {published.file for published in ALL}
    assert all(re.fullmatch("[0-9a-f]{8}", published.sha256_start) for published in ALL)


def test_a_resnet_of_18_layers_is_known_by_its_blocks() -> None:
    assert weights_for(network_of()).architecture == "ResNet18"
    deep = network_of(block="bottleneck", layers=[3, 4, 6, 3])
    assert weights_for(deep).architecture == "ResNet50"
