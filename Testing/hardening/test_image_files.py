"""Damaged and hostile images and ROIs: read, or refused in one line; no crash, hang or flood."""

import bz2
import gzip
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.pixels.decoders import JPEG2000LosslessDecoder, RLELosslessDecoder
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    RLELossless,
)

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import read_roi
from Testing.hardening.attempts import Attempt, Outcome, Tally, attempt
from Testing.imaging.dicom_slices import packed, write_slice
from Testing.imaging.made_files import NIFTI, made_voxels, metaimage, nifti, nrrd
from Testing.imaging.made_segmentations import write_seg

# Imported before the first fork, which is then cheap.
USED_BY_READERS = (highdicom, Image, RLELosslessDecoder, JPEG2000LosslessDecoder)
SEED = 20_260_801
CT = ImageSequence.CT_ARTERIAL
LABELS = (made_voxels() > 0).astype("u1")

# What stands in a mutated field: absurd numbers, words, and what other fields hold.
NUMBERS = [
    "0",
    "-1",
    "1e308",
    "-1e308",
    "1e999",
    "nan",
    "inf",
    "1,5",
    "0x10",
    "1_0",
    "65536",
    "2147483648",
    "-9223372036854775808",
    "9" * 40,
    "1e-300",
    ".",
    "",
    "(",
    "٣",
]
WORDS = [
    "none",
    "LOCAL",
    "LIST",
    "%d.raw 1 9 1",
    "../x",
    "/dev/zero",
    "gzip",
    "bzip2",
    "ascii",
    "hex",
    "raw",
    "zlib",
    "True",
    "False",
    "MET_OTHER",
    "double",
    "block",
    "uchar",
    "little",
    "right-anterior-superior",
    "scanner-xyz",
    "x" * 70_000,
    "\0",
    "\n\n",
    "é",
    "\x1b[2J",
    "(1,0,0) (0,1,0) (0,0,1)",
    "none (1,0,0) (0,1,0) (0,0,1)",
    "(0,0,0) (0,0,0) (0,0,0)",
    "domain domain domain list",
    "1 2 3 4",
    "6 5 4",
    "100000 100000 100000",
]
FIELDS_NRRD = [
    "type",
    "dimension",
    "space",
    "sizes",
    "space directions",
    "kinds",
    "endian",
    "encoding",
    "space origin",
    "data file",
    "byte skip",
    "line skip",
    "spacings",
    "space dimension",
    "axis mins",
    "space units",
    "units",
    "content",
]
FIELDS_META = [
    "ObjectType",
    "NDims",
    "BinaryData",
    "BinaryDataByteOrderMSB",
    "CompressedData",
    "CompressedDataSize",
    "TransformMatrix",
    "Offset",
    "ElementSpacing",
    "DimSize",
    "ElementType",
    "HeaderSize",
    "ElementDataFile",
    "ElementNumberOfChannels",
    "Position",
    "DistanceUnits",
]
FIELDS_SEG = [
    "Segment0_ID",
    "Segment0_Name",
    "Segment0_LabelValue",
    "Segment0_Layer",
    "Segment7_ID",
    "Segment99999_Name",
    "Segment_ID",
]

FILES: dict[str, Callable[[], bytes]] = {
    "x.nii": nifti,
    "x.nii.gz": lambda: nifti(packed=True),
    "x.nrrd": nrrd,
    "g.nrrd": lambda: nrrd(encoding="gzip", data=gzip.compress(made_voxels().tobytes())),
    "b.nrrd": lambda: nrrd(encoding="bzip2", data=bz2.compress(made_voxels().tobytes())),
    "x.mha": metaimage,
    "z.mha": lambda: metaimage(CompressedData=True, data=zlib.compress(made_voxels().tobytes())),
    "labels.nii.gz": lambda: nifti(LABELS, packed=True),
    "x.seg.nrrd": lambda: seg_nrrd({}),
}


def seg_nrrd(words: dict[str, str]) -> bytes:
    """Two segments in two layers."""
    fields = {
        "Segment0_ID": "Segment_1",
        "Segment0_Name": "Tumor",
        "Segment0_Layer": "0",
        "Segment0_LabelValue": "1",
        "Segment1_ID": "Segment_2",
        "Segment1_Layer": "1",
    } | words
    whole = nrrd(
        LABELS,
        data=np.stack([LABELS, LABELS], axis=-1).tobytes(),
        dimension=4,
        sizes="2 6 5 4",
        kinds="list domain domain domain",
        **{"space directions": "none (1,0,0) (0,1,0) (0,0,1)"},
    )
    head, _, data = whole.partition(b"\n\n")
    return head + "".join(f"\n{k}:={v}" for k, v in fields.items()).encode() + b"\n\n" + data


def read(path: Path) -> None:
    """As image and as ROI, whichever its name says; what is accepted must be usable."""
    if "seg" in path.name or "labels" in path.name:
        roi, _ = read_roi(path, segments=("Tumor",) if "seg" in path.name else ())
        assert roi.labels.any()
        return
    volume, _ = read_image(path, CT)
    assert np.isfinite(volume.voxels).all()
    assert np.isfinite(volume.geometry.corners_lps()).all()


def accepted(job: Callable[[], object]) -> Attempt:
    """The undamaged file, under the same limits; here first, for what the first reading imports."""
    job()
    outcome = attempt(job)
    assert outcome.outcome is Outcome.ACCEPTED, outcome.words
    return outcome


def flipped(rng: np.random.Generator, whole: bytes) -> bytes:
    """One to eight bits turned, most of them in the header."""
    changed = bytearray(whole)
    end = len(changed) if rng.random() < 0.4 else min(400, len(changed))
    for _ in range(rng.integers(1, 9)):
        changed[rng.integers(end)] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def cut_or_stuffed(rng: np.random.Generator, whole: bytes) -> bytes:
    """A piece left out, doubled, or everything after a place lost."""
    a, b = sorted(rng.integers(0, len(whole), 2).tolist())
    return [whole[:a], whole[:a] + whole[b:], whole[:b] + whole[a:]][rng.integers(3)]


@pytest.mark.parametrize("name", FILES)
def test_flipped_bits_and_cut_files(
    name: str,
    tmp_path: Path,
    tries: Callable[[int], range],
    tally: Tally,
) -> None:
    path, whole = tmp_path / name, FILES[name]()
    path.write_bytes(whole)
    tally.add(accepted(lambda: read(path)), name)
    for i in tries(12):
        rng = np.random.default_rng([SEED, i])
        path.write_bytes((flipped if rng.random() < 0.7 else cut_or_stuffed)(rng, whole))
        tally.add(attempt(lambda: read(path)), f"{name} {i}")
    assert tally.bad == []


def absurd(rng: np.random.Generator) -> str:
    """A value, or several."""
    if rng.random() < 0.4:
        return str(rng.choice(WORDS))
    return str(rng.choice([" ", ",", ") ("])).join(rng.choice(NUMBERS, rng.integers(1, 10)))


@pytest.mark.parametrize("kind", ["nrrd", "nhdr", "mha", "mhd", "seg.nrrd"])
def test_text_headers_with_fields_that_say_something_else(
    kind: str, tmp_path: Path, tries: Callable[[int], range], tally: Tally
) -> None:
    (tmp_path / "x.raw").write_bytes(made_voxels().tobytes())
    path = tmp_path / f"x.{kind}"
    for i in tries(15):
        rng = np.random.default_rng([SEED, i])
        count = int(rng.integers(1, 4))
        if kind == "seg.nrrd":
            path.write_bytes(seg_nrrd({k: absurd(rng) for k in rng.choice(FIELDS_SEG, count)}))
        else:
            names, made = (
                (FIELDS_META, metaimage) if kind in ("mha", "mhd") else (FIELDS_NRRD, nrrd)
            )
            place = {"nhdr": {"data file": "x.raw"}, "mhd": {"ElementDataFile": "x.raw"}}
            fields = {str(k): absurd(rng) for k in rng.choice(names, count)}
            path.write_bytes(made(**(place.get(kind, {}) | fields)))
        tally.add(attempt(lambda: read(path)), f"{kind} {i}")
    assert tally.bad == []


@pytest.mark.parametrize("packing", [False, True], ids=["nii", "nii.gz"])
def test_nifti_fields_that_say_something_else(
    packing: bool, tmp_path: Path, tries: Callable[[int], range], tally: Tally
) -> None:
    path = tmp_path / ("x.nii.gz" if packing else "x.nii")
    for i in tries(15):
        rng = np.random.default_rng([SEED, i])
        fields = {str(k): _odd(rng, str(k)) for k in rng.choice(list(NIFTI), rng.integers(1, 3))}
        path.write_bytes(nifti(packed=packing, **fields))
        tally.add(attempt(lambda: read(path)), f"{path.name} {i}")
    assert tally.bad == []


def _odd(rng: np.random.Generator, name: str) -> object:
    """A value of a NIfTI field's kind that no file has."""
    kind = NIFTI[name][1]
    if kind == "4s":
        return bytes(rng.integers(0, 256, 4).astype("u1"))
    count = int(kind[:-1] or 1)
    whole = {"i": 2**31 - 1, "h": 2**15 - 1, "B": 255}
    if (top := whole.get(kind[-1])) is not None:
        low = 0 if kind[-1] == "B" else -top
        values = [int(rng.choice([0, 1, 3, 4, 7, 8, low, top])) for _ in range(count)]
    else:
        values = [
            float(rng.choice([0, -1, np.nan, np.inf, 3e38, -3e38, 1e-40, 1, 352.5]))
            for _ in range(count)
        ]
    return tuple(values) if count > 1 else values[0]


# Sizes of 64 MB in the header, of which every byte is there, and 320 MB behind it.
BLOCK = bytes(1 << 24)
BOMBS: dict[str, Callable[[], bytes]] = {
    "z.nii.gz": lambda: (
        gzip.compress(nifti(dim=(3, 1024, 1024, 32, 1, 1, 1, 1)), 1) + gzip.compress(BLOCK) * 20
    ),
    "g.nrrd": lambda: nrrd(sizes="1024 1024 32", encoding="gzip", data=gzip.compress(BLOCK) * 20),
    "b.nrrd": lambda: nrrd(sizes="1024 1024 32", encoding="bzip2", data=bz2.compress(BLOCK) * 20),
    "small.nrrd": lambda: nrrd(encoding="bzip2", data=bz2.compress(BLOCK) * 20),
    "z.mha": lambda: metaimage(
        DimSize="1024 1024 32", CompressedData=True, data=zlib.compress(BLOCK * 5)
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_unpacked_as_far_as_the_header_says(
    name: str, tmp_path: Path, tally: Tally
) -> None:
    path = tmp_path / name
    path.write_bytes(BOMBS[name]())
    tally.add(attempt(lambda: read(path), memory_bytes=240 << 20), name)
    assert tally.bad == []


def test_a_file_for_which_memory_does_not_suffice(tmp_path: Path, tally: Tally) -> None:
    path = tmp_path / "x.nrrd"
    head = nrrd(sizes="1024 1024 64", type="double").removesuffix(made_voxels().tobytes())
    path.write_bytes(head)
    with path.open("r+b") as file:
        file.truncate(len(head) + (1 << 29))  # a file of 512 MB that takes no space
    outcome = attempt(lambda: read(path), memory_bytes=1 << 27)
    tally.add(outcome, "512 MB")
    assert tally.bad == []
    assert "must fit into memory, got 536,870,912 bytes" in outcome.words


SYNTAXES = [None, RLELossless, JPEG2000Lossless, DeflatedExplicitVRLittleEndian]


@pytest.fixture
def series(tmp_path: Path) -> Path:
    folder = tmp_path / "series"
    folder.mkdir()
    for n in range(3):
        write_slice(folder, n, 2.5 * n)
    return folder


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda s: s.keyword if s else "plain")
def test_damaged_dicom_slices(
    syntax: UID | None, series: Path, tries: Callable[[int], range], tally: Tally
) -> None:
    if syntax:
        for path in series.iterdir():
            packed(path, syntax)
    tally.add(accepted(lambda: read(series)), "as it was")
    path = series / "098.dcm"
    whole = path.read_bytes()
    for i in tries(15):
        rng = np.random.default_rng([SEED, i])
        changed = (_flipped_anywhere if rng.random() < 0.7 else cut_or_stuffed)(rng, whole)
        path.write_bytes(changed)
        tally.add(attempt(lambda: read(series)), f"{syntax} {i}")
    assert tally.bad == []


@pytest.mark.parametrize("named", ["1.2.840.10008.1.2,1", "1.2.3.4", "1.2.840.10008.1.2.4.9000"])
def test_a_packing_that_nobody_knows_is_refused(named: str, series: Path, tally: Tally) -> None:
    path = series / "098.dcm"
    whole = path.read_bytes()
    known = b"1.2.840.10008.1.2.1\0"
    assert whole.count(known) == 1
    value = named.encode() + b"\0" * (len(named) % 2)
    length = len(value).to_bytes(2, "little")
    path.write_bytes(whole.replace(b"\x14\0" + known, length + value))
    attempt_result = attempt(lambda: read(series))
    tally.add(attempt_result, named)
    assert tally.bad == []
    assert attempt_result.outcome is Outcome.REFUSED, attempt_result.words
    assert "damaged" in attempt_result.words


def _flipped_anywhere(rng: np.random.Generator, whole: bytes) -> bytes:
    changed = bytearray(whole)
    for _ in range(rng.integers(1, 12)):
        changed[rng.integers(132, len(changed))] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def test_damaged_pixels_that_itk_unpacks(
    series: Path, tries: Callable[[int], range], tally: Tally
) -> None:
    """Its death, if it dies, is a damaged file."""
    for path in series.iterdir():
        packed(path, JPEGLosslessSV1)
    path = series / "098.dcm"
    whole = path.read_bytes()
    begin = whole.rindex(b"\xff\xd8\xff")
    for i in tries(2):
        rng = np.random.default_rng([SEED, i])
        changed = bytearray(whole)
        for _ in range(rng.integers(1, 12)):
            changed[rng.integers(begin, len(whole))] = int(rng.integers(256))
        path.write_bytes(changed)
        tally.add(attempt(lambda: read(series), seconds=90), f"JPEG {i}")
    assert tally.bad == []


ODD_ELEMENTS = [
    "Rows",
    "Columns",
    "PixelSpacing",
    "ImagePositionPatient",
    "NumberOfFrames",
    "ImageOrientationPatient",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "RescaleSlope",
    "RescaleIntercept",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "Modality",
    "AcquisitionTime",
    "AcquisitionNumber",
    "SeriesInstanceUID",
    "PatientID",
    "SeriesDescription",
    "SOPClassUID",
    "PixelData",
]
ODD_VALUES = [
    b"",
    b"0,5\\0,5 ",
    b"1\\2",
    b"nan",
    b"1e308\\1e308\\1e308 ",
    b"-1",
    b"abc\\def ",
    b"\xff\xff",
    b"\0\0",
    b"\x01\0\x02\0",
    b"9" * 64,
    b"1\\0\\0\\0\\1\\0 ",
    b"\\\\\\\\",
    b"\x1b[2J",
]
KINDS = ["DS", "IS", "US", "UL", "UN", "LO", "CS", "UI", "OW", "FD", "AT", "SS", "PN"]


def test_dicom_elements_with_other_values_and_other_kinds(
    series: Path, tries: Callable[[int], range], tally: Tally
) -> None:
    tally.add(accepted(lambda: read(series)), "as it was")
    whole = {path: path.read_bytes() for path in series.iterdir()}
    for i in tries(30):
        rng = np.random.default_rng([SEED, i])
        for path in whole if rng.random() < 0.5 else [series / "098.dcm"]:
            _with_odd_elements(np.random.default_rng([SEED, i, 1]), whole[path], path)
        tally.add(attempt(lambda: read(series)), f"elements {i}")
        for path, content in whole.items():
            path.write_bytes(content)
    assert tally.bad == []


def _with_odd_elements(rng: np.random.Generator, whole: bytes, path: Path) -> None:
    """Write a slice with one to three elements of raw bytes, of their own or another kind."""
    path.write_bytes(whole)
    dataset = pydicom.dcmread(path)
    for name in rng.choice(ODD_ELEMENTS, rng.integers(1, 4)):
        tag = pydicom.tag.Tag(str(name))
        kind = pydicom.datadict.dictionary_VR(tag)[:2] if rng.random() < 0.6 else rng.choice(KINDS)
        value = ODD_VALUES[rng.integers(len(ODD_VALUES))]
        dataset._dict[tag] = pydicom.dataelem.RawDataElement(
            tag, str(kind), len(value), value, 0, False, True
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset.save_as(path, enforce_file_format=False)
        except Exception:  # noqa: BLE001  # pydicom writes not everything; then the file is cut
            path.write_bytes(whole[:-7])


def test_sequences_in_sequences(series: Path, tally: Tally) -> None:
    """Ten thousand deep: an open sequence with an open item, again and again."""
    path = series / "098.dcm"
    whole = path.read_bytes()
    nest = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    path.write_bytes(whole[: whole.index(b"\x08\x00\x16\x00")] + nest * 10_000)
    tally.add(attempt(lambda: read(series)), "nested")
    assert tally.bad == []


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom on the made header's short UIDs
def test_damaged_dicom_segmentations(
    tmp_path: Path, tries: Callable[[int], range], tally: Tally
) -> None:
    path = tmp_path / "seg.dcm"
    masks = np.zeros((5, 6, 8, 2), dtype=np.uint8)
    masks[1:4, 1:3, 2:5, 0] = masks[2, 4, 6, 1] = 1
    write_seg(path, masks, "Tumor", "Satellite")
    tally.add(accepted(lambda: read(path)), "as it was")
    whole = path.read_bytes()
    for i in tries(30):
        rng = np.random.default_rng([SEED, i])
        changed = (_flipped_anywhere if rng.random() < 0.8 else cut_or_stuffed)(rng, whole)
        path.write_bytes(changed)
        tally.add(attempt(lambda: read(path)), f"seg {i}")
    assert tally.bad == []


@pytest.mark.filterwarnings("ignore::UserWarning")  # as above
@pytest.mark.parametrize("far", ["1e9", "30000", "nan", "1e308", "1,5"])
def test_segmentation_frames_far_apart(far: str, tmp_path: Path, tally: Tally) -> None:
    path = tmp_path / "seg.dcm"
    masks = np.zeros((5, 6, 8, 1), dtype=np.uint8)
    masks[1:4, 1:3, 2:5] = 1
    write_seg(path, masks, "Tumor")
    dataset = pydicom.dcmread(path)
    frame = dataset.PerFrameFunctionalGroupsSequence[-1].PlanePositionSequence[0]
    value = f"10\\-20\\{far}".encode()
    tag = pydicom.tag.Tag("ImagePositionPatient")
    frame._dict[tag] = pydicom.dataelem.RawDataElement(tag, "DS", len(value), value, 0, False, True)
    dataset.save_as(path)
    tally.add(attempt(lambda: read(path)), far)
    assert tally.bad == []
