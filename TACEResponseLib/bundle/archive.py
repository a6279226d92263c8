"""A bundle as one zip file: the same tree, packed deterministically and unpacked with care."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from TACEResponseLib.basics.errors import COPY_AGAIN, InputError
from TACEResponseLib.basics.reading.zip_reading import open_zip
from TACEResponseLib.basics.writing.drafts import scratch_folder
from TACEResponseLib.basics.writing.fixed_entry import fixed_entry
from TACEResponseLib.basics.writing.new_output import check_new_file, new_file
from TACEResponseLib.bundle.integrity import check_amount, check_name
from TACEResponseLib.bundle.layout import MOST_BYTES, MOST_FILES, SUMS

# JSON shrinks about tenfold; what shrinks a hundredfold and is large is a bomb.
MOST_SHRINKAGE = 100
SMALL_BYTES = 1024**2
CHUNK_BYTES = 1024**2
# Files, and the folders that many tools list as well.
MOST_ENTRIES = 4 * MOST_FILES


def zip_bundle(folder: Path, path: Path) -> Path:
    """Pack a saved bundle into a zip with one top folder, `folder`'s name.

    Args:
        folder: the saved bundle.
        path: the zip to write; nothing may be there.
    Returns: `path`. Same bundle, same bytes.
    Raises: InputError: `path` exists.
    """
    check_new_file(path, path.name)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    with new_file(path, where=path.name) as draft, zipfile.ZipFile(draft, "x") as archive:
        for file in files:
            name = f"{folder.resolve().name}/{file.relative_to(folder).as_posix()}"
            archive.writestr(fixed_entry(name), file.read_bytes())
    return path


@contextmanager
def unpacked(path: Path, where: str) -> Iterator[Path]:
    """The bundle of a zip in a temporary folder, which goes when the block ends.

    Args:
        path: the zip file.
        where: how the user named it, for messages.
    Raises: InputError: damaged, encrypted, or an entry is a link, outside, or too large.
    """
    with scratch_folder() as scratch:
        try:
            with open_zip(
                path,
                where,
                most_bytes=MOST_BYTES,
                most_entries=MOST_ENTRIES,
                most_unpacked=MOST_BYTES,
            ) as archive:
                entries = _checked_entries(archive, where)
                for name, entry in entries.items():
                    _extract(archive, entry, scratch.joinpath(*name.split("/")), where)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise InputError(
                where, "must be a whole zip file", got=f"a damaged one ({error})", remedy=COPY_AGAIN
            ) from error
        yield _root(scratch, entries)


def _checked_entries(archive: zipfile.ZipFile, where: str) -> dict[str, zipfile.ZipInfo]:
    """Files of the archive by name; nothing has been written yet."""
    files = [entry for entry in archive.infolist() if not entry.is_dir()]
    check_amount(len(files), sum(entry.file_size for entry in files), where)
    for entry in files:
        check_name(entry.filename, where)
        _check_entry(entry, where)
    names = [entry.filename.casefold() for entry in files]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(where, "may hold each file once", got=twice[0], remedy=COPY_AGAIN)
    return {entry.filename: entry for entry in files}


def _check_entry(entry: zipfile.ZipInfo, where: str) -> None:
    """A plain file, not encrypted, packed in the one common way, not a bomb."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise InputError(
            where,
            "may hold only plain files and folders",
            got=f"{entry.filename}, a link",
            remedy=COPY_AGAIN,
        )
    if entry.flag_bits & 1:
        raise InputError(
            where,
            "must not be encrypted",
            got=entry.filename,
            remedy="unpack it with its password and give the folder",
        )
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(
            where,
            "must be packed by the method deflate, or not at all",
            got=f"another method for {entry.filename}",
            remedy="unpack it and give the folder",
        )
    if entry.file_size > max(SMALL_BYTES, MOST_SHRINKAGE * entry.compress_size):
        raise InputError(
            where,
            f"may hold nothing packed more than {MOST_SHRINKAGE}-fold",
            got=entry.filename,
            remedy="check that this is a bundle",
        )


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, where: str) -> None:
    """Write one file, and never more of it than it announces."""
    target.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with archive.open(entry) as source, target.open("xb") as file:
        while chunk := source.read(CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                raise InputError(
                    where,
                    "must hold what it announces",
                    got=f"more of {entry.filename}",
                    remedy=COPY_AGAIN,
                )
            file.write(chunk)


def _root(scratch: Path, entries: dict[str, zipfile.ZipInfo]) -> Path:
    """The archive's one top folder, or the archive itself if it is flat."""
    tops = {name.split("/")[0] for name in entries}
    if SUMS not in entries and len(tops) == 1 and (scratch / next(iter(tops))).is_dir():
        return scratch / next(iter(tops))
    return scratch
