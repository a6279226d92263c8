"""The overview picture: there, of A5 size, with contours, map and words in place."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.output.pictures.overview import draw_overview
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction


def pixels(path: Path) -> np.ndarray:
    from matplotlib.image import imread

    return imread(path)[..., :3]


def colored(picture: np.ndarray) -> np.ndarray:
    """Pixels that are not grey."""
    return np.ptp(picture, axis=-1) > 0.3


@pytest.fixture
def picture(
    ball_case: Case, make_prediction: Callable[..., Prediction], tmp_path: Path
) -> np.ndarray:
    draw_overview(ball_case, make_prediction(ball_case), tmp_path / "overview.png")
    return pixels(tmp_path / "overview.png")


def test_the_picture_prints_at_a5_with_200_dots_an_inch(picture: np.ndarray) -> None:
    assert picture.shape[:2] == (1166, 1654)


def test_the_map_lies_over_the_lower_row_alone(picture: np.ndarray) -> None:
    # The map's colors are warm, the contour's is cyan: red above blue tells them apart.
    warm = colored(picture) & (picture[..., 0] > picture[..., 2] + 0.2)
    upper, lower = warm[300:560, 100:1400], warm[640:900, 100:1400]
    assert lower.sum() > 1000
    assert upper.sum() == 0


def test_a_weak_map_looks_weak(
    ball_case: Case, make_prediction: Callable[..., Prediction], tmp_path: Path
) -> None:
    warmth = {}
    for strength in (None, 3.0, 0.2):
        prediction = with_strength(make_prediction(ball_case), strength)
        draw_overview(ball_case, prediction, tmp_path / "overview.png")
        lower = pixels(tmp_path / "overview.png")[600:880, 100:1400]
        warmth[strength] = int((colored(lower) & (lower[..., 0] > lower[..., 2] + 0.2)).sum())
    # Beyond the scale's end a map is as strong as it can look.
    assert warmth[3.0] == pytest.approx(warmth[None], rel=0.05)
    assert warmth[0.2] < 0.05 * warmth[3.0]


def with_strength(prediction: Prediction, strength: float | None) -> Prediction:
    """The same with maps of this strength."""
    branches = tuple(
        replace(b, saliency={s: replace(m, strength=strength) for s, m in b.saliency.items()})
        for b in prediction.branches
    )
    return replace(prediction, branches=branches)


def test_without_a_network_there_is_no_map_and_no_color_bar(
    ball_case: Case, make_prediction: Callable[..., Prediction], tmp_path: Path
) -> None:
    prediction = make_prediction(ball_case, with_saliency=False)
    draw_overview(ball_case, prediction, tmp_path / "overview.png")
    picture = pixels(tmp_path / "overview.png")
    warm = colored(picture) & (picture[..., 0] > picture[..., 2] + 0.2)
    assert warm[250:1000].sum() == 0


def test_the_same_prediction_gives_the_same_picture(
    ball_case: Case, make_prediction: Callable[..., Prediction], tmp_path: Path
) -> None:
    for name in ("a.png", "b.png"):
        draw_overview(ball_case, make_prediction(ball_case), tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_many_warnings_are_cut_with_a_remark_and_never_cover_the_slices(
    ball_case: Case, make_prediction: Callable[..., Prediction], tmp_path: Path
) -> None:
    from TACEResponseLib.output.pictures import overview

    warnings = tuple(
        CaseWarning(code=f"w{n}", message=f"Warning number {n}, " + "many words " * 20)
        for n in range(12)
    )
    prediction = replace(make_prediction(ball_case), warnings=warnings)
    draw_overview(ball_case, prediction, tmp_path / "overview.png")
    from matplotlib.figure import Figure

    figure = Figure(figsize=overview.A5_LANDSCAPE_INCH)
    upper_edge = overview._draw_remarks(figure, prediction)
    lines = figure.texts[-1].get_text().splitlines()
    assert "Further warnings stand in the record." in lines
    assert lines[-1].startswith("Research use only")
    assert upper_edge < 0.3
