"""Features of several sequences: each named by its own, and only those that are wanted."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.icc_filter import IccFilter
from TACEResponseLib.evidence.radiomics import lesion_features as module
from TACEResponseLib.evidence.radiomics.branch import RadiomicsBranch, RadiomicsRecipe
from TACEResponseLib.evidence.radiomics.lesion_features import lesion_features
from TACEResponseLib.evidence.radiomics.settings import (
    ExtractionSettings,
    RadiomicsSettings,
)
from TACEResponseLib.imaging.settings import MrZScore
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord

Maker = Callable[..., RadiomicsSettings]
BOTH = (ImageSequence.MR_T2, ImageSequence.MR_ARTERIAL)
MEAN, VOLUME = "original_firstorder_Mean", "original_shape_VoxelVolume"
DIAMETER = "original_shape_Maximum2DDiameterSlice"


def test_each_sequence_has_its_own_features_under_its_name(
    mr_case: Case, make_settings: Maker
) -> None:
    features = RadiomicsRecipe(make_settings(sequences=BOTH)).prepare(mr_case)
    one = RadiomicsRecipe(make_settings(sequences=BOTH[:1])).prepare(mr_case)
    assert {name.partition(":")[0] for name in features} == {"mr_t2", "mr_arterial"}
    assert len(features) == 2 * len(one) == 2 * 32
    assert {f"mr_t2:{name}": value for name, value in one.items()}.items() <= features.items()
    # The second image is half as bright, which a z-score takes out; the lesion has one volume.
    assert features[f"mr_arterial:{MEAN}"] == pytest.approx(features[f"mr_t2:{MEAN}"], rel=1e-5)
    assert features[f"mr_arterial:{VOLUME}"] == features[f"mr_t2:{VOLUME}"]


def test_a_sequence_without_a_wanted_feature_is_not_looked_at(
    mr_case: Case, make_settings: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs: list[tuple[str, Any]] = []
    extract = module.extract_features

    def spy(volume: Any, mask: Any, settings: Any, expected: Any) -> Mapping[str, float]:
        pairs.append((f"{volume.voxels.max():.0f}", expected))
        return extract(volume, mask, settings, expected)

    monkeypatch.setattr(module, "extract_features", spy)
    expected = (f"mr_arterial:{MEAN}",)
    features = lesion_features(mr_case, make_settings(sequences=BOTH), expected)
    assert tuple(features) == expected
    brightest = mr_case.images[ImageSequence.MR_ARTERIAL].voxels.max()
    assert pairs == [(f"{brightest:.0f}", (MEAN,))]


def fitted(settings: RadiomicsSettings, names: tuple[str, ...]) -> RadiomicsBranch:
    rng = np.random.default_rng(2)
    labels = np.tile([0, 1], 30)
    prepared = [
        {names[0]: 100 + 15 * label + rng.normal(0, 10), names[1]: rng.normal(50, 9)}
        for label in labels
    ]
    return RadiomicsRecipe(settings).fit(prepared, labels, seed=1)


def test_contributions_and_warnings_name_the_sequence(mr_case: Case, make_settings: Maker) -> None:
    names = (f"mr_arterial:{MEAN}", f"mr_t2:{MEAN}")
    result = fitted(make_settings(sequences=BOTH), names).predict(mr_case)
    assert tuple(f.name for f in result.features) == names
    assert [f.ibsi_code for f in result.features] == ["Q4LE", "Q4LE"]
    assert f"mr_t2:{MEAN} (" in result.warnings[0].message


def test_a_prediction_is_that_of_the_prepared_case(mr_case: Case, make_settings: Maker) -> None:
    settings = make_settings(sequences=BOTH)
    branch = fitted(settings, (f"mr_arterial:{MEAN}", f"mr_t2:{VOLUME}"))
    prepared = RadiomicsRecipe(settings).prepare(mr_case)
    assert branch.predict(mr_case).logit == branch.logits([prepared])[0]


def test_the_unit_of_mr_does_not_matter_after_a_z_score(
    mr_case: Case, make_settings: Maker
) -> None:
    extraction = ExtractionSettings(
        name="z",
        spacing_mm=None,
        bin_width=0.1,
        intensity=MrZScore(),
        feature_classes=("firstorder", "glcm"),
    )
    features = RadiomicsRecipe(make_settings(sequences=BOTH, extraction=extraction)).prepare(
        mr_case
    )
    for name, value in features.items():
        if name.startswith("mr_t2:"):
            twin = features[name.replace("mr_t2", "mr_arterial")]
            assert value == pytest.approx(twin, rel=1e-3, abs=1e-5), name


def test_a_roi_that_is_too_small_names_the_sequence(mr_case: Case, make_settings: Maker) -> None:
    extraction = ExtractionSettings(name="coarse", spacing_mm=10.0, intensity=MrZScore())
    with pytest.raises(InputError, match="--roi on mr_t2: must hold at least 8 voxels"):
        RadiomicsRecipe(make_settings(sequences=BOTH, extraction=extraction)).prepare(mr_case)


def test_given_features_are_the_only_ones_computed(ball_case: Case, make_settings: Maker) -> None:
    settings = make_settings(selection="given", given=(DIAMETER,))
    assert tuple(RadiomicsRecipe(settings).prepare(ball_case)) == (DIAMETER,)


@pytest.mark.parametrize("selection", ["rfe", "given"])
def test_a_table_of_all_features_stands_for_the_images(
    ball_case: Case, make_settings: Maker, selection: str
) -> None:
    given = (DIAMETER,) if selection == "given" else ()
    recipe = RadiomicsRecipe(make_settings(selection=selection, given=given))
    prepared = recipe.prepare(ball_case)
    table = {**prepared, "n_lesions": 2.0, "mr_t2:original_shape_Sphericity": 0.9}
    assert recipe.from_features(ClinicalRecord(), table) == prepared
    del table[DIAMETER]
    assert recipe.from_features(ClinicalRecord(), table) is None
    assert recipe.from_features(ClinicalRecord(), {}) is None


def test_a_second_reading_in_a_table_is_taken_for_the_filter_alone(make_settings: Maker) -> None:
    table = {DIAMETER: 30.0, f"reader2:{DIAMETER}": 31.0}
    settings = make_settings(selection="given", given=(DIAMETER,))
    assert RadiomicsRecipe(settings).from_features(ClinicalRecord(), table) == {DIAMETER: 30.0}
    filtered = settings.model_copy(update={"icc": IccFilter()})
    assert RadiomicsRecipe(filtered).from_features(ClinicalRecord(), table) == table


def test_only_what_prepares_shapes_the_preparation(make_settings: Maker) -> None:
    plain = make_settings()
    assert make_settings(classifier="knn", n_features=9, name="other").preparation == (
        plain.preparation
    )
    for other in (
        make_settings(lesion="union"),
        make_settings(sequences=(ImageSequence.CT_DELAYED,)),
        make_settings(selection="given", given=(DIAMETER,)),
        make_settings(icc=IccFilter()),
        make_settings(extraction=ExtractionSettings(name="small")),
    ):
        assert other.preparation != plain.preparation


def test_mr_without_a_unit_is_refused_where_values_are_read(make_settings: Maker) -> None:
    plain = ExtractionSettings(name="plain")
    with pytest.raises(ValueError, match=r"extraction\.intensity must standardize MR"):
        make_settings(sequences=BOTH, extraction=plain)
    shape = ExtractionSettings(name="shape", feature_classes=("shape",))
    assert make_settings(sequences=BOTH, extraction=shape).extraction == shape
    assert make_settings(extraction=plain).extraction == plain
