"""The command line: quick to answer, one line for a mistake, the right exit status."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from TACEResponseLib.commands.cli import main

HEAVY = (
    "torch",
    "monai",
    "sklearn",
    "skops",
    "radiomics",
    "SimpleITK",
    "scipy",
    "matplotlib",
    "slicer",
    "vtk",
    "numpy",
    "pydantic",
    "rich",
)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from TACEResponseLib.commands.cli import _parser; _parser().format_help();"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_answers_within_half_a_second() -> None:
    def seconds() -> float:
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "TACEResponseLib", "--help"], check=True, capture_output=True
        )
        return time.perf_counter() - start

    # The best of five: other tests run on the same cores.
    assert min(seconds() for _ in range(5)) < 0.5


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--image", "ct_arteriel=a.nii"], "did you mean ct_arterial?"),
        (["--image", "ct.nii.gz"], "must read SEQUENCE=FILE"),
        (["--image", "mr_t2=a.nii"], "needs ct_arterial, got mr_t2"),
        (["--image", "ct_arterial=no.nii.gz"], "no.nii.gz"),
        (["--image", "ct_arterial=no.nii.gz", "--case-id", "../x"], "--case-id"),
        (["--image", "ct_arterial=a.nii", "--image", "ct_arterial=b.nii"], "each sequence once"),
        (["--image", "ct_arterial=a.nii", "--bundle", "no-such-bundle"], "no-such-bundle"),
    ],
    ids=["misspelt", "no sequence", "other sequence", "no file", "case id", "twice", "bundle"],
)
def test_a_mistake_gets_one_line_status_2_and_no_folder(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    fixed = ["--bundle", "ct-radiomics-cnn-simulated", "--roi", "roi.nii.gz"]
    status = main(["score", *fixed, *arguments, "--output", str(output)])
    captured = capsys.readouterr()
    assert status == 2
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert says in captured.err
    assert not output.exists()


def test_cuda_is_refused_where_there_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    status = main(
        [
            "score",
            "--bundle",
            "ct-radiomics-cnn-simulated",
            "--image",
            "ct_arterial=a.nii",
            "--roi",
            "b.nii",
            "--device",
            "cuda",
            "--output",
            str(tmp_path / "out"),
        ]
    )
    assert status == 2
    assert "--device" in capsys.readouterr().err


def test_info_lists_versions_and_the_shipped_bundle(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info"]) == 0
    stdout = capsys.readouterr().out
    assert "ct-radiomics-cnn-simulated: ct_arterial;" in stdout
    assert "torch 2" in stdout


def test_info_of_a_bundle_prints_its_card_with_the_warning_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["info", "ct-radiomics-cnn-simulated"]) == 0
    assert "simulated patients" in capsys.readouterr().out.splitlines()[0]
