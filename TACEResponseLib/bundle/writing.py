"""Save a bundle: all of it or nothing, and the same bundle as the same bytes."""

import json
from dataclasses import replace
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.writing.new_output import new_folder
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.integrity import write_sums
from TACEResponseLib.bundle.layout import CARD, FUSION, INFERENCE, METADATA
from TACEResponseLib.bundle.metadata import BranchPart
from TACEResponseLib.bundle.monai_inference import inference_json
from TACEResponseLib.bundle.monai_metadata import to_json
from TACEResponseLib.evidence.branch import FittedBranch
from TACEResponseLib.evidence.image_network.part import ImageNetworkPart


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
    networks = [part.settings for part in parts if isinstance(part, ImageNetworkPart)]
    if networks:
        _write_text(folder / INFERENCE, inference_json(networks))
    fusion = bundle.fusion.model_dump(mode="json")
    _write_text(folder / FUSION, json.dumps(fusion, indent=1, allow_nan=False) + "\n")
    _write_text(folder / CARD, bundle.card)
    for branch, part in zip(bundle.branches, parts, strict=True):
        if part.file:
            write_branch(branch, part, folder / part.file)
    return write_sums(folder)


def write_branch(branch: FittedBranch, part: BranchPart, path: Path) -> None:
    """Weights or pipeline of one branch."""
    from TACEResponseLib.evidence.image_network.branch import ImageNetworkBranch
    from TACEResponseLib.evidence.image_network.network import write_weights
    from TACEResponseLib.evidence.radiomics.branch import RadiomicsBranch
    from TACEResponseLib.evidence.radiomics.dense_network import DenseClassifier
    from TACEResponseLib.evidence.radiomics.skops_files import write_pipeline

    if isinstance(branch, ImageNetworkBranch) and part.kind == "image_network":
        write_weights(branch.network, path)
    elif isinstance(branch, RadiomicsBranch) and part.kind == "radiomics":
        if isinstance(branch.pipeline, DenseClassifier):
            write_weights(branch.pipeline.network, path)
        else:
            write_pipeline(branch.pipeline, path)
    else:
        raise TypeError(
            f"{branch.name}: the metadata calls it {part.kind}, but it is {type(branch).__name__}"
        )


def _write_text(path: Path, text: str) -> None:
    """UTF-8 with the same line ends on every system."""
    path.write_bytes(text.encode("utf-8"))
