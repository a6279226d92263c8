import hashlib

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt
from scipy.stats import spearmanr

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.simulation.mr.patient import simulate_mr_patient, simulate_mr_truth
from TACEResponseLib.simulation.mr.settings import (
    MrLawSettings,
    MrScannerSettings,
    MrSimulationSettings,
    MrTumorSettings,
)
from TACEResponseLib.simulation.mr.tissue import MR_SEQUENCES
from TACEResponseLib.simulation.settings import GridSettings
from TACEResponseLib.simulation.simulated import SimulatedPatient

SEED = 23
T2, ARTERIAL, DELAYED = (
    ImageSequence.MR_T2,
    ImageSequence.MR_ARTERIAL,
    ImageSequence.MR_DELAYED,
)
COARSE = MrSimulationSettings(grid=GridSettings(size_ijk=(84, 66, 16), spacing_mm=(4.0, 4.0, 7.5)))
# No gain, coil, noise, blur or motion: what is left is what the latents paint.
CLEAR = MrSimulationSettings(
    scanner=MrScannerSettings(
        gain=10,
        gain_sd=0,
        bias_sd=0,
        noise=(0, 0),
        timing_sd=0,
        blur_mm=(0.01, 0.01),
        misregistration_mm=0,
    ),
    tumor=MrTumorSettings(satellite_share=0),
    reader_shift_mm=0,
)
N_COHORT = 16


def digest(patient: SimulatedPatient) -> str:
    parts = [volume.voxels.tobytes() for volume in patient.images.values()]
    rois = [*patient.sequence_rois.values(), patient.roi, patient.roi_reader2]
    parts += [roi.labels.tobytes() for roi in rois]
    parts += [repr(patient.roi.geometry).encode()]
    return hashlib.sha256(b"".join(parts)).hexdigest()


@pytest.fixture(scope="module")
def coarse() -> SimulatedPatient:
    return simulate_mr_patient(COARSE, SEED, 0)


@pytest.fixture(scope="module")
def clear_cohort() -> list[SimulatedPatient]:
    return [simulate_mr_patient(CLEAR, SEED, index) for index in range(N_COHORT)]


def inner(patient: SimulatedPatient, sequence: ImageSequence, *, low: float, high: float):
    """Signal of one sequence between two depths under the tumor's border, mm."""
    tumor = patient.sequence_rois[sequence].labels == 1
    box = tuple(slice(max(a.min() - 1, 0), a.max() + 2) for a in np.nonzero(tumor))
    depth = distance_transform_edt(tumor[box], sampling=patient.roi.geometry.spacing_mm[::-1])
    return patient.images[sequence].voxels[box][(depth > low) & (depth < high)] / 10


def looks(cohort: list[SimulatedPatient], name: str) -> list[float]:
    return [getattr(patient.truth.look, name) for patient in cohort]


def test_same_seed_gives_the_same_bytes(coarse):
    assert digest(simulate_mr_patient(COARSE, SEED, 0)) == digest(coarse)


def test_another_index_or_seed_gives_another_patient(coarse):
    others = [simulate_mr_patient(COARSE, SEED, 1), simulate_mr_patient(COARSE, SEED + 1, 0)]
    assert len({digest(coarse), *map(digest, others)}) == 3


def test_flipping_the_response_leaves_every_byte_of_images_and_record(coarse):
    always, never = (
        simulate_mr_patient(
            COARSE.model_copy(update={"law": MrLawSettings(intercept=intercept)}), SEED, 0
        )
        for intercept in (60.0, -60.0)
    )
    assert (always.response, never.response) == (1, 0)
    assert digest(always) == digest(never) == digest(coarse)
    assert always.truth.clinical == never.truth.clinical


@pytest.mark.parametrize(
    "changed",
    [
        {"enhancement": (60.0, 140.0)},
        {"washout": (40.0, 70.0)},
        {"t2_signal": (90.0, 160.0)},
        {"rim": (80.0, 150.0)},
        {"necrosis_share": (0.3, 0.5)},
        {"texture": (40.0, 60.0)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_latents_leave_no_trace_away_from_the_tumor(changed):
    base = COARSE.model_copy(update={"tumor": MrTumorSettings(satellite_share=0)})
    other = COARSE.model_copy(update={"tumor": MrTumorSettings(satellite_share=0, **changed)})
    first, second = simulate_mr_patient(base, SEED, 2), simulate_mr_patient(other, SEED, 2)
    assert digest(first) != digest(second)
    spacing = first.roi.geometry.spacing_mm[::-1]
    away = distance_transform_edt(~first.roi.mask, sampling=spacing) > 20
    for sequence in MR_SEQUENCES:
        np.testing.assert_array_equal(
            first.images[sequence].voxels[away], second.images[sequence].voxels[away]
        )


def test_measured_enhancement_washout_and_t2_follow_the_latents(clear_cohort):
    for sequence, name, sign in (
        (ARTERIAL, "enhancement", 1),
        (DELAYED, "washout", -1),
        (T2, "t2_signal", 1),
    ):
        # Necrosis is dark on T1 and bright on T2.
        percentile = 40 if sequence is T2 else 75
        measured = [
            np.percentile(inner(p, sequence, low=5, high=99), percentile) for p in clear_cohort
        ]
        assert sign * spearmanr(measured, looks(clear_cohort, name))[0] > 0.75, name


def test_measured_rim_follows_the_latent(clear_cohort):
    measured = [
        np.mean(inner(p, DELAYED, low=0.5, high=2.5))
        - np.percentile(inner(p, DELAYED, low=5, high=99), 75)
        for p in clear_cohort
    ]
    assert spearmanr(measured, looks(clear_cohort, "rim"))[0] > 0.75


def test_measured_necrosis_and_texture_follow_the_latents(clear_cohort):
    dead = [np.mean(inner(p, DELAYED, low=0, high=99) < 68) for p in clear_cohort]
    assert spearmanr(dead, looks(clear_cohort, "necrosis_share"))[0] > 0.75
    rough = [
        np.std([v for v in inner(p, ARTERIAL, low=5, high=99) if v > 78]) for p in clear_cohort
    ]
    assert spearmanr(rough, looks(clear_cohort, "texture"))[0] > 0.75


def test_measured_diameter_agrees_with_the_latent(clear_cohort):
    points = np.array(looks(clear_cohort, "diameter_mm"))
    measured = [p.to_case().largest_lesion.longest_axial_diameter_mm for p in clear_cohort]
    ratio = np.array(measured) / points
    assert np.median(ratio) == pytest.approx(1.0, abs=0.08)


def test_sequences_are_read_apart_where_a_breath_moved_the_liver():
    settings = COARSE.model_copy(
        update={"scanner": MrScannerSettings(misregistration_mm=6.0), "reader_shift_mm": 0.0}
    )
    patient = simulate_mr_patient(settings, SEED, 1)
    masks = [roi.mask for roi in patient.sequence_rois.values()]
    assert any((mask != patient.roi.mask).any() for mask in masks)
    np.testing.assert_array_equal(patient.sequence_rois[ARTERIAL].mask, patient.roi.mask)
    assert all(abs(int(mask.sum()) / int(patient.roi.mask.sum()) - 1) < 0.35 for mask in masks)


def test_case_has_five_sequences_no_warning_and_a_record():
    patient = simulate_mr_patient(MrSimulationSettings(), SEED, 3)
    case = patient.to_case()
    assert tuple(case.images) == MR_SEQUENCES
    # One tumor of those that the record counts is drawn.
    assert {warning.code for warning in case.warnings} <= {"number_differs"}
    assert case.clinical.values["child_pugh_class"] in ("A", "B")
    assert case.case_id == "SIM-000003"
    assert all(v.voxels.dtype == np.int16 and v.voxels.min() >= 0 for v in case.images.values())


def test_truth_needs_no_image(coarse):
    assert simulate_mr_truth(COARSE, SEED, 0) == coarse.truth
