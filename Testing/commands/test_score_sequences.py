"""`score` of a bundle of whole slices, which needs no ROI, and of one with an ROI a sequence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole, ImageSequence
from TACEResponseLib.bundle import load_bundle, save_bundle
from TACEResponseLib.cohort.member import Member
from TACEResponseLib.commands.cli import main
from TACEResponseLib.evidence.image_network.known_networks import SMALL_CNN
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord
from TACEResponseLib.recipe.recipe import Recipe
from TACEResponseLib.scoring import score
from TACEResponseLib.training.assembly import BundleIdentity, assemble
from TACEResponseLib.training.preparation.prepare import prepare
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.train import train
from Testing.in_process import stay_in_process

T2, ARTERIAL = ImageSequence.MR_T2, ImageSequence.MR_ARTERIAL
MEAN, VOLUME = "mr_t2:original_firstorder_Mean", "mr_arterial:original_shape_VoxelVolume"
N = 16
GRID = Geometry(
    size_ijk=(40, 36, 8),
    spacing_mm=(2.0, 2.0, 4.0),
    origin_lps=(-40.0, -36.0, 16.0),
    direction_lps=(1, 0, 0, 0, 1, 0, 0, 0, 1),
)
IDENTITY = BundleIdentity(
    bundle_id="small",
    title="small",
    authors="tests",
    copyright="tests",
    license="Apache-2.0",
    simulated=True,
    sources={},
    failure_modes=(),
)


def box(*slices: slice) -> np.ndarray:
    mask = np.zeros(GRID.shape_kji, dtype=np.uint8)
    mask[slices] = 1
    return mask


# The tumor as drawn on each sequence: 4 x 8 x 8 voxels, and 3 x 6 x 10.
DRAWN = {
    T2: box(slice(2, 6), slice(12, 20), slice(14, 22)),
    ARTERIAL: box(slice(3, 6), slice(13, 19), slice(13, 23)),
}


def volumes(seed: int, label: int) -> dict[ImageSequence, Volume]:
    """An ellipse of a body, brighter in responders."""
    rng = np.random.default_rng(seed)
    _, j, i = np.indices(GRID.shape_kji)
    body = np.hypot((i - 20) / 17, (j - 18) / 15) < 1
    by_sequence = {}
    for sequence, brightness in ((T2, 300.0), (ARTERIAL, 500.0)):
        voxels = np.where(body, brightness + 150 * label, 5.0)
        voxels += rng.normal(0, 20, GRID.shape_kji) * body
        voxels[DRAWN[sequence] > 0] += 100
        by_sequence[sequence] = Volume(
            voxels=voxels.round().astype(np.int16), geometry=GRID, source=f"{sequence.value}.nii.gz"
        )
    return by_sequence


def recipe_of(branch: dict[str, Any]) -> Recipe:
    return Recipe.model_validate(
        {
            "name": "small",
            "title": "A small model",
            "citation": "Doe J. 2021. doi:10.1000/1",
            "modality": "MR",
            "sequences": [T2, ARTERIAL],
            "endpoint": "objective_response",
            "positive_class": "responder",
            "criterion": "mRECIST",
            "readout": "30 days",
            "treatment": "cTACE",
            "population": "made by a test",
            "intended_use": "tests",
            "folds": 2,
            "refits": 0,
            "branches": [{"sequences": [T2, ARTERIAL], **branch}],
            "fusion": {"n_bootstrap": 40, "folds": 2},
        }
    )


def saved(recipe: Recipe, cohort: PreparedCohort, folder: Path) -> Path:
    trained = train(recipe, cohort, seed=1)
    bundle = assemble(recipe, IDENTITY, trained, {CohortRole.TRAINING: cohort}, 1)
    save_bundle(bundle, folder)
    return folder


@pytest.fixture(scope="module")
def whole_slices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network on every slice of two sequences, as S3's."""
    recipe = recipe_of(
        {
            "kind": "image_network",
            "intensity": {"kind": "mr_window"},
            "patch": {
                "shape": "whole_slice",
                "slices": "every_n",
                "every_n": 4,
                "size_px": 16,
                "channels": 2,
                "channel_content": "sequences",
            },
            "network": SMALL_CNN,
            "arguments": {"in_channels": 2, "n_classes": 2, "widths": [4, 8]},
            "target_layer": "features",
            "fitting": {"epochs": 1, "batch_size": 8},
        }
    )
    members = [
        Member(
            case_id=f"P{n:02d}",
            label=n % 2,
            load=lambda n=n: Case(case_id=f"P{n:02d}", images=volumes(n, n % 2)),
        )  # type: ignore[misc]
        for n in range(N)
    ]
    with pytest.MonkeyPatch.context() as patch:
        stay_in_process(patch)
        return saved(recipe, prepare(recipe, members), tmp_path_factory.mktemp("s3") / "small")


@pytest.fixture(scope="module")
def own_rois(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Radiomics of two sequences, as S1's: a mean of one and a volume of the other."""
    recipe = recipe_of(
        {
            "kind": "radiomics",
            "selection": "given",
            "given": [VOLUME, MEAN],
            "extraction": {
                "name": "plain",
                "spacing_mm": None,
                "intensity": {"kind": "mr_z_score", "clip": 10.0},
                "feature_classes": ["shape", "firstorder"],
            },
        }
    )
    rng = np.random.default_rng(5)
    labels = np.tile([0, 1], N)
    rows = [{MEAN: rng.normal(3 + y, 0.9), VOLUME: rng.normal(3000, 500)} for y in labels]
    cohort = PreparedCohort(
        case_ids=tuple(f"P{n:02d}" for n in range(labels.size)),
        labels=labels,
        clinical=(ClinicalRecord(),) * labels.size,
        by_branch={"radiomics": tuple(rows)},
    )
    with pytest.MonkeyPatch.context() as patch:
        stay_in_process(patch)
        return saved(recipe, cohort, tmp_path_factory.mktemp("s1") / "small")


@pytest.fixture
def images(tmp_path: Path) -> list[str]:
    """A new patient's images on disk, as words of the command."""
    words = []
    for sequence, volume in volumes(99, 1).items():
        sitk.WriteImage(volume.to_sitk(), str(tmp_path / volume.source))
        words += ["--image", f"{sequence.value}={tmp_path / volume.source}"]
    return words


@pytest.fixture
def write_roi(tmp_path: Path) -> Callable[[ImageSequence], Path]:
    def write(sequence: ImageSequence) -> Path:
        path = tmp_path / f"roi_{sequence.value}.nii.gz"
        roi = Volume(voxels=DRAWN[sequence], geometry=GRID)
        sitk.WriteImage(roi.to_sitk(), str(path))
        return path

    return write


def scored(folder: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((folder / "prediction.json").read_text(encoding="utf-8"))
    return record


def test_whole_slices_are_scored_without_an_roi_as_the_library_scores_them(
    whole_slices: Path, images: list[str], tmp_path: Path
) -> None:
    words = ["score", "--bundle", str(whole_slices), *images, "--no-scene"]
    assert main([*words, "--output", str(tmp_path / "out")]) == 0
    record = scored(tmp_path / "out")
    expected = score(Case(case_id="case", images=volumes(99, 1)), load_bundle(whole_slices))
    assert record["probability"] == pytest.approx(expected.fused.probability, abs=1e-12)
    (branch,) = record["branches"]
    assert branch["probability"] == pytest.approx(expected.branches[0].probability, abs=1e-9)
    assert branch["kind"] == "image_network"
    # Two of the eight slices.
    assert len(branch["patches"]) == 2
    assert branch["lesions_used"] == []


def test_each_sequence_is_measured_in_its_own_roi(
    own_rois: Path, images: list[str], write_roi: Callable[..., Path], tmp_path: Path
) -> None:
    drawn = [word for s in DRAWN for word in ("--roi", f"{s.value}={write_roi(s)}")]
    words = ["score", "--bundle", str(own_rois), *images, *drawn, "--no-scene"]
    assert main([*words, "--output", str(tmp_path / "out")]) == 0
    record = scored(tmp_path / "out")
    rois = {
        s: Roi(labels=mask, geometry=GRID, names=((1, "label 1"),)) for s, mask in DRAWN.items()
    }
    whole = volumes(99, 1)
    expected = score(Case(case_id="case", images=whole, sequence_rois=rois), load_bundle(own_rois))
    assert record["probability"] == pytest.approx(expected.fused.probability, abs=1e-9)
    values = {f["name"]: f["value"] for f in record["branches"][0]["radiomics"]}
    # 180 voxels of 16 mm3 on the arterial image; on T2 another box is averaged.
    assert values[VOLUME] == pytest.approx(180 * 16)
    t2 = whole[T2].voxels
    body = t2[t2 > 200]
    expected_mean = (t2[DRAWN[T2] > 0].mean() - body.mean()) / body.std()
    assert values[MEAN] == pytest.approx(expected_mean, abs=1e-5)


REFUSED = {
    "misspelt": ("mr_t1=FILE", "must name a known sequence, got 'mr_t1'; did you mean mr_t2?"),
    "of another image": ("ct_arterial=FILE", "--roi ct_arterial"),
    "missing file": ("mr_t2=none.nii.gz", "none.nii.gz: must exist"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_roi_of_a_sequence_is_refused_in_one_line(
    name: str,
    own_rois: Path,
    images: list[str],
    write_roi: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    word, says = REFUSED[name]
    roi = word.replace("FILE", str(write_roi(T2)))
    words = ["score", "--bundle", str(own_rois), *images, "--roi", roi, "--no-scene"]
    assert main([*words, "--output", str(tmp_path / "out")]) == 2
    (error_lines,) = capsys.readouterr().err.splitlines()
    assert says in error_lines
    assert not (tmp_path / "out").exists()


def test_a_bundle_that_looks_at_the_tumor_asks_for_its_roi(
    own_rois: Path, images: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["score", "--bundle", str(own_rois), *images, "--no-scene"]
    assert main([*words, "--output", str(tmp_path / "out")]) == 2
    assert "--roi" in capsys.readouterr().err


def test_a_file_whose_name_has_an_equals_sign_is_a_file(
    write_roi: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from TACEResponseLib.commands.image_options import parse_rois

    write_roi(T2).rename(tmp_path / "roi=2.nii.gz")
    monkeypatch.chdir(tmp_path)
    assert parse_rois(["roi=2.nii.gz"]) == (Path("roi=2.nii.gz"), {})
    assert parse_rois(["folder/a=b.nii.gz"]) == (Path("folder/a=b.nii.gz"), {})
    with pytest.raises(InputError, match="did you mean mr_arterial"):
        parse_rois(["mr_arteriel=roi.nii.gz"])
