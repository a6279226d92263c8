"""A patient of the second world, image and all."""

import csv

import numpy as np
import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.simulation.cohort import write_cohort
from TACEResponseLib.simulation.simulated import is_large
from TACEResponseLib.simulation.world2.patient import lesion_windows, simulate_world2_patient
from TACEResponseLib.simulation.world2.settings import (
    FieldSettings,
    LesionLookSettings,
    SpectrumSettings,
    SwitchSettings,
    World2Settings,
)
from TACEResponseLib.simulation.world2.truth import simulate_world2_truth

# Coarse, so that a patient takes a second.
COARSE_SCANNER = SpectrumSettings(
    spacing_mm=(1.78, 1.79, 1.8, 1.81, 1.82), slice_mm=(5.0,), slice_shares=(1.0,)
)
FIELD = FieldSettings(anatomy_mm=(2.5, 2.5, 5.0))
COARSE = World2Settings(field=FIELD, scanner=COARSE_SCANNER)
SEED = 71


@pytest.fixture(scope="module")
def patient():
    return simulate_world2_patient(COARSE, SEED, 0)


def test_the_same_seed_gives_the_same_patient(patient):
    again = simulate_world2_patient(COARSE, SEED, 0)
    np.testing.assert_array_equal(patient.image.voxels, again.image.voxels)
    np.testing.assert_array_equal(patient.roi.labels, again.roi.labels)
    assert patient.image.geometry == again.image.geometry


def test_another_patient_is_another(patient):
    other = simulate_world2_patient(COARSE, SEED, 1)
    assert other.image.voxels.shape != patient.image.voxels.shape or not np.array_equal(
        other.image.voxels, patient.image.voxels
    )


def test_the_response_changes_no_voxel(patient):
    """Misread responses stand for flipped ones: the image knows of neither."""
    misread = COARSE.model_copy(update={"switches": SwitchSettings(reader_kappa=0.01)})
    other = simulate_world2_patient(misread, SEED, 0)
    np.testing.assert_array_equal(patient.image.voxels, other.image.voxels)
    np.testing.assert_array_equal(patient.roi.labels, other.roi.labels)


def test_lesions_lie_in_the_image_and_have_names():
    many = LesionLookSettings(lesion_shares=(0.0, 0.0, 0.0, 1.0))
    patient = simulate_world2_patient(COARSE.model_copy(update={"lesion": many}), SEED, 2)
    labels = np.unique(patient.roi.labels)
    assert labels[1] == 1
    assert len(labels) >= 3
    assert dict(patient.roi.names)[1] == "Tumor"
    assert dict(patient.roi.names)[2] == "Lesion 2"
    volumes = [int((patient.roi.labels == label).sum()) for label in labels[1:]]
    assert volumes[0] == max(volumes)


def test_the_record_counts_the_lesions():
    many = LesionLookSettings(lesion_shares=(0.0, 0.0, 0.0, 1.0))
    truth = simulate_world2_truth(COARSE.model_copy(update={"lesion": many}), SEED, 0)
    assert truth.clinical.values["tumor_number"] == 4


def test_portal_scans_called_arterial_have_a_bright_liver(patient):
    portal = COARSE.model_copy(update={"switches": SwitchSettings(portal_share=1)})
    other = simulate_world2_patient(portal, SEED, 0)
    assert list(other.images) == [ImageSequence.CT_ARTERIAL]
    inside = patient.roi.labels == 0
    soft = inside & (patient.image.voxels > 30) & (patient.image.voxels < 110)
    brighter = np.median(other.image.voxels[soft]) - np.median(patient.image.voxels[soft])
    assert brighter > 8


def test_contour_errors_move_the_border_and_not_the_image(patient):
    wild = COARSE.model_copy(update={"switches": SwitchSettings(contour_error_mm=5)})
    other = simulate_world2_patient(wild, SEED, 0)
    np.testing.assert_array_equal(patient.image.voxels, other.image.voxels)
    a, b = patient.roi.labels == 1, other.roi.labels == 1
    dice = 2 * (a & b).sum() / (a.sum() + b.sum())
    assert 0.3 < dice < 0.97


def test_a_window_holds_the_lesion_that_the_whole_image_has(patient):
    volume, mask = next(iter(lesion_windows(COARSE, SEED, 0)))
    whole = int((patient.roi.labels == 1).sum())
    assert int(mask.sum()) == pytest.approx(whole, rel=0.05)
    inside = patient.image.voxels[patient.roi.labels == 1].mean()
    assert volume.voxels[mask].mean() == pytest.approx(inside, abs=5)


def test_a_tumor_of_half_a_liter_is_said_to_be_one(tmp_path):
    huge = LesionLookSettings(diameter_mm=(118.0, 119.0, 120.0, 121.0, 122.0))
    settings = COARSE.model_copy(update={"lesion": huge})
    patient = simulate_world2_patient(settings, SEED, 3)
    assert is_large(patient.roi)
    assert "roi_large" in {warning.code for warning in patient.to_case().warnings}
    table = write_cohort(settings, 1, SEED, tmp_path)
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert set(rows[0]) > {"large_roi", "latent_size"}
