"""What is said of a map: its scale, its place, and that it is weak."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.branch import SaliencyShares
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.map_words import map_words, weak_words
from TACEResponseLib.result.prediction import Prediction

CT = ImageSequence.CT_ARTERIAL


def with_map(prediction: Prediction, **known: object) -> Prediction:
    """The same, more known of its map."""
    network = prediction.branches[0]
    network = replace(network, saliency={CT: replace(network.saliency[CT], **known)})
    return replace(prediction, branches=(network, *prediction.branches[1:]))


@pytest.fixture
def prediction(ball_case: Case, make_prediction: Callable[..., Prediction]) -> Prediction:
    return make_prediction(ball_case)


def test_strength_and_place_are_told(prediction: Prediction) -> None:
    shares = SaliencyShares(roi=0.6, rim=0.3, roi_area=0.5, rim_area=0.25)
    assert map_words(with_map(prediction, strength=0.4, shares=shares)) == (
        "Colors: 1 is what one in ten of the training patients' maps exceeds; this one reaches "
        "0.40. 60 % of it lies inside the ROI, 30 % within 10 mm of it."
    )


def test_a_model_without_a_scale_says_so(prediction: Prediction) -> None:
    assert "this model keeps no other scale" in map_words(prediction)
    assert weak_words(prediction) == ""


@pytest.mark.parametrize(("strength", "is_weak"), [(0.0, True), (0.49, True), (0.5, False)])
def test_a_map_below_one_half_is_called_weak(
    prediction: Prediction, strength: float, is_weak: bool
) -> None:
    assert ("is weak" in weak_words(with_map(prediction, strength=strength))) == is_weak


def test_without_a_map_nothing_is_said(
    ball_case: Case, make_prediction: Callable[..., Prediction]
) -> None:
    bare = make_prediction(ball_case, with_saliency=False)
    assert (map_words(bare), weak_words(bare)) == ("", "")
