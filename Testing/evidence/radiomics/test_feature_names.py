"""Names: those of a parameter set without computing any, and of several sequences."""

import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.radiomics.extraction import extract_features
from TACEResponseLib.evidence.radiomics.feature_names import (
    names_by_sequence,
    parameter_set_names,
    plain_name,
    qualified_name,
)
from TACEResponseLib.evidence.radiomics.settings import ExtractionSettings
from TACEResponseLib.patient.case import Case

T2, ARTERIAL = ImageSequence.MR_T2, ImageSequence.MR_ARTERIAL
MEAN = "original_firstorder_Mean"


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # pyradiomics' own, on LoG
def test_names_are_those_that_an_extraction_gives(ball_case: Case) -> None:
    settings = ExtractionSettings(
        name="wide",
        spacing_mm=3.0,
        image_types=("Original", "LoG", "Wavelet"),
        log_sigma_mm=(1.0, 2.5),
        feature_classes=("shape", "firstorder"),
    )
    image = ball_case.images[ImageSequence.CT_ARTERIAL]
    features = extract_features(image, ball_case.mask(ImageSequence.CT_ARTERIAL, 1), settings)
    names = parameter_set_names(settings)
    assert len(set(names)) == len(names)
    assert set(names) == set(features)


def test_a_parameter_set_has_the_published_number_of_features() -> None:
    # 107 of an original image; S4's 1167 less pyradiomics' 37 diagnostics are 1130, with three LoG
    # filters and eight wavelet bands, which have no shape.
    assert len(parameter_set_names(ExtractionSettings(name="original"))) == 107
    whole = ExtractionSettings(
        name="whole", image_types=("Original", "LoG", "Wavelet"), log_sigma_mm=(1.0, 2.0, 3.0)
    )
    assert len(parameter_set_names(whole)) == 107 + 11 * 93 == 1130


def test_names_of_several_sequences_come_back_by_sequence() -> None:
    both = [qualified_name(MEAN, sequence, (T2, ARTERIAL)) for sequence in (T2, ARTERIAL)]
    assert both == [f"mr_t2:{MEAN}", f"mr_arterial:{MEAN}"]
    assert names_by_sequence(both, (T2, ARTERIAL)) == {T2: (MEAN,), ARTERIAL: (MEAN,)}
    assert names_by_sequence(both[1:], (T2, ARTERIAL)) == {ARTERIAL: (MEAN,)}


def test_the_name_of_a_single_sequence_stays_as_it_is() -> None:
    assert qualified_name(MEAN, T2, (T2,)) == MEAN
    assert names_by_sequence([MEAN], (T2,)) == {T2: (MEAN,)}


def test_an_unknown_sequence_is_refused() -> None:
    with pytest.raises(ValueError, match="mr_t7"):
        names_by_sequence([f"mr_t7:{MEAN}"], (T2, ARTERIAL))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (MEAN, "mean (intensity)"),
        ("original_shape_Maximum2DDiameterSlice", "maximum 2D diameter slice (shape)"),
        ("mr_t2:wavelet-LLH_glcm_ClusterShade", "cluster shade (GLCM, wavelet-LLH, mr_t2)"),
        ("something", "something"),
    ],
)
def test_a_reader_gets_plain_names(name: str, words: str) -> None:
    assert plain_name(name) == words
