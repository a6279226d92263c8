"""Reading image files: same voxels and grid as SimpleITK's, whole files only."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.files.reading import read_image

CT = ImageSequence.CT_ARTERIAL


def oblique(kind: int = sitk.sitkInt16) -> sitk.Image:
    """A small image with an oblique direction and uneven spacing."""
    rng = np.random.default_rng(2)
    image = sitk.GetImageFromArray(rng.integers(-1000, 1000, (4, 5, 6)).astype(np.int16))
    image = sitk.Cast(image, kind)
    c, s = np.cos(0.3), np.sin(0.3)
    image.SetDirection((c, -s, 0, s, c, 0, 0, 0, 1))
    image.SetSpacing((0.7, 0.8, 2.5))
    image.SetOrigin((-11.0, 22.5, 133.0))
    return image


@pytest.mark.parametrize("ending", ["nii", "nii.gz", "nrrd", "mha"])
def test_voxels_and_grid_are_those_of_simpleitk(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"ct.{ending}"
    sitk.WriteImage(oblique(), str(path))
    volume, warnings = read_image(path, CT)
    direct = sitk.ReadImage(str(path))
    assert np.array_equal(volume.voxels, sitk.GetArrayFromImage(direct))
    assert volume.geometry.spacing_mm == direct.GetSpacing()
    assert volume.geometry.origin_lps == direct.GetOrigin()
    assert volume.geometry.direction_lps == direct.GetDirection()
    assert volume.source == path.name
    assert warnings == ()


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        (sitk.sitkInt16, np.int16),
        (sitk.sitkInt32, np.int16),
        (sitk.sitkFloat32, np.float32),
        (sitk.sitkFloat64, np.float32),
    ],
    ids=["int16", "int32", "float32", "float64"],
)
def test_integers_stay_integers_of_two_bytes(kind: int, stored: type, tmp_path: Path) -> None:
    sitk.WriteImage(oblique(kind), str(tmp_path / "ct.nrrd"))
    assert read_image(tmp_path / "ct.nrrd", CT)[0].voxels.dtype == stored


def test_integers_beyond_two_bytes_become_floats(tmp_path: Path) -> None:
    image = sitk.Cast(oblique(), sitk.sitkInt32) * 100
    sitk.WriteImage(image, str(tmp_path / "ct.nrrd"))
    volume, _ = read_image(tmp_path / "ct.nrrd", CT)
    assert volume.voxels.dtype == np.float32
    assert np.array_equal(volume.voxels, sitk.GetArrayFromImage(image))


@pytest.mark.parametrize("ending", ["nii", "nii.gz", "nrrd", "mha"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_a_truncated_file_is_refused(ending: str, share: float, tmp_path: Path) -> None:
    path = tmp_path / f"ct.{ending}"
    sitk.WriteImage(oblique(), str(path), useCompression=True)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match=f"ct_arterial=ct.{ending}: must"):
        read_image(path, CT)


def test_a_gzip_of_several_members_is_whole(tmp_path: Path) -> None:
    import gzip

    sitk.WriteImage(oblique(), str(tmp_path / "plain.nii"))
    plain = (tmp_path / "plain.nii").read_bytes()
    path = tmp_path / "parts.nii.gz"
    path.write_bytes(gzip.compress(plain[:400]) + gzip.compress(plain[400:]))
    volume, _ = read_image(path, CT)
    assert np.array_equal(volume.voxels, sitk.GetArrayFromImage(oblique()))


def test_a_nifti_without_a_position_is_used_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "ct.nii"
    sitk.WriteImage(oblique(), str(path))
    header = bytearray(path.read_bytes())
    header[252:256] = b"\x00\x00\x00\x00"  # qform_code and sform_code
    path.write_bytes(header)
    _, warnings = read_image(path, CT)
    assert [w.code for w in warnings] == ["position_unknown"]


def test_a_sheared_nifti_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "ct.nii"
    sitk.WriteImage(oblique(), str(path))
    header = bytearray(path.read_bytes())
    rows = np.array([[1, 0.5, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], dtype="<f4")
    header[252:256] = b"\x00\x00\x01\x00"  # no qform, an sform
    header[280:328] = rows.tobytes()
    path.write_bytes(header)
    with pytest.raises(InputError, match=r"right angles.*resample"):
        read_image(path, CT)


def test_slices_and_time_series_are_refused(tmp_path: Path) -> None:
    sitk.WriteImage(oblique()[:, :, 1], str(tmp_path / "slice.nrrd"))
    with pytest.raises(InputError, match="must be 3D, got 2D"):
        read_image(tmp_path / "slice.nrrd", CT)
    sitk.WriteImage(sitk.JoinSeries([oblique()] * 3), str(tmp_path / "series.nrrd"))
    with pytest.raises(InputError, match="must be 3D, got 4D"):
        read_image(tmp_path / "series.nrrd", CT)
