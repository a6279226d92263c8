"""Handing images over in files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.worker.exchange import (
    cut_to_content,
    geometry_of,
    grid_message,
    read_array,
    read_volume,
    write_volume,
)


def test_an_image_comes_back_as_it_was(ball_case: Case, tmp_path: Path) -> None:
    image = ball_case.images[ImageSequence.CT_ARTERIAL]
    again = read_volume(write_volume(image, tmp_path / "image.npy"))
    assert again.geometry == image.geometry
    assert again.acquisition == replace(image.acquisition, description="arterial")
    assert again.voxels.dtype == image.voxels.dtype
    assert np.array_equal(again.voxels, image.voxels)


def test_neither_names_nor_ids_are_handed_over(ball_case: Case, tmp_path: Path) -> None:
    image = ball_case.images[ImageSequence.CT_ARTERIAL]
    named = replace(
        image.acquisition,
        description="Doe arterial",
        patient_digest="f00d",
        frame_of_reference="1.2.840.1",
    )
    values = repr(write_volume(replace(image, acquisition=named, source="Doe"), tmp_path / "i.npy"))
    assert not {word for word in ("Doe", "f00d", "1.2.840.1") if word in values}


def test_the_cut_keeps_each_voxel_at_its_place_in_the_patient(ball_geometry: Geometry) -> None:
    voxels = np.zeros(ball_geometry.shape_kji, dtype=np.float32)
    voxels[4, 10, 20] = voxels[6, 12, 25] = 1.0
    cut = cut_to_content(Volume(voxels=voxels, geometry=ball_geometry))
    assert cut.voxels.shape == (3, 3, 6)
    # Spacing 2, 2, 4 mm from the origin (-60, -35, 110): the voxel at i, j, k = 20, 10, 4.
    assert cut.geometry.origin_lps == pytest.approx((-20.0, -15.0, 126.0))
    assert cut.voxels[0, 0, 0] == cut.voxels[2, 2, 5] == 1.0


def test_an_empty_map_is_cut_to_one_voxel(ball_geometry: Geometry) -> None:
    zeros = Volume(voxels=np.zeros(ball_geometry.shape_kji), geometry=ball_geometry)
    assert cut_to_content(zeros).voxels.shape == (1, 1, 1)


def test_a_grid_survives(ball_geometry: Geometry) -> None:
    assert geometry_of(grid_message(ball_geometry)) == ball_geometry


def test_files_that_are_no_arrays_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "image.npy"
    with pytest.raises(InputError, match="must be an array"):
        read_array(path, (2, 2))
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="must be an array"):
        read_array(path, (1,))
    np.save(path, np.zeros((2, 3)))
    with pytest.raises(InputError, match=r"shape \(2, 2\), got \(2, 3\)"):
        read_array(path, (2, 2))
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(InputError, match="must be an array"):
        read_array(path, (2, 3))
