"""Bundles from elsewhere: what fits is read, what could harm is refused in one line.

Tampered bundles get a list of hashes that fits, as an attacker would make one.
"""

import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.bundle import Bundle, load_bundle, save_bundle
from TACEResponseLib.evidence.radiomics.skops_files import write_pipeline
from TACEResponseLib.patient.columns import ClinicalInput

Relist = Callable[[Path], None]
EditJson = Callable[[Path, Callable[[Any], None]], None]
METADATA, INFERENCE = "configs/metadata.json", "configs/inference.json"
NETWORK, CLASSIFIER = "models/cnn.safetensors", "models/radiomics.skops"


def refused(folder: Path, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        load_bundle(folder)
    assert "\n" not in str(caught.value)
    # The bundle, or one of its files.
    assert str(caught.value).startswith((f"--bundle {folder.name}: ", f"--bundle {folder.name}, "))


def test_a_bundle_comes_back_as_it_was(saved: Path, bundle: Bundle) -> None:
    again = load_bundle(saved)
    assert again.metadata == bundle.metadata
    assert again.fusion == bundle.fusion
    assert again.card == bundle.card
    assert again.source == "small-simulated"
    assert [branch.name for branch in again.branches] == ["cnn", "radiomics"]


def test_its_branches_answer_as_before(saved: Path, bundle: Bundle) -> None:
    network, classifier = load_bundle(saved).branches
    patch = torch.rand(2, 1, 64, 64)
    with torch.inference_mode():
        before = bundle.branches[0].network.eval()(patch)  # type: ignore[attr-defined]
        assert torch.equal(network.network.eval()(patch), before)  # type: ignore[attr-defined]
    prepared = [dict.fromkeys(classifier.state.feature_names, 50.0)]  # type: ignore[attr-defined]
    assert classifier.logits(prepared) == bundle.branches[1].logits(prepared)


def test_its_networks_run_where_they_are_asked_to(saved: Path) -> None:
    # The meta device is there on every machine.
    network = load_bundle(saved, device="meta").branches[0]
    assert {p.device.type for p in network.network.parameters()} == {"meta"}  # type: ignore[attr-defined]
    assert network.device == "meta"  # type: ignore[attr-defined]


def test_a_bundle_may_lack_the_network(
    radiomics_branch: Any, builder: Callable[..., Bundle], tmp_path: Path
) -> None:
    save_bundle(builder(radiomics_branch), tmp_path / "small")
    assert not (tmp_path / "small" / INFERENCE).exists()
    assert [b.name for b in load_bundle(tmp_path / "small").branches] == ["radiomics"]


def test_a_bundle_may_lack_radiomics(
    network_branch: Any, builder: Callable[..., Bundle], tmp_path: Path
) -> None:
    save_bundle(builder(network_branch), tmp_path / "small")
    assert [b.name for b in load_bundle(tmp_path / "small").branches] == ["cnn"]


def test_a_bundle_may_hold_a_forest_and_clinical_variables(
    forest_branch: Any, builder: Callable[..., Bundle], tmp_path: Path
) -> None:
    size = ClinicalInput(name="tumor_size_cm")
    save_bundle(builder(forest_branch, clinical=(size,)), tmp_path / "small")
    again = load_bundle(tmp_path / "small")
    assert [column.name for column in again.fusion.clinical] == ["tumor_size_cm"]
    points = np.array([forest_branch.state.minimum, forest_branch.state.maximum])
    answer = again.branches[0].pipeline.predict_proba(points)  # type: ignore[attr-defined]
    assert (answer == forest_branch.pipeline.predict_proba(points)).all()


def test_loading_runs_no_program_and_opens_no_connection(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("loading reached outside")

    monkeypatch.setattr(subprocess, "Popen", forbidden)
    monkeypatch.setattr(socket, "socket", forbidden)
    load_bundle(saved)


@pytest.mark.parametrize("name", ["network", "network_def"])
def test_a_network_that_names_a_function_is_refused_and_not_called(
    copied: Path, edit_json: EditJson, relist: Relist, tmp_path: Path, name: str
) -> None:
    target: Any = {"_target_": "os.mkdir", "path": str(tmp_path / "run")}

    def in_metadata(content: Any) -> None:
        content["tace_response"]["branches"][0]["settings"] |= {name: target}
        content["tace_response"]["format_version"] = 1 if name == "network_def" else 2

    edit_json(copied / METADATA, in_metadata)
    edit_json(copied / INFERENCE, lambda content: content.update(network_def=target))
    relist(copied)
    refused(copied, "mkdir" if name == "network" else "inference.json must hold")
    assert not (tmp_path / "run").exists()


def test_a_bundle_of_before_that_names_modules_is_read_as_one_of_today(
    copied: Path, edit_json: EditJson, relist: Relist
) -> None:
    today = load_bundle(copied)
    old = "TACEResponseLib.cnn.architectures.small_cnn.SmallCNN"

    def in_metadata(content: Any) -> None:
        settings = content["tace_response"]["branches"][0]["settings"]
        assert settings.pop("network") == "small_cnn"
        settings["network_def"] = {"_target_": old, **settings.pop("arguments")}
        content["tace_response"]["format_version"] = 1

    edit_json(copied / METADATA, in_metadata)
    edit_json(copied / INFERENCE, lambda content: content["network_def"].update(_target_=old))
    relist(copied)
    before = load_bundle(copied)
    assert before.metadata == today.metadata
    assert before.sha256 != today.sha256


@pytest.mark.parametrize("value", ["$__import__('os').getcwd()", "@other", "%other.json"])
def test_a_network_argument_that_monai_would_evaluate_is_refused(
    copied: Path, edit_json: EditJson, relist: Relist, value: str
) -> None:
    def in_metadata(content: Any) -> None:
        content["tace_response"]["branches"][0]["settings"]["arguments"]["n_classes"] = value

    edit_json(copied / METADATA, in_metadata)
    edit_json(copied / INFERENCE, lambda content: content["network_def"].update(n_classes=value))
    relist(copied)
    refused(copied, "n_classes")


def test_an_inference_file_that_says_more_than_the_metadata_is_refused(
    copied: Path, edit_json: EditJson, relist: Relist
) -> None:
    edit_json(copied / INFERENCE, lambda content: content.update(run="$print('hello')"))
    relist(copied)
    refused(copied, r"inference.json must hold the network definitions of the metadata.*run")


def test_another_inference_file_than_the_metadata_is_refused(
    copied: Path, edit_json: EditJson, relist: Relist
) -> None:
    edit_json(copied / INFERENCE, lambda content: content["network_def"].update(n_classes=3))
    relist(copied)
    refused(copied, "network definitions of the metadata")


def test_an_inference_file_that_is_no_json_is_refused(copied: Path, relist: Relist) -> None:
    (copied / INFERENCE).write_text("[" * 50_000)
    relist(copied)
    refused(copied, "inference.json: must be nested at most 64 deep")
    (copied / INFERENCE).write_text("[]")
    relist(copied)
    refused(copied, "inference.json must be a JSON object")


@pytest.mark.parametrize("name", [NETWORK, CLASSIFIER])
@pytest.mark.parametrize("keep", [64, -100])
def test_truncated_models_are_refused(copied: Path, relist: Relist, name: str, keep: int) -> None:
    (copied / name).write_bytes((copied / name).read_bytes()[:keep])
    relist(copied)
    refused(copied, Path(name).name)


def test_weights_of_another_network_are_refused(copied: Path, relist: Relist) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(copied / NETWORK)
    name = next(iter(weights))
    weights[name] = torch.zeros(5, 5)
    save_file(weights, copied / NETWORK)
    relist(copied)
    refused(copied, name if "." in name else "cnn")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("positive", [2], "positive outputs"),
        ("positive", [], "positive outputs"),
        ("target_layer", "elsewhere", "target layer 'elsewhere'"),
        ("classes", ["CR", "PR", "SD"], "outputs of shape"),
    ],
)
def test_a_network_that_does_not_fit_its_settings_is_refused(
    copied: Path, edit_json: EditJson, relist: Relist, key: str, value: Any, message: str
) -> None:
    def change(content: Any) -> None:
        content["tace_response"]["branches"][0]["settings"][key] = value

    edit_json(copied / METADATA, change)
    relist(copied)
    refused(copied, f"branch cnn must take the inputs.*{message}")


def _pipeline(values: np.ndarray, labels: np.ndarray, scaler: str = "scale") -> Pipeline:
    steps = [(scaler, StandardScaler()), ("classify", LogisticRegression())]
    return Pipeline(steps).fit(values, labels)


def _four_features(values: np.ndarray) -> Pipeline:
    return _pipeline(np.column_stack([values, values[:, 0]]), values[:, 0] > 0)


def _three_classes(values: np.ndarray) -> Pipeline:
    return _pipeline(values, np.arange(len(values)) % 3)


def _no_number(values: np.ndarray) -> Pipeline:
    pipeline = _pipeline(values, values[:, 0] > 0)
    pipeline[-1].coef_[0, 0] = np.nan
    return pipeline


def _other_steps(values: np.ndarray) -> Pipeline:
    return _pipeline(values, values[:, 0] > 0, scaler="elsewhere")


@pytest.mark.parametrize(
    ("make", "got"),
    [
        (_four_features, "ValueError"),
        (_three_classes, "3 outputs"),
        (_no_number, "none finite"),
        (_other_steps, "KeyError"),
    ],
)
def test_a_classifier_that_does_not_fit_its_features_is_refused(
    copied: Path, relist: Relist, make: Callable[[np.ndarray], Pipeline], got: str
) -> None:
    write_pipeline(make(np.random.default_rng(1).normal(size=(30, 3))), copied / CLASSIFIER)
    relist(copied)
    refused(copied, f"branch radiomics must take the inputs.*{got}")


@pytest.mark.parametrize(
    ("number", "says"),
    [
        *(
            (word, f": must hold finite numbers of at most 20 digits, got {word}; ")
            for word in ("NaN", "Infinity", "1e400")
        ),
        ('"0.3"', ", model.intercept: "),
    ],
)
def test_numbers_that_are_none_are_refused(
    copied: Path, relist: Relist, number: str, says: str
) -> None:
    path = copied / "models" / "fusion.json"
    text = path.read_text()
    start = text.index('"intercept": ') + len('"intercept": ')
    path.write_text(text[:start] + number + text[text.index(",", start) :])
    relist(copied)
    refused(copied, f"models/fusion.json{says}")


def test_a_threshold_that_differs_from_the_metadata_is_refused(
    copied: Path, edit_json: EditJson, relist: Relist
) -> None:
    edit_json(copied / "models" / "fusion.json", lambda content: content.update(threshold=0.01))
    relist(copied)
    refused(copied, "must have the threshold that the metadata says")


def test_a_fusion_without_resamples_is_refused(
    copied: Path, edit_json: EditJson, relist: Relist
) -> None:
    edit_json(copied / "models" / "fusion.json", lambda content: content.update(bootstrap=[]))
    relist(copied)
    refused(copied, r"models/fusion.json: bootstrap must hold the resamples")


def test_the_fusion_of_another_bundle_is_refused(
    copied: Path,
    relist: Relist,
    radiomics_branch: Any,
    builder: Callable[..., Bundle],
    tmp_path: Path,
) -> None:
    save_bundle(builder(radiomics_branch), tmp_path / "other")
    shutil.copy(tmp_path / "other" / "models" / "fusion.json", copied / "models")
    relist(copied)
    refused(copied, r"fusion must take the outputs of .*cnn.*radiomics")


def test_a_card_that_hides_the_simulation_is_not_shown(copied: Path, relist: Relist) -> None:
    (copied / "docs" / "README.md").write_text("# A proven model\n")
    relist(copied)
    card = load_bundle(copied).card
    assert card.startswith("Trained on simulated patients: means nothing for a real one.")
    assert "proven" not in card


@pytest.mark.parametrize("name", [NETWORK, CLASSIFIER, INFERENCE, "docs/README.md"])
def test_a_part_that_nobody_lists_is_missed(copied: Path, relist: Relist, name: str) -> None:
    (copied / name).unlink()
    relist(copied)
    refused(copied, f"no {name}")


@pytest.mark.parametrize("name", ["configs/train.json", "models/other.safetensors", "run.sh"])
def test_a_part_that_the_metadata_does_not_name_is_refused(
    copied: Path, relist: Relist, name: str
) -> None:
    shutil.copy(
        copied / NETWORK if name.startswith("models") else copied / INFERENCE, copied / name
    )
    relist(copied)
    refused(copied, f"only the parts that its metadata names, got {name}")


def test_a_license_and_more_text_are_welcome(copied: Path, relist: Relist) -> None:
    (copied / "LICENSE").write_text("Apache License")
    (copied / "docs" / "data_license.txt").write_text("simulated")
    relist(copied)
    assert load_bundle(copied).sha256


def test_a_tampered_bundle_is_refused_before_its_metadata_is_read(copied: Path) -> None:
    (copied / METADATA).write_text("not even JSON")
    refused(copied, "must match its SHA-256")


def test_a_pickle_is_refused_by_its_name(copied: Path, relist: Relist) -> None:
    (copied / "models" / "model.pt").write_bytes(b"anything")
    relist(copied)
    refused(copied, r"neither pickles .*models/model.pt")


def test_a_file_that_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("hello")
    refused(tmp_path / "x.zip", "must be a folder or a whole zip file")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    refused(tmp_path / "x", "must be a bundle: a folder or zip with SHA256SUMS")


@pytest.mark.parametrize("part", ["threshold", "fusion", "branches"])
def test_parts_that_do_not_belong_together_make_no_bundle(
    bundle: Bundle, builder: Callable[..., Bundle], radiomics_branch: Any, part: str
) -> None:
    changes: dict[str, Any] = {
        "threshold": {"metadata": bundle.metadata.model_copy(update={"threshold": 0.123})},
        "fusion": {"fusion": builder(radiomics_branch).fusion},
        "branches": {"branches": bundle.branches[:1]},
    }[part]
    parts = {name: getattr(bundle, name) for name in ("metadata", "branches", "fusion", "card")}
    with pytest.raises(ValueError, match=part if part != "fusion" else "outputs"):
        Bundle(**parts | changes)
