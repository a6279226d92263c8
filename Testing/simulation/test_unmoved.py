"""What shipped bundles were trained on stays to the bit: pasted from the program of 1.0.0."""

import hashlib

import pytest

from TACEResponseLib.simulation.patient import simulate_patient, simulate_truth
from TACEResponseLib.simulation.settings import GridSettings, SimulationSettings

# Seed 1, made before response classes and clinical records came in.
# By processor: their vector units round the last digit of a transform in their own ways.
IMAGE_0 = (
    "cda551109b68d7a7918e409e50779913e31011d5f0774626415b9933421b9186",
    "abc1c530fb66fa949a8570ff6e90adf86b1bf2b8bec6e1ddcb4dd05d9e41eb09",
)
ROI_0 = "979a7a29dc430cc5c63d0cde8c333799c7e043a9a2a4aab7a22677e445c0231b"
IMAGE_COARSE = (
    "42bf9ea930811921a8399a17077ebf851e30002ee521104e643757830a7a8ce4",
    "50459f3efc44e4c00ba4d1179978ed70d02afa4ad9fe06b8f25165d8f74dab38",
)
RESPONSES = "00101110001000001111011110000010010101101110111100"
PROBABILITIES = "94e46c1d7cd31296ccaf00bfed3a41f1c5c8868e7cf91c84937b0dc3fa01945e"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_responses_and_probabilities_of_ct_patients_have_not_moved():
    truths = [simulate_truth(SimulationSettings(), 1, index) for index in range(50)]
    assert "".join(str(truth.response) for truth in truths) == RESPONSES
    assert sha256("".join(repr(t.probability) for t in truths).encode()) == PROBABILITIES


@pytest.mark.parametrize(
    ("settings", "images"),
    [
        (SimulationSettings(), IMAGE_0),
        (
            SimulationSettings(
                grid=GridSettings(size_ijk=(110, 85, 20), spacing_mm=(3.0, 3.0, 6.0))
            ),
            IMAGE_COARSE,
        ),
    ],
    ids=["full", "coarse"],
)
def test_images_of_ct_patients_have_not_moved(settings, images):
    patient = simulate_patient(settings, 1, 0)
    if settings == SimulationSettings():
        assert sha256(patient.roi.labels.tobytes()) == ROI_0
    assert sha256(patient.image.voxels.tobytes()) in images
