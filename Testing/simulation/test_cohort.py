import csv
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.simulation.cohort import write_cohort, write_patient
from TACEResponseLib.simulation.patient import simulate_patient, simulate_truth
from TACEResponseLib.simulation.settings import GridSettings, SimulationSettings

COARSE = SimulationSettings(grid=GridSettings(size_ijk=(110, 85, 20), spacing_mm=(3.0, 3.0, 6.0)))


def rows(table: Path) -> list[dict[str, str]]:
    with table.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_files_hold_the_patient(tmp_path):
    patient = simulate_patient(COARSE, 1, 0)
    files = write_patient(patient, tmp_path / "new")
    image, roi = sitk.ReadImage(str(files.image)), sitk.ReadImage(str(files.roi))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), patient.image.voxels)
    np.testing.assert_array_equal(sitk.GetArrayFromImage(roi), patient.roi.labels)
    assert Geometry.of(image).same_grid(patient.image.geometry)
    assert image.GetOrigin() == patient.image.geometry.origin_lps


def test_writing_again_gives_the_same_bytes(tmp_path):
    patient = simulate_patient(COARSE, 1, 0)
    first, again = (write_patient(patient, tmp_path / name) for name in "ab")
    assert first.image.read_bytes() == again.image.read_bytes()
    assert first.roi.read_bytes() == again.roi.read_bytes()
    # Bytes 4 to 8 of a gzip file are the time of packing.
    assert first.image.read_bytes()[4:8] == b"\0\0\0\0"


def test_table_names_files_role_and_truth(tmp_path):
    table = write_cohort(COARSE, 2, 5, tmp_path, role=CohortRole.EXTERNAL_TEST)
    written = rows(table)
    assert [row["case_id"] for row in written] == ["SIM-000000", "SIM-000001"]
    for index, row in enumerate(written):
        truth = simulate_truth(COARSE, 5, index)
        assert row["role"] == "external_test"
        assert row["response"] == truth.response_class
        assert float(row["true_probability"]) == pytest.approx(truth.probability, abs=1e-6)
        assert float(row["latent_rim"]) == pytest.approx(truth.latents["rim"], abs=1e-6)
        assert (tmp_path / row["ct_arterial"]).is_file()
        assert (tmp_path / row["roi"]).is_file()


def test_a_patient_does_not_depend_on_how_many_others_there_are(tmp_path):
    one, two = (write_cohort(COARSE, n, 5, tmp_path / str(n)) for n in (1, 2))
    assert rows(one)[0] == rows(two)[0]
    image = rows(one)[0]["ct_arterial"]
    assert (tmp_path / "1" / image).read_bytes() == (tmp_path / "2" / image).read_bytes()


def test_settings_stay_beside_the_table(tmp_path):
    write_cohort(COARSE, 1, 5, tmp_path)
    kept = SimulationSettings.model_validate_json((tmp_path / "simulation.json").read_text())
    assert kept == COARSE


def test_a_cohort_of_nobody_is_refused(tmp_path):
    with pytest.raises(ValueError, match="n must be >= 1 patient, got 0"):
        write_cohort(COARSE, 0, 5, tmp_path)
