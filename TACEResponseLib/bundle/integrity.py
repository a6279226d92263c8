"""A bundle's files are all listed, unchanged, plain, and none holds a pickle."""

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from TACEResponseLib.basics.errors import COPY_AGAIN, InputError
from TACEResponseLib.basics.past_limit import past
from TACEResponseLib.basics.reading.file_digest import sha256_of
from TACEResponseLib.basics.reading.regular_file import in_units, read_bytes
from TACEResponseLib.basics.subject import part_of
from TACEResponseLib.bundle.layout import METADATA, MOST_BYTES, MOST_FILES, MOST_TEXT_BYTES, SUMS

NAME_PATTERN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._\-]{0,99}")
SUM_PATTERN = re.compile(r"([0-9a-f]{64})  (\S+)")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# Formats whose readers run what the file says, or commonly hold pickles.
PICKLE_SUFFIXES = frozenset(
    (
        ".pkl",
        ".pickle",
        ".p",
        ".pt",
        ".pth",
        ".ckpt",
        ".bin",
        ".joblib",
        ".npy",
        ".npz",
        ".ts",
        ".h5",
        ".onnx",
        ".model",
        ".sav",  # codespell:ignore sav
        ".dill",
    )
)
PICKLE_BEGINNINGS = re.compile(
    rb"\x80[\x00-\x05]|PK\x03\x04|\x93NUMPY|\x1f\x8b|\x78[\x01\x5e\x9c\xda]"
)


def write_sums(folder: Path) -> str:
    """List every file with its SHA-256 in `SHA256SUMS`, as sha256sum does.

    Returns: the SHA-256 of the list, which stands for the whole bundle.
    """
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    lines = [f"{sha256_of(folder / name)}  {name}\n" for name in names if name != SUMS]
    (folder / SUMS).write_bytes("".join(lines).encode())
    return sha256_of(folder / SUMS)


def verify(folder: Path, where: str) -> str:
    """Check every file before any is read for what it says.

    Args:
        folder: the unpacked bundle.
        where: how the user named it, for messages.
    Returns: the SHA-256 of the list, which stands for the whole bundle.
    Raises: InputError: a file is a link, outside, too large, pickled, missing, unlisted or changed.
    """
    _check_is_bundle(folder, where)
    names = _plain_files(folder, where)
    for name in names:
        check_no_pickle(folder / name, name, where)
    if SUMS not in names:
        raise InputError(
            where,
            f"must hold the list {SUMS}",
            got="none",
            remedy="check that this is a bundle, or " + COPY_AGAIN,
        )
    sums = _read_sums(folder / SUMS, where)
    _check_same_names(set(sums), names - {SUMS}, where)
    _check_hashes(folder, sums, where)
    return sha256_of(folder / SUMS)


def _check_is_bundle(folder: Path, where: str) -> None:
    """Tell any folder from a bundle that lacks something."""
    if any((folder / name).is_file() for name in (SUMS, METADATA)):
        return
    inner = [path.parent.name for path in folder.glob(f"*/{SUMS}")]
    raise InputError(
        where,
        f"must be a bundle: a folder or zip with {SUMS} and {METADATA}",
        got="neither of them",
        remedy=f"name the folder in it, {inner[0]}"
        if len(inner) == 1
        else "name the bundle's own folder or zip; if this should be one, it is damaged: "
        + COPY_AGAIN,
    )


def check_name(name: str, where: str) -> None:
    """Refuse a path that leaves the folder or that some system reads differently."""
    parts = PurePosixPath(name).parts
    plain = name == "/".join(parts) and len(parts) <= 4
    if not plain or not all(NAME_PATTERN.fullmatch(part) for part in parts):
        raise InputError(
            where,
            "may hold only files with plain relative names",
            got=repr(name)[:80],
            remedy=COPY_AGAIN,
        )


def check_no_pickle(path: Path, name: str, where: str) -> None:
    """Refuse files that can run code when they are read, whatever they are called."""
    with path.open("rb") as file:
        beginning = file.read(16)
    suffix = path.suffix.lower()
    if suffix == ".safetensors":
        # Eight bytes of header length may look like anything; a JSON header follows them.
        suspicious = beginning[8:9] != b"{"
    elif suffix == ".skops":
        suspicious = not beginning.startswith(b"PK\x03\x04")
    else:
        suspicious = PICKLE_BEGINNINGS.match(beginning) is not None
    if suffix in PICKLE_SUFFIXES or suspicious:
        raise InputError(
            where,
            "may hold neither pickles nor files that aren't what their names say",
            got=name,
            remedy="don't use this bundle; it may run foreign code, or is damaged",
        )


def read_verified_text(folder: Path, name: str, where: str) -> str:
    """Text of a verified file.

    Raises: InputError: missing, too large, not UTF-8, or with characters that steer a terminal.
    """
    most = MOST_TEXT_BYTES[name]
    path = folder / name
    if not path.is_file() or path.stat().st_size > most:
        raise InputError(
            where,
            f"must hold {name} of at most {in_units(most)}",
            got="no such file" if not path.is_file() else "a larger one",
            remedy=COPY_AGAIN,
        )
    try:
        text = read_bytes(path, part_of(where, name), most_bytes=most).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            where, f"{name} must be UTF-8 text", got="other bytes", remedy=COPY_AGAIN
        ) from error
    if odd := CONTROL_CHARACTERS.search(text):
        raise InputError(where, f"{name} must be plain text", got=repr(odd[0]), remedy=COPY_AGAIN)
    return text


def _plain_files(folder: Path, where: str) -> set[str]:
    """Names of all files; links, devices, odd names and floods are refused."""
    names: set[str] = set()
    total = 0
    for count, path in enumerate(folder.rglob("*")):
        check_amount(count // MOST_FILES, total, where)
        name = path.relative_to(folder).as_posix()
        check_name(name, where)
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise InputError(
                where,
                "may hold only plain files and folders",
                got=f"{name}, a link",
                remedy=COPY_AGAIN,
            )
        if path.is_file():
            names.add(name)
            total += path.stat().st_size
        check_amount(len(names), total, where)
    return names


def check_amount(n_files: int, n_bytes: int, where: str) -> None:
    """Refuse more than any real bundle holds."""
    if n_files > MOST_FILES or n_bytes > MOST_BYTES:
        raise InputError(
            where,
            f"may hold {MOST_FILES} files and {MOST_BYTES // 1024**3} GiB at most",
            got=f"{n_files} files, "
            f"{past(n_bytes / 1024**3, MOST_BYTES / 1024**3, '.2g')} GiB or more",
            remedy="check that this is a bundle",
        )


def _read_sums(path: Path, where: str) -> dict[str, str]:
    """SHA-256 by name."""
    sums: dict[str, str] = {}
    for line in read_verified_text(path.parent, path.name, where).splitlines():
        match = SUM_PATTERN.fullmatch(line)
        if not match or match[2] in sums:
            raise InputError(
                where,
                f"{SUMS} must list each file once, as sha256sum does",
                got=repr(line)[:80],
                remedy=COPY_AGAIN,
            )
        check_name(match[2], where)
        sums[match[2]] = match[1]
    return sums


def _check_same_names(listed: set[str], there: set[str], where: str) -> None:
    """Every file is listed and every listed file is there."""
    if missing := sorted(listed - there):
        raise InputError(
            where,
            f"must hold every file that {SUMS} lists",
            got=f"no {', '.join(missing[:3])}",
            remedy=COPY_AGAIN,
        )
    if unlisted := sorted(there - listed):
        raise InputError(
            where,
            f"may hold no file that {SUMS} doesn't list",
            got=", ".join(unlisted[:3]),
            remedy="remove it, or " + COPY_AGAIN,
        )


def _check_hashes(folder: Path, sums: Mapping[str, str], where: str) -> None:
    """Every file has the bytes that the list says."""
    changed = sorted(
        name for name, expected in sums.items() if sha256_of(folder / name) != expected
    )
    if changed:
        raise InputError(
            where,
            f"every file must match its SHA-256 in {SUMS}",
            got=f"another content in {', '.join(changed[:3])}",
            remedy=COPY_AGAIN,
        )
