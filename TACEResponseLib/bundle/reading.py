"""Load a bundle: find, unpack, verify, and only then read. It runs no code and opens no network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from TACEResponseLib.basics.errors import COPY_AGAIN, InputError
from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.reading.regular_file import check_regular
from TACEResponseLib.basics.reading.zip_reading import is_zip
from TACEResponseLib.bundle.archive import unpacked
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.card import model_card
from TACEResponseLib.bundle.finding import find_bundle
from TACEResponseLib.bundle.integrity import read_text, verify
from TACEResponseLib.bundle.layout import CARD, FUSION, INFERENCE, METADATA, MOST_BYTES, SUMS
from TACEResponseLib.bundle.metadata import BranchPart, BundleMetadata
from TACEResponseLib.bundle.monai_inference import check_inference
from TACEResponseLib.bundle.monai_metadata import from_json, refused
from TACEResponseLib.evidence.branch import FittedBranch
from TACEResponseLib.evidence.clinical.part import ClinicalPart
from TACEResponseLib.evidence.image_network.part import ImageNetworkPart
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.evidence.radiomics.part import RadiomicsPart
from TACEResponseLib.fusion.fusion import FittedFusion

if TYPE_CHECKING:
    from torch import nn


def load_bundle(name_or_path: str | Path, *, device: str = "cpu") -> Bundle:
    """Load a trained model.

    Args:
        name_or_path: name of an installed bundle, or path of a folder or zip.
        device: where networks run, `cpu` or `cuda`.
    Returns: the bundle, verified file by file.
    Raises: InputError: not found, damaged, changed, from a newer program, or unsafe.
    """
    with _verified(name_or_path) as (folder, name, sha256):
        return _read(folder, f"--bundle {name}", sha256=sha256, source=name, device=device)


def read_metadata(name_or_path: str | Path) -> BundleMetadata:
    """What a bundle says of itself, verified, without loading its networks.

    Raises: InputError: as `load_bundle`.
    """
    return read_identity(name_or_path)[0]


def read_identity(name_or_path: str | Path) -> tuple[BundleMetadata, str]:
    """What a bundle says of itself, and the digest of its files, without loading its networks.

    Raises: InputError: as `load_bundle`.
    """
    with _verified(name_or_path) as (folder, name, sha256):
        where = f"--bundle {name}"
        return from_json(read_text(folder, METADATA, where), where), sha256


def read_fusion(name_or_path: str | Path) -> FittedFusion:
    """A bundle's fusion, verified, without loading its networks.

    Raises: InputError: as `load_bundle`.
    """
    with _verified(name_or_path) as (folder, name, _):
        where = f"--bundle {name}"
        return _read_fusion(read_text(folder, FUSION, where), where)


@contextmanager
def _verified(name_or_path: str | Path) -> Iterator[tuple[Path, str, str]]:
    """Folder, name and digest of a bundle whose every file is what it was when saved."""
    path = find_bundle(name_or_path)
    # `.` and `/` have none.
    name = path.name or path.resolve().name or str(path)
    where = f"--bundle {name}"
    try:
        with _opened(path, where) as folder:
            yield folder, name, verify(folder, where)
    except OSError as error:
        raise _unreadable(error, where) from error


def _unreadable(error: OSError, where: str) -> InputError:
    return InputError(
        where,
        "must be readable",
        got=error.strerror or type(error).__name__,
        remedy="check its permissions and the disk",
    )


@contextmanager
def _opened(path: Path, where: str) -> Iterator[Path]:
    """The folder itself, or a zip unpacked for as long as the block lasts."""
    if path.is_dir():
        yield path
        return
    check_regular(path, where, most_bytes=MOST_BYTES)
    if is_zip(path):
        with unpacked(path, where) as folder:
            yield folder
    else:
        raise InputError(
            where, "must be a folder or a whole zip file", got="another file", remedy=COPY_AGAIN
        )


def _read(folder: Path, where: str, *, sha256: str, source: str, device: str) -> Bundle:
    """Read verified files; each has a gate of its own, as a list of hashes can be forged."""
    metadata = from_json(read_text(folder, METADATA, where), where)
    _check_files(folder, metadata, where)
    networks = [part.settings for part in metadata.branches if isinstance(part, ImageNetworkPart)]
    if networks:
        check_inference(read_text(folder, INFERENCE, where), networks, where)
    fusion = _read_fusion(read_text(folder, FUSION, where), where)
    # What the folder's own card says, a stranger wrote; nobody is shown it.
    card = model_card(metadata)
    branches = tuple(read_branch(folder, part, where, device) for part in metadata.branches)
    try:
        return Bundle(
            metadata=metadata,
            branches=branches,
            fusion=fusion,
            card=card,
            sha256=sha256,
            source=source,
        )
    except ValueError as error:
        raise InputError(
            where, str(error), got="parts of different bundles", remedy=COPY_AGAIN
        ) from error


def _check_files(folder: Path, metadata: BundleMetadata, where: str) -> None:
    """`configs` and `models` hold what the metadata names, and nothing else."""
    wanted = {METADATA, FUSION, *(part.file for part in metadata.branches if part.file)}
    if any(isinstance(part, ImageNetworkPart) for part in metadata.branches):
        wanted.add(INFERENCE)
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    wanted |= {CARD, SUMS}
    # Text about the bundle is welcome; nothing reads it.
    others = {name for name in there if name.startswith("docs/") or name == "LICENSE"}
    if missing := sorted(wanted - there):
        raise InputError(
            where,
            "must hold the parts that its metadata names",
            got=f"no {', '.join(missing[:3])}",
            remedy=COPY_AGAIN,
        )
    if surplus := sorted(there - wanted - others):
        raise InputError(
            where,
            "may hold only the parts that its metadata names",
            got=", ".join(surplus[:3]),
            remedy=COPY_AGAIN,
        )


def _read_fusion(text: str, where: str) -> FittedFusion:
    """The fusion; numbers that are not finite or don't fit together are refused."""
    parse_json(text, f"{where}, {FUSION}")
    try:
        fusion = FittedFusion.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise refused(error, FUSION, where) from error
    if not fusion.bootstrap:
        raise InputError(
            where,
            f"{FUSION}: bootstrap must hold the resamples of the intervals",
            got="none",
            remedy="get an unchanged copy of the bundle",
        )
    return fusion


def read_branch(folder: Path, part: BranchPart, where: str, device: str) -> FittedBranch:
    """One trained branch."""
    if isinstance(part, ImageNetworkPart):
        return _read_network(folder / part.file, part, where, device)
    if isinstance(part, ClinicalPart):
        from TACEResponseLib.evidence.clinical.branch import ClinicalBranch

        return ClinicalBranch(part.settings, part.state)
    return _read_radiomics(folder / part.file, part, where)


def _read_network(path: Path, part: ImageNetworkPart, where: str, device: str) -> FittedBranch:
    """An image network: built from an allow-listed definition, then filled with weights."""
    import torch

    from TACEResponseLib.evidence.image_network.branch import ImageNetworkBranch
    from TACEResponseLib.evidence.image_network.branch_network import build_branch_network
    from TACEResponseLib.evidence.image_network.network import read_weights

    # Without storage: to draw weights that the file replaces takes longer than to read it.
    with torch.device("meta"):
        network = build_branch_network(part.settings, where)
    try:
        read_weights(network, path)
    except InputError as error:
        raise InputError(
            where, f"{path.name}: {error.rule}", got=error.got, remedy=error.remedy
        ) from error
    _check_network(network, part.settings, where)
    return ImageNetworkBranch(part.settings, network.to(device), device, part.state)


def _check_network(network: "nn.Module", settings: ImageNetworkSettings, where: str) -> None:
    """The network takes the patches and gives the classes that its settings name."""
    import torch

    from TACEResponseLib.evidence.image_network.branch_network import for_patient, image_part
    from TACEResponseLib.evidence.image_network.budget import within_budget

    classes = len(settings.classes)
    asked = for_patient(network.eval(), [0.0] * len(settings.clinical), "cpu")
    try:
        with torch.inference_mode(), within_budget(asked, f"{where}, branch {settings.name}"):
            answer = asked(torch.zeros(1, *settings.input_shape))
    except RuntimeError as error:
        raise _unusable(settings.name, "a network of other patches", where) from error
    if tuple(answer.shape) != (1, classes) or not bool(answer.isfinite().all()):
        raise _unusable(
            settings.name, f"outputs of shape {tuple(answer.shape)}, or none finite", where
        )
    if not settings.positive or not set(settings.positive) <= set(range(classes)):
        raise _unusable(settings.name, f"positive outputs {settings.positive}", where)
    if settings.target_layer not in dict(image_part(network).named_modules()):
        raise _unusable(settings.name, f"target layer {settings.target_layer[:40]!r}", where)


def _read_radiomics(path: Path, part: RadiomicsPart, where: str) -> FittedBranch:
    """A radiomics classifier, tried on the training cohort's mean patient."""
    from TACEResponseLib.evidence.radiomics.branch import RadiomicsBranch
    from TACEResponseLib.evidence.radiomics.files import UnfitError, read_classifier

    try:
        classifier = read_classifier(path, part, where)
    except InputError:
        raise
    # Whatever is wrong inside, the user needs one line.
    except Exception as error:
        got = str(error) if isinstance(error, UnfitError) else type(error).__name__
        raise _unusable(part.settings.name, got, where) from error
    return RadiomicsBranch(part.settings, part.state, classifier)


def _unusable(name: str, got: str, where: str) -> InputError:
    """A trained branch doesn't do what the metadata says."""
    return InputError(
        where,
        f"branch {name} must take the inputs and give the outputs that the metadata names",
        got=got,
        remedy=COPY_AGAIN,
    )
