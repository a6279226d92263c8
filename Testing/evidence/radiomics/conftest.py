"""A case of two MR sequences, and settings that branches of these tests start from."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.radiomics.settings import ExtractionSettings, RadiomicsSettings
from TACEResponseLib.imaging.settings import MrZScore
from TACEResponseLib.imaging.volume import Acquisition
from TACEResponseLib.patient.case import Case

T2, ARTERIAL = ImageSequence.MR_T2, ImageSequence.MR_ARTERIAL


@pytest.fixture(scope="session")
def mr_case(ball_case: Case) -> Case:
    """The ball in two sequences: as it is, shifted to be positive, and half as bright."""
    image = ball_case.images[ImageSequence.CT_ARTERIAL]
    voxels = image.voxels.astype("float64") + 1100
    acquisition = Acquisition(modality="MR")
    images = {
        T2: replace(image, voxels=voxels, acquisition=acquisition),
        ARTERIAL: replace(image, voxels=voxels / 2, acquisition=acquisition),
    }
    return Case(case_id="P001", images=images, roi=ball_case.roi)


@pytest.fixture
def make_settings() -> Callable[..., RadiomicsSettings]:
    return build_settings


def build_settings(**changes: Any) -> RadiomicsSettings:
    """Two of shape and first order on arterial CT, unless told otherwise; MR by z-score."""
    sequences = changes.get("sequences", (ImageSequence.CT_ARTERIAL,))
    is_mr = str(sequences[0]).startswith("mr_")
    fixed: dict[str, Any] = {
        "sequences": sequences,
        "extraction": ExtractionSettings(
            name="small",
            spacing_mm=None,
            feature_classes=("shape", "firstorder"),
            intensity=MrZScore() if is_mr else None,
        ),
        "n_features": 2,
        "n_trees": 20,
        "dense": {"hidden_units": 8, "epochs": 20},
    }
    return RadiomicsSettings.model_validate(fixed | changes)
