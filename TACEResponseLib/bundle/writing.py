"""Save a bundle: all of it or nothing, and the same bundle as the same bytes."""

import json
from dataclasses import replace
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.writing.new_output import new_folder
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.integrity import write_sums
from TACEResponseLib.bundle.layout import CARD, FUSION, INFERENCE, METADATA
from TACEResponseLib.bundle.monai_inference import inference_json
from TACEResponseLib.bundle.monai_metadata import to_json
from TACEResponseLib.bundle.refits import write_refits
from TACEResponseLib.evidence.branch import AnyBranch
from TACEResponseLib.evidence.kinds import BranchPart, kind_of


def save_bundle(bundle: Bundle, folder: Path) -> Bundle:
    """Write a bundle to a new folder.

    Args:
        bundle: the trained model.
        folder: made by this call.
    Returns: the bundle with its SHA-256 and source.
    Raises: InputError: `folder` exists or can't be written; nothing is left behind then.
    """
    if folder.exists() or folder.is_symlink():
        raise InputError(
            folder.name, "must not exist yet", got="a folder or file", remedy="choose another name"
        )
    with new_folder(folder) as draft:
        sha256 = _write(bundle, draft)
    return replace(bundle, sha256=sha256, source=folder.name)


def _write(bundle: Bundle, folder: Path) -> str:
    """Every file of the bundle; returns the SHA-256 of the list."""
    for name in ("configs", "models", "docs"):
        (folder / name).mkdir()
    parts = bundle.metadata.branches
    _write_text(folder / METADATA, to_json(bundle.metadata))
    if bundle.metadata.monai_networks:
        _write_text(folder / INFERENCE, inference_json(bundle.metadata.monai_networks))
    fusion = bundle.fusion.model_dump(mode="json")
    _write_text(folder / FUSION, json.dumps(fusion, indent=1, allow_nan=False) + "\n")
    _write_text(folder / CARD, bundle.card)
    for branch, part in zip(bundle.branches, parts, strict=True):
        if part.file:
            write_branch(branch, part, folder / part.file)
    if bundle.refits:
        write_refits(bundle.refits, folder)
    return write_sums(folder)


def write_branch(branch: AnyBranch, part: BranchPart, path: Path) -> None:
    """What was trained of one branch.

    Raises: TypeError: it is of another kind than the metadata says.
    """
    if kind_of(branch.settings) is not kind_of(part.settings):
        raise TypeError(
            f"{branch.name}: the metadata calls it {part.kind}, but it is {type(branch).__name__}"
        )
    kind_of(part.settings).write(branch, path)


def _write_text(path: Path, text: str) -> None:
    """UTF-8 with the same line ends on every system."""
    path.write_bytes(text.encode("utf-8"))
