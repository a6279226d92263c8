"""The branch: exact contributions, honest ranges, codes."""

from collections.abc import Mapping

import numpy as np
import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.radiomics.branch import RadiomicsBranch, RadiomicsRecipe
from TACEResponseLib.evidence.radiomics.ibsi import IBSI_CODES, ibsi_code
from TACEResponseLib.evidence.radiomics.lesion_features import scored_lesions
from TACEResponseLib.evidence.radiomics.selection import select_features
from TACEResponseLib.evidence.radiomics.settings import ExtractionSettings, RadiomicsSettings
from TACEResponseLib.evidence.radiomics.state import RadiomicsState
from TACEResponseLib.patient.case import Case

NAMES = [
    f"original_firstorder_{name}"
    for name in ("Mean", "Median", "Energy", "Entropy", "Range", "Skewness", "Uniformity")
]


def settings(**changes: object) -> RadiomicsSettings:
    fixed = {
        "sequences": (ImageSequence.CT_ARTERIAL,),
        "extraction": ExtractionSettings(
            name="small", spacing_mm=None, feature_classes=("shape", "firstorder")
        ),
        "n_features": 2,
    }
    return RadiomicsSettings(**fixed | changes)


def test_without_selection_all_that_vary_are_kept() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(20, len(NAMES)))
    values[:, 6] = 0.25
    kept = select_features(values, np.tile([0, 1], 10), NAMES, settings(selection="none"))
    assert set(kept) == set(NAMES[:6])


def prepared(n: int = 60) -> tuple[list[Mapping[str, float]], np.ndarray]:
    """Patients whose features have the names of a real extraction."""
    rng = np.random.default_rng(2)
    labels = np.tile([0, 1], n // 2)
    return [
        {
            "original_firstorder_Mean": 100 + 15 * label + rng.normal(0, 10),
            "original_firstorder_Entropy": rng.normal(2, 0.5),
            "original_shape_Sphericity": rng.uniform(0.7, 0.95),
        }
        for label in labels
    ], labels


@pytest.fixture(scope="module")
def branch() -> RadiomicsBranch:
    return RadiomicsRecipe(settings()).fit(*prepared(), seed=1)


def test_a_case_gets_the_selected_features_with_code_score_and_contribution(
    branch: RadiomicsBranch, ball_case: Case
) -> None:
    result = branch.predict(ball_case)
    features = {f.name: f for f in result.features}
    assert tuple(features) == branch.state.feature_names
    mean = features["original_firstorder_Mean"]
    # The ball of the case is 60 HU over a body of 60 HU, with little noise.
    assert mean.value == pytest.approx(120, abs=1)
    index = branch.state.feature_names.index(mean.name)
    expected = (mean.value - branch.state.mean[index]) / branch.state.sd[index]
    assert mean.z_score == pytest.approx(expected)
    assert mean.ibsi_code == "Q4LE"
    assert result.logit == pytest.approx(
        sum(f.contribution or 0 for f in result.features)
        + branch.pipeline.named_steps["classify"].intercept_[0]
    )
    assert result.probability == pytest.approx(1 / (1 + np.exp(-result.logit)))


def test_a_value_beyond_the_training_cohort_is_warned_of(
    branch: RadiomicsBranch, ball_case: Case
) -> None:
    narrow = branch.state.model_copy(update={"maximum": tuple(m - 1e6 for m in branch.state.mean)})
    warned = RadiomicsBranch(branch.settings, narrow, branch.pipeline).predict(ball_case)
    assert [w.code for w in warned.warnings] == ["feature_outside_training_range"]
    assert "2 of 2 features" in warned.warnings[0].message
    wide = branch.state.model_copy(update={"minimum": (-1e9, -1e9), "maximum": (1e9, 1e9)})
    assert not RadiomicsBranch(branch.settings, wide, branch.pipeline).predict(ball_case).warnings


def test_a_value_just_beyond_is_not_said_to_be_nothing_beyond(
    branch: RadiomicsBranch, ball_case: Case
) -> None:
    values = {f.name: f.value for f in branch.predict(ball_case).features}
    edge = tuple(
        values[name] - step * sd
        for name, step, sd in zip(
            branch.state.feature_names, (0.01, 2.0), branch.state.sd, strict=True
        )
    )
    state = branch.state.model_copy(update={"minimum": (-1e9, -1e9), "maximum": edge})
    beyond = RadiomicsBranch(branch.settings, state, branch.pipeline)
    (warning,) = beyond.predict(ball_case).warnings
    assert "(2.0 SD beyond)" in warning.message
    assert "(less than 0.1 SD beyond)" in warning.message


def test_the_largest_lesion_or_all_but_specks_are_scored(ball_case: Case) -> None:
    assert scored_lesions(ball_case, settings()) == (1,)
    assert scored_lesions(ball_case, settings(lesion="union")) == (1, 2)
    union = RadiomicsRecipe(settings(lesion="union")).prepare(ball_case)
    largest = RadiomicsRecipe(settings()).prepare(ball_case)
    name = "original_shape_VoxelVolume"
    volumes = [lesion.volume_ml * 1000 for lesion in ball_case.lesions]
    assert largest[name] == pytest.approx(volumes[0])
    assert union[name] == pytest.approx(sum(volumes))


def test_a_state_of_unequal_lengths_is_refused() -> None:
    with pytest.raises(ValueError, match="one a feature"):
        RadiomicsState(feature_names=("a",), mean=(1, 2), sd=(1,), minimum=(0,), maximum=(2,))


def test_codes_are_four_characters_unique_and_name_real_features() -> None:
    from radiomics import getFeatureClasses

    codes = [code for by_name in IBSI_CODES.values() for code in by_name.values()]
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 4 for code in codes)
    for feature_class, by_name in IBSI_CODES.items():
        known = getFeatureClasses()[feature_class].getFeatureNames()
        assert set(by_name) <= set(known), feature_class


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("original_glcm_Contrast", "ACUI"),
        ("wavelet-LLH_glcm_Contrast", "ACUI"),
        ("original_ngtdm_Contrast", "65HE"),
        ("original_glcm_MCC", None),
        ("original_shape_Maximum2DDiameterRow", None),
    ],
)
def test_a_code_is_found_by_class_and_feature(name: str, code: str | None) -> None:
    assert ibsi_code(name) == code
