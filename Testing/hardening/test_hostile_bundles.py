"""Bundles that somebody made to hurt: accepted or refused in a line, soon, and nothing runs."""

import importlib
import json
import os
import re
import shutil
import struct
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.bundle.integrity import write_sums
from TACEResponseLib.bundle.layout import FUSION, INFERENCE, METADATA, SUMS
from TACEResponseLib.bundle.reading import load_bundle, read_fusion, read_metadata
from TACEResponseLib.evidence.image_network.known_networks import MONAI_RESNET, SMALL_CNN
from TACEResponseLib.evidence.image_network.monai import ALIASES
from Testing.hardening.attempts import Outcome, Tally, attempt
from Testing.hardening.conftest import _Tries
from Testing.hardening.hostile_bundle import (
    CANARY,
    CLASSIFIER,
    NETWORK,
    damage,
    damage_sums,
    zipped,
)

SEED = 20_261_128
SHIPPED = "ct-radiomics-cnn-simulated"
# What a file that is merely read has no reason to do.
FORBIDDEN = (
    "os.system",
    "subprocess.Popen",
    "os.exec",
    "os.posix_spawn",
    "socket.connect",
    "pickle.find_class",
    "shutil.rmtree",
)


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Everything is imported before the first fork.

    One of torch's parts makes a folder for compiled code in the folder of temporary files.
    """
    importlib.import_module("torch._dynamo")
    load_bundle(SHIPPED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped bundle, to be damaged."""
    (tmp_path / "place").mkdir()
    return Path(shutil.copytree(resource_path("Bundles") / SHIPPED, tmp_path / "place" / "x"))


def watched(scratch: Path) -> Callable[[str, tuple[Any, ...]], None]:
    """An audit hook that allows no foreign program and no file outside the scratch folder."""

    def hook(event: str, given: tuple[Any, ...]) -> None:
        in_scratch = bool(given) and str(given[0]).startswith(str(scratch))
        if event in FORBIDDEN and not in_scratch:
            raise AssertionError(f"{event} {given!r:.200}")
        writes = event == "open" and isinstance(given[1], str) and set(given[1]) & set("wax+")
        if writes and not in_scratch and given[0] != "/dev/null":
            raise AssertionError(f"writes {given[0]!r}")

    return hook


def read_all(path: Path, scratch: Path) -> None:
    """As the commands info, validate and score do."""
    os.chdir(scratch)
    tempfile.tempdir = str(scratch)
    sys.addaudithook(watched(scratch))
    read_metadata(path)
    read_fusion(path)
    load_bundle(path)


def tried(path: Path, tally: Tally, text: str) -> Outcome:
    """Read a bundle in a process of its own; afterwards nothing is there that wasn't."""
    scratch = path.parent.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    before = sorted(path.parent.parent.rglob("*"))
    result = attempt(lambda: read_all(path, scratch))
    tally.add(result, f"{text} ({result.words[:120]})")
    after = sorted(p for p in path.parent.parent.rglob("*"))
    assert after == before, f"{text}: {set(after) ^ set(before)}"
    assert not any(p.name == CANARY for p in after)
    return result.outcome


def test_a_damaged_bundle_with_true_hashes_is_accepted_or_refused_in_a_line(
    tries: _Tries, tally: Tally, tmp_path: Path
) -> None:
    source = resource_path("Bundles") / SHIPPED
    outcomes = []
    for number in tries(12):
        rng = np.random.default_rng([SEED, number])
        place = tmp_path / str(number) / "place"
        place.mkdir(parents=True)
        folder = Path(shutil.copytree(source, place / "x"))
        outcomes.append(tried(folder, tally, f"seed {number}: {damage(folder, rng, number)}"))
        shutil.rmtree(tmp_path / str(number))
    assert tally.bad == []
    # Damage that nobody sees would be no test.
    assert outcomes.count(Outcome.REFUSED) > len(outcomes) / 2


def test_a_zip_or_list_of_hashes_of_hostile_make_is_accepted_or_refused_in_a_line(
    tries: _Tries, tally: Tally, tmp_path: Path
) -> None:
    source = resource_path("Bundles") / SHIPPED
    for number in tries(5):
        rng = np.random.default_rng([SEED, 1, number])
        place = tmp_path / str(number) / "place"
        place.mkdir(parents=True)
        folder = Path(shutil.copytree(source, place / "x"))
        changes = damage_sums(folder, rng) if number % 3 == 0 else "whole"
        if number % 3:
            changes = zipped(folder, place / "x.zip", rng)
            folder = place / "x.zip"
        tried(folder, tally, f"seed {number}: {changes}")
        shutil.rmtree(tmp_path / str(number))
    assert tally.bad == []


def set_network(
    folder: Path, network: str, arguments: dict[str, Any], size_px: int, channels: int
) -> None:
    """Another network in metadata and inference file, with hashes of its own."""
    content = json.loads((folder / METADATA).read_text("utf-8"))
    settings = content["tace_response"]["branches"][0]["settings"]
    settings |= {"network": network, "arguments": arguments}
    settings["patch"] |= {"size_px": size_px, "channels": channels}
    (folder / METADATA).write_text(json.dumps(content))
    definition = {"_target_": f"{ALIASES}.{network}", **arguments}
    (folder / INFERENCE).write_text(json.dumps({"bundle_root": ".", "network_def": definition}))


def relist(folder: Path) -> None:
    (folder / SUMS).unlink()
    write_sums(folder)


WIDE = {"in_channels": 8, "n_classes": 2, "widths": [512, 512]}
DEEP = {
    "block": "bottleneck",
    "layers": [4096] * 4,
    "block_inplanes": [64] * 4,
    "spatial_dims": 2,
    "n_input_channels": 1,
    "num_classes": 2,
}
FAT = DEEP | {"layers": [2] * 4, "block_inplanes": [4096] * 4}


def wide(folder: Path) -> None:
    """9.7 MB of weights that ask for gigabytes of activations."""
    from TACEResponseLib.evidence.image_network.network import build_network, write_weights

    set_network(folder, SMALL_CNN, WIDE, 1024, 8)
    write_weights(build_network(SMALL_CNN, WIDE), folder / NETWORK)


def deep(folder: Path) -> None:
    set_network(folder, MONAI_RESNET, DEEP, 64, 1)


def fat(folder: Path) -> None:
    set_network(folder, MONAI_RESNET, FAT, 64, 1)


def many_tensors(folder: Path) -> None:
    """A million tensors of nothing."""
    said = ':{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    header = ("{" + ",".join(f'"t{n}"{said}' for n in range(1_000_000)) + "}").encode()
    (folder / NETWORK).write_bytes(struct.pack("<Q", len(header)) + header)


def long_schema(folder: Path) -> None:
    """60 MB of a classifier's schema."""
    with zipfile.ZipFile(folder / CLASSIFIER, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", "[" + "[]," * 20_000_000 + "0]")


def many_entries(folder: Path) -> None:
    """A classifier of 60,000 arrays."""
    with zipfile.ZipFile(folder / CLASSIFIER, "w") as archive:
        for number in range(60_000):
            archive.writestr(f"{number}.npy", b"")
        archive.writestr("schema.json", "{}")


def extraction(**values: float) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        content = json.loads((folder / METADATA).read_text("utf-8"))
        content["tace_response"]["branches"][1]["settings"]["extraction"] |= values
        (folder / METADATA).write_text(json.dumps(content))

    return change


def many_resamples(folder: Path) -> None:
    """A fusion of 40 MB."""
    content = json.loads((folder / FUSION).read_text("utf-8"))
    content["bootstrap"] *= 1000
    (folder / FUSION).write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (wide, "at most 4 GB for the activations of a batch of 32 patches.*, got 65 GB"),
        (deep, "layers must be a plain number, word or short list of them"),
        (fat, "must have at most 200 million parameters, got [0-9],[0-9]+ million"),
        (many_tensors, "must have a header of at most 4194304 bytes"),
        (long_schema, r"schema.json: must be at most 20 MB, got 57.2 MB"),
        (many_entries, "must list its files in at most 2 MB"),
        (extraction(spacing_mm=0.05), "spacing_mm: must be 0.2 or more, got 0.05"),
        (extraction(bin_width=1e-9), "bin_width: must be 0.001 or more, got 1e-09"),
        (many_resamples, "fusion.json of at most 32 MB, got a larger one"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_bundle_of_few_bytes_that_asks_for_very_much_is_refused_at_once(
    change: Callable[[Path], None], says: str, folder: Path, tally: Tally
) -> None:
    change(folder)
    relist(folder)
    result = attempt(lambda: load_bundle(folder))
    tally.add(result, change.__name__)
    assert tally.bad == []
    assert re.search(says, result.words), result.words
