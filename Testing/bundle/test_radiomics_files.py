"""Every classifier in a bundle: the same answers, the same bytes, and only the one it names."""

import hashlib
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.bundle import Bundle, load_bundle, save_bundle
from TACEResponseLib.bundle.reading import read_branch
from TACEResponseLib.bundle.writing import write_branch
from TACEResponseLib.evidence.radiomics.branch import RadiomicsBranch
from TACEResponseLib.evidence.radiomics.classifiers import classifier_logits, contributions
from TACEResponseLib.evidence.radiomics.part import RadiomicsPart
from TACEResponseLib.evidence.radiomics.settings import ClassifierName

ALL = get_args(ClassifierName)
Relist = Callable[[Path], None]


def part_of(branch: RadiomicsBranch) -> RadiomicsPart:
    return RadiomicsPart(settings=branch.settings, state=branch.state)


def probe_values(branch: RadiomicsBranch) -> np.ndarray:
    """Patients within and beyond the training cohort."""
    rng = np.random.default_rng(3)
    return rng.normal(branch.state.mean, 2 * np.array(branch.state.sd), size=(40, 3))


@pytest.mark.parametrize("name", ALL)
def test_a_classifier_comes_back_with_the_same_answers(
    name: str, make_radiomics: Callable[[str], RadiomicsBranch], tmp_path: Path
) -> None:
    branch = make_radiomics(name)
    part = part_of(branch)
    (tmp_path / "models").mkdir()
    write_branch(branch, part, tmp_path / part.file)
    again = read_branch(tmp_path, part, "--bundle small", "cpu")
    assert isinstance(again, RadiomicsBranch)
    values = probe_values(branch)
    assert np.array_equal(
        classifier_logits(again.pipeline, values), classifier_logits(branch.pipeline, values)
    )
    first, second = (contributions(b.pipeline, values[0]) for b in (branch, again))
    assert np.array_equal(first, second) if first is not None else second is None


PROGRAM = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
padding = [object() for _ in range({padding})]
import conftest
from TACEResponseLib.evidence.radiomics.part import RadiomicsPart
from TACEResponseLib.bundle.writing import write_branch
for name in {names!r}:
    branch = conftest.make_radiomics_branch(name)
    part = RadiomicsPart(settings=branch.settings, state=branch.state)
    write_branch(branch, part, Path({folder!r}, name))
"""


def test_the_bytes_are_the_same_in_every_process_and_after_a_journey(
    make_radiomics: Callable[[str], RadiomicsBranch], tmp_path: Path
) -> None:
    here = Path(__file__).resolve()
    (tmp_path / "other").mkdir()
    program = PROGRAM.format(
        paths=[str(here.parent), str(here.parents[2])],
        padding=999,
        names=ALL,
        folder=str(tmp_path / "other"),
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    for name in ALL:
        branch = make_radiomics(name)
        write_branch(branch, part_of(branch), tmp_path / name)
        # Workers send branches home pickled.
        sent = pickle.loads(pickle.dumps(branch))
        write_branch(sent, part_of(sent), tmp_path / f"{name}-sent")
        files = (tmp_path / name, tmp_path / f"{name}-sent", tmp_path / "other" / name)
        assert len({hashlib.sha256(path.read_bytes()).hexdigest() for path in files}) == 1, name


def test_a_network_lies_in_a_bundle_as_weights_alone(
    make_radiomics: Callable[[str], RadiomicsBranch], builder: Callable[..., Bundle], tmp_path: Path
) -> None:
    branch = make_radiomics("dnn")
    save_bundle(builder(branch), tmp_path / "small")
    assert (tmp_path / "small" / "models" / "radiomics.safetensors").exists()
    (again,) = load_bundle(tmp_path / "small").branches
    assert np.array_equal(
        again.logits(
            [
                dict(zip(branch.state.feature_names, row, strict=True))
                for row in probe_values(branch).tolist()
            ]
        ),
        classifier_logits(branch.pipeline, probe_values(branch)),
    )


def test_a_network_of_a_standard_deviation_of_zero_is_refused(
    make_radiomics: Callable[[str], RadiomicsBranch],
    builder: Callable[..., Bundle],
    relist: Relist,
    tmp_path: Path,
) -> None:
    save_bundle(builder(make_radiomics("dnn")), tmp_path / "small")
    path = tmp_path / "small" / "models" / "radiomics.safetensors"
    tensors = load_file(path)
    save_file({**tensors, "sd": np.zeros_like(tensors["sd"])}, path)
    relist(tmp_path / "small")
    with pytest.raises(InputError, match=r"branch radiomics must .*none finite"):
        load_bundle(tmp_path / "small")


def test_a_network_of_other_features_is_refused(
    make_radiomics: Callable[[str], RadiomicsBranch],
    builder: Callable[..., Bundle],
    relist: Relist,
    tmp_path: Path,
) -> None:
    save_bundle(builder(make_radiomics("dnn")), tmp_path / "small")
    path = tmp_path / "small" / "models" / "radiomics.safetensors"
    tensors = load_file(path)
    save_file({**tensors, "mean": np.zeros(4), "sd": np.ones(4)}, path)
    relist(tmp_path / "small")
    with pytest.raises(InputError, match=r"radiomics.safetensors: (mean|sd) must be"):
        load_bundle(tmp_path / "small")


@pytest.mark.parametrize(("said", "held"), [("lasso", "linear"), ("knn", "logistic")])
def test_another_classifier_than_the_metadata_names_is_refused(
    said: str,
    held: str,
    make_radiomics: Callable[[str], RadiomicsBranch],
    builder: Callable[..., Bundle],
    relist: Relist,
    tmp_path: Path,
) -> None:
    for name in (said, held):
        save_bundle(builder(make_radiomics(name)), tmp_path / name)
    shutil.copy(*(tmp_path / name / "models" / "radiomics.skops" for name in (held, said)))
    relist(tmp_path / said)
    got = type(make_radiomics(held).pipeline.named_steps["classify"]).__name__  # type: ignore[union-attr]
    with pytest.raises(InputError, match=f"that the metadata names, got a {got}"):
        load_bundle(tmp_path / said)


def test_another_kernel_than_the_metadata_names_is_refused(
    make_radiomics: Callable[[str], RadiomicsBranch],
    builder: Callable[..., Bundle],
    relist: Relist,
    tmp_path: Path,
) -> None:
    for name in ("svm_linear", "svm_rbf"):
        save_bundle(builder(make_radiomics(name)), tmp_path / name)
    file = Path("models", "radiomics.skops")
    shutil.copy(tmp_path / "svm_rbf" / file, tmp_path / "svm_linear" / file)
    relist(tmp_path / "svm_linear")
    with pytest.raises(InputError, match="got another kernel"):
        load_bundle(tmp_path / "svm_linear")


@pytest.mark.parametrize(
    ("name", "is_warned"), [("knn", True), ("svm_rbf", True), ("lasso", False)]
)
def test_the_card_says_whether_patients_are_kept(
    name: str,
    is_warned: bool,
    make_radiomics: Callable[[str], RadiomicsBranch],
    builder: Callable[..., Bundle],
) -> None:
    card = builder(make_radiomics(name)).card
    assert f"- radiomics: {name} classifier of 3 radiomics features of ct_arterial" in card
    assert ("holds these features of training patients" in card) is is_warned


def test_the_card_tells_what_was_odd_in_training(
    radiomics_branch: RadiomicsBranch, builder: Callable[..., Bundle]
) -> None:
    state = radiomics_branch.state.model_copy(update={"remarks": ("One feature was odd.",)})
    odd = RadiomicsBranch(radiomics_branch.settings, state, radiomics_branch.pipeline)
    assert "  - One feature was odd." in builder(odd).card


@pytest.mark.parametrize("name", ["mr_t2:original_glcm_Contrast", "Contrast"])
def test_a_feature_of_no_known_sequence_or_kind_is_refused(
    radiomics_branch: RadiomicsBranch, name: str
) -> None:
    names: Any = (name, *radiomics_branch.state.feature_names[1:])
    state = radiomics_branch.state.model_copy(update={"feature_names": names})
    with pytest.raises(ValueError, match=f"{name}: features"):
        RadiomicsPart(settings=radiomics_branch.settings, state=state)
