import hashlib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt
from scipy.stats import spearmanr

from TACEResponseLib.simulation.patient import simulate_patient, simulate_truth
from TACEResponseLib.simulation.settings import (
    GridSettings,
    LawSettings,
    ScannerSettings,
    SimulationSettings,
    TumorSettings,
)
from TACEResponseLib.simulation.simulated import SimulatedPatient
from TACEResponseLib.simulation.streams import Stream, stream
from Testing.simulation.law_integrals import prevalence

SEED = 41
COARSE = SimulationSettings(grid=GridSettings(size_ijk=(110, 85, 20), spacing_mm=(3.0, 3.0, 6.0)))
# No blur or noise and no doubt about contrast: what is left is what the latents paint.
PERFECT = ScannerSettings(
    offset_hu_sd=0,
    scale_sd=0,
    timing_sd=0,
    noise_hu=(0, 0),
    blur_mm=(0.01, 0.01),
    slice_thickness_mm=(0.01, 0.01),
)
CLEAR = SimulationSettings(
    scanner=PERFECT,
    reader_shift_mm=0,
    tumor=TumorSettings(satellite_share=0),
    grid=GridSettings(size_ijk=(200, 160, 40), spacing_mm=(1.6, 1.6, 3.0)),
)
N_COHORT = 24


def digest(patient: SimulatedPatient) -> str:
    parts = (
        patient.image.voxels.tobytes(),
        patient.roi.labels.tobytes(),
        repr(patient.image.geometry).encode(),
    )
    return hashlib.sha256(b"".join(parts)).hexdigest()


def digest_of(index: int) -> str:
    return digest(simulate_patient(COARSE, SEED, index))


@pytest.fixture(scope="module")
def coarse() -> SimulatedPatient:
    return simulate_patient(COARSE, SEED, 0)


@pytest.fixture(scope="module")
def clear_cohort() -> list[SimulatedPatient]:
    return [simulate_patient(CLEAR, SEED, index) for index in range(N_COHORT)]


def far_from(patient: SimulatedPatient, mm: float) -> np.ndarray:
    """Voxels farther than that from any lesion."""
    spacing = patient.image.geometry.spacing_mm[::-1]
    return np.asarray(distance_transform_edt(~patient.roi.mask, sampling=spacing) > mm)


def latent_values(cohort: list[SimulatedPatient], name: str) -> list[float]:
    return [getattr(patient.truth.look, name) for patient in cohort]


@pytest.fixture(scope="module")
def clear_tumors(clear_cohort: list[SimulatedPatient]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Depth under the border (mm) and HU of every voxel of each tumor."""
    return [tumor_voxels(patient) for patient in clear_cohort]


def tumor_voxels(patient: SimulatedPatient) -> tuple[np.ndarray, np.ndarray]:
    mask, spacing = patient.roi.labels == 1, patient.image.geometry.spacing_mm[::-1]
    box = tuple(slice(max(a.min() - 1, 0), a.max() + 2) for a in np.nonzero(mask))
    mask = mask[box]
    return distance_transform_edt(mask, sampling=spacing)[mask], patient.image.voxels[box][mask]


def test_same_seed_gives_the_same_bytes(coarse):
    assert digest_of(0) == digest(coarse)


def test_another_process_gives_the_same_bytes(coarse):
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        assert pool.submit(digest_of, 0).result() == digest(coarse)


def test_another_index_or_seed_gives_another_patient(coarse):
    others = [simulate_patient(COARSE, SEED, 1), simulate_patient(COARSE, SEED + 1, 0)]
    assert len({digest(coarse), *map(digest, others)}) == 3


def test_flipping_the_response_leaves_every_byte_of_the_image(coarse):
    always, never = (
        simulate_patient(
            COARSE.model_copy(update={"law": LawSettings(intercept=intercept)}), SEED, 0
        )
        for intercept in (60.0, -60.0)
    )
    assert (always.response, never.response) == (1, 0)
    assert digest(always) == digest(never) == digest(coarse)


@pytest.mark.parametrize(
    "changed",
    [
        {"enhancement_hu": (60.0, 140.0)},
        {"rim_hu": (80.0, 150.0)},
        {"necrosis_share": (0.3, 0.5)},
        {"texture_hu": (40.0, 60.0)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_latents_leave_no_trace_away_from_the_tumor(changed):
    base = COARSE.model_copy(update={"tumor": TumorSettings(satellite_share=0)})
    other = COARSE.model_copy(update={"tumor": TumorSettings(satellite_share=0, **changed)})
    first, second = simulate_patient(base, SEED, 2), simulate_patient(other, SEED, 2)
    assert digest(first) != digest(second)
    away = far_from(first, 14)
    np.testing.assert_array_equal(first.image.voxels[away], second.image.voxels[away])


def test_size_leaves_no_trace_away_from_the_larger_tumor():
    small, large = (
        COARSE.model_copy(
            update={"tumor": TumorSettings(satellite_share=0, diameter_mm=(d, d + 1))}
        )
        for d in (30.0, 60.0)
    )
    first, second = simulate_patient(small, SEED, 2), simulate_patient(large, SEED, 2)
    away = far_from(second, 16)
    np.testing.assert_array_equal(first.image.voxels[away], second.image.voxels[away])


def test_measured_diameter_agrees_with_the_latent(clear_cohort):
    points = np.array(latent_values(clear_cohort, "diameter_mm"))
    measured = [p.to_case().largest_lesion.longest_axial_diameter_mm for p in clear_cohort]
    ratio = np.array(measured) / points
    assert np.median(ratio) == pytest.approx(1.0, abs=0.05)
    assert ((ratio > 0.88) & (ratio < 1.15)).all()


def test_measured_enhancement_follows_the_latent(clear_cohort, clear_tumors):
    measured = [np.percentile(hu[depth > 4.5], 70) for depth, hu in clear_tumors]
    assert spearmanr(measured, latent_values(clear_cohort, "enhancement_hu"))[0] > 0.8


def test_measured_rim_follows_the_latent(clear_cohort, clear_tumors):
    measured = [
        hu[(depth > 1) & (depth < 2.2)].mean() - hu[(depth > 4.5) & (hu > 45)].mean()
        for depth, hu in clear_tumors
    ]
    assert spearmanr(measured, latent_values(clear_cohort, "rim_hu"))[0] > 0.8


def test_measured_necrosis_follows_the_latent(clear_cohort, clear_tumors):
    measured = [(hu < 45).mean() for _, hu in clear_tumors]
    assert spearmanr(measured, latent_values(clear_cohort, "necrosis_share"))[0] > 0.8


def test_measured_texture_follows_the_latent(clear_cohort, clear_tumors):
    measured = [hu[(depth > 4.5) & (hu > 45)].std() for depth, hu in clear_tumors]
    assert spearmanr(measured, latent_values(clear_cohort, "texture_hu"))[0] > 0.8


def test_image_is_hounsfield_units_that_no_check_objects_to():
    patient = simulate_patient(SimulationSettings(), SEED, 3)
    voxels = patient.image.voxels
    assert voxels.dtype == np.int16
    assert np.percentile(voxels, 5) == pytest.approx(-1000, abs=20)
    assert voxels.max() > 350
    case = patient.to_case()
    # One tumor of those that the record counts is drawn.
    assert {warning.code for warning in case.warnings} <= {"number_differs"}
    assert case.largest_lesion.label == 1
    assert case.case_id == "SIM-000003"


def test_grid_lies_along_lps_axes_away_from_the_origin(coarse):
    geometry = coarse.image.geometry
    np.testing.assert_array_equal(geometry.direction, np.eye(3))
    assert coarse.roi.geometry == geometry
    assert all(o != 0 and o * 2 == round(o * 2) for o in geometry.origin_lps)


def test_truth_needs_no_image(coarse):
    assert simulate_truth(COARSE, SEED, 0) == coarse.truth
    assert coarse.probability == coarse.truth.probability


def test_responders_are_as_frequent_as_their_probabilities_say():
    truths = [simulate_truth(COARSE, 9, index) for index in range(4000)]
    responses = np.array([t.response for t in truths])
    probabilities = np.array([t.probability for t in truths])
    standard_error = np.sqrt((probabilities * (1 - probabilities)).sum()) / 4000
    assert abs(responses.mean() - probabilities.mean()) < 3 * standard_error
    assert responses.mean() == pytest.approx(prevalence(LawSettings()), abs=0.025)


def test_beyond_its_probability_the_response_has_nothing_to_do_with_the_latents():
    truths = [simulate_truth(COARSE, 9, index) for index in range(4000)]
    surprise = np.array([t.response - t.probability for t in truths])
    latents = np.array([list(t.latents.values()) for t in truths])
    for column in (*latents.T, *np.abs(latents).T):
        assert abs(np.corrcoef(surprise, column)[0, 1]) < 4 / np.sqrt(4000)


def test_response_is_drawn_from_a_stream_of_its_own():
    for index in range(40):
        truth = simulate_truth(COARSE, 9, index)
        drawn = stream(9, index, Stream.RESPONSE).random()
        assert truth.response == int(drawn < truth.probability)


def test_some_patients_have_a_smaller_second_lesion():
    always = COARSE.model_copy(update={"tumor": TumorSettings(satellite_share=1)})
    sizes = [
        np.bincount(simulate_patient(always, SEED, index).roi.labels.ravel(), minlength=3)
        for index in range(6)
    ]
    assert sum(size[2] > 0 for size in sizes) >= 4
    assert all(size[2] < size[1] / 3 for size in sizes)


def test_the_reader_draws_about_the_true_border():
    exact, drawn = (
        simulate_patient(COARSE.model_copy(update={"reader_shift_mm": sd}), SEED, 4).roi.mask
        for sd in (0.0, 1.5)
    )
    dice = 2 * (exact & drawn).sum() / (exact.sum() + drawn.sum())
    assert 0.75 < dice < 1


def test_a_negative_index_is_refused():
    with pytest.raises(ValueError, match="non-negative"):
        simulate_truth(COARSE, SEED, -1)
