"""What a file of weights announces is compared with the network before a tensor is read."""

import json
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.evidence.image_network.weights.tensor_header import (
    check_tensor_header,
    read_tensor_header,
)

NETWORK = {"a": torch.zeros(2, 3), "n": torch.zeros((), dtype=torch.int64)}


def write(path: Path, header: object, length: int | None = None) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text)
    return path


def test_a_file_as_safetensors_writes_it_passes(tmp_path: Path) -> None:
    save_file(NETWORK, tmp_path / "x", metadata={"who": "cares"})
    check_tensor_header(tmp_path / "x", NETWORK, "x")
    assert set(read_tensor_header(tmp_path / "x", "x")) == {"a", "n"}


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ({}, "must hold the network's tensors and no other, got a difference in a, n"),
        (
            {"a": {"dtype": "F32", "shape": [3, 2]}, "n": {"dtype": "I64", "shape": []}},
            r"a must be torch.float32 \(2, 3\), got F32 \[3, 2\]",
        ),
        (
            {"a": {"dtype": "F16", "shape": [2, 3]}, "n": {"dtype": "I64", "shape": []}},
            "a must be torch.float32",
        ),
        ({"a": {"dtype": [], "shape": {}}, "n": {}}, "a must be torch.float32"),
        ({"a": 3, "n": None}, "must say type and shape of each tensor, got a"),
        ([], "must list at most 20000 tensors, got no list"),
        ({f"t{n}": {} for n in range(20_001)}, "must list at most 20000 tensors, got 20001"),
        (b"[" * 1000, "header: must be nested at most 64 deep"),
        (b"\xff\xff", "header: must be UTF-8 text"),
        (b"{,", "header: must be JSON"),
    ],
)
def test_other_announcements_are_refused(header: object, says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"^x.*{says}"):
        check_tensor_header(write(tmp_path / "x", header), NETWORK, "x")


@pytest.mark.parametrize("length", [0, 1, 5_000_000, 2**63])
def test_an_absurd_length_of_the_header_is_refused(length: int, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must have a header of at most 4194304 bytes"):
        check_tensor_header(write(tmp_path / "x", {}, length), NETWORK, "x")


def test_a_file_of_three_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    with pytest.raises(InputError, match="header"):
        check_tensor_header(tmp_path / "x", NETWORK, "x")
