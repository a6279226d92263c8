"""The voxels behind a header: unpacked as far as the header says, and not further."""

import bz2
import gzip
import zlib
from io import SEEK_END
from typing import IO, Any, Protocol

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.headers.header import DataPlace, ImageHeader, damaged
from TACEResponseLib.imaging.volume import Voxels

CHUNK = 1 << 22
GZIP_OR_ZLIB = 47
"""Window bits by which zlib takes either."""


class Stream(Protocol):
    """Something that gives bytes."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, fewer at the end."""


class _Inflated:
    """A zlib or gzip stream of one member, unpacked piece by piece."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._inflate = zlib.decompressobj(GZIP_OR_ZLIB)

    def read(self, size: int, /) -> bytes:
        """At most so many unpacked bytes; none at the end.

        Raises: EOFError: the stream is cut.
        """
        while not self._inflate.eof:
            packed = self._inflate.unconsumed_tail or self._packed.read(CHUNK)
            unpacked = self._inflate.decompress(packed, size)
            if unpacked:
                return unpacked
            if not packed:
                raise EOFError("cut")
        return b""


def read_stored(header: ImageHeader, where: str) -> Voxels:
    """Voxels as stored, (K, J, I), or (K, J, I, layers) where there are several layers.

    Raises: InputError: fewer bytes than the header says, or a whole slice more; damaged packing;
        more than the computer's memory holds.
    """
    needed = header.bytes_needed
    slice_bytes = needed // header.size_ijk[2]
    try:
        data, more = _read(header.data, needed, slice_bytes)
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(where, "damaged or truncated packed data") from error
    except MemoryError as error:
        raise InputError(
            where, "must fit into memory", got=f"{needed:,} bytes", remedy="crop it to the liver"
        ) from error
    if len(data) < needed:
        raise damaged(
            where, f"{len(data):,} bytes of voxels where its header says {needed:,} (truncated?)"
        )
    if more >= slice_bytes:
        raise damaged(
            where,
            f"more bytes of voxels than the {needed:,} of its header (a wrong size in the header?)",
        )
    return _shaped(np.frombuffer(data, dtype=header.kind), header)


def _shaped(flat: "np.ndarray[Any, np.dtype[Any]]", header: ImageHeader) -> Voxels:
    """Bytes in this computer's order, axes from the slowest to the fastest."""
    native = flat.astype(flat.dtype.newbyteorder("="), copy=False)
    shape = header.size_ijk[::-1]
    if header.layers == 1:
        return native.reshape(shape)
    if header.layers_first:
        return native.reshape(*shape, header.layers)
    return np.moveaxis(native.reshape(header.layers, *shape), 0, -1)


def _read(place: DataPlace, needed: int, slice_bytes: int) -> tuple[bytearray, int]:
    """The bytes that are needed as far as there are, and how many follow, at most a slice's."""
    with place.path.open("rb") as file:
        if place.at_end:
            file.seek(max(file.seek(0, SEEK_END) - needed, 0))
        else:
            file.seek(place.packed_offset)
        stream = unpacked(file, place)
        _taken(stream, place.unpacked_offset)
        data = bytearray()
        while len(data) < needed:
            chunk = stream.read(min(CHUNK, needed - len(data)))
            if not chunk:
                break
            data += chunk
        return data, _taken(stream, slice_bytes)


def unpacked(file: IO[bytes], place: DataPlace) -> Stream:
    """The stream from the file's present position on."""
    if place.encoding == "gzip":
        return gzip.GzipFile(fileobj=file, mode="rb")
    if place.encoding == "bzip2":
        return bz2.BZ2File(file)
    return _Inflated(file) if place.encoding == "zlib" else file


def _taken(stream: Stream, count: int) -> int:
    """How many of so many bytes could be read on."""
    taken = 0
    while taken < count:
        chunk = stream.read(min(CHUNK, count - taken))
        if not chunk:
            break
        taken += len(chunk)
    return taken
