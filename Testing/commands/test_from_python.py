"""What the command line does, Python does with typed arguments: the same files, byte for byte."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole, ImageSequence
from TACEResponseLib.commands.cli import main
from TACEResponseLib.from_files.cohort import CohortRequest, score_cohort
from TACEResponseLib.from_files.demo import DemoRequest, score_demo
from TACEResponseLib.from_files.patient import PatientRequest, ResultFolder, score_patient
from TACEResponseLib.from_files.reading import CaseFiles
from TACEResponseLib.imaging.roi.roi_choice import ALL, RoiChoice
from TACEResponseLib.recipe.copying import copy_recipe
from TACEResponseLib.simulation.cohort import SimulationRequest, simulate_cohort
from TACEResponseLib.training.plan import TrainingRequest
from TACEResponseLib.training.run import train_bundle
from TACEResponseLib.validation.biology import BiologyRequest, compare_groups
from TACEResponseLib.validation.comparison import compare_validations
from TACEResponseLib.validation.recalibration import RecalibrationRequest, recalibrate_bundle
from TACEResponseLib.validation.run import (
    PredictionsTable,
    ScoredCohort,
    ValidationRequest,
    validate,
)
from TACEResponseLib.validation.study.predictions_table import TableOptions
from Testing.coarse_images import CT_GRID
from Testing.hardening.test_kills import write_training
from Testing.in_process import stay_in_process

BUNDLE = "ct-radiomics-cnn-simulated"


def write_patients(folder: Path) -> None:
    """Two small simulated patients."""
    from TACEResponseLib.simulation.cohort import write_cohort
    from TACEResponseLib.simulation.settings import SimulationSettings

    write_cohort(SimulationSettings(grid=CT_GRID), 2, 5, folder / "patients")


def write_tables(folder: Path) -> None:
    """Predictions of two models, and genes of two groups."""
    rng = np.random.default_rng(3)
    rows = [f"C{i},{i % 2},{rng.uniform():.4f}" for i in range(60)]
    (folder / "predictions.csv").write_text("case_id,outcome,model\n" + "\n".join(rows))
    cases = [f"p{n:02}" for n in range(20)]
    genes = [f"g{g}," + ",".join(f"{x:.3f}" for x in rng.random(20)) for g in range(30)]
    (folder / "genes.csv").write_text(f"gene,{','.join(cases)}\n" + "\n".join(genes))
    (folder / "groups.csv").write_text(
        "case_id,group\n" + "\n".join(f"{c},{n % 2}" for n, c in enumerate(cases))
    )
    names = "\t".join(f"g{g}" for g in range(20))
    (folder / "sets.gmt").write_text(f"set\twords\t{names}\n")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Inputs of every command, and what commands make that others read."""
    folder = tmp_path_factory.mktemp("place") / "work"
    write_training(folder)
    write_patients(folder)
    write_tables(folder)
    with pytest.MonkeyPatch.context() as patch:
        enter(folder, patch)
        for name in ("train", "validate-predictions"):
            assert main([*WAYS[name].words.split(), str(folder / name / "result")]) == 0
        words = "validate --predictions predictions.csv --resamples 200 --output other"
        assert main(words.split()) == 0
    return folder


def enter(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Work there, without processes or a cache of others."""
    patch.chdir(folder)
    patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    stay_in_process(patch)


def patient_request(output: Path) -> PatientRequest:
    images = Path("patients", "images")
    return PatientRequest(
        bundle=BUNDLE,
        files=CaseFiles(
            images={ImageSequence.CT_ARTERIAL: images / "SIM-000001_ct_arterial.nii.gz"},
            roi=images / "SIM-000001_roi.nii.gz",
            roi_choice=RoiChoice(labels=ALL),
            case_id="P7",
        ),
        output=ResultFolder(path=output, with_scene=False),
        device="cpu",
    )


def training_request(output: Path, **changes: Any) -> TrainingRequest:
    return TrainingRequest(
        recipe="quick.yaml",
        cohort=Path("cohort.csv"),
        output=output,
        changes=("folds=2",),
        seed=3,
        jobs=1,
        title="Mine",
        simulated=True,
        **changes,
    )


@dataclass(frozen=True)
class Way:
    """One job by both ways."""

    words: str
    """Of the command line; the output comes last."""
    call: Callable[[Path], object]


WAYS = {
    "score": Way(
        f"score --bundle {BUNDLE} "
        "--image ct_arterial=patients/images/SIM-000001_ct_arterial.nii.gz "
        "--roi patients/images/SIM-000001_roi.nii.gz --roi-label all --case-id P7 --no-scene "
        "--device cpu --output",
        lambda output: score_patient(patient_request(output)),
    ),
    "score-cohort": Way(
        f"score --bundle {BUNDLE} --cohort patients/cohort.csv --no-scene --device cpu --output",
        lambda output: score_cohort(
            CohortRequest(
                bundle=BUNDLE,
                cohort=Path("patients", "cohort.csv"),
                output=output,
                with_scene=False,
                device="cpu",
            )
        ),
    ),
    "demo": Way(
        "demo --seed 8 --no-scene --device cpu --output",
        lambda output: score_demo(
            DemoRequest(output=ResultFolder(path=output, with_scene=False), seed=8, device="cpu")
        ),
    ),
    "simulate": Way(
        "simulate --patients 1 --seed 4 --treatment haic --role tuning --output",
        lambda output: simulate_cohort(
            SimulationRequest(
                output=output, patients=1, seed=4, treatment="haic", role=CohortRole.TUNING
            )
        ),
    ),
    "train": Way(
        "train --recipe quick.yaml --cohort cohort.csv --set folds=2 --seed 3 --jobs 1 "
        "--title Mine --simulated --output",
        lambda output: train_bundle(training_request(output)),
    ),
    "validate-predictions": Way(
        "validate --predictions predictions.csv --threshold .4 --positive-class better "
        "--resamples 200 --seed 5 --output",
        lambda output: validate(
            ValidationRequest(
                source=PredictionsTable(
                    path=Path("predictions.csv"),
                    options=TableOptions(threshold=0.4, positive_class="better"),
                ),
                output=output,
                resamples=200,
                seed=5,
            )
        ),
    ),
    "validate-bundle": Way(
        "validate --bundle train/result --cohort cohort.csv --role training --resamples 200 "
        "--jobs 1 --device cpu --output",
        lambda output: validate(
            ValidationRequest(
                source=ScoredCohort(
                    bundles=("train/result",),
                    cohort=Path("cohort.csv"),
                    role=CohortRole.TRAINING,
                    device="cpu",
                    jobs=1,
                ),
                output=output,
                resamples=200,
            )
        ),
    ),
    "compare": Way(
        "compare validate-predictions/result other --output",
        lambda output: compare_validations(
            [Path("validate-predictions", "result"), Path("other")], output
        ),
    ),
    "recalibrate": Way(
        "recalibrate --bundle train/result --cohort cohort.csv --method intercept --seed 2 "
        "--jobs 1 --output",
        lambda output: recalibrate_bundle(
            RecalibrationRequest(
                bundle="train/result",
                cohort=Path("cohort.csv"),
                method="intercept",
                output=output,
                seed=2,
                jobs=1,
            )
        ),
    ),
    "biology": Way(
        "biology --expression genes.csv --groups groups.csv --gene-sets sets.gmt --seed 2 --output",
        lambda output: compare_groups(
            BiologyRequest(
                expression=Path("genes.csv"),
                groups=Path("groups.csv"),
                gene_sets=Path("sets.gmt"),
                output=output,
                seed=2,
            )
        ),
    ),
}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a result; the seconds that a record tells are nobody's to repeat."""
    read = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        if path.name == "prediction.json":
            record = json.loads(content)
            assert record.pop("seconds")
            content = json.dumps(record).encode()
        read[path.relative_to(folder).as_posix()] = content
    return read


@pytest.mark.parametrize("name", WAYS)
def test_python_and_the_command_line_write_the_same_bytes(
    name: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "biology":
        pytest.importorskip("gseapy", reason="gseapy is not installed")
    enter(place, monkeypatch)
    # Of one name: bundles are called as their folders.
    by_words, by_call = place / name / "result", tmp_path / "result"
    if not by_words.exists():
        assert main([*WAYS[name].words.split(), str(by_words)]) == 0
    assert WAYS[name].call(by_call) is not None
    written = contents(by_words.parent)
    assert written
    assert contents(by_call.parent) == written


def test_a_recipe_is_copied_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["recipe", "new", "mine", "--from", "ct-radiomics-cnn"]) == 0
    (tmp_path / "other").mkdir()
    path = copy_recipe("ct-radiomics-cnn", "mine", tmp_path / "other")
    assert path.read_bytes() == (tmp_path / "mine.yaml").read_bytes()


def test_who_is_left_out_is_known_before_anything_is_trained(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from TACEResponseLib.training.plan import plan_training

    monkeypatch.chdir(tmp_path)
    with (place / "cohort.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    rows[5][3:] = [""] * len(rows[5][3:])
    with (tmp_path / "cohort.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    request = training_request(tmp_path / "out")
    (tmp_path / "quick.yaml").write_bytes((place / "quick.yaml").read_bytes())
    (patient,) = plan_training(request).left_out
    assert (patient.case_id, patient.row) == (rows[5][0], 6)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cohort.csv", "quick.yaml"]


@pytest.mark.parametrize(
    ("option", "request_with"),
    [
        ("seed", lambda: TrainingRequest(recipe="r", cohort=Path("c"), output=Path("o"), seed=-1)),
        ("jobs", lambda: ScoredCohort(bundles=("b",), cohort=Path("c"), jobs=0)),
        ("patients", lambda: SimulationRequest(output=Path("o"), patients=0, seed=1)),
        ("seed", lambda: DemoRequest(output=ResultFolder(path=Path("o")), seed=2**32)),
        (
            "permutations",
            lambda: BiologyRequest(
                expression=Path("e"),
                groups=Path("g"),
                gene_sets=Path("s"),
                output=Path("o"),
                permutations=3,
            ),
        ),
        (
            "resamples",
            lambda: ValidationRequest(
                source=PredictionsTable(path=Path("p")), output=Path("o"), resamples=1
            ),
        ),
        (
            "landmark",
            lambda: ValidationRequest(
                source=PredictionsTable(path=Path("p")), output=Path("o"), landmark_day=-1
            ),
        ),
        (
            "seed",
            lambda: RecalibrationRequest(
                bundle="b", cohort=Path("c"), method="slope", output=Path("o"), seed=-1
            ),
        ),
    ],
)
def test_a_request_with_a_number_out_of_range_can_not_be_made(
    option: str, request_with: Callable[[], object]
) -> None:
    with pytest.raises(InputError, match=f"^--{option}: must be [0-9]+ to [0-9]+, got "):
        request_with()
