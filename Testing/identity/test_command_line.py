"""No result that is written or printed names the patient or holds a digest of a name."""

from pathlib import Path

import pytest

from TACEResponseLib.basics.plain_text import UNSAFE
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.commands.cli import main
from Testing.identity.canaries import WORDS, traces, traces_in
from Testing.identity.named_patient import (
    N_PATIENTS,
    cut_off,
    simulated_case,
    write_image,
    write_segmentation,
    write_series,
    write_table,
)
from Testing.in_process import stay_in_process

BUNDLE = "ct-radiomics-cnn-simulated"


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a patient's files: a series, a NIfTI, a segmentation; and of a cohort."""
    folder = tmp_path_factory.mktemp("inputs") / WORDS["folder"]
    case = simulated_case()
    assert case.roi is not None
    write_series(case, folder / WORDS["image file"])
    write_image(case, folder / f"{WORDS['image file']}.nii.gz")
    write_segmentation(case.roi, folder / f"{WORDS['ROI file']}.seg.nrrd")
    write_table(case, folder / "cohort")
    return folder


def table_of(named: Path) -> Path:
    return named / "cohort" / f"{WORDS['table']}.csv"


@pytest.mark.parametrize(
    "image", [WORDS["image file"], f"{WORDS['image file']}.nii.gz"], ids=["series", "file"]
)
def test_a_scored_patient_is_not_named(
    image: str,
    named: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    words = [
        "score",
        "--bundle",
        BUNDLE,
        "--image",
        f"ct_arterial={named / image}",
        "--json",
        "--roi",
        str(named / f"{WORDS['ROI file']}.seg.nrrd"),
        "-vv",
        "--output",
        str(tmp_path / "out"),
    ]
    assert main(words) == 0
    printed = capsys.readouterr()
    assert "roi_resampled" in printed.out
    assert traces_in(tmp_path) == set()
    assert traces((printed.out + printed.err + caplog.text).encode(), "printed") == set()


def test_scored_patients_of_a_table_are_not_named_nor_is_what_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_table(simulated_case(), tmp_path / "in", n=2)
    cut_off(tmp_path / "in" / f"{WORDS['image file']}1.nii")
    with table.open("a", encoding="utf-8") as file:
        file.write(f"C8,training,CR,{WORDS['image file']}8.nii,{WORDS['ROI file']}.nii,no,no,1,A\n")
        file.write(f"C9,{WORDS['PatientName']},CR,,,no,no,1,A\n")
    out = tmp_path / "out"
    words = ["score", "--bundle", BUNDLE, "--cohort", str(table), "--output", str(out), "-v"]
    assert main(words) == 2
    written = (out / "predictions.csv").read_text()
    assert written.count("\n") >= 5
    assert "must be a whole, readable file" in written, written
    assert "line 4, ct_arterial: must be there" in written
    assert traces_in(out) == set()
    assert traces(capsys.readouterr().out.encode(), "printed") == set()


@pytest.fixture(scope="module")
def trained(named: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bundle, its log and the cache, after training on the cohort."""
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        stay_in_process(patch)
        recipe = resource_path("Recipes", "ct-volume-clinical.yaml")
        words = [
            "train",
            "--recipe",
            str(recipe),
            "--cohort",
            str(table_of(named)),
            "--set",
            "folds=2",
            "--set",
            "fusion.folds=2",
            "--set",
            "fusion.n_bootstrap=40",
            "--cache",
            str(folder / "cache"),
            "--output",
            str(folder / "model"),
        ]
        assert main(words) == 0
    return folder


def test_a_bundle_its_log_and_the_cache_name_nobody(trained: Path) -> None:
    assert any((trained / "cache").rglob("*.safetensors"))
    assert traces_in(trained) == set()


def test_a_training_prints_no_name(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(trained / "model")]) == 0
    assert traces(capsys.readouterr().out.encode(), "printed") == set()


@pytest.mark.usefixtures("in_process")
def test_a_recalibrated_bundle_names_nobody(
    trained: Path, named: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "recalibrate",
        "--bundle",
        str(trained / "model"),
        "--method",
        "intercept",
        "--output",
        str(tmp_path / "made" / "new"),
        "--cohort",
    ]
    # Those who trained it may not recalibrate it.
    assert main([*words, str(table_of(named))]) == 2
    capsys.readouterr()
    others = write_table(simulated_case(), tmp_path / "in", first=N_PATIENTS)
    assert main([*words, str(others)]) == 0
    assert traces_in(tmp_path / "made") == set()
    assert traces(capsys.readouterr().out.encode(), "printed") == set()


@pytest.mark.usefixtures("in_process")
def test_a_validation_names_nobody(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_table(simulated_case(), tmp_path / "in")
    cut_off(tmp_path / "in" / f"{WORDS['image file']}19.nii")
    words = [
        "validate",
        "--bundle",
        str(trained / "model"),
        "--cohort",
        str(table),
        "--resamples",
        "200",
        "--output",
        str(tmp_path / "out"),
    ]
    assert main(words) == 0
    assert "must be a whole, readable file" in (tmp_path / "out" / "failures.csv").read_text()
    assert traces_in(tmp_path / "out") == set()
    assert traces(capsys.readouterr().out.encode(), "printed") == set()


def test_a_validation_of_predictions_names_nobody_and_obeys_no_word_of_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / f"{WORDS['table']}.csv"
    sites = ("=HYPERLINK(A1) $\\frac$ <script>x</script>\x1b[2J\u202e", "B $x$")
    rows = "".join(
        f"C{i},{i % 2},{0.3 + 0.04 * ((i * 7) % 11)},{sites[i % 3 == 0]}\n" for i in range(60)
    )
    table.write_text(f"case_id,outcome,model,site\n{rows}", encoding="utf-8")
    words = [
        "validate",
        "--predictions",
        str(table),
        "--resamples",
        "200",
        "--output",
        str(tmp_path / "out"),
    ]
    assert main(words) == 0
    assert traces_in(tmp_path / "out") == set()
    printed = capsys.readouterr().out
    assert traces(printed.encode(), "printed") == set()
    assert not UNSAFE.search(printed)
    texts = [p for p in (tmp_path / "out").rglob("*") if p.suffix in (".html", ".csv")]
    by_name = {path.name: path.read_text(encoding="utf-8") for path in texts}
    assert "&lt;script&gt;" in by_name["report.html"]
    assert "<script" not in by_name["report.html"]
    assert "'=HYPERLINK" in "".join(text for name, text in by_name.items() if name.endswith(".csv"))
    for name, text in by_name.items():
        assert not UNSAFE.search(text), name
        assert "\n=" not in text
        assert ",=" not in text
