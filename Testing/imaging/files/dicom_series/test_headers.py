"""A DICOM series is what its headers say, or refused: nothing absent is made up."""

import struct
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from Testing.imaging.dicom_slices import packed, write_slice

CT, MR = ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2


def write_series(folder: Path, count: int = 5, **changes: object) -> np.ndarray:
    return np.stack([write_slice(folder, n, 2.5 * n, **changes) for n in range(count)])


def edit(path: Path, change: object) -> None:
    """Change one written file's dataset."""
    dataset = pydicom.dcmread(path)
    change(dataset)  # type: ignore[operator]
    dataset.save_as(path)


NEEDED = [
    "PixelSpacing",
    "ImageOrientationPatient",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "RescaleSlope",
    "RescaleIntercept",
    "PhotometricInterpretation",
    "Modality",
    "ImagePositionPatient",
    "SamplesPerPixel",
]


@pytest.mark.parametrize("keyword", NEEDED)
@pytest.mark.parametrize("which", [range(5), [2]], ids=["all", "one"])
def test_a_needed_element_that_is_absent_is_refused(
    keyword: str, which: list[int], tmp_path: Path
) -> None:
    write_series(tmp_path)
    for n in which:
        edit(tmp_path / f"{99 - n:03d}.dcm", lambda d: delattr(d, keyword))
    with pytest.raises(InputError) as refused:
        read_image(tmp_path, CT)
    assert keyword in str(refused.value)


@pytest.mark.parametrize("keyword", NEEDED)
def test_a_needed_element_that_is_empty_is_refused(keyword: str, tmp_path: Path) -> None:
    write_series(tmp_path)
    for path in tmp_path.iterdir():
        edit(path, lambda d: setattr(d, keyword, None))
    with pytest.raises(InputError, match=keyword):
        read_image(tmp_path, CT)


def test_a_localizer_is_named_and_the_series_without_it_is_read(tmp_path: Path) -> None:
    """Ids are emptied, so that nothing but its directions tells."""
    write_series(tmp_path, SeriesInstanceUID="")
    write_slice(tmp_path, 7, 0.0, SeriesInstanceUID="", ImageOrientationPatient=[0, 1, 0, 0, 0, -1])
    with pytest.raises(InputError, match=r"must be parallel, got 2 orientations \(092.dcm\)"):
        read_image(tmp_path, CT)
    (tmp_path / "092.dcm").unlink()
    read_image(tmp_path, CT)


def test_a_localizer_among_the_slices_is_known_by_its_type(tmp_path: Path) -> None:
    write_series(tmp_path)
    write_slice(tmp_path, 7, 3.1, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    with pytest.raises(InputError, match=r"got a localizer \(ImageType\) \(092.dcm\); .* away"):
        read_image(tmp_path, CT)
    (tmp_path / "092.dcm").unlink()
    read_image(tmp_path, CT)


def test_a_spacing_that_was_rounded_in_two_ways_is_one(tmp_path: Path) -> None:
    for n in range(5):
        write_slice(tmp_path, n, 2.5 * n, PixelSpacing=[0.8 + 2e-6 * n, 0.6])
    read_image(tmp_path, CT)
    write_slice(tmp_path, 2, 5.0, PixelSpacing=[0.801, 0.6])
    with pytest.raises(InputError, match=r"\d values of PixelSpacing"):
        read_image(tmp_path, CT)


@pytest.mark.parametrize("tilt", [15, -1.0, 2.5])
def test_a_tilt_of_which_the_positions_know_nothing_is_told(tilt: float, tmp_path: Path) -> None:
    write_series(tmp_path, 30, GantryDetectorTilt=tilt)
    (warning,) = read_image(tmp_path, CT)[1]
    assert (warning.code, f"tilt of {tilt:g} degrees" in warning.message) == ("gantry_tilt", True)


@pytest.mark.parametrize("tilt", [0, 0.01, "", 15])
def test_a_tilt_that_is_none_or_that_the_directions_have_is_not(
    tilt: float | str, tmp_path: Path
) -> None:
    """At 15 degrees slices and their stack are tilted alike, as after a correction."""
    c, s = np.cos(np.radians(15)), np.sin(np.radians(15))
    for n in range(30):
        place = {
            "ImageOrientationPatient": [1, 0, 0, 0, round(c, 6), round(-s, 6)],
            "ImagePositionPatient": [0, round(2.5 * n * s, 4), round(2.5 * n * c, 4)],
        }
        write_slice(tmp_path, n, 2.5 * n, GantryDetectorTilt=tilt, **(place if tilt == 15 else {}))
    assert read_image(tmp_path, CT)[1] == ()


@pytest.mark.parametrize("degrees", [0.5, 1.0, 2.5, 2.6, 15.0])
def test_a_tilted_stack_is_refused_below_and_above_what_itk_tells(
    degrees: float, tmp_path: Path
) -> None:
    """Tables move along z while slices are tilted; 300 mm of them."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    for n in range(61):
        write_slice(
            tmp_path, n, 5.0 * n, ImageOrientationPatient=[1, 0, 0, 0, round(c, 8), round(-s, 8)]
        )
    with pytest.raises(InputError, match=rf"a gantry tilted by {degrees:.1f} degrees"):
        read_image(tmp_path, CT)


def test_frames_in_one_file_are_refused_whatever_their_count_says(tmp_path: Path) -> None:
    write_series(tmp_path, NumberOfFrames=None)
    for path in tmp_path.iterdir():
        edit(
            path,
            lambda d: (
                setattr(d, "PerFrameFunctionalGroupsSequence", [pydicom.Dataset()]),
                delattr(d, "ImagePositionPatient"),
            ),
        )
    with pytest.raises(InputError, match=r"one file a slice, got a multi-frame.*convert it to NIf"):
        read_image(tmp_path, CT)


def test_padding_counts_as_it_is_stored(tmp_path: Path) -> None:
    pixels = np.arange(120, dtype=np.int16).reshape(12, 10)
    pixels[:3] = -2000
    for n in range(3):
        write_slice(tmp_path, n, 2.5 * n, pixels=pixels, PixelPaddingValue=-2000)
    assert np.array_equal(read_image(tmp_path, CT)[0].voxels[1], 2 * pixels.astype(int) - 1024)


def test_one_slice_is_told_to_be_one(tmp_path: Path) -> None:
    write_series(tmp_path, 1)
    with pytest.raises(InputError, match="at least 2 slices, got one; lay all slices of the"):
        read_image(tmp_path, CT)


@pytest.mark.parametrize("uid", ["1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.7.2"])
def test_screenshots_are_no_scan(uid: str, tmp_path: Path) -> None:
    write_series(tmp_path, SOPClassUID=uid)
    with pytest.raises(InputError, match="must be a scan's own values, got a secondary capture"):
        read_image(tmp_path, CT)


CLASSES = {
    "absent": None,
    "empty": "",
    "hashed": "2.25.329800735698586629295641978511506172918",
    "private": "1.3.12.2.1107.5.9.1",
}


def with_class(folder: Path, kind: str | None, **changes: object) -> np.ndarray:
    """A series of this class, in its files' own header too, as programs write that remove names."""
    expected = write_series(folder, SOPClassUID=kind, **changes)
    for path in folder.iterdir():
        dataset = pydicom.dcmread(path)
        del dataset.file_meta.MediaStorageSOPClassUID
        if kind:
            dataset.file_meta.MediaStorageSOPClassUID = kind
        dataset.save_as(path, enforce_file_format=False)
    return expected


@pytest.mark.parametrize("kind", CLASSES.values(), ids=CLASSES)
def test_the_class_of_the_object_is_not_needed(kind: str | None, tmp_path: Path) -> None:
    """De-identified files have none, or another; spacing and values are their own elements'."""
    expected = with_class(tmp_path, kind)
    volume, _ = read_image(tmp_path, CT)
    assert volume.geometry.spacing_mm == (0.6, 0.8, 2.5)
    assert volume.geometry.origin_lps[:2] == (-30.0, -20.0)
    assert np.array_equal(volume.voxels, expected)


@pytest.mark.parametrize("kind", CLASSES.values(), ids=CLASSES)
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"PixelSpacing": None}, "PixelSpacing, 2 finite numbers, got nothing"),
        ({"PixelSpacing": [0.0, 0.6]}, "PixelSpacing must be > 0"),
        ({"PixelSpacing": None, "ImagerPixelSpacing": [0.8, 0.6]}, "PixelSpacing, 2 finite"),
        ({"ImagePositionPatient": None}, "ImagePositionPatient, 3 finite numbers, got nothing"),
        ({"RescaleSlope": None}, "RescaleSlope, one finite number, got nothing"),
        ({"ConversionType": "WSD"}, "must be a scan's own values, got a secondary capture"),
    ],
    ids=["no spacing", "0", "another's spacing", "no position", "no slope", "a capture"],
)
def test_what_a_class_would_stand_for_must_be_there_itself(
    changes: dict[str, object], says: str, kind: str | None, tmp_path: Path
) -> None:
    with_class(tmp_path, kind, **changes)
    with pytest.raises(InputError, match=says):
        read_image(tmp_path, CT)


@pytest.mark.parametrize("kind", CLASSES.values(), ids=CLASSES)
def test_a_spacing_that_differs_is_seen_without_a_class(kind: str | None, tmp_path: Path) -> None:
    with_class(tmp_path, kind)
    edit(next(tmp_path.iterdir()), lambda d: setattr(d, "PixelSpacing", [0.8, 0.8]))
    with pytest.raises(InputError, match="PixelSpacing"):
        read_image(tmp_path, CT)


@pytest.mark.parametrize(
    "uid",
    ["1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.12.1"],
    ids=["MR", "PET", "angiography"],
)
@pytest.mark.parametrize("place", ["object", "file"])
def test_a_class_that_is_no_ct_says_what_it_is(uid: str, place: str, tmp_path: Path) -> None:
    write_series(tmp_path)
    for path in tmp_path.iterdir():
        dataset = pydicom.dcmread(path)
        dataset.SOPClassUID = uid if place == "object" else CLASSES["hashed"]
        dataset.file_meta.MediaStorageSOPClassUID = uid
        dataset.save_as(path)
    with pytest.raises(InputError, match=r"class that its Modality CT says.*got another class"):
        read_image(tmp_path, CT)


@pytest.mark.parametrize(
    ("keyword", "value", "says"),
    [
        (
            "PixelSpacing",
            b"0,8\\0,6 ",
            r"PixelSpacing, 2 finite numbers, got '0,8.*0,6' \(a decimal comma",
        ),
        ("ImagePositionPatient", b"1,5\\2\\3 ", "a decimal comma"),
        ("ImagePositionPatient", b"7 ", "ImagePositionPatient, 3 finite numbers, got '7'"),
        ("ImagePositionPatient", b"nan\\0\\0 ", "ImagePositionPatient, 3 finite"),
        ("ImagePositionPatient", b"1e300\\0\\0 ", "ImagePositionPatient, 3 finite"),
        ("ImageOrientationPatient", b"1\\0\\0\\0\\2\\0 ", "two directions at right angles"),
        ("ImageOrientationPatient", b"1\\0\\0\\1\\0\\0 ", "two directions at right angles"),
        ("PixelSpacing", b"0\\0 ", "PixelSpacing must be > 0"),
        ("PixelSpacing", b"99\\99 ", "PixelSpacing must be > 0 and <= 20 mm"),
        ("NumberOfFrames", b"abc ", "NumberOfFrames, one finite number"),
        ("RescaleSlope", b"0 ", "RescaleSlope must not be 0"),
        ("RescaleSlope", b"1,0 ", "a decimal comma"),
        ("RescaleType", b"OD", "Hounsfield units"),
    ],
)
def test_odd_values_are_refused_in_words(
    keyword: str, value: bytes, says: str, tmp_path: Path
) -> None:
    write_series(tmp_path)
    tag = pydicom.datadict.tag_for_keyword(keyword)
    assert tag is not None
    vr = pydicom.datadict.dictionary_VR(tag)
    for path in tmp_path.iterdir():
        dataset = pydicom.dcmread(path)
        dataset._dict[pydicom.tag.Tag(tag)] = pydicom.dataelem.RawDataElement(
            pydicom.tag.Tag(tag), vr, len(value), value, 0, False, True
        )
        dataset.save_as(path)
    with pytest.raises(InputError, match=says) as refused:
        read_image(tmp_path, CT)
    assert "\n" not in str(refused.value)


def test_an_empty_number_of_frames_is_one_frame(tmp_path: Path) -> None:
    expected = write_series(tmp_path, NumberOfFrames="")
    assert np.array_equal(read_image(tmp_path, CT)[0].voxels, expected)


@pytest.mark.parametrize(("rows", "columns"), [(65535, 65535), (9000, 10), (0, 10), (12, 1)])
def test_absurd_rows_and_columns_are_refused(rows: int, columns: int, tmp_path: Path) -> None:
    write_series(tmp_path, Rows=rows, Columns=columns)
    with pytest.raises(InputError, match="2 to 8192 rows and columns"):
        read_image(tmp_path, CT)


def test_more_rows_than_pixels_are_refused(tmp_path: Path) -> None:
    write_series(tmp_path, Rows=8000, Columns=8000)
    with pytest.raises(InputError, match="truncated"):
        read_image(tmp_path, CT)


def test_slopes_that_differ_count_for_their_own_slice(tmp_path: Path) -> None:
    stored = [
        (write_slice(tmp_path, n, 2.5 * n, RescaleSlope=slope, RescaleIntercept=-n) + 1024) / 2
        for n, slope in enumerate((1, 0.5, 30000))
    ]
    volume, _ = read_image(tmp_path, CT)
    expected = [stored[0], stored[1] * 0.5 - 1, stored[2] * 30000 - 2]
    assert volume.voxels == pytest.approx(np.stack(expected), rel=1e-7)


@pytest.mark.parametrize(
    ("element", "value"), [("RescaleIntercept", 0), ("RescaleSlope", 1), ("RescaleSlope", 2.5)]
)
def test_a_ct_slice_of_another_scale_is_told(element: str, value: float, tmp_path: Path) -> None:
    for n in range(5):
        write_slice(tmp_path, n, 2.5 * n, **({element: value} if n == 2 else {}))
    (warning,) = read_image(tmp_path, CT)[1]
    assert warning.code == "scales_differ"
    assert "2 scales" in warning.message
    assert "in 1 of 5" in warning.message


def test_slices_of_mr_may_have_a_scale_each(tmp_path: Path) -> None:
    for n in range(5):
        write_slice(tmp_path, n, 2.5 * n, Modality="MR", RescaleSlope=1 + 0.1 * n)
    assert read_image(tmp_path, MR)[1] == ()


@pytest.mark.parametrize(
    ("ids", "is_warned"), [("1 2 3 3 5", True), ("1 1 1 1 1", False), ("1 2 3 4 5", False)]
)
def test_slices_that_share_an_id_of_their_own_are_told(
    ids: str, is_warned: bool, tmp_path: Path
) -> None:
    for n, uid in enumerate(ids.split()):
        write_slice(tmp_path, n, 2.5 * n, SOPInstanceUID=f"1.2.3.4.{uid}")
    codes = [w.code for w in read_image(tmp_path, CT)[1]]
    assert codes == (["instance_ids_repeat"] if is_warned else [])


def test_monochrome1_is_not_inverted_and_said(tmp_path: Path) -> None:
    expected = write_series(tmp_path, PhotometricInterpretation="MONOCHROME1")
    volume, warnings = read_image(tmp_path, CT)
    assert np.array_equal(volume.voxels, expected)
    assert [w.code for w in warnings] == ["inverted_display"]


def test_unused_bits_count_for_nothing(tmp_path: Path) -> None:
    """An overlay in the four highest bits; twelve bits, signed."""
    stored = np.arange(-60, 60, dtype=np.int16).reshape(12, 10)
    for n in range(3):
        write_slice(tmp_path, n, 2.5 * n, BitsStored=12, HighBit=11)
        edit(
            tmp_path / f"{99 - n:03d}.dcm",
            lambda d: setattr(
                d, "PixelData", (stored & 0x0FFF | 0x5000).astype(np.int16).tobytes()
            ),
        )
    volume, _ = read_image(tmp_path, CT)
    assert np.array_equal(volume.voxels[1], stored * 2 - 1024)


@pytest.mark.parametrize(
    "syntax",
    [
        ExplicitVRBigEndian,
        ImplicitVRLittleEndian,
        DeflatedExplicitVRLittleEndian,
        RLELossless,
        JPEG2000Lossless,
        JPEGLosslessSV1,
        JPEGLSNearLossless,
    ],
    ids=lambda s: s.keyword,
)
def test_each_packing_gives_the_same_voxels(syntax: pydicom.uid.UID, tmp_path: Path) -> None:
    """The last two are read by ITK in a process of its own; no loss is allowed them here."""
    expected = write_series(tmp_path, 3)
    for path in tmp_path.iterdir():
        packed(path, syntax)
    assert np.array_equal(read_image(tmp_path, CT)[0].voxels, expected)


@pytest.mark.parametrize(
    "syntax",
    [RLELossless, JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless],
    ids=lambda s: s.keyword,
)
def test_cut_pixels_are_refused(syntax: pydicom.uid.UID, tmp_path: Path) -> None:
    write_series(tmp_path, 3)
    for path in tmp_path.iterdir():
        packed(path, syntax)
        edit(path, lambda d: setattr(d, "PixelData", d.PixelData[:30] + d.PixelData[-8:]))
    with pytest.raises(InputError, match=r"truncated or unknown packing \(in 0"):
        read_image(tmp_path, CT)


@pytest.mark.parametrize("kept", [0.5, pytest.param(0.0, id="of another slice's size")])
def test_half_a_slice_of_jpeg_ls_is_no_slice(kept: float, tmp_path: Path) -> None:
    write_series(tmp_path, 3)
    for path in tmp_path.iterdir():
        packed(path, JPEGLSLossless)
    path = tmp_path / "098.dcm"
    frame = get_frame(pydicom.dcmread(path).PixelData, 0, number_of_frames=1).rstrip(b"\0")
    if kept:
        frame = frame[: int(kept * len(frame))]
    else:
        at = frame.index(b"\xff\xf7") + 5  # marker, length, bits; then rows and columns
        frame = frame[:at] + struct.pack(">HH", 10, 12) + frame[at + 4 :]
    edit(path, lambda d: setattr(d, "PixelData", encapsulate([frame])))
    with pytest.raises(InputError, match=r"truncated or unknown packing \(in 098"):
        read_image(tmp_path, CT)


@pytest.mark.parametrize(("bits", "signed"), [(12, 1), (16, 0)])
def test_jpeg_ls_of_any_width_gives_its_own_numbers(bits: int, signed: int, tmp_path: Path) -> None:
    """Negative numbers of 12 bits and numbers above 32,767 are where decoders part."""
    low = -(1 << bits - 1) if signed else 0
    stored = np.linspace(low, low + (1 << bits) - 1, 120).astype(int).reshape(12, 10)
    for n in range(3):
        write_slice(
            tmp_path,
            n,
            2.5 * n,
            pixels=stored.astype("<i2" if signed else "<u2"),
            BitsStored=bits,
            HighBit=bits - 1,
            PixelRepresentation=signed,
            RescaleSlope=1,
            RescaleIntercept=0,
        )
        packed(tmp_path / f"{99 - n:03d}.dcm", JPEGLSLossless)
    assert np.array_equal(read_image(tmp_path, CT)[0].voxels[1], stored)


def test_a_packing_without_a_decoder_is_refused(tmp_path: Path) -> None:
    write_series(tmp_path, 3)
    for path in tmp_path.iterdir():
        packed(path, RLELossless)
        edit(path, lambda d: setattr(d.file_meta, "TransferSyntaxUID", "1.2.840.10008.1.2.4.100"))
    with pytest.raises(InputError, match="unknown packing"):
        read_image(tmp_path, CT)


def test_a_small_tilt_far_from_the_first_slice_is_refused_in_mm(tmp_path: Path) -> None:
    """One degree over 60 slices of 2.5 mm: 2.6 mm at the last, whose cosine is 0.9998."""
    for n in range(60):
        shift = 2.5 * n * np.tan(np.radians(1.0))
        write_slice(tmp_path, n, 2.5 * n, ImagePositionPatient=[0.0, round(shift, 4), 2.5 * n])
    with pytest.raises(InputError, match=r"within 0.5 mm of a regular grid, got 2\.6 mm.*1\.0 deg"):
        read_image(tmp_path, CT)


def test_one_slice_out_of_line_is_refused(tmp_path: Path) -> None:
    write_series(tmp_path)
    write_slice(tmp_path, 2, 5.0, ImagePositionPatient=[-29.2, -20.0, 5.0])
    with pytest.raises(InputError, match=r"within 0.5 mm of a regular grid, got 0.8 mm"):
        read_image(tmp_path, CT)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("PatientID", "54321"),
        ("PatientName", "Roe^Rita"),
        ("PatientBirthDate", "19600101"),
        ("StudyInstanceUID", "1.2.4"),
        ("FrameOfReferenceUID", "1.2.3.8"),
        ("EchoTime", 2.4),
        ("TemporalPositionIdentifier", 2),
        ("ImageType", ["DERIVED", "PRIMARY", "MPR"]),
        ("PixelSpacing", [0.8, 0.61]),
        ("Columns", 20),
        ("SeriesDescription", "venous"),
        ("ContrastBolusAgent", ""),
        ("AcquisitionNumber", 2),
    ],
)
def test_two_scans_half_a_slice_apart_are_not_interleaved(
    keyword: str, value: object, tmp_path: Path
) -> None:
    """All ids of study and series are emptied, as some programs do that remove names."""
    emptied = {"SeriesInstanceUID": "", "StudyInstanceUID": "", "AcquisitionNumber": 1}
    for n in range(8):
        other = {keyword: value} if n % 2 else {}
        write_slice(tmp_path, n, 1.25 * n, **(emptied | other))
    with pytest.raises(
        InputError,
        match=rf"slices must be of one (patient|patient, scan.*)"
        rf", got .*{keyword}",
    ) as refused:
        read_image(tmp_path, CT)
    for secret in ("Doe", "Roe", "12345", "54321", "1950", "1960"):
        assert secret not in str(refused.value)


@pytest.mark.parametrize("keyword", ["AcquisitionTime", "ContentTime"])
def test_two_phases_that_differ_in_time_alone_are_not_interleaved(
    keyword: str, tmp_path: Path
) -> None:
    for n in range(8):
        second = n * 0.3 + (35 if n % 2 else 0)
        write_slice(tmp_path, n, 1.25 * n, **{keyword: f"1030{second:09.6f}"})
    with pytest.raises(InputError, match=rf"in turn from two times \({keyword}\) 3\d s apart"):
        read_image(tmp_path, CT)


def test_acquisitions_and_times_that_follow_each_other_are_one_scan(tmp_path: Path) -> None:
    expected = np.stack(
        [
            write_slice(
                tmp_path,
                n,
                2.5 * n,
                AcquisitionNumber=1 + n // 4,
                AcquisitionTime=f"1030{n + (20 if n > 3 else 0):02d}",
            )
            for n in range(8)
        ]
    )
    assert np.array_equal(read_image(tmp_path, CT)[0].voxels, expected)


def test_an_mr_whose_slices_are_taken_in_two_passes_is_one_scan(tmp_path: Path) -> None:
    for n in range(8):
        write_slice(
            tmp_path,
            n,
            2.5 * n,
            Modality="MR",
            RescaleSlope=None,
            RescaleIntercept=None,
            AcquisitionTime=f"1030{n + (30 if n % 2 else 0):02d}",
        )
    volume, _ = read_image(tmp_path, MR)
    assert int(volume.voxels[0, 0, 1]) == 1


def test_ids_made_anew_for_each_file_are_named_as_such(tmp_path: Path) -> None:
    for n in range(5):
        write_slice(tmp_path, n, 2.5 * n, SeriesInstanceUID=f"1.2.3.{n + 10}")
    for path in (tmp_path, tmp_path / "099.dcm"):
        with pytest.raises(InputError, match=r"got 5 files with an id each.*convert the series"):
            read_image(path, CT)


@pytest.mark.parametrize("count", [2, 5])
def test_ids_of_which_two_are_alike_by_chance_are_ids_made_anew(count: int, tmp_path: Path) -> None:
    """A program that makes ids from the place of each file's name makes some twice."""
    for n in range(count):
        write_slice(tmp_path, n, 2.5 * n, SeriesInstanceUID=f"1.2.3.{n + 10}")
    if count > 2:
        write_slice(tmp_path, count, 2.5 * count, SeriesInstanceUID="1.2.3.10")
    with pytest.raises(InputError, match=r"files with an id each.*convert the series"):
        read_image(tmp_path, CT)


@pytest.mark.parametrize("modality", ["CT", "SEG", "PR"])
def test_a_series_among_many_of_one_file_is_read_by_one_of_its_files(
    modality: str, tmp_path: Path
) -> None:
    """As where all of a study's objects lie in one folder."""
    for n in range(6, 20):
        write_slice(
            tmp_path,
            n,
            0.0,
            SeriesInstanceUID=f"1.2.3.{n + 10}",
            Modality=modality,
            SeriesDescription="Other",
        )
    expected = write_series(tmp_path)
    with pytest.raises(InputError, match=r"got 15 series .*; give one file of the wanted series"):
        read_image(tmp_path, CT)
    volume, _ = read_image(tmp_path / "097.dcm", CT)
    assert np.array_equal(volume.voxels, expected)
    other = "got one; lay all slices" if modality == "CT" else rf"another DICOM .*\({modality}\)"
    with pytest.raises(InputError, match=other):
        read_image(tmp_path / "090.dcm", CT)


def test_a_folder_of_segmentations_is_told_what_it_holds(tmp_path: Path) -> None:
    write_slice(tmp_path, 1, 0.0, Modality="SEG", NumberOfFrames=3)
    with pytest.raises(InputError, match=r"must be CT or MR .*modality \(SEG\); give the CT or MR"):
        read_image(tmp_path, CT)


@pytest.mark.parametrize("uid", [None, ""])
def test_files_without_an_id_of_the_series_are_images(uid: str | None, tmp_path: Path) -> None:
    expected = write_series(tmp_path, SeriesInstanceUID=uid)
    assert np.array_equal(read_image(tmp_path, CT)[0].voxels, expected)


def test_files_without_the_mark_at_their_beginning_are_read(tmp_path: Path) -> None:
    expected = write_series(tmp_path)
    for path in list(tmp_path.iterdir()):
        dataset = pydicom.dcmread(path)
        del dataset.file_meta
        dataset.preamble = None
        pydicom.dcmwrite(
            path.with_suffix(""),
            dataset,
            implicit_vr=True,
            little_endian=True,
            enforce_file_format=False,
        )
        path.unlink()
    assert np.array_equal(read_image(tmp_path, CT)[0].voxels, expected)


def test_a_folder_of_other_things_is_told_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write_series(tmp_path / "a")
    with pytest.raises(InputError, match=r"1 sub-folder with DICOM files\) \(a\); give one of the"):
        read_image(tmp_path, CT)
    write_slice(tmp_path, 1, 0.0)
    edit(
        tmp_path / "098.dcm",
        lambda d: [
            delattr(d, k)
            for k in ("Rows", "Columns", "BitsAllocated", "PhotometricInterpretation", "PixelData")
        ],
    )
    with pytest.raises(InputError, match="1 DICOM object of other kinds"):
        read_image(tmp_path, CT)


def test_a_damaged_slice_is_named_not_left_out(tmp_path: Path) -> None:
    write_series(tmp_path)
    path = tmp_path / "095.dcm"  # the last slice, whose absence would leave no gap
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match=r"095\.dcm|evenly|positions"):
        read_image(tmp_path, CT)
    write_series(tmp_path)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(InputError, match=r"truncated or unknown packing \(in 095\.dcm"):
        read_image(tmp_path, CT)


def test_a_deflated_bomb_is_counted_not_unpacked(tmp_path: Path) -> None:
    import zlib

    write_series(tmp_path)
    for path in tmp_path.iterdir():
        packed(path, DeflatedExplicitVRLittleEndian)
        head = path.read_bytes()
        meta = 132 + 12 + int(pydicom.dcmread(path).file_meta.FileMetaInformationGroupLength)
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        bomb = b"".join(deflate.compress(bytes(1 << 24)) for _ in range(40)) + deflate.flush()
        path.write_bytes(head[:meta] + bomb)
        break
    with pytest.raises(InputError, match=r"a damaged file \(09"):
        read_image(tmp_path, CT)
