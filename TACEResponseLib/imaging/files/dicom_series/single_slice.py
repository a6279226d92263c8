"""Is a file one slice as a scanner measured it? Frames, captures, localizers and colors are not."""

from typing import Any

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.imaging.files.dicom_series.values import text, whole_number
from TACEResponseLib.imaging.files.headers.files import shown_name

# Nothing is taken from the class: spacing, position and scale stand in elements of their own, each
# of which must be there. So files without one, or with one that was made anew when names were
# removed, are read; but a class of the standard that is none of a scan says what the file is.
STANDARD = "1.2.840.10008."
CAPTURES = "1.2.840.10008.5.1.4.1.1.7"
CLASSES = {"CT": "1.2.840.10008.5.1.4.1.1.2", "MR": "1.2.840.10008.5.1.4.1.1.4"}


def check_single_slice(slice_: Any, where: str) -> None:
    """Refuse what is not one measured gray slice a file.

    Args:
        slice_: has `header` and `path`; its modality is CT or MR.
        where: how messages call the series.
    Raises: InputError: several frames, a capture, another kind of object, a localizer or color.
    """
    frames = whole_number(slice_, "NumberOfFrames", where, absent=1)
    if frames > 1 or "PerFrameFunctionalGroupsSequence" in slice_.header:
        raise _refused(
            slice_,
            where,
            "must be one file a slice",
            "a multi-frame DICOM file",
            "convert it to NIfTI, for instance in 3D Slicer",
        )
    _check_class(slice_, where)
    if "LOCALIZER" in text(slice_.header, "ImageType").upper().split("\\"):
        raise _refused(
            slice_,
            where,
            "must be a scan of the liver",
            "a localizer (ImageType)",
            "give the series that was planned on it, or move that file away",
        )
    if whole_number(slice_, "SamplesPerPixel", where) != 1:
        raise _refused(
            slice_,
            where,
            "must have one value a voxel",
            "a color image",
            "give the grey-scale series",
        )


def _check_class(slice_: Any, where: str) -> None:
    """Refuse what says itself that it is no scan: by its class, or as captures do without one."""
    header = slice_.header
    meta = getattr(header, "file_meta", None) or {}
    classes = text(header, "SOPClassUID"), text(meta, "MediaStorageSOPClassUID")
    standard = [kind for kind in classes if kind.startswith(STANDARD)]
    is_capture = any(f"{kind}.".startswith(f"{CAPTURES}.") for kind in standard)
    if is_capture or (not standard and "ConversionType" in header):
        raise _refused(
            slice_,
            where,
            "must be a scan's own values",
            "a secondary capture",
            "give the series of the scanner",
        )
    modality = text(header, "Modality")
    if any(kind != CLASSES[modality] for kind in standard if modality in CLASSES):
        raise _refused(
            slice_,
            where,
            f"must be an object of the class that its Modality {modality} says (SOPClassUID)",
            "another class",
            "give the series of the scanner",
        )


def _refused(slice_: Any, where: str, rule: str, got: str, remedy: str) -> InputError:
    """What a file is instead, by name."""
    return InputError(where, rule, got=got, names=(shown_name(slice_.path),), remedy=remedy)
