"""The same patient has the same answer however image and ROI are stored: all that `score` says."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.bundle import Bundle, load_bundle
from TACEResponseLib.evidence.clinical.measures import measure_roi
from TACEResponseLib.evidence.clinical.settings import Measure
from TACEResponseLib.imaging.cropping import box_round, crop
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import read_roi
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.resampling import resample_labels
from TACEResponseLib.imaging.roi.lesions import find_lesions
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.scoring import score
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings
from Testing.coarse_images import CT_GRID
from Testing.storages import Storage, storages

SEQUENCE = ImageSequence.CT_ARTERIAL
ALL_48 = list(storages())
TILT = (0.995004165, -0.099833417, 0.0, 0.099833417, 0.995004165, 0.0, 0.0, 0.0, 1.0)
MEASURES: tuple[Measure, ...] = (
    "log_volume_ml",
    "n_lesions",
    "longest_axial_diameter_mm",
    "longest_diameter_mm",
    "sphericity",
    "surface_to_volume_per_mm",
    "elongation",
    "flatness",
)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle("ct-radiomics-cnn-simulated")


@pytest.fixture(scope="module")
def case() -> Case:
    """A coarse simulated patient round the tumor."""
    whole = simulate_patient(SimulationSettings(grid=CT_GRID), 3, 1).to_case()
    box = box_round(whole.roi.mask, whole.roi.geometry, 40.0)
    image = crop(whole.images[SEQUENCE], box)
    roi = replace(whole.roi, labels=whole.roi.labels[box], geometry=image.geometry)
    return Case(case_id="P1", images={SEQUENCE: image}, roi=roi)


@pytest.fixture(scope="module")
def expected(case: Case, bundle: Bundle) -> Prediction:
    return score(case, bundle)


def assert_same(actual: Prediction, expected: Prediction, turn: Storage) -> None:
    """Every output; the maps interpolate."""
    assert actual.fused.probability == pytest.approx(expected.fused.probability, abs=1e-6)
    assert actual.fused.interval == pytest.approx(expected.fused.interval, abs=1e-6)
    assert [w.message for w in actual.warnings] == [w.message for w in expected.warnings]
    for lesion, known in zip(actual.lesions, expected.lesions, strict=True):
        assert lesion.center_lps == pytest.approx(known.center_lps, abs=1e-6)
        assert lesion.volume_ml == pytest.approx(known.volume_ml)
        assert lesion.longest_axial_diameter_mm == pytest.approx(known.longest_axial_diameter_mm)
    for branch, known in zip(actual.branches, expected.branches, strict=True):
        assert branch.probability == pytest.approx(known.probability, abs=1e-6), branch.name
        values = [f.value for f in branch.features]
        assert values == pytest.approx([f.value for f in known.features], rel=1e-6, abs=1e-9)
        patches = [p.probability for p in branch.patches]
        assert patches == pytest.approx([p.probability for p in known.patches], abs=1e-6)
        for sequence, heat in branch.saliency.items():
            there = known.saliency[sequence].volume
            assert np.abs(turn.back(heat.volume.voxels) - there.voxels).max() < 1e-3
            assert heat.volume.geometry.same_grid(turn.geometry(there.geometry))


def test_a_score_is_equal_in_all_48_storages(
    case: Case, bundle: Bundle, expected: Prediction
) -> None:
    assert expected.branches[0].saliency[SEQUENCE].volume.voxels.max() > 0.5
    for turn in ALL_48:
        assert_same(score(turn.case(case), bundle), expected, turn)


def test_a_real_tumor_has_an_equal_score_in_all_48_storages(
    shared_data: Path, bundle: Bundle
) -> None:
    image, _ = read_image(shared_data / "sts" / "STS_019_CT_image.nii.gz", SEQUENCE)
    roi, _ = read_roi(shared_data / "sts" / "STS_019_CT_mask.nii.gz")
    box = box_round(roi.mask, roi.geometry, 30.0)
    cut, labels = every_third(crop(image, box), roi.labels[box])
    case = with_image(Case(case_id="P1", images={SEQUENCE: image}, roi=roi), cut, labels)
    known = score(case, bundle)
    for turn in ALL_48:
        assert_same(score(turn.case(case), bundle), known, turn)


def every_third(image: Volume, labels: np.ndarray) -> tuple[Volume, np.ndarray]:
    """Every third row and column: an answer is wanted, not a good one."""
    column, row, slice_mm = image.geometry.spacing_mm
    voxels = image.voxels[:, ::3, ::3]
    geometry = replace(
        image.geometry, size_ijk=voxels.shape[::-1], spacing_mm=(3 * column, 3 * row, slice_mm)
    )
    return replace(image, voxels=voxels, geometry=geometry), labels[:, ::3, ::3]


def turned_roi(turn: Storage, roi: Roi) -> Roi:
    return replace(roi, labels=turn.voxels(roi.labels), geometry=turn.geometry(roi.geometry))


def test_measures_of_an_roi_are_equal_in_all_48_storages(case: Case) -> None:
    known = measure_roi(case.roi, MEASURES)
    for turn in ALL_48:
        measures = measure_roi(turned_roi(turn, case.roi), MEASURES)
        assert measures == pytest.approx(known, rel=1e-6), turn


def grid(size: int, spacing: float, start: float, direction: tuple[float, ...]) -> Geometry:
    return Geometry(
        size_ijk=(size, size - 1, size - 2),
        spacing_mm=(spacing,) * 3,
        origin_lps=(start, start, start),
        direction_lps=direction,
    )


@pytest.mark.parametrize("direction", [(1, 0, 0, 0, 1, 0, 0, 0, 1), TILT], ids=["straight", "tilt"])
def test_labels_half_way_between_voxels_fall_alike_in_all_48_storages(
    direction: tuple[float, ...],
) -> None:
    # Centers of the target lie on the faces of the labels' voxels.
    source, target = grid(14, 2.0, 0.0, direction), grid(11, 2.0, 3.0, direction)
    labels = np.random.default_rng(2).integers(0, 4, source.shape_kji).astype(np.uint8)
    known = resample_labels(labels, source, target)
    assert known.any()
    for turn in ALL_48:
        resampled = resample_labels(turn.voxels(labels), turn.geometry(source), target)
        assert np.array_equal(resampled, known), turn
        there = resample_labels(labels, source, turn.geometry(target))
        assert np.array_equal(turn.back(there), known), turn


def test_twin_lesions_are_numbered_alike_in_all_48_storages(
    ball_geometry: Geometry,
) -> None:
    labels = np.zeros(ball_geometry.shape_kji, dtype=np.uint8)
    for k, j, i in ((2, 5, 30), (2, 25, 8), (9, 5, 8), (9, 25, 30)):
        labels[k : k + 4, j : j + 5, i : i + 5] = 1
    roi = Roi(labels=labels, geometry=ball_geometry, names=((1, "Tumor"),))
    known, where = find_lesions(roi)
    for turn in ALL_48:
        lesions, indices = find_lesions(turned_roi(turn, roi))
        assert np.array_equal(turn.back(indices), where), turn
        assert [lesion.center_lps for lesion in lesions] == [
            pytest.approx(lesion.center_lps) for lesion in known
        ]


@pytest.mark.parametrize("change", ["cut", "padded"])
def test_a_score_is_equal_when_the_image_is_cut_or_padded(
    change: str, case: Case, bundle: Bundle, expected: Prediction
) -> None:
    edit: dict[str, Callable[[Case], Case]] = {"cut": cut, "padded": padded}
    prediction = score(edit[change](case), bundle)
    assert prediction.fused.probability == pytest.approx(expected.fused.probability, abs=1e-6)
    for branch, known in zip(prediction.branches, expected.branches, strict=True):
        assert branch.logit == pytest.approx(known.logit, abs=1e-6)


def cut(case: Case) -> Case:
    """Less air and tissue at the ends of each axis."""
    image = case.images[SEQUENCE]
    k, j, i = image.voxels.shape
    box = (slice(1, k - 1), slice(1, j), slice(2, i - 1))
    return with_image(case, crop(image, box), case.roi.labels[box])


def padded(case: Case) -> Case:
    """More air at the ends of each axis."""
    image = case.images[SEQUENCE]
    margins = ((1, 2), (3, 0), (2, 5))
    i, j, k = image.geometry.size_ijk
    geometry = image.geometry.cropped((-2, -3, -1), (i + 7, j + 3, k + 3))
    voxels = np.pad(image.voxels, margins, mode="edge")
    wider = replace(image, voxels=voxels, geometry=geometry)
    return with_image(case, wider, np.pad(case.roi.labels, margins))


def with_image(case: Case, image: Volume, labels: np.ndarray) -> Case:
    roi = replace(case.roi, labels=labels, geometry=image.geometry)
    return Case(case_id=case.case_id, images={SEQUENCE: image}, roi=roi)
