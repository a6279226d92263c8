"""Damage to a bundle of the kind that its own list of hashes can't tell: the list is made anew."""

import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from TACEResponseLib.bundle.integrity import write_sums
from TACEResponseLib.bundle.layout import CARD, FUSION, INFERENCE, METADATA, SUMS
from TACEResponseLib.evidence.image_network.known_networks import KNOWN
from TACEResponseLib.evidence.image_network.monai import ALIASES
from Testing.hardening.hostile_json import VALUES, damaged

NETWORK, CLASSIFIER = "models/cnn.safetensors", "models/radiomics.skops"
CANARY = "canary"
Way = Callable[[Path, np.random.Generator], str]


class Touch:
    """A pickle that leaves a file when it is read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {CANARY}",)


def _json(name: str) -> Way:
    def change(folder: Path, rng: np.random.Generator) -> str:
        path = folder / name
        text, changes = damaged(json.loads(path.read_text("utf-8")), rng, int(rng.integers(1, 4)))
        path.write_text(text, "utf-8", "surrogatepass")
        return f"{name} {changes}"

    return change


def _network(folder: Path, rng: np.random.Generator) -> str:
    """Another network and other patches, told alike in both files."""
    content = json.loads((folder / METADATA).read_text("utf-8"))
    part = next(p for p in content["tace_response"]["branches"] if p["kind"] == "image_network")
    network = sorted(KNOWN)[int(rng.integers(len(KNOWN)))]
    numbers = (0, 1, 2, 3, 16, 64, 512, 4096, -1, 1e9, 0.5)
    arguments: dict[str, Any] = {}
    for name in sorted(KNOWN[network].arguments):
        value = numbers[int(rng.integers(len(numbers)))]
        arguments[name] = [value] * int(rng.integers(1, 6)) if rng.random() < 0.4 else value
        if rng.random() < 0.2:
            arguments[name] = VALUES[int(rng.integers(len(VALUES)))]
    part["settings"] |= {"network": network, "arguments": arguments}
    patch = part["settings"]["patch"]
    patch["size_px"] = int(rng.choice([16, 64, 224, 1024]))
    patch["channels"] = int(rng.choice([1, 3, 8]))
    (folder / METADATA).write_text(json.dumps(content))
    definition = {"_target_": f"{ALIASES}.{network}", **arguments}
    (folder / INFERENCE).write_text(
        json.dumps({"bundle_root": ".", "network_def": definition}, indent=1)
    )
    return f"network {definition}"


def _tensor_header(folder: Path, rng: np.random.Generator) -> str:
    path = folder / NETWORK
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    text, changes = damaged(json.loads(data[8 : 8 + length]), rng, int(rng.integers(1, 3)))
    header = text.encode("utf-8", "surrogatepass")
    said = int(rng.choice([len(header), len(header), len(header), 0, 1, length, 2**40, 2**63]))
    path.write_bytes(struct.pack("<Q", said) + header + data[8 + length :])
    return f"tensor header {changes}, length {said}"


def _bytes(name: str) -> Way:
    def change(folder: Path, rng: np.random.Generator) -> str:
        data = bytearray((folder / name).read_bytes())
        changes = _bytes_changed(data, rng)
        (folder / name).write_bytes(data)
        return f"{name} {changes}"

    return change


def _bytes_changed(data: bytearray, rng: np.random.Generator) -> str:
    """Flip, cut, add, or overwrite with what means something."""
    at = int(rng.integers(max(1, len(data))))
    way = int(rng.integers(4))
    if way == 0:
        for place in rng.integers(0, len(data), 8):
            data[place] ^= int(rng.integers(1, 256))
        return "8 bytes changed"
    if way == 1:
        del data[at:]
        return f"cut at {at}"
    if way == 2:
        data.extend(rng.bytes(int(rng.integers(1, 5000))))
        return "longer"
    odd = (
        b"\xff\xff\xff\x7f",
        b"\x00" * 64,
        b"\xff" * 64,
        b"\x80\x04\x95",
        b"PK\x03\x04",
        b"\x1b[2J",
    )
    word = odd[int(rng.integers(len(odd)))]
    data[at : at + len(word)] = word
    return f"{word!r} at {at}"


def _schema(folder: Path, rng: np.random.Generator) -> str:
    """A classifier whose schema says something else, or names foreign types."""
    entries = _entries(folder / CLASSIFIER)
    schema = json.loads(entries["schema.json"])
    text, changes = damaged(schema, rng, int(rng.integers(1, 4)))
    if rng.random() < 0.3:
        text = (
            json.dumps(schema)
            .replace('"LogisticRegression"', '"system"')
            .replace('"sklearn.linear_model._logistic"', '"os"')
        )
        changes = "os.system"
    entries["schema.json"] = text.encode("utf-8", "surrogatepass")
    _rewrite(folder / CLASSIFIER, entries)
    return f"schema {changes}"


def _arrays(folder: Path, rng: np.random.Generator) -> str:
    """A classifier with another array: damaged, huge by its own account, or a pickle."""
    entries = _entries(folder / CLASSIFIER)
    names = sorted(name for name in entries if name.endswith(".npy"))
    name = names[int(rng.integers(len(names)))]
    way = int(rng.integers(4))
    if way == 0:
        data = bytearray(entries[name])
        changes = _bytes_changed(data, rng)
        entries[name] = bytes(data)
    elif way == 1:
        buffer = io.BytesIO()
        np.save(buffer, np.array([Touch()], dtype=object), allow_pickle=True)
        entries[name], changes = buffer.getvalue(), "a pickle"
    elif way == 2:
        header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000,), }"
        header += b" " * (118 - len(header) - 1) + b"\n"
        entries[name], changes = b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + header, "80 GB"
    else:
        buffer = io.BytesIO()
        shape = tuple(int(n) for n in rng.integers(0, 30, int(rng.integers(0, 4))))
        np.save(buffer, rng.choice([np.nan, np.inf, -1.0, 1e300], shape))
        entries[name], changes = buffer.getvalue(), f"shape {shape}"
    _rewrite(folder / CLASSIFIER, entries)
    return f"array {name} {changes}"


def _entries(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _rewrite(path: Path, entries: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def _card(folder: Path, rng: np.random.Generator) -> str:
    odd = (
        b"",
        b"\x1b]0;x\x07",
        b"\xff\xfe",
        b"x" * 5_000_000,
        "\u202e".encode(),
        b"<script>",
        b"![x](file:///etc/passwd)",
        b"\0",
    )
    word = odd[int(rng.integers(len(odd)))]
    (folder / CARD).write_bytes((folder / CARD).read_bytes()[:100] + word)
    return f"card {word[:20]!r}"


def _files(folder: Path, rng: np.random.Generator) -> str:
    """More, fewer or other files."""
    way = int(rng.integers(6))
    if way == 0:
        (folder / "models" / "more.pkl").write_bytes(b"\x80\x04.")
    elif way == 1:
        (folder / "docs" / "link").symlink_to("/etc/passwd")
    elif way == 2:
        os.mkfifo(folder / "docs" / "pipe")
    elif way == 3:
        for number in range(100):
            (folder / "docs" / f"f{number}").write_text("x")
    elif way == 4:
        (folder / METADATA).unlink()
        (folder / METADATA).mkdir()
    else:
        (folder / "configs" / "a b\n.json").write_text("{}")
    return f"files, way {way}"


WAYS: tuple[Way, ...] = (
    _json(METADATA),
    _json(FUSION),
    _network,
    _tensor_header,
    _bytes(NETWORK),
    _schema,
    _arrays,
    _json(INFERENCE),
    _bytes(CLASSIFIER),
    _card,
    _files,
    _json(METADATA),
)


def damage(folder: Path, rng: np.random.Generator, number: int) -> str:
    """Change a bundle in one of the ways, list its hashes anew; says what was done."""
    changes = WAYS[number % len(WAYS)](folder, rng)
    (folder / SUMS).unlink()
    if not any(path.is_fifo() for path in folder.rglob("*")):
        write_sums(folder)
    return changes


def damage_sums(folder: Path, rng: np.random.Generator) -> str:
    """Another list of hashes."""
    lines = (folder / SUMS).read_bytes().splitlines(keepends=True)
    odd = (
        b"",
        lines[0],
        b"0" * 64 + b"  ../../canary\n",
        b"0" * 64 + b"  /etc/passwd\n",
        b"\xff\n",
        b"x" * 100_000,
        lines[0].upper(),
        lines[0].replace(b"  ", b" *"),
        b"0" * 64 + b"  models/\x1b[2J\n",
    )
    word = odd[int(rng.integers(len(odd)))]
    keep = lines[: int(rng.integers(len(lines) + 1))]
    (folder / SUMS).write_bytes(b"".join([*keep, word]))
    return f"sums {word[:40]!r} after {len(keep)} lines"


def zipped(folder: Path, path: Path, rng: np.random.Generator) -> str:
    """The bundle as a zip of hostile make."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    way = int(rng.integers(8))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, f"x/{file.relative_to(folder).as_posix()}")
        if way == 0:
            names = (
                "../canary",
                "/canary",
                "x/../../canary",
                "C:\\canary",
                "x\\canary",
                "con",
                "x/docs/" + "a" * 300,
                "x/" * 50 + "f",
                "x/docs/.",
                "\x1b[2J",
            )
            archive.writestr(names[int(rng.integers(len(names)))], "x")
        elif way == 1:
            archive.writestr("x/docs/bomb", bytes(100 * 1024**2))
        elif way == 2:
            for number in range(30_000):
                archive.writestr(f"d{number}/", "")
        elif way == 3:
            link = zipfile.ZipInfo("x/docs/link")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
        elif way == 4:
            archive.writestr("X/docs/README.md", "x")
    if way > 4:
        data = bytearray(path.read_bytes())
        start = {5: 0, 6: max(0, len(data) - 1500), 7: max(0, len(data) - 22)}[way]
        for place in rng.integers(start, len(data), 6):
            data[place] = int(rng.integers(256))
        path.write_bytes(data)
    return f"zip, way {way}"
