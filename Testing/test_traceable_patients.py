"""Whatever lets one patient be two, or a training patient be a test patient: refused or told.

Each test is one way that a number on a card or in a report was too good and nobody said so.
"""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
import yaml

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle.metadata import FUSED, Metric
from TACEResponseLib.bundle.reading import read_metadata
from TACEResponseLib.cohort.checking import check_files
from TACEResponseLib.cohort.reading import read_cohort, usable_cohort
from TACEResponseLib.commands.cli import main
from TACEResponseLib.training.plan import TrainingRequest
from TACEResponseLib.training.run import train_bundle
from TACEResponseLib.validation.run import (
    PredictionsTable,
    ScoredCohort,
    Validation,
    ValidationRequest,
    validate,
)
from Testing.imaging.dicom_slices import write_slice
from Testing.in_process import stay_in_process
from Testing.training.conftest import recipe_content

IMAGE_HEAD = ("case_id", "patient_id", "role", "response", "ct_arterial", "roi")


def noise_ct(seed: int) -> np.ndarray:
    """An abdomen of noise, HU, in which nothing but the voxels tells whose it is."""
    rng = np.random.default_rng(seed)
    coarse = rng.normal(0, 60, (4, 6, 6)).repeat(4, 0).repeat(6, 1).repeat(6, 2)
    return (coarse + rng.normal(40, 12, coarse.shape)).astype(np.int16)


def save(voxels: np.ndarray, path: Path, *, packed: bool = False) -> str:
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing((2.0, 2.0, 3.0))
    sitk.WriteImage(image, str(path), useCompression=packed)
    return path.name


def ball(center: int) -> np.ndarray:
    k, j, i = np.indices((16, 36, 36))
    return ((k - 8) ** 2 + (j - 18) ** 2 + (i - center) ** 2 < 25).astype(np.uint8)


def row(number: int, ct: str, roi: str, **changes: str) -> dict[str, str]:
    values = dict(zip(IMAGE_HEAD, (f"P{number}", "", "training", "PR", ct, roi), strict=True))
    return values | changes


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two images of two patients, and two masks."""
    save(noise_ct(1), tmp_path / "one.nii.gz")
    save(noise_ct(2), tmp_path / "two.nii.gz")
    for center in (14, 18):
        save(ball(center), tmp_path / f"roi{center}.nii.gz")
    return tmp_path


def problems_of(folder: Path, rows: list[dict[str, str]]) -> list[str]:
    """All that `cohort check` would list."""
    table = read_cohort(write(folder / "cohort.csv", rows))
    return [str(p) for p in (*table.problems, *check_files(table.patients).problems)]


def two_patients(ct: str) -> list[dict[str, str]]:
    return [row(1, "one.nii.gz", "roi14.nii.gz"), row(2, ct, "roi18.nii.gz")]


def test_two_patients_pass(folder: Path) -> None:
    assert problems_of(folder, two_patients("two.nii.gz")) == []


# --- Within a table: images -----------------------------------------------------------------------


def test_the_same_id_and_the_same_file_are_refused(folder: Path) -> None:
    (same_file,) = read_cohort(write(folder / "a.csv", two_patients("one.nii.gz"))).problems
    assert same_file.got == "the image of P1"
    again = [two_patients("two.nii.gz")[0]] * 2
    assert "must name each patient once" in str(
        read_cohort(write(folder / "b.csv", again)).problems
    )


def saved_again(folder: Path) -> str:
    return save(noise_ct(1).astype(np.float32), folder / "again.mha")


def recompressed(folder: Path) -> str:
    return save(noise_ct(1), folder / "again.nrrd", packed=True)


def turned(folder: Path) -> str:
    """The same voxels with their axes stored the other way round."""
    image = sitk.ReadImage(str(folder / "one.nii.gz"))
    sitk.WriteImage(sitk.DICOMOrient(image, "RAS"), str(folder / "again.nii"))
    return "again.nii"


@pytest.mark.parametrize("copy", [saved_again, recompressed, turned])
def test_a_copy_saved_again_is_refused(copy: Callable[[Path], str], folder: Path) -> None:
    (problem,) = problems_of(folder, two_patients(copy(folder)))
    assert "ct_arterial: must be this patient's own image, got the image of P1" in problem


def one_voxel(voxels: np.ndarray) -> np.ndarray:
    voxels[8, 18, 18] += 1
    return voxels


def slight_noise(voxels: np.ndarray) -> np.ndarray:
    return voxels + np.random.default_rng(3).integers(-1, 2, voxels.shape).astype(np.int16)


@pytest.mark.parametrize("change", [one_voxel, slight_noise])
def test_a_copy_with_a_voxel_or_slight_noise_changed_is_refused(
    change: Callable[[np.ndarray], np.ndarray], folder: Path
) -> None:
    copy = save(change(noise_ct(1)), folder / "again.nii.gz")
    (problem,) = problems_of(folder, two_patients(copy))
    assert "got that of P1, hardly changed" in problem


def dicom(folder: Path, name: str) -> str:
    (folder / name).mkdir()
    for number in range(10):
        pixels = np.random.default_rng(len(name)).integers(500, 560, (12, 10), dtype=np.int16)
        write_slice(folder / name, number, 2.5 * number, pixels=pixels)
    return name


def dicom_rows(first: str, second: str) -> list[dict[str, str]]:
    """Two rows without an ROI column."""
    rows = [row(1, first, ""), row(2, second, "")]
    return [{k: v for k, v in r.items() if k != "roi"} for r in rows]


def test_a_copied_dicom_folder_is_refused(folder: Path) -> None:
    first = dicom(folder, "first")
    (folder / "copied").mkdir()
    for number, file in enumerate(sorted((folder / first).iterdir())):
        dataset = pydicom.dcmread(file)
        # As an archive that makes everything anew: other names, numbers and person.
        dataset.PatientID, dataset.SeriesInstanceUID = "777", "1.2.3.777"
        dataset.save_as(folder / "copied" / f"IM{number:04d}")
    problems = problems_of(folder, dicom_rows(first, "copied"))
    assert "got the image of P1" in problems[0]


def test_one_patientid_in_two_rows_is_refused_and_one_patient_id_mends_it(folder: Path) -> None:
    for name, step in (("first", 3), ("second", 5)):
        (folder / name).mkdir()
        for number in range(10):
            pixels = (np.arange(120).reshape(12, 10) * step % 67 + 500).astype(np.int16)
            write_slice(folder / name, number, 2.5 * number, pixels=pixels, PatientID="4711")
    rows = dicom_rows("first", "second")
    (problem,) = problems_of(folder, rows)
    assert "DICOM PatientID" in problem
    assert "4711" not in problem
    assert problems_of(folder, [{**r, "patient_id": "A"} for r in rows]) == []


@pytest.mark.usefixtures("in_process")
def test_training_refuses_what_the_check_refuses(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    rows = feature_rows(60, "training")
    images = {0: "one.nii.gz", 1: saved_again(folder)}
    rois = {0: "roi14.nii.gz", 1: "roi18.nii.gz"}
    rows = [
        {**r, "ct_arterial": images.get(n, ""), "roi": rois.get(n, "")} for n, r in enumerate(rows)
    ]
    with pytest.raises(InputError, match="P001, ct_arterial: must be this patient's own image"):
        train(folder, write(folder / "cohort.csv", rows))
    assert not (folder / "model").exists()


# --- Within a table: ids, features, records -------------------------------------------------------


def test_an_id_in_another_case_is_refused(folder: Path) -> None:
    rows = [row(1, "one.nii.gz", "roi14.nii.gz"), row(2, "two.nii.gz", "roi18.nii.gz")]
    small = [rows[0], {**rows[1], "case_id": "p1"}]
    assert "p1 beside P1" in problems_of(folder, small)[0]
    written = [{**rows[0], "patient_id": "A1"}, {**rows[1], "patient_id": "a1"}]
    assert "a1 beside A1" in problems_of(folder, written)[0]


def feature_rows(n: int, role: str, seed: int = 4, rows: int = 1) -> list[dict[str, str]]:
    """Patients of twelve features that mean nothing; several rows of one are nearly alike."""
    names = [*recipe_features(), *(f"original_shape_Noise{i}" for i in range(8))]
    rng = np.random.default_rng(seed)
    table = []
    for number in range(n):
        values = rng.normal(size=len(names))
        for _ in range(rows):
            own = values + (0.06 * rng.normal(size=len(names)) if rows > 1 else 0)
            cells = dict(zip(names, (f"{100 + 10 * v:.9g}" for v in own), strict=True))
            case = {"case_id": f"P{len(table):03d}", "role": role, "response": str(number % 2)}
            table.append({**case, **cells})
    return table


def recipe_features() -> list[str]:
    return [f for branch in recipe_content()["branches"] for f in branch["given"]]


@pytest.mark.parametrize("digits", [4, 3])
def test_rounded_features_under_another_id_are_refused(digits: int, tmp_path: Path) -> None:
    rows = feature_rows(60, "training")
    names = [name for name in rows[0] if name.startswith("original")]
    copy = {**rows[5], "case_id": "X", **{n: f"{float(rows[5][n]):.{digits}g}" for n in names}}
    (problem,) = read_cohort(write(tmp_path / "cohort.csv", [*rows, copy])).problems
    assert problem.column == "features"
    assert problem.got == "those of P005, rounded or hardly changed"


def test_an_identical_clinical_record_is_told_and_not_refused(tmp_path: Path) -> None:
    head = "case_id,role,response,age_years,sex,albumin_g_per_l,afp_ng_per_ml,tumor_size_cm\n"
    lines = ["P1,,PR,61,m,41,12,3.1", "P2,,SD,61,m,41,12,3.1", "P3,,PR,70,f,38,5,2.2"]
    path = tmp_path / "cohort.csv"
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    read = read_cohort(path)
    assert read.problems == ()
    (remark,) = read.remarks
    assert remark.startswith("P1, P2: all 5 clinical values are alike")


# --- Lesions as rows ------------------------------------------------------------------------------


def train(folder: Path, cohort: Path, name: str = "model") -> Path:
    """A bundle of one forest in three folds, and what lies beside it."""
    forest = {"classifier": "random_forest", "n_trees": 20, "name": "texture"}
    branch = {**recipe_content()["branches"][1], **forest}
    recipe = folder / "recipe.yaml"
    content = recipe_content(branches=[branch], candidates=[], folds=3)
    recipe.write_text(yaml.safe_dump(content), encoding="utf-8")
    request = TrainingRequest(recipe=recipe, cohort=cohort, output=folder / name, jobs=1)
    train_bundle(request)
    return folder / name


def stated_auc(bundle: Path) -> Metric:
    """What the card says of the procedure."""
    metrics = read_metadata(bundle).metrics
    return next(m for m in metrics if (m.branch, m.cohort) == (FUSED, CohortRole.TRAINING))


@pytest.mark.usefixtures("in_process")
def test_lesions_as_rows_are_counted_by_patient_and_ids_that_look_so_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rows = feature_rows(30, "training", rows=4)
    unsaid = [{**r, "case_id": f"P{n // 4:02d}-{n % 4 + 1}"} for n, r in enumerate(rows)]
    (remark,) = read_cohort(write(tmp_path / "unsaid.csv", unsaid)).remarks
    assert "120 ids look like several rows of one patient (P00 has 4)" in remark
    said = [{**r, "patient_id": f"P{n // 4:02d}"} for n, r in enumerate(unsaid)]
    too_good = stated_auc(train(tmp_path, tmp_path / "unsaid.csv", "unsaid"))
    honest = stated_auc(train(tmp_path, write(tmp_path / "said.csv", said), "said"))
    assert too_good.low > 0.6
    assert honest.low < 0.5 < honest.high
    assert (too_good.n, honest.n) == (120, 30)


# --- Across bundle and cohort ---------------------------------------------------------------------


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of noise, which knows its training patients by heart."""
    stay_in_process(monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return train(tmp_path, write(tmp_path / "training.csv", feature_rows(60, "training")))


def judge(bundle: Path, rows: list[dict[str, str]], output: Path) -> Validation:
    cohort = write(bundle.parent / "test.csv", rows)
    source = ScoredCohort(bundles=(str(bundle),), cohort=cohort, jobs=1)
    return validate(ValidationRequest(source=source, output=output, resamples=200))


def test_training_patients_under_new_ids_are_refused_as_external_test(
    trained: Path, tmp_path: Path
) -> None:
    rows = feature_rows(60, "external_test")
    renamed = [{**r, "case_id": f"NEW{n}"} for n, r in enumerate(rows)]
    with pytest.raises(InputError, match=r"who trained model, got 60 of 60 who did \(NEW0, NEW1"):
        judge(trained, renamed, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_one_training_patient_among_new_ones_is_refused(trained: Path, tmp_path: Path) -> None:
    rows = feature_rows(40, "external_test", seed=9)
    old = {**feature_rows(60, "external_test")[7], "case_id": "NEW"}
    with pytest.raises(InputError, match=r"got 1 of 41 who did \(NEW\)"):
        judge(trained, [*rows, old], tmp_path / "out")
    assert judge(trained, rows, tmp_path / "out").study.n == 40


def test_the_training_table_relabelled_is_refused(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="got 60 of 60"):
        judge(trained, feature_rows(60, "external_test"), tmp_path / "out")


def test_without_the_file_it_is_said_that_overlap_is_not_checked(
    trained: Path, tmp_path: Path
) -> None:
    (tmp_path / "model-training-patients.json").unlink()
    validation = judge(trained, feature_rows(60, "external_test"), tmp_path / "out")
    (warning,) = [w for w in validation.study.warnings if w.code == "overlap_not_checked"]
    assert "model-training-patients.json is not beside it" in warning.message
    assert warning.message in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_recalibration_refuses_training_patients_too(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort = write(tmp_path / "ours.csv", feature_rows(60, "external_test"))
    words = ["recalibrate", "--bundle", str(trained), "--cohort", str(cohort)]
    assert main([*words, "--method", "intercept", "--output", str(tmp_path / "new")]) == 2
    assert "must not hold patients who trained model, got 60 of 60" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


# --- Roles and rows in a report -------------------------------------------------------------------


def predictions(path: Path, rows: list[tuple[object, ...]], head: tuple[str, ...]) -> Validation:
    write(path, [dict(zip(head, map(str, r), strict=True)) for r in rows])
    source = PredictionsTable(path=path)
    return validate(ValidationRequest(source=source, output=path.parent / "out", resamples=200))


def test_one_external_patient_does_not_make_an_internal_test_external(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = [(f"P{n}", n % 2, "internal_test", round(float(rng.uniform()), 3)) for n in range(119)]
    rows.append(("E1", 1, "external_test", 0.7))
    head = ("case_id", "outcome", "role", "model")
    study = predictions(tmp_path / "p.csv", rows, head).study
    assert study.n == 119
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "How the model does in another hospital: this is an internal test." in report
    assert "1 patient of role external_test are not judged" in report


def test_two_roles_have_a_report_each(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = [
        (f"P{n}", n % 2, "external_test" if n < 40 else "training", float(rng.uniform()))
        for n in range(100)
    ]
    both = predictions(tmp_path / "p.csv", rows, ("case_id", "outcome", "role", "model"))
    assert both.study.n == 40
    assert both.others["training"][0].n == 60
    report = (tmp_path / "out" / "training" / "report.html").read_text(encoding="utf-8")
    assert "In-sample" in report
    assert "In-sample" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_lesion_rows_in_predictions_are_counted_by_patient_or_told(tmp_path: Path) -> None:
    """A score that is a patient's by chance: six lesions make it no surer."""
    rng = np.random.default_rng(8)
    rows = []
    for patient in range(40):
        score = 0.5 + 0.08 * (patient % 2) + 0.2 * float(rng.uniform(-1, 1))
        for lesion in range(6):
            own = score + 0.01 * float(rng.uniform(-1, 1))
            rows.append((f"P{patient:02d}-{lesion + 1}", patient % 2, round(own, 4)))
    head = ("case_id", "outcome", "model")
    unsaid = predictions(tmp_path / "p.csv", rows, head)
    assert "rows_of_one" in {w.code for w in unsaid.study.warnings}
    (tmp_path / "said").mkdir()
    said = [(*r, str(r[0]).split("-")[0]) for r in rows]
    counted = predictions(tmp_path / "said" / "p.csv", said, (*head, "patient_id"))
    naive, honest = (
        v.results.measured[0].models[0].auc  # type: ignore[attr-defined]
        for v in (unsaid, counted)
    )
    assert naive.low > 0.5
    assert honest.value == pytest.approx(naive.value)
    assert honest.high - honest.low > 2 * (naive.high - naive.low)
    assert (naive.n, honest.n) == (240, 40)
    assert "several_rows" in {w.code for w in counted.study.warnings}


def test_usable_tables_stay_usable(tmp_path: Path) -> None:
    assert len(usable_cohort(write(tmp_path / "c.csv", feature_rows(60, "training")))) == 60
