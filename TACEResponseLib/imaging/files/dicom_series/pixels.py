"""Stored pixels of DICOM slices, and what they mean."""

import warnings
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.dicom_series.elsewhere import decode_elsewhere
from TACEResponseLib.imaging.files.dicom_series.files import read_dataset
from TACEResponseLib.imaging.files.dicom_series.values import (
    EXPORT_AGAIN,
    element_numbers,
    text,
    whole_number,
)
from TACEResponseLib.imaging.files.headers.files import shown_name
from TACEResponseLib.imaging.volume import Voxels

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

GRAY = ("MONOCHROME1", "MONOCHROME2")
# Kinds of CT values that are no Hounsfield units; "US" is unspecified.
HOUNSFIELD = ("", "HU", "US")
RUN_LENGTHS = "1.2.840.10008.1.2.5"
# Packings whose size pydicom counts, or Pillow reads: JPEG of 8 bits, JPEG 2000. Others, such as
# JPEG-LS, would be unpacked to whatever size they claim, so they are left to a process of its own.
COUNTED = (
    RUN_LENGTHS,
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
)


def read_stored(slices: Sequence[Any], size: tuple[int, int], where: str) -> Voxels:
    """Numbers as stored, (K, J, I), in the smallest kind that holds those of every slice.

    Args:
        slices: in their order, each with `header` and `path`.
        size: rows and columns of each.
        where: how messages call the series.
    Raises: InputError: a file without, with cut or with damaged pixels; color; a packing that
        nothing here unpacks.
    """
    unsolved: dict[int, FileDataset] = {}
    pictures: list[Voxels | None] = []
    for number, slice_ in enumerate(slices):
        dataset = read_dataset(slice_.path, where, pixels=True)
        if dataset is None or "PixelData" not in dataset:
            raise InputError(
                where,
                "each slice must have pixels",
                got="none",
                names=(f"in {shown_name(slice_.path)}",),
                remedy="export the series again",
            )
        bits = _check_kind(slice_, where)
        pixels = _decoded(dataset, size) if _unpacks_here(dataset) else None
        if pixels is None and not _unpacks_here(dataset):
            unsolved[number] = dataset
        elif pixels is None:
            raise _damaged(slice_, where)
        pictures.append(None if pixels is None else _meant(pixels, *bits))
    for number, pixels in decode_elsewhere(unsolved, size).items():
        if pixels is None:
            raise _damaged(slices[number], where)
        pictures[number] = _meant(pixels, *_check_kind(slices[number], where))
    return np.stack([pixels for pixels in pictures if pixels is not None])


def scale_of(slice_: Any, where: str) -> tuple[float, float]:
    """Slope and intercept from stored numbers to the slice's values.

    Raises: InputError: a CT without them, one without the other, a table in their place, values
        that are no Hounsfield units.
    """
    header = slice_.header
    if "ModalityLUTSequence" in header:
        raise InputError(
            where,
            "must have a rescale slope and intercept",
            got="a modality LUT",
            remedy="export the series again",
        )
    is_ct = text(header, "Modality") == "CT"
    kind = text(header, "RescaleType")
    if is_ct and kind not in HOUNSFIELD:
        raise InputError(
            where,
            "must be CT in Hounsfield units (HU)",
            got=f"RescaleType {kind}",
            remedy="give the CT's own series",
        )
    if not is_ct and not text(header, "RescaleSlope") and not text(header, "RescaleIntercept"):
        return 1.0, 0.0
    (slope,) = element_numbers(slice_, "RescaleSlope", 1, where)
    (intercept,) = element_numbers(slice_, "RescaleIntercept", 1, where)
    if slope == 0:
        raise InputError(
            where, "RescaleSlope must not be 0", got="0", remedy="export the series again"
        )
    return slope, intercept


def scale_warnings(header: Any, scales: Sequence[tuple[float, float]]) -> tuple[CaseWarning, ...]:
    """Say when slices of a CT have several scales, which scanners give PET and some MR, not CT."""
    kinds = len(set(scales))
    if text(header, "Modality") != "CT" or kinds < 2:
        return ()
    rarest, count = Counter(scales).most_common()[-1]
    return (
        CaseWarning(
            code="scales_differ",
            message=f"The slices of the CT have {kinds} scales (RescaleSlope and RescaleIntercept; "
            f"the rarest is {rarest[0]:g} and {rarest[1]:g}, in {count} of {len(scales)}); each "
            "was used for its own slice: check that no slice is brighter or darker than its "
            "neighbors.",
        ),
    )


def _check_kind(slice_: Any, where: str) -> tuple[int, bool]:
    """Bits in use of each number, and whether it is signed.

    Raises: InputError: not one gray value a pixel in a common kind of number.
    """
    photometric = text(slice_.header, "PhotometricInterpretation")
    if photometric not in GRAY:
        raise InputError(
            where,
            "must have one gray value a pixel (PhotometricInterpretation)",
            got=photometric or "nothing",
            names=(f"in {shown_name(slice_.path)}",),
            remedy="give the grey-scale series" if photometric else EXPORT_AGAIN,
        )
    allocated, stored, high, signed = (
        whole_number(slice_, name, where)
        for name in ("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation")
    )
    if allocated not in (8, 16, 32) or not 1 <= stored <= allocated or high != stored - 1:
        raise InputError(
            where,
            "must have 8, 16 or 32 bits a pixel, the lowest in use",
            got=f"{allocated} allocated, {stored} stored, highest {high}",
            remedy="export the series again",
        )
    if signed not in (0, 1):
        raise InputError(
            where,
            "PixelRepresentation must be 0 or 1",
            got=signed,
            remedy="export the series again",
        )
    return stored, signed == 1


def _unpacks_here(dataset: Any) -> bool:
    """Whether pydicom unpacks this file's pixels, and their size is known before it does."""
    from pydicom.pixels.decoders.base import get_decoder

    syntax: Any = getattr(getattr(dataset, "file_meta", None), "TransferSyntaxUID", "")
    if not syntax:
        return True  # files without a transfer syntax hold plain numbers
    try:
        known = not syntax.is_encapsulated or syntax in COUNTED
        return known and bool(get_decoder(syntax).is_available)
    except (ValueError, NotImplementedError):
        return False


def _decoded(dataset: Any, size: tuple[int, int]) -> Voxels | None:
    """One slice's numbers, `None` where they are cut or damaged."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # of padding, and of Pillow's limit, which is below ours
            if not getattr(dataset.file_meta, "TransferSyntaxUID", None):
                dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"
            if dataset.file_meta.TransferSyntaxUID.is_encapsulated and not _fits(dataset, size):
                return None
            pixels = np.asarray(dataset.pixel_array)
    except Exception:  # noqa: BLE001  # pydicom and its decoders raise many kinds
        return None
    return pixels if pixels.shape == size else None


def _fits(dataset: Any, size: tuple[int, int]) -> bool:
    """Whether a packed picture has the size that the header says, by its own first bytes."""
    from PIL import Image
    from pydicom.encaps import get_frame

    if dataset.file_meta.TransferSyntaxUID == RUN_LENGTHS:
        return True  # run lengths have no header; pydicom counts
    frame = get_frame(dataset.PixelData, 0, number_of_frames=1)
    with Image.open(BytesIO(frame)) as picture:
        return picture.size == (size[1], size[0])


def _meant(pixels: Voxels, bits: int, signed: bool) -> Voxels:
    """The bits in use alone; some scanners keep overlays in the others."""
    width = 8 * pixels.dtype.itemsize
    if bits == width:
        return pixels
    plain = pixels.astype(np.int64) & ((1 << bits) - 1)
    if signed:
        plain = np.where(plain >= 1 << (bits - 1), plain - (1 << bits), plain)
    return plain.astype(pixels.dtype)


def _damaged(slice_: Any, where: str) -> InputError:
    """Pixels that can't be unpacked."""
    return InputError(
        where,
        "each slice must have whole, readable pixels",
        got="damaged, truncated or unknown packing",
        names=(f"in {shown_name(slice_.path)}",),
        remedy="copy or export the series again, uncompressed",
    )
