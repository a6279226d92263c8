"""Which slices a picture shows, and that it shows them as radiologists do."""

from collections.abc import Callable

import numpy as np
import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.evidence.branch import SaliencyMap
from TACEResponseLib.output.pictures.slices import WIDTH_TO_HEIGHT, field_of_view, shown_slices
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction

SEQUENCE = ImageSequence.CT_ARTERIAL


@pytest.fixture
def saliency(ball_case: Case, make_prediction: Callable[..., Prediction]) -> SaliencyMap:
    return make_prediction(ball_case).branches[0].saliency[SEQUENCE]


def test_the_most_salient_slices_are_shown_superior_first(
    ball_case: Case, saliency: SaliencyMap
) -> None:
    shown = shown_slices(ball_case, SEQUENCE, saliency)
    sums = saliency.volume.voxels.sum(axis=(1, 2))
    assert {s.index for s in shown} == set(np.argsort(-sums, kind="stable")[:3].tolist())
    assert [s.z_mm for s in shown] == sorted((s.z_mm for s in shown), reverse=True)


def test_an_interpolated_slice_is_called_so(ball_case: Case, saliency: SaliencyMap) -> None:
    origins = {s.index: s.origin for s in shown_slices(ball_case, SEQUENCE, saliency)}
    assert origins[saliency.interpolated_slices[0]] == "interpolated"
    for index in set(origins) & set(saliency.scored_slices):
        assert origins[index] == "scored"


def test_without_a_map_the_largest_slices_of_the_lesion_are_shown(ball_case: Case) -> None:
    shown = shown_slices(ball_case, SEQUENCE, None)
    area = ball_case.mask(SEQUENCE, 1).sum(axis=(1, 2))
    assert {s.index for s in shown} == set(np.argsort(-area, kind="stable")[:3].tolist())
    assert all(s.saliency is None and s.origin == "not scored" for s in shown)


def test_air_is_black_and_the_lesion_bright_in_the_liver_window(
    ball_case: Case, saliency: SaliencyMap
) -> None:
    shown = shown_slices(ball_case, SEQUENCE, saliency)[1]
    # 120 HU in a window of -60 to 180 is three quarters up; noise is averaged out.
    assert shown.image[shown.lesions == 1].mean() == pytest.approx(0.75, abs=0.02)
    assert shown.image.min() == 0


def test_the_field_of_view_keeps_its_shape_and_stays_inside() -> None:
    from TACEResponseLib.imaging.geometry import Geometry

    geometry = Geometry(
        size_ijk=(400, 300, 2),
        spacing_mm=(1.0, 1.0, 5.0),
        origin_lps=(0, 0, 0),
        direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )
    lesion = np.zeros(geometry.shape_kji, dtype=bool)
    lesion[:, 5:25, 380:395] = True
    rows, columns = field_of_view(lesion, geometry)
    assert (rows.start, columns.stop) == (0, 400)
    assert rows.stop - rows.start == 160
    assert columns.stop - columns.start == round(160 * WIDTH_TO_HEIGHT)
