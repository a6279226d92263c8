"""Image files written byte by byte, so that each field of a header can be what a test wants."""

import gzip
import struct

import numpy as np

SHAPE = (4, 5, 6)
SPACING, ORIGIN = (0.7, 0.8, 2.5), (-11.0, 22.5, 133.0)


def made_voxels() -> np.ndarray:
    """Small integers, every one another."""
    return np.arange(120, dtype="<i2").reshape(SHAPE) * 7 - 300


# Place and kind of NIfTI-1's fields.
NIFTI = {
    "sizeof_hdr": (0, "i"),
    "dim": (40, "8h"),
    "datatype": (70, "h"),
    "bitpix": (72, "h"),
    "pixdim": (76, "8f"),
    "vox_offset": (108, "f"),
    "scl_slope": (112, "f"),
    "scl_inter": (116, "f"),
    "xyzt_units": (123, "B"),
    "qform_code": (252, "h"),
    "sform_code": (254, "h"),
    "quatern": (256, "3f"),
    "qoffset": (268, "3f"),
    "srow": (280, "12f"),
    "magic": (344, "4s"),
}


def nifti(voxels: np.ndarray | None = None, *, packed: bool = False, **fields: object) -> bytes:
    """A NIfTI-1 file whose qform and sform say the same; `fields` replace those of the header."""
    voxels = made_voxels() if voxels is None else voxels
    i, j, k = voxels.shape[::-1]
    a, b, c = SPACING
    x, y, z = ORIGIN
    kinds = {"i2": 4, "u1": 2, "f4": 16, "f8": 64}
    values: dict[str, object] = {
        "sizeof_hdr": 348,
        "dim": (3, i, j, k, 1, 1, 1, 1),
        "datatype": kinds[voxels.dtype.str[1:]],
        "bitpix": 8 * voxels.dtype.itemsize,
        "pixdim": (1, a, b, c, 0, 0, 0, 0),
        "vox_offset": 352,
        "scl_slope": 1,
        "scl_inter": 0,
        "xyzt_units": 2,
        "qform_code": 1,
        "sform_code": 1,
        # LPS in a file that is RAS: a half turn round z.
        "quatern": (0, 0, 1),
        "qoffset": (-x, -y, z),
        "srow": (-a, 0, 0, -x, 0, -b, 0, -y, 0, 0, c, z),
        "magic": b"n+1\0",
    }
    head = bytearray(352)
    for name, value in (values | fields).items():
        place, kind = NIFTI[name]
        struct.pack_into(
            "<" + kind, head, place, *(value if isinstance(value, tuple) else (value,))
        )
    whole = bytes(head) + voxels.tobytes()
    return gzip.compress(whole, mtime=0) if packed else whole


def nrrd(voxels: np.ndarray | None = None, data: bytes | None = None, **fields: object) -> bytes:
    """An NRRD file; `fields` replace or, being `None`, remove those of the header."""
    voxels = made_voxels() if voxels is None else voxels
    names = {"i2": "short", "u1": "uchar", "f4": "float", "f8": "double"}
    a, b, c = SPACING
    values: dict[str, object] = {
        "type": names[voxels.dtype.str[1:]],
        "dimension": 3,
        "space": "left-posterior-superior",
        "sizes": " ".join(map(str, voxels.shape[::-1])),
        "space directions": f"({a},0,0) (0,{b},0) (0,0,{c})",
        "kinds": "domain domain domain",
        "endian": "little",
        "encoding": "raw",
        "space origin": "({},{},{})".format(*ORIGIN),
    }
    values |= {name.replace("_", " "): value for name, value in fields.items()}
    lines = [f"{name}: {value}" for name, value in values.items() if value is not None]
    return "\n".join(["NRRD0005", *lines, "", ""]).encode() + (data or voxels.tobytes())


def metaimage(
    voxels: np.ndarray | None = None, data: bytes | None = None, **fields: object
) -> bytes:
    """A MetaImage file; `fields` replace or, being `None`, remove those of the header."""
    voxels = made_voxels() if voxels is None else voxels
    names = {"i2": "MET_SHORT", "u1": "MET_UCHAR", "f4": "MET_FLOAT", "f8": "MET_DOUBLE"}
    values: dict[str, object] = {
        "ObjectType": "Image",
        "NDims": 3,
        "BinaryData": True,
        "BinaryDataByteOrderMSB": False,
        "CompressedData": False,
        "TransformMatrix": "1 0 0 0 1 0 0 0 1",
        "Offset": "{} {} {}".format(*ORIGIN),
        "ElementSpacing": "{} {} {}".format(*SPACING),
        "DimSize": " ".join(map(str, voxels.shape[::-1])),
        "ElementType": names[voxels.dtype.str[1:]],
    }
    last = fields.pop("ElementDataFile", "LOCAL")
    values |= fields
    lines = [f"{name} = {value}" for name, value in values.items() if value is not None]
    text = "\n".join([*lines, f"ElementDataFile = {last}", ""])
    return text.encode() + (data if data is not None else voxels.tobytes())


FILES = {
    "nii": nifti,
    "nii.gz": lambda voxels=None: nifti(voxels, packed=True),
    "nrrd": nrrd,
    "mha": metaimage,
}
