"""Each rule of an image's header is refused in each format, in one line, before any voxel."""

import bz2
import gzip
import os
import socket
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import read_roi
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.roi.roi_placing import check_mask_grid
from Testing.imaging.made_files import FILES, ORIGIN, SPACING, made_voxels, metaimage, nifti, nrrd

CT = ImageSequence.CT_ARTERIAL
HUGE = "9" * 30
CASES = [
    # 3D
    ("mha", lambda: metaimage(NDims=100), "a header of 100 dimensions"),
    ("mha", lambda: metaimage(NDims=65536), "a header of 65536 dimensions"),
    ("mha", lambda: metaimage(NDims=2, DimSize="24 5"), r"must be 3D, got 2D \(24 x 5\)"),
    ("nrrd", lambda: nrrd(dimension=100), "a header of 100 dimensions"),
    ("nrrd", lambda: nrrd(dimension=4, sizes="6 5 2 2"), "must be 3D, got 4D"),
    ("nrrd", lambda: nrrd(sizes="6 5"), "2 sizes of 3 axes"),
    (
        "nrrd",
        lambda: nrrd(
            dimension=4,
            sizes="6 5 4 1",
            space=None,
            space_dimension=4,
            kinds="domain domain domain domain",
            space_origin="(0,0,0,0)",
            space_directions="(1,0,0,0) (0,1,0,0) (0,0,3,2) (0,0,0,1)",
        ),
        "must not lie in time",
    ),
    ("nrrd", lambda: nrrd(space="right-anterior-superior-time"), "header's space must be"),
    (
        "mha",
        lambda: metaimage(
            NDims=4,
            DimSize="6 5 4 1",
            ElementSpacing="1 1 3 1",
            Offset="0 0 0 0",
            TransformMatrix="1 0 0 0 0 1 0 0 0 0 1 1 0 0 0 1",
        ),
        "must not lie in space",
    ),
    (
        "mha",
        lambda: metaimage(NDims=4, DimSize="6 5 2 2", ElementSpacing="1 1 3 1"),
        r"must be 3D, got 4D \(6 x 5 x 2 x 2\)",
    ),
    ("nii", lambda: nifti(dim=(4, 6, 5, 2, 2, 1, 1, 1)), r"must be 3D, got 4D \(6 x 5 x 2 x 2\)"),
    ("nii", lambda: nifti(dim=(-3, 6, 5, 4, 1, 1, 1, 1)), "a header of -3 dimensions"),
    ("nii", lambda: nifti(dim=(3, 6, 5, 1, 1, 1, 1, 1)), "got one slice"),
    # long lines
    ("nrrd", lambda: nrrd(space="l" * 100_000), "a header line of 65536 bytes"),
    ("mha", lambda: metaimage(Comment="c" * 100_000), "a header line of 65536 bytes"),
    ("nrrd", lambda: nrrd(content="\n#x" * 2_000_000), "a header of more than 4194304 bytes"),
    # finite
    ("nii", lambda: nifti(srow=(np.inf,) * 12), "sform must be finite"),
    ("nii", lambda: nifti(srow=(np.nan,) * 12), "sform must be finite"),
    ("nii", lambda: nifti(quatern=(np.nan, 0, 0)), "qform must be finite"),
    ("nii", lambda: nifti(qoffset=(0, np.inf, 0)), "qform must be finite"),
    ("nii", lambda: nifti(pixdim=(1, np.nan, 1, 1, 0, 0, 0, 0)), "pixdim must be finite"),
    ("nii", lambda: nifti(scl_slope=np.nan, scl_inter=5), "got scl_slope nan, scl_inter 5"),
    ("nii", lambda: nifti(scl_slope=2, scl_inter=np.nan), "scl_inter must be finite"),
    ("nii", lambda: nifti(scl_inter=np.inf), "scl_inter must be finite"),
    ("nrrd", lambda: nrrd(space_origin="(0,0,1e999)"), "space origin must be finite"),
    ("nrrd", lambda: nrrd(space_origin="(0,0,1e308)"), "finite numbers only"),
    ("nrrd", lambda: nrrd(space_directions="(nan,0,0) (0,1,0) (0,0,1)"), "3 finite numbers"),
    ("mha", lambda: metaimage(TransformMatrix="inf 0 0 0 1 0 0 0 1"), "9 finite numbers"),
    ("mha", lambda: metaimage(TransformMatrix="2 0 0 0 2 0 0 0 2"), "must have length 1, got 2 x"),
    ("mha", lambda: metaimage(TransformMatrix="1e308 0 0 0 1 0 0 0 1"), "finite numbers only"),
    ("mha", lambda: metaimage(ElementSpacing="1 1 nan"), "3 finite numbers"),
    ("mha", lambda: metaimage(ElementSpacing="1_0 1 1"), "3 finite numbers"),
    # spacing
    ("nii", lambda: nifti(pixdim=(1, 0, 0.8, 2.5, 0, 0, 0, 0)), "spacing must be > 0"),
    ("nrrd", lambda: nrrd(space_directions="(0,0,0) (0,1,0) (0,0,1)"), "spacing must be > 0"),
    ("mha", lambda: metaimage(ElementSpacing="1 -1 1"), "spacing must be > 0"),
    ("mha", lambda: metaimage(ElementSpacing="1 1 21"), "spacing must be > 0 and <= 20 mm"),
    ("mha", lambda: metaimage(ElementSpacing=None), "no elementspacing in its header"),
    (
        "nii",
        lambda: nifti(pixdim=(1, 1.4, 0.8, 2.5, 0, 0, 0, 0), qform_code=0),
        "pixdim must be the spacing of its sform",
    ),
    # size
    ("nii", lambda: nifti(dim=(3, 32767, 32767, 2, 1, 1, 1, 1)), "at most 536,870,912 voxels"),
    ("nrrd", lambda: nrrd(sizes=f"{HUGE} 5 4"), "sizes must be whole numbers"),
    ("nrrd", lambda: nrrd(sizes="900000000000000000 5 4"), "at most 536,870,912 voxels"),
    ("mha", lambda: metaimage(DimSize="-6 -5 4"), "must have voxels on each axis"),
    ("mha", lambda: metaimage(DimSize="100000 100000 100000"), "at most 536,870,912 voxels"),
    # right angles
    (
        "nii",
        lambda: nifti(srow=(-2, 1, 0, 0, 0, -1, 0, 0, 0, 0, 3, 0), qform_code=0),
        "right angles, got 135.00 degrees between i and j",
    ),
    (
        "nrrd",
        lambda: nrrd(space_directions="(1,0,0) (1,1,0) (0,0,1)"),
        "right angles, got 45.00 degrees between i and j",
    ),
    (
        "mha",
        lambda: metaimage(TransformMatrix="1 0 0 0 1 0 0 0.6 0.8"),
        "right angles, got 53.13 degrees between j and k",
    ),
    # kinds and units
    ("nii", lambda: nifti(datatype=128, bitpix=24), "RGB colors"),
    ("nii", lambda: nifti(datatype=999), "NIfTI's kind 999"),
    ("nii", lambda: nifti(bitpix=8), "8 bits a voxel where its kind has 16"),
    ("nii", lambda: nifti(xyzt_units=1), "must be in millimeters, got meters"),
    ("nii", lambda: nifti(scl_slope=0, scl_inter=5), "got scl_slope 0, scl_inter 5"),
    ("nii", lambda: nifti(sizeof_hdr=540), "must be NIfTI-1, got NIfTI-2"),
    ("nii", lambda: nifti(magic=b"ni1\0"), "an .img file"),
    ("nii", lambda: nifti(magic=b"\0\0\0\0"), "Analyze"),
    ("nii", lambda: nifti(vox_offset=1e30), "voxels begin at byte 1e"),
    ("nrrd", lambda: nrrd(space_units='"cm" "cm" "cm"'), "must be in millimeters"),
    ("nrrd", lambda: nrrd(space="scanner-xyz"), "space must be left-posterior-superior"),
    ("nrrd", lambda: nrrd(encoding="ascii"), "raw, gzip or bzip2"),
    ("nrrd", lambda: nrrd(endian=None), "no endian in its header"),
    ("nrrd", lambda: nrrd(type="block"), "type must be"),
    ("mha", lambda: metaimage(BinaryData=False), "must hold binary data"),
    ("mha", lambda: metaimage(ElementType="MET_STRING"), "ElementType must be"),
    ("mha", lambda: metaimage(Origin="0 0 0"), "a header line twice"),
    ("mha", lambda: metaimage(ElementNumberOfChannels=3), "one value a voxel"),
    # voxels
    ("nii", lambda: nifti()[:-1], "239 bytes of voxels where its header says 240"),
    ("nii", lambda: nifti() + b"\0" * 60, "more bytes of voxels than the 240 of its header"),
    ("nii.gz", lambda: nifti(packed=True)[:-20], "damaged or truncated packed data"),
    ("nrrd", lambda: nrrd(encoding="gzip", data=gzip.compress(bytes(240))[:-3]), "packed data"),
    ("nrrd", lambda: nrrd(encoding="bzip2", data=bz2.compress(bytes(240))[:-3]), "packed data"),
    ("nrrd", lambda: nrrd(encoding="gzip", data=b"no gzip"), "packed data"),
    (
        "mha",
        lambda: metaimage(CompressedData=True, data=zlib.compress(bytes(240))[:-3]),
        "packed data",
    ),
    (
        "mha",
        lambda: metaimage(CompressedData=True, data=zlib.compress(bytes(100))),
        "100 bytes of voxels where its header says 240",
    ),
]


@pytest.mark.parametrize(
    ("ending", "made", "says"), CASES, ids=[f"{e}-{s[:30]}" for e, _, s in CASES]
)
def test_a_header_that_breaks_a_rule_is_refused_as_image_and_as_roi(
    ending: str, made: Callable[[], bytes], says: str, tmp_path: Path
) -> None:
    path = tmp_path / f"x.{ending}"
    path.write_bytes(made())
    with pytest.raises(InputError, match=says) as refused:
        read_image(path, CT)
    assert "\n" not in str(refused.value)
    with pytest.raises(InputError, match=says):
        read_roi(path)


@pytest.mark.parametrize("ending", FILES)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_refused_in_each_format(
    ending: str, value: float, tmp_path: Path
) -> None:
    voxels = made_voxels().astype("<f4")
    voxels[1, 2, 3] = value
    path = tmp_path / f"x.{ending}"
    path.write_bytes(FILES[ending](voxels))
    for read in (lambda: read_image(path, CT), lambda: read_roi(path)):
        with pytest.raises(InputError, match="finite numbers only, got 1 NaN or infinite voxels"):
            read()


def test_a_value_beyond_single_precision_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.nrrd"
    path.write_bytes(nrrd(made_voxels().astype("<f8") * 1e300))
    with pytest.raises(InputError, match="finite numbers only"):
        read_image(path, CT)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"srow": (-0.7, 0, 0, 23, 0, -0.8, 0, -22.5, 0, 0, 2.5, 133)}, "lie 12 mm apart"),
        ({"srow": (0.7, 0, 0, 11, 0, -0.8, 0, -22.5, 0, 0, 2.5, 133)}, "lie 7 mm apart"),
    ],
    ids=["shifted", "mirrored"],
)
def test_an_sform_and_a_qform_that_disagree_are_refused(
    fields: dict[str, object], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.nii"
    path.write_bytes(nifti(**fields))
    with pytest.raises(InputError, match=f"sform and qform must agree within 0.5 mm.*{says}"):
        read_image(path, CT)


@pytest.mark.parametrize("codes", [(1, 0), (0, 1), (0, 2), (2, 2)])
def test_one_of_both_positions_is_enough(codes: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "x.nii"
    path.write_bytes(nifti(qform_code=codes[0], sform_code=codes[1]))
    volume, warnings = read_image(path, CT)
    assert volume.geometry.origin_lps == ORIGIN
    assert volume.geometry.spacing_mm == pytest.approx(SPACING, rel=1e-7)
    assert np.array_equal(volume.geometry.direction, np.eye(3))
    assert warnings == ()


def test_a_fourth_axis_of_one_time_point_is_three_dimensions(tmp_path: Path) -> None:
    path = tmp_path / "x.nii"
    path.write_bytes(nifti(dim=(4, 6, 5, 4, 1, 1, 1, 1)))
    assert np.array_equal(read_image(path, CT)[0].voxels, made_voxels())


@pytest.mark.parametrize(
    "space", [("right-anterior-superior", (-1, -1, 1)), ("LAS", (1, -1, 1)), ("LPS", (1, 1, 1))]
)
def test_each_space_of_nrrd_is_turned_to_lps(
    space: tuple[str, tuple[int, ...]], tmp_path: Path
) -> None:
    path = tmp_path / "x.nrrd"
    path.write_bytes(nrrd(space=space[0]))
    geometry = read_image(path, CT)[0].geometry
    assert geometry.origin_lps == tuple(np.multiply(ORIGIN, space[1]))
    assert np.array_equal(geometry.direction, np.diag(space[1]))


@pytest.mark.parametrize(
    ("ending", "content"),
    [
        ("nii", nifti(qform_code=0, sform_code=0)),
        ("mha", metaimage(Offset=None)),
        ("nrrd", nrrd(space=None, space_origin=None)),
    ],
)
def test_a_file_without_a_position_is_used_with_a_warning(
    ending: str, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / f"x.{ending}"
    path.write_bytes(content)
    volume, warnings = read_image(path, CT)
    assert [w.code for w in warnings] == ["position_unknown"]
    assert "Assumed: rows run to the left, columns to posterior" in warnings[0].message
    assert np.array_equal(volume.geometry.direction, np.eye(3))
    assert volume.geometry.spacing_mm == pytest.approx(SPACING, rel=1e-7)


WITHOUT_POSITION = {
    "nii": nifti(qform_code=0, sform_code=0),
    "mha": metaimage(Offset=None),
    "nrrd": nrrd(space=None, space_origin=None),
}


def labels_of(content: bytes, path: Path) -> Roi:
    """The file as a mask of its own grid."""
    path.write_bytes(content)
    volume, _ = read_image(path, CT)
    marked = np.zeros(volume.voxels.shape, "u1")
    marked[1:3, 1:4, 1:4] = 1
    return Roi(
        labels=marked,
        geometry=volume.geometry,
        names=((1, "HCC"),),
        source=path.name,
        acquisition=volume.acquisition,
    )


@pytest.mark.parametrize("placed", ["nii", "mha", "nrrd"])
@pytest.mark.parametrize("lacking", WITHOUT_POSITION)
@pytest.mark.parametrize("which", ["mask", "image"])
def test_an_image_and_a_mask_of_which_one_has_no_position_are_refused(
    which: str, lacking: str, placed: str, tmp_path: Path
) -> None:
    files = {"with": FILES[placed](), "without": WITHOUT_POSITION[lacking]}
    image_of, mask_of = ("with", "without") if which == "mask" else ("without", "with")
    path = tmp_path / f"x.{placed if image_of == 'with' else lacking}"
    path.write_bytes(files[image_of])
    volume, _ = read_image(path, CT)
    roi = labels_of(files[mask_of], tmp_path / f"y.{lacking if which == 'mask' else placed}")
    with pytest.raises(InputError, match=f"the {which} has no qform and sform.*save the {which}"):
        check_mask_grid(roi, volume, CT)


def test_a_label_image_says_whether_it_knows_its_position(tmp_path: Path) -> None:
    marked = np.zeros((4, 5, 6), "u1")
    marked[1, 1, 1] = 1
    for name, content, knows in (
        ("a.nii", nifti(marked, qform_code=0, sform_code=0), False),
        ("b.nii", nifti(marked), True),
    ):
        (tmp_path / name).write_bytes(content)
        assert read_roi(tmp_path / name)[0].acquisition.knows_position is knows


@pytest.mark.parametrize("read", [lambda p: read_image(p, CT), read_roi], ids=["image", "roi"])
def test_what_is_no_plain_file_is_refused(read: Callable[[Path], object], tmp_path: Path) -> None:
    pipe, empty, folder = tmp_path / "p.nii", tmp_path / "e.nii", tmp_path / "f.nii"
    os.mkfifo(pipe)
    empty.write_bytes(b"")
    folder.mkdir()
    link = tmp_path / "l.nii"
    link.symlink_to("/dev/zero")
    name = tmp_path / "s.nii"
    server = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(tmp_path)  # the path of a socket may be short only
    try:
        server.bind(name.name)
    finally:
        os.chdir(here)
        server.close()
    for path, says in [
        (pipe, "got a pipe"),
        (link, "got a device"),
        (name, "got a socket"),
        (empty, "must not be empty"),
        (folder, "got a folder"),
        (Path(os.fsdecode(bytes(tmp_path) + b"/\xff.nii")), "valid UTF-8"),
        (Path("a\0.nii"), "must exist"),
        (tmp_path / ("x" * 300 + ".nii"), "must exist"),
        (tmp_path / "no.nii", "must exist"),
    ]:
        with pytest.raises(InputError, match=says):
            read(path)
