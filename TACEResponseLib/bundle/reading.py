"""Load a bundle: find, unpack, verify, and only then read. It runs no code and opens no network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from TACEResponseLib.basics.errors import COPY_AGAIN, InputError
from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.reading.regular_file import check_regular
from TACEResponseLib.basics.reading.zip_reading import is_zip
from TACEResponseLib.basics.subject import Subject, part_of
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.bundle.archive import unpacked
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.card import model_card
from TACEResponseLib.bundle.finding import find_bundle
from TACEResponseLib.bundle.integrity import read_verified_text, verify
from TACEResponseLib.bundle.layout import (
    CARD,
    FUSION,
    INFERENCE,
    METADATA,
    MOST_BYTES,
    REFITS,
    SUMS,
)
from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.bundle.monai_inference import check_inference
from TACEResponseLib.bundle.monai_metadata import from_json, refused
from TACEResponseLib.bundle.refits import StoredRefits, read_refits, stored_refits
from TACEResponseLib.evidence.branch import AnyBranch
from TACEResponseLib.evidence.kinds import BranchPart, kind_of
from TACEResponseLib.fusion.fusion import FittedFusion


def load_bundle(name_or_path: str | Path, *, device: str = "cpu") -> Bundle:
    """Load a trained model.

    Args:
        name_or_path: name of an installed bundle, or path of a folder or zip.
        device: where networks run, `cpu` or `cuda`.
    Returns: the bundle, verified file by file.
    Raises: InputError: not found, damaged, changed, from a newer program, or unsafe.
    """
    with _verified(name_or_path) as (folder, name, sha256):
        return _read(
            folder, Subject(SubjectKind.BUNDLE, name), sha256=sha256, source=name, device=device
        )


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
        where = Subject(SubjectKind.BUNDLE, name)
        return from_json(read_verified_text(folder, METADATA, where), where), sha256


def read_fusion(name_or_path: str | Path) -> FittedFusion:
    """A bundle's fusion, verified, without loading its networks.

    Raises: InputError: as `load_bundle`.
    """
    with _verified(name_or_path) as (folder, name, _):
        where = Subject(SubjectKind.BUNDLE, name)
        return _read_fusion(read_verified_text(folder, FUSION, where), where)


@contextmanager
def _verified(name_or_path: str | Path) -> Iterator[tuple[Path, str, str]]:
    """Folder, name and digest of a bundle whose every file is what it was when saved."""
    path = find_bundle(name_or_path)
    # `.` and `/` have none.
    name = path.name or path.resolve().name or str(path)
    where = Subject(SubjectKind.BUNDLE, name)
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
    metadata = from_json(read_verified_text(folder, METADATA, where), where)
    refits = stored_refits(folder, metadata, where)
    _check_files(folder, metadata, refits, where)
    if metadata.monai_networks:
        check_inference(
            read_verified_text(folder, INFERENCE, where), metadata.monai_networks, where
        )
    fusion = _read_fusion(read_verified_text(folder, FUSION, where), where)
    if not (refits or fusion.bootstrap):
        raise InputError(
            where,
            f"{FUSION}: bootstrap must hold the resamples of the intervals",
            got="none, and no refits",
            remedy="get an unchanged copy of the bundle",
        )
    # What the folder's own card says, a stranger wrote; nobody is shown it.
    card = model_card(metadata)
    branches = tuple(read_branch(folder, part, where, device) for part in metadata.branches)
    try:
        return Bundle(
            metadata=metadata,
            branches=branches,
            fusion=fusion,
            card=card,
            refits=read_refits(refits, folder, where, device),
            sha256=sha256,
            source=source,
        )
    except ValueError as error:
        raise InputError(
            where, str(error), got="parts of different bundles", remedy=COPY_AGAIN
        ) from error


def _check_files(
    folder: Path, metadata: BundleMetadata, refits: StoredRefits | None, where: str
) -> None:
    """`configs` and `models` hold what the metadata names, and nothing else."""
    named = {METADATA, FUSION, *(part.file for part in metadata.branches if part.file)}
    if metadata.monai_networks:
        named.add(INFERENCE)
    if refits is not None:
        named |= {REFITS, *refits.files()}
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    named |= {CARD, SUMS}
    # Text about the bundle is welcome; nothing reads it.
    others = {name for name in there if name.startswith("docs/") or name == "LICENSE"}
    if missing := sorted(named - there):
        raise InputError(
            where,
            "must hold the parts that its metadata names",
            got=f"no {', '.join(missing[:3])}",
            remedy=COPY_AGAIN,
        )
    if surplus := sorted(there - named - others):
        raise InputError(
            where,
            "may hold only the parts that its metadata names",
            got=", ".join(surplus[:3]),
            remedy=COPY_AGAIN,
        )


def _read_fusion(text: str, where: str) -> FittedFusion:
    """The fusion; numbers that are not finite or don't fit together are refused."""
    parse_json(text, part_of(where, FUSION))
    try:
        return FittedFusion.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise refused(error, FUSION, where) from error


def read_branch(folder: Path, part: BranchPart, where: str, device: str) -> AnyBranch:
    """One trained branch.

    Raises: InputError: it is damaged or unsafe, or does not do what the metadata says.
    """
    branch: AnyBranch = kind_of(part.settings).read(part, folder, where, device)
    return branch
