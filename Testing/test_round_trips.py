"""A patient written to any format and read again has the same answer: all that `score` says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.bundle import Bundle, load_bundle
from TACEResponseLib.imaging.cropping import box_round, crop
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import read_roi
from TACEResponseLib.imaging.settings import MrZScore
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.scoring import score
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings
from Testing.coarse_images import CT_GRID
from Testing.storages import Storage, storages
from Testing.written_series import write_series

CT, MR = ImageSequence.CT_ARTERIAL, ImageSequence.MR_T2
FORMATS = (".nii", ".nii.gz", ".nrrd", ".mha", "/")
TURN = Storage((2, 0, 1), (False, True, True))
"""Rows along the body, right-handed as DICOM's slices are."""
# A NIfTI rounds places to single precision, 0.00001 mm; then a voxel may change its gray level.
SINGLE_PRECISION = 1e-3


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle("ct-radiomics-cnn-simulated")


@pytest.fixture(scope="module")
def mr_bundle(bundle: Bundle) -> Bundle:
    """The same networks and features on standardized MR: an answer is wanted, not a good one."""
    branches = []
    for branch in bundle.branches:
        settings = branch.settings.model_copy(update={"sequences": (MR,)})
        if hasattr(settings, "intensity"):
            settings = settings.model_copy(update={"intensity": MrZScore()})
        else:
            extraction = settings.extraction.model_copy(
                update={"intensity": MrZScore(), "bin_width": 0.25, "lowest": -3.0}
            )
            settings = settings.model_copy(update={"extraction": extraction})
        branches.append(replace(branch, settings=settings))
    metadata = bundle.metadata.model_copy(update={"sequences": (MR,), "modality": "MR"})
    return replace(bundle, metadata=metadata, branches=tuple(branches))


def real_case(folder: Path, kind: str, sequence: ImageSequence, every: int = 3) -> Case:
    """A real tumor in so many a row and column."""
    stem = folder / "sts" / f"STS_019_{kind}"
    image, _ = read_image(Path(f"{stem}_image.nii.gz"), sequence)
    roi, _ = read_roi(Path(f"{stem}_mask.nii.gz"))
    box = box_round(roi.mask, roi.geometry, 30.0)
    cut = crop(image, box)
    column, row, slice_mm = cut.geometry.spacing_mm
    voxels = np.ascontiguousarray(cut.voxels[:, ::every, ::every])
    geometry = replace(
        cut.geometry,
        size_ijk=voxels.shape[::-1],
        spacing_mm=(every * column, every * row, slice_mm),
    )
    labels = np.ascontiguousarray(roi.labels[box][:, ::every, ::every])
    return Case(
        case_id="P1",
        images={sequence: replace(cut, voxels=voxels, geometry=geometry)},
        roi=replace(roi, labels=labels, geometry=geometry),
    )


@pytest.fixture(scope="module")
def simulated() -> Case:
    whole = simulate_patient(SimulationSettings(grid=CT_GRID), 3, 1).to_case()
    box = box_round(whole.roi.mask, whole.roi.geometry, 40.0)
    image = crop(whole.images[CT], box)
    roi = replace(whole.roi, labels=whole.roi.labels[box], geometry=image.geometry)
    return Case(case_id="P1", images={CT: image}, roi=roi)


def assert_same(actual: Prediction, known: Prediction, turn: Storage, *, rel: float) -> None:
    """Every output; features within `rel`, what depends on them too, maps within a thousandth."""
    assert actual.fused.probability == pytest.approx(known.fused.probability, rel=rel)
    assert actual.fused.interval == pytest.approx(known.fused.interval, rel=rel)
    for lesion, one in zip(actual.lesions, known.lesions, strict=True):
        assert lesion.volume_ml == pytest.approx(one.volume_ml, rel=1e-6)
        assert lesion.center_lps == pytest.approx(one.center_lps, abs=1e-4)
    for branch, one in zip(actual.branches, known.branches, strict=True):
        within = 1e-6 if branch.kind == "image_network" else rel
        assert branch.probability == pytest.approx(one.probability, rel=within), branch.name
        values = [f.value for f in branch.features]
        assert values == pytest.approx([f.value for f in one.features], rel=within, abs=1e-9)
        patches = [p.probability for p in branch.patches]
        assert patches == pytest.approx([p.probability for p in one.patches], abs=1e-6)
        assert branch.saliency.keys() == one.saliency.keys()
        for sequence, heat in branch.saliency.items():
            there = one.saliency[sequence].volume
            assert np.abs(turn.back(heat.volume.voxels) - there.voxels).max() < 1e-3
            assert heat.volume.geometry.same_grid(turn.geometry(there.geometry))


def read_again(case: Case, ending: str, folder: Path) -> Case:
    """Write the turned patient in a format, and read image and ROI."""
    ((sequence, image),) = TURN.case(case).images.items()
    roi = TURN.case(case).roi
    path, mask = folder / f"image{ending}", folder / f"roi{'.nrrd' if ending == '/' else ending}"
    if ending == "/":
        write_series(path, image, sequence.modality)
    else:
        sitk.WriteImage(image.to_sitk(), str(path))
    sitk.WriteImage(roi.as_volume().to_sitk(), str(mask))
    volume, _ = read_image(path, sequence)
    assert np.array_equal(volume.voxels, image.voxels)
    return Case(case_id="P1", images={sequence: volume}, roi=read_roi(mask)[0])


def within(ending: str) -> float:
    return SINGLE_PRECISION if ending.startswith(".nii") else 1e-6


def test_a_simulated_score_is_equal_after_a_round_trip_through_each_format(
    simulated: Case, bundle: Bundle, tmp_path: Path
) -> None:
    known = score(simulated, bundle)
    assert known.branches[0].saliency[CT].volume.voxels.max() > 0.5
    for ending in FORMATS:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        prediction = score(read_again(simulated, ending, folder), bundle)
        assert_same(prediction, known, TURN, rel=within(ending))


@pytest.mark.parametrize(("kind", "sequence"), [("CT", CT), ("MR_T1", MR)], ids=["CT", "MR"])
def test_a_real_score_is_equal_after_a_round_trip_through_each_format(
    kind: str,
    sequence: ImageSequence,
    shared_data: Path,
    bundle: Bundle,
    mr_bundle: Bundle,
    tmp_path: Path,
) -> None:
    case, model = real_case(shared_data, kind, sequence), bundle if sequence is CT else mr_bundle
    known = score(case, model)
    for ending in FORMATS:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        prediction = score(read_again(case, ending, folder), model)
        assert_same(prediction, known, TURN, rel=within(ending))


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)], ids=["10", "48"])
def test_a_real_mr_has_an_equal_score_in_all_storages(
    step: int, shared_data: Path, mr_bundle: Bundle
) -> None:
    case = real_case(shared_data, "MR_T1", MR, every=4)
    known = score(case, mr_bundle)
    for turn in list(storages())[::step]:
        assert_same(score(turn.case(case), mr_bundle), known, turn, rel=1e-6)
